"""Whom to turn to, when help is offered, and that no text blames anybody."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from recovery.support import rules
from recovery.support.rules import Kind
from recovery.support.texts import (
    HELP_INTRO,
    HELPING_INTRO,
    LANGUAGES,
    NO_ANSWER_INTRO,
    SAFETY_TEXTS,
    Moment,
    SafetyText,
)
from recovery.support.wording import BEFORE_SENDING

READ_ON = date(2026, 11, 22)
INTERNATIONAL = rules.find(country=None)

# Words that members have asked not to read about themselves, in the five languages.
STIGMATISING = re.compile(
    r"\b(relaps\w*|addict(s|ed)?|junk(ie|y)\w*|alcoholics?|abus\w*|clean|dirty|fail\w*|attempt\w*"
    r"|habits?|medication-assisted|substance misuse"
    r"|reca[ií]das?|adict[oa]s?|drogadict\w*|alcohólic\w*|fracas\w*|sucio"
    r"|rechutes?|toxicoman\w*|drogué\w*|alcooliques?|échecs?|échou\w*|sale"
    r"|rückfall\w*|rückfäll\w*|süchtig\w*|junkies?|missbrauch\w*|alkoholiker\w*|versag\w*|clean"
    r"|viciad\w*|drogad\w*|alcoólatras?|sujo)\b",
    re.IGNORECASE,
)

INTROS = {"help": HELP_INTRO, "no_answer": NO_ANSWER_INTRO, "helping": HELPING_INTRO}
EVERY_TEXT = {
    **{
        f"{name}_intro {language}": text
        for name, texts in INTROS.items()
        for language, text in texts.items()
    },
    "before_sending": BEFORE_SENDING,
    **{
        f"{known.key} {language}": text
        for known in SAFETY_TEXTS.values()
        for language, text in known.texts.items()
    },
    **{
        entry.id: f"{entry.service} {entry.text_line} {entry.hours} {entry.note}"
        for entry in rules.load_directory()
    },
}


# --- the directory -----------------------------------------------------------------------------


@pytest.mark.parametrize("country", [None, "", "ZZ", "Atlantis", "é", "U S"])
def test_an_unknown_country_gets_the_international_entries(country: str | None) -> None:
    found = rules.find(country=country)
    assert found
    assert {entry.country for entry in found} == {"international"}


@pytest.mark.parametrize("kind", [*Kind, "no such kind"])
def test_an_unknown_country_gets_them_whatever_kind_is_asked_for(kind: str) -> None:
    assert rules.find(country="ZZ", kind=kind) == INTERNATIONAL


def test_a_country_shows_its_emergency_number_and_its_crisis_lines_first() -> None:
    kinds = [entry.kind for entry in rules.find(country="US")]
    assert kinds[:2] == [Kind.EMERGENCY, Kind.CRISIS_LINE]
    order = list(Kind)
    assert [order.index(kind) for kind in kinds] == sorted(order.index(kind) for kind in kinds)


def test_a_country_shows_only_its_own_lines_when_it_has_a_crisis_line() -> None:
    assert {entry.country for entry in rules.find(country="DE")} == {"DE"}


def test_a_country_with_only_an_emergency_number_gets_the_international_entries_too() -> None:
    found = rules.find(country="RO")
    assert found[0].id == "ro-emergency-112"
    assert found[1:] == INTERNATIONAL[1:]


def test_nobody_in_danger_is_left_without_a_number_to_dial() -> None:
    what_to_dial = INTERNATIONAL[0]
    assert (what_to_dial.kind, what_to_dial.phone) == (Kind.EMERGENCY, "112")
    assert "911" in what_to_dial.note
    assert "the country where you are" in what_to_dial.note
    for country in {entry.country for entry in rules.load_directory()} | {"ZZ", "AQ"}:
        shown = rules.find(country=country)
        assert shown[0].kind is Kind.EMERGENCY
        assert sum(entry.kind is Kind.EMERGENCY for entry in shown) == 1


def test_the_general_number_never_stands_in_for_a_country_s_own() -> None:
    assert rules.find(country="US")[0].phone == "911"
    assert INTERNATIONAL[0] not in rules.find(country="US", kind="youth")
    assert rules.find(country="CH")[0] == INTERNATIONAL[0]
    assert rules.find(country="CH", kind="emergency") == INTERNATIONAL[:1]


@pytest.mark.parametrize("spelling", ["gb", "GB", " gb ", "uk", "UK"])
def test_a_country_is_found_however_it_is_typed(spelling: str) -> None:
    assert rules.find(country=spelling) == rules.find(country="GB")


def test_a_kind_narrows_the_answer() -> None:
    assert [entry.id for entry in rules.find(country="US", kind="gambling")] == [
        "us-problem-gambling"
    ]


def test_a_kind_that_a_country_lacks_still_leads_to_somebody() -> None:
    found = rules.find(country="NL", kind="gambling")
    assert [entry.id for entry in found[:2]] == ["nl-emergency-112", "nl-113"]
    assert found[2:] == INTERNATIONAL[1:]


def test_the_directory_is_read_once() -> None:
    assert rules.load_directory() is rules.load_directory()


def test_the_age_of_an_entry_is_counted_from_the_day_its_source_was_read() -> None:
    entry = rules.find(country="PT")[0]
    assert rules.age_days(resource=entry, today=entry.verified_on) == 0
    assert rules.age_days(resource=entry, today=entry.verified_on + timedelta(days=180)) == 180
    assert rules.age_days(resource=entry, today=entry.verified_on - timedelta(days=1)) == 0


def test_an_entry_is_old_only_after_the_last_day_of_its_term() -> None:
    assert rules.older_than(days=180, today=READ_ON + timedelta(days=180)) == ()
    old = rules.older_than(days=180, today=date(9999, 12, 31))
    assert set(old) == set(rules.load_directory())


# --- when help is due --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("craving", "confidence", "due"),
    [
        (8, None, True),
        (10, 10, True),
        (7, 3, False),
        (7, None, False),
        (None, 2, True),
        (0, 0, True),
        (None, 3, False),
        (0, 10, False),
        (None, None, False),
    ],
)
def test_help_is_due_at_a_strong_craving_or_a_low_confidence(
    craving: int | None, confidence: int | None, due: bool
) -> None:
    assert rules.help_is_due(craving=craving, confidence=confidence) is due


# --- safety texts ------------------------------------------------------------------------------


def test_after_use_of_opioids_the_text_says_that_tolerance_is_lower() -> None:
    told = rules.safety_text(category="opioids", moment="after_use", language="en")
    assert told is not None
    assert told[0] == "opioids_tolerance"
    assert "tolerates less" in told[1]
    assert "naloxone" in told[1]


def test_starting_an_opioid_tracker_shows_no_safety_text() -> None:
    assert rules.safety_text(category="opioids", moment="starting", language="en") is None


@pytest.mark.parametrize("category", ["alcohol", "benzodiazepines"])
@pytest.mark.parametrize("moment", list(Moment))
def test_stopping_alcohol_or_benzodiazepines_suddenly_is_warned_of_at_both_moments(
    category: str, moment: Moment
) -> None:
    told = rules.safety_text(category=category, moment=moment, language="en")
    assert told is not None
    assert "stopping suddenly" in told[1]
    assert "dangerous" in told[1]
    assert "doctor" in told[1]


@pytest.mark.parametrize("category", ["cannabis", "gambling", "self_harm", "own", "no such thing"])
@pytest.mark.parametrize("moment", list(Moment))
def test_other_categories_carry_no_safety_text(category: str, moment: Moment) -> None:
    assert rules.safety_text(category=category, moment=moment, language="en") is None


def test_an_unknown_moment_shows_nothing() -> None:
    assert rules.safety_text(category="alcohol", moment="at_noon", language="en") is None


@pytest.mark.parametrize("known", SAFETY_TEXTS.values(), ids=lambda known: known.key)
def test_a_safety_text_exists_in_every_language_and_differs_in_each(
    known: SafetyText,
) -> None:
    assert set(known.texts) == set(LANGUAGES)
    assert len(set(known.texts.values())) == len(LANGUAGES)


@pytest.mark.parametrize("name", INTROS)
def test_the_sentence_above_the_help_exists_in_every_language(name: str) -> None:
    assert set(INTROS[name]) == set(LANGUAGES)
    assert len(set(INTROS[name].values())) == len(LANGUAGES)
    assert getattr(rules, f"{name}_intro")(language="de-AT") == INTROS[name]["de"]


def test_nobody_who_helps_is_told_to_send_others_to_a_door_unless_a_life_is_in_danger() -> None:
    assert "If their life is in danger" in HELPING_INTRO["en"]
    assert "police" not in HELPING_INTRO["en"].lower()


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("pt-BR", "pt"),
        ("PT", "pt"),
        ("es_MX", "es"),
        ("de", "de"),
        ("fr-CA", "fr"),
        ("ja", "en"),
        ("", "en"),
        ("-", "en"),
    ],
)
def test_a_language_falls_back_to_its_root_and_then_to_english(tag: str, language: str) -> None:
    assert rules.language_of(tag) == language


@pytest.mark.parametrize("name", EVERY_TEXT)
def test_no_text_uses_a_stigmatising_word(name: str) -> None:
    assert not STIGMATISING.search(EVERY_TEXT[name])


@pytest.mark.parametrize(
    "word", ["relapse", "addicted", "Rückfall", "recaída", "toxicomane", "viciado", "clean"]
)
def test_the_word_list_would_notice(word: str) -> None:
    assert STIGMATISING.search(f"… {word}.")
