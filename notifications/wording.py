"""What a push says: the same words whatever its kind, in the language of its reader.

One neutral sentence under one pair of keys: a lock screen is public, and Google and Apple pass it
on. What it is about stands in the inbox, behind the phone's lock (texts/).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Every kind of notification there is."""

    CHECK_IN_REMINDER = "check_in_reminder"
    COMMITMENT_DUE = "commitment_due"
    QUIET_AHEAD = "quiet_ahead"
    PARTNER_QUIET = "partner_quiet"
    PARTNER_INVITE = "partner_invite"
    PARTNER_JOINED = "partner_joined"
    GRANT_EXPIRING = "grant_expiring"
    ENCOURAGEMENT = "encouragement"
    THANKS = "thanks"
    CONFIRMATION_ASKED = "confirmation_asked"
    COMMITMENT_CONFIRMED = "commitment_confirmed"
    SUPPORT_REQUEST = "support_request"
    SUPPORT_ANSWER = "support_answer"
    SUPPORT_REPLY = "support_reply"
    SUPPORT_NO_ANSWER = "support_no_answer"
    GROUP_REQUEST = "group_request"
    GROUP_JOINED = "group_joined"
    GROUP_OWNED = "group_owned"
    WHO_SEES_ME = "who_sees_me"
    EXPORT_READY = "export_ready"
    NEW_SESSION = "new_session"


class Language(StrEnum):
    """The languages of the texts; any other locale reads English."""

    EN = "en"
    ES = "es"
    FR = "fr"
    DE = "de"
    PT = "pt"


@dataclass(frozen=True, slots=True)
class Text:
    """A title and a sentence or two."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushText:
    """What a push carries: keys into the app's own string files, and text for an app without."""

    title_loc_key: str
    body_loc_key: str
    title: str
    body: str


Texts = Mapping[Language, Text]

NEUTRAL: Texts = {
    Language.EN: Text("A moment for you", "Open the app when you are ready."),
    Language.ES: Text("Un momento para ti", "Abre la aplicación cuando quieras."),
    Language.FR: Text("Un moment pour toi", "Ouvre l’application quand tu veux."),
    Language.DE: Text("Ein Moment für dich", "Öffne die App, wenn es dir passt."),
    Language.PT: Text("Um momento para você", "Abra o aplicativo quando quiser."),
}


def language_of(*, locale: str) -> Language:
    """Return the language to write in for a locale such as ``pt-BR`` or ``de_AT``; else English."""
    primary = re.split(r"[-_]", locale.strip().lower(), maxsplit=1)[0]
    return Language(primary) if primary in Language.__members__.values() else Language.EN


def push_text(*, locale: str) -> PushText:
    """Return what a push says; nobody asks what it is about, so that it cannot show."""
    text = NEUTRAL[language_of(locale=locale)]
    return PushText(
        # Names that Android's and Apple's string files both take.
        title_loc_key="push_neutral_title",
        body_loc_key="push_neutral_body",
        title=text.title,
        body=text.body,
    )
