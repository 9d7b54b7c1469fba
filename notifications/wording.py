"""What a notification says: the same words in every push, and a text per kind in the inbox.

A push says one neutral sentence under one pair of keys, whatever its kind: a lock screen is public,
and Google and Apple pass it on. What it is about stands in the inbox, behind the phone's lock. No
text names a person: a name that its owner changes or deletes must not live on in somebody's inbox.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxText:
    """What the inbox shows; an app with its own texts goes by the key."""

    text_key: str
    title: str
    body: str


NEUTRAL: Mapping[Language, Text] = {
    Language.EN: Text("A moment for you", "Open the app when you are ready."),
    Language.ES: Text("Un momento para ti", "Abre la aplicación cuando quieras."),
    Language.FR: Text("Un moment pour toi", "Ouvre l’application quand tu veux."),
    Language.DE: Text("Ein Moment für dich", "Öffne die App, wenn es dir passt."),
    Language.PT: Text("Um momento para você", "Abra o aplicativo quando quiser."),
}

INBOX: Mapping[Kind, Mapping[Language, Text]] = {
    Kind.CHECK_IN_REMINDER: {
        Language.EN: Text("Time for your check-in", "A minute for yourself: how is today?"),
        Language.ES: Text("Hora de tu registro", "Un minuto para ti: ¿cómo va el día?"),
        Language.FR: Text("L’heure de ton point", "Une minute pour toi : comment ça va ?"),
        Language.DE: Text("Zeit für deinen Check-in", "Eine Minute für dich: Wie ist der Tag?"),
        Language.PT: Text("Hora do seu registro", "Um minuto para você: como está o dia?"),
    },
    Kind.PARTNER_JOINED: {
        Language.EN: Text(
            "You have a new partner",
            "Your invite was accepted. Nothing is shared until you choose what.",
        ),
        Language.ES: Text(
            "Tienes una nueva conexión",
            "Tu invitación fue aceptada. No se comparte nada hasta que tú elijas qué.",
        ),
        Language.FR: Text(
            "Tu as un nouveau lien",
            "Ton invitation a été acceptée. Rien n’est partagé tant que tu n’as pas choisi.",
        ),
        Language.DE: Text(
            "Du hast eine neue Verbindung",
            "Deine Einladung wurde angenommen. Nichts wird geteilt, bis du es auswählst.",
        ),
        Language.PT: Text(
            "Você tem uma nova conexão",
            "Seu convite foi aceito. Nada é compartilhado até que você escolha o quê.",
        ),
    },
    Kind.NEW_SESSION: {
        Language.EN: Text(
            "New sign-in to your account",
            "If that was you, there is nothing to do. If not, end that session and change your"
            " password.",
        ),
        Language.ES: Text(
            "Nuevo inicio de sesión en tu cuenta",
            "Si fuiste tú, no hay nada que hacer. Si no, cierra esa sesión y cambia tu contraseña.",
        ),
        Language.FR: Text(
            "Nouvelle connexion à ton compte",
            "Si c’était toi, il n’y a rien à faire. Sinon, ferme cette session et change ton"
            " mot de passe.",
        ),
        Language.DE: Text(
            "Neue Anmeldung bei deinem Konto",
            "Wenn du das warst, ist nichts zu tun. Wenn nicht, beende diese Sitzung und ändere"
            " dein Passwort.",
        ),
        Language.PT: Text(
            "Novo acesso à sua conta",
            "Se foi você, não é preciso fazer nada. Se não, encerre essa sessão e mude sua senha.",
        ),
    },
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


def inbox_text(*, kind: Kind, locale: str) -> InboxText:
    """Return what the inbox says of this kind, and the key by which an app may say it itself."""
    text = INBOX[kind][language_of(locale=locale)]
    return InboxText(text_key=f"inbox_{kind}", title=text.title, body=text.body)
