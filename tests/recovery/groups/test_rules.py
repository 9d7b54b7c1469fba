"""Aliases, who follows an owner, and the figure of a week against a naive count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.groups import rules
from recovery.kernel.errors import Invalid

MONDAY = date(2026, 11, 16)
WEEK = [MONDAY + timedelta(days=number) for number in range(7)]
AROUND = [MONDAY + timedelta(days=number) for number in range(-3, 10)]

# Each member's dates as bits, which is quick to draw.
answers = st.lists(st.integers(0, 2 ** len(AROUND) - 1), max_size=12).map(
    lambda members: {
        UUID(int=number): frozenset(day for place, day in enumerate(AROUND) if bits >> place & 1)
        for number, bits in enumerate(members)
    }
)


def naive(answered: dict[UUID, frozenset[date]]) -> int | None:
    """Walk every date of everybody, and round as one does at school."""
    if len(answered) < 5:
        return None
    asked = said = 0
    for dates in answered.values():
        for day in WEEK:
            asked += 1
            said += day in dates
    tens = (Decimal(said) * 10 / asked).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return min(90, max(10, int(tens) * 10))


@given(answers)
def test_the_figure_of_a_week_is_that_of_a_naive_count(
    answered: dict[UUID, frozenset[date]],
) -> None:
    assert rules.climate(answered, week_from=MONDAY) == naive(answered)


@given(answers)
def test_a_figure_is_a_step_of_ten_or_nothing(answered: dict[UUID, frozenset[date]]) -> None:
    figure = rules.climate(answered, week_from=MONDAY)
    assert figure in (None, *range(10, 100, 10))
    assert (figure is None) == (len(answered) < 5)


@given(answers, st.data())
def test_a_figure_does_not_say_whose_answers_they_are(
    answered: dict[UUID, frozenset[date]], data: st.DataObject
) -> None:
    shuffled = dict(zip(answered, data.draw(st.permutations(list(answered.values()))), strict=True))
    assert rules.climate(shuffled, week_from=MONDAY) == rules.climate(answered, week_from=MONDAY)


@given(st.lists(st.integers(0, 7), min_size=5, max_size=40))
def test_one_member_alone_never_decides_between_nobody_and_somebody(counts: list[int]) -> None:
    """Whatever the others did, the lowest and highest figure leave open what each single one did.

    At 10 up to 15 % of the dates were answered: of 5 members' 35 that is 5, more than nobody's.
    """
    answered = {UUID(int=n): WEEK[:count] for n, count in enumerate(counts)}
    share = sum(counts) / (7 * len(counts))
    figure = rules.climate(answered, week_from=MONDAY)
    assert figure == 10 or share >= 0.1499
    assert figure == 90 or share <= 0.8501


def test_four_who_take_part_give_no_figure_and_five_do() -> None:
    four = {UUID(int=number): WEEK for number in range(4)}
    assert rules.climate(four, week_from=MONDAY) is None
    assert rules.climate({**four, UUID(int=9): []}, week_from=MONDAY) == 80


@pytest.mark.parametrize(
    ("said", "figure"),
    [(0, 10), (5, 10), (6, 20), (17, 50), (18, 50), (19, 50), (20, 60), (29, 80), (35, 90)],
)
def test_figures_of_five_members(said: int, figure: int) -> None:
    """Of 35 dates: 5 are 14 %, 6 are 17 %, 17 are 49 %, 19 are 54 %, 20 are 57 %, 29 are 83 %."""
    counts = [min(7, max(0, said - 7 * number)) for number in range(5)]
    answered = {UUID(int=number): WEEK[:count] for number, count in enumerate(counts)}
    assert rules.climate(answered, week_from=MONDAY) == figure


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_the_next_week_begins_on_the_first_monday_to_come(day: date) -> None:
    found = rules.next_week(day)
    assert found.weekday() == 0
    assert 1 <= (found - day).days <= 7


def test_a_week_is_computed_two_days_after_its_end_in_the_groups_zone() -> None:
    due = rules.climate_due_at(week_from=MONDAY, zone="Europe/Berlin")
    assert due == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Heron", "heron"), ("Müller", "MU\u0308LLER"), ("Straße", "STRASSE"), ("ﬁne", "Fine")],
)
def test_aliases_that_look_alike_are_one(one: str, other: str) -> None:
    assert rules.alias_key(rules.clean_alias(one)) == rules.alias_key(rules.clean_alias(other))


@pytest.mark.parametrize("typed", ["", "x", " x ", "\u200bab", "a\u202eb", "a\x07b", "y" * 31])
def test_an_alias_has_2_to_30_visible_signs(typed: str) -> None:
    with pytest.raises(Invalid):
        rules.clean_alias(typed)


@given(st.text(max_size=40))
def test_a_clean_alias_stays_as_it_is_and_its_key_fits_the_column(typed: str) -> None:
    try:
        alias = rules.clean_alias(typed)
    except Invalid:
        return
    assert rules.clean_alias(alias) == alias
    assert 2 <= len(alias) <= 30
    assert len(rules.alias_key(alias)) <= 90


LATIN = "abcdefghijklmnopqrstuvwxyzäéłßABC"
CYRILLIC = "абвгдежзийклмнопрстАБВѣЇ"
GREEK = "αβγδεζηθικλμνξοπρσςΑΒΓΏ"
NEITHER = "漢字אبक 7-'✝☆"


def refused_for(typed: str) -> str:
    """Return why an alias is refused; empty for one that is taken."""
    try:
        rules.clean_alias(typed)
    except Invalid as refused:
        return refused.errors[0].code
    return ""


@given(st.text(LATIN + CYRILLIC + GREEK + NEITHER, min_size=2, max_size=30))
def test_an_alias_has_letters_of_one_of_the_alphabets_that_look_alike(typed: str) -> None:
    used = [any(sign in alphabet for sign in typed) for alphabet in (LATIN, CYRILLIC, GREEK)]
    refused = refused_for(typed)
    if refused != "bad_length":
        assert (refused == "mixed_alphabets") == (sum(used) > 1)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Аnna", "mixed_alphabets"),  # its first letter is Cyrillic
        ("Anna", ""),
        ("Анна", ""),
        ("Ὀδυσσεύς 2", ""),
        ("Nοra", "mixed_alphabets"),  # an omicron
        ("Оρα", "mixed_alphabets"),  # Cyrillic and Greek
        ("Renée ✝", ""),
        ("東京 Tom", ""),
        ("ﾊﾟ ＡＢ", ""),
        ("5 µ", ""),  # composing makes it a Greek letter, and it is the only one
    ],
)
def test_aliases_of_one_alphabet(typed: str, why: str) -> None:
    assert refused_for(typed) == why


@given(st.text("ab ", min_size=2, max_size=30), st.sets(st.text("ab 23", max_size=6), max_size=9))
def test_who_is_let_in_gets_a_free_alias_like_the_one_they_wanted(
    wanted: str, taken: set[str]
) -> None:
    found = rules.free_alias(wanted, taken=taken.__contains__)
    assert rules.alias_key(found) not in taken
    assert len(found) <= 30
    assert found == wanted or wanted.startswith(found.rsplit(" ", 1)[0])


def test_the_number_behind_a_taken_alias_counts_on() -> None:
    taken = {"heron", "heron 2"}
    assert rules.free_alias("Heron", taken=taken.__contains__) == "Heron 3"
    assert rules.free_alias("H" * 30, taken={"h" * 30}.__contains__) == "H" * 28 + " 2"


heirs = st.lists(
    st.builds(
        rules.Heir,
        id=st.uuids(),
        facilitates=st.booleans(),
        listens=st.just(False),
        is_leaving=st.booleans(),
        joined_at=st.datetimes(timezones=st.just(UTC)),
    )
    | st.builds(
        rules.Heir,
        id=st.uuids(),
        facilitates=st.just(False),
        listens=st.just(True),
        is_leaving=st.booleans(),
        joined_at=st.datetimes(timezones=st.just(UTC)),
    ),
    max_size=8,
)


@given(heirs)
def test_the_heir_is_whom_the_rule_names_in_words(candidates: list[rules.Heir]) -> None:
    staying = [one for one in candidates if not one.is_leaving] or candidates
    speaking = [one for one in staying if not one.listens] or staying
    first = [one for one in speaking if one.facilitates] or speaking
    longest = min(first, key=lambda one: (one.joined_at, one.id), default=None)
    assert rules.heir(candidates) == longest
