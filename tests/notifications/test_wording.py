"""Every kind says something in every language, and a lock screen learns nothing from it."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import Q

from notifications import delivery, inbox, message, wording
from notifications.kinds import KINDS, Entry, Once
from notifications.leases import Leased
from notifications.models import Notification
from notifications.pushes import Platform, collapse_id
from notifications.wording import Kind, Language, Text

NOW = datetime(2025, 3, 9, 7, 29, tzinfo=UTC)
EVERY_TABLE = [wording.NEUTRAL, *(entry.texts for entry in KINDS.values())]


def test_every_kind_has_an_entry_with_every_column() -> None:
    """Columns have no defaults, so that an entry without one does not even load."""
    assert set(KINDS) == set(Kind)
    for column in dataclasses.fields(Entry):
        assert column.default is column.default_factory is dataclasses.MISSING, column.name
    for kind, entry in KINDS.items():
        assert isinstance(entry.urgent, bool)
        assert isinstance(entry.once, Once)
        assert timedelta(0) < entry.worth_pushing <= timedelta(hours=24), kind
        assert set(entry.texts) == set(Language), kind
        assert entry.ask([], NOW) == {}, kind
        assert isinstance(entry.shown(UUID(int=1), NOW), Q), kind


def test_no_two_kinds_say_the_same() -> None:
    for language in Language:
        said = [entry.texts[language] for entry in KINDS.values()]
        assert len(set(said)) == len(Kind)


@pytest.mark.parametrize("table", EVERY_TABLE)
@pytest.mark.parametrize("language", Language)
def test_no_table_lacks_a_language(table: Mapping[Language, Text], language: Language) -> None:
    text = table[language]

    assert text.title.strip() == text.title != ""
    assert text.body.strip() == text.body != ""
    assert text.body[-1] in ".?", text.body
    assert "{" not in text.title + text.body, "a text with a gap could be filled with a name"
    assert len(text.title) <= 50
    assert len(text.body) <= 150


@pytest.mark.parametrize("table", EVERY_TABLE)
def test_no_language_repeats_another(table: Mapping[Language, Text]) -> None:
    assert len({text.body for text in table.values()}) == len(Language)


def test_a_push_says_the_neutral_words() -> None:
    assert dataclasses.asdict(wording.push_text(locale="en")) == {
        "title_loc_key": "push_neutral_title",
        "body_loc_key": "push_neutral_body",
        "title": "A moment for you",
        "body": "Open the app when you are ready.",
    }


@pytest.mark.parametrize("kind", Kind)
def test_keys_are_names_that_string_files_take(kind: Kind) -> None:
    text = wording.push_text(locale="en")
    shown = inbox.text_of(notification=Notification(kind=kind), locale="en")
    for key in (text.title_loc_key, text.body_loc_key, shown.text_key):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", key)
    assert len({text.title_loc_key, text.body_loc_key, shown.text_key}) == 3


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("en", "en"),
        ("pt-BR", "pt"),
        ("pt_PT", "pt"),
        ("DE-at", "de"),
        ("es-419", "es"),
        ("fr-Latn-CA", "fr"),
        ("nl-BE", "en"),
        ("deu", "en"),
        ("", "en"),
    ],
)
def test_a_locale_finds_its_language_or_english(locale: str, language: str) -> None:
    assert wording.language_of(locale=locale) == language


def test_texts_are_kind_and_blame_nobody() -> None:
    unkind = re.compile(
        r"\b(relapse|clean|dirty|addict|abuse|failure|attempt|habit|streak|sober|"
        r"recaída|rechute|rückfall|limpio|propre|abstinent|nüchtern|sóbrio|sobrio|sobre)\w*",
        re.IGNORECASE,
    )
    for table in EVERY_TABLE:
        for text in table.values():
            assert not unkind.search(f"{text.title} {text.body}")


def strings_in(value: object) -> set[str]:
    if isinstance(value, dict):
        return {found for part in value.values() for found in strings_in(part)}
    return {str(value)}


def a_delivery(kind: Kind, platform: Platform, locale: str) -> Leased:
    """A delivery of this kind as the one who delivers holds it."""
    known: dict[str, object] = {
        **dict.fromkeys(Leased.__dataclass_fields__),
        "delivery_id": uuid4(),
        "notification_id": UUID("01957a3c-0000-7000-8000-000000000001"),
        "kind": kind,
        "expires_at": NOW + timedelta(hours=2),
        "member_locale": "en",
        "address": "phone-1",
        "address_kind": "fid",
        "platform": platform.value,
        "device_locale": locale,
    }
    return Leased(**known)  # type: ignore[arg-type]


def body_of(kind: Kind, platform: Platform, locale: str, *, urgent: bool = False) -> Any:
    push = dataclasses.replace(delivery._push(a_delivery(kind, platform, locale)), urgent=urgent)
    return json.loads(str(message.of(push, now=NOW)))


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("urgent", [False, True])
def test_a_payload_is_the_same_whatever_its_kind_and_names_none(
    platform: Platform, language: Language, urgent: bool
) -> None:
    bodies = [body_of(kind, platform, language, urgent=urgent) for kind in Kind]

    assert all(body == bodies[0] for body in bodies)
    written = json.dumps(bodies[0]).lower()
    for kind in Kind:
        for name in (kind, kind.replace("_", "-"), kind.replace("_", "")):
            assert name not in written
    for entry in KINDS.values():
        assert entry.texts[language].title.lower() not in written


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("language", Language)
def test_a_payload_holds_one_opaque_id_and_fixed_words_and_nothing_else(
    language: Language, platform: Platform
) -> None:
    """Whatever a member wrote cannot be in a payload, because nothing in it varies with them."""
    row = a_delivery(Kind.CHECK_IN_REMINDER, platform, language)
    payload = body_of(Kind.CHECK_IN_REMINDER, platform, language)

    assert payload["data"] == {"notification_id": str(row.notification_id)}
    assert strings_in(payload) <= {
        *(str(row.notification_id), collapse_id(notification_id=row.notification_id)),
        *dataclasses.astuple(wording.push_text(locale=language)),
        row.address,
        *("7200s", "7200", str(int(row.expires_at.timestamp()))),
        *("normal", "PRIVATE", "nudges", "alert", "5", "default", "active"),
    }
