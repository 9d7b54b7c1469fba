"""Every kind says something in every language, and a lock screen learns nothing from it."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from notifications import fcm, wording
from notifications.pushes import AddressKind, Platform, Push, collapse_id
from notifications.wording import Kind, Language, Text, Wording
from tests.notifications.pushing import a_push

NOW = datetime(2025, 3, 9, 7, 29, tzinfo=UTC)
EVERY_TEXT = [
    (kind, column.name, language)
    for kind in Kind
    for column in dataclasses.fields(Wording)
    for language in Language
]


def test_the_table_has_an_entry_for_every_kind_and_no_other() -> None:
    assert set(wording.WORDING) == set(Kind)


@pytest.mark.parametrize(("kind", "column", "language"), EVERY_TEXT)
def test_no_kind_lacks_a_column_or_a_language(kind: Kind, column: str, language: Language) -> None:
    text: Text = getattr(wording.WORDING[kind], column)[language]

    assert text.title.strip() == text.title != ""
    assert text.body.strip() == text.body != ""
    assert text.body[-1] in ".?"
    assert "{" not in text.title + text.body, "a text with a gap could be filled with a name"
    assert len(text.title) <= 50
    assert len(text.body) <= 150


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("column", ["push", "inbox"])
def test_no_language_repeats_another(kind: Kind, column: str) -> None:
    texts = getattr(wording.WORDING[kind], column)
    assert len({text.body for text in texts.values()}) == len(Language)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_looks_the_same_on_a_lock_screen(kind: Kind) -> None:
    for language in Language:
        text = wording.push_text(kind=kind, locale=language)
        assert (text.title, text.body) == dataclasses.astuple(wording.NEUTRAL[language])
    assert wording.push_text(kind=kind, locale="en").title == "A moment for you"
    assert wording.push_text(kind=kind, locale="en").body == "Open the app when you are ready."


@pytest.mark.parametrize("kind", Kind)
def test_keys_are_names_that_string_files_take(kind: Kind) -> None:
    text = wording.push_text(kind=kind, locale="en")
    inbox = wording.inbox_text(kind=kind, locale="en")
    for key in (text.title_loc_key, text.body_loc_key, inbox.text_key):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", key)
    assert len({text.title_loc_key, text.body_loc_key, inbox.text_key}) == 3


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
    for entry in wording.WORDING.values():
        for column in dataclasses.fields(Wording):
            for text in getattr(entry, column.name).values():
                assert not unkind.search(f"{text.title} {text.body}")


def strings_in(value: object) -> set[str]:
    if isinstance(value, dict):
        return {found for part in value.values() for found in strings_in(part)}
    return {str(value)}


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", Language)
def test_a_payload_holds_one_opaque_id_and_fixed_words_and_nothing_else(
    kind: Kind, language: Language, platform: Platform
) -> None:
    """Whatever a member wrote cannot be in a payload, because nothing in it varies with them."""
    text = wording.push_text(kind=kind, locale=language)
    push: Push = a_push(
        kind=kind,
        platform=platform,
        expires_at=NOW + timedelta(hours=2),
        **dataclasses.asdict(text),
    )
    payload = json.loads(str(fcm.message(push, now=NOW)))

    assert payload["data"] == {"notification_id": str(push.notification_id)}
    assert strings_in(payload) <= {
        *(str(push.notification_id), collapse_id(notification_id=push.notification_id)),
        *dataclasses.astuple(text),
        push.address,
        *("7200s", "7200", str(int(push.expires_at.timestamp()))),
        *("normal", "PRIVATE", "nudges", "alert", "5", "default", "active"),
    }
    assert kind not in str(payload.get("data"))
    assert push.address_kind is AddressKind.FID
