"""E-mailed codes. The rows are the promise; this sends them, and never inside a request."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.core.mail import EmailMessage

from notifications import hints
from recovery.members.services import email_codes

log = logging.getLogger("notifications.mail")

# No letter is begun later than this; one takes up to 10 s (EMAIL_TIMEOUT) for each answer that the
# mail server is slow with. Then a hint goes to the end of the queue, behind what waits there.
MAIL_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Wording:
    """A letter in one language. It says nothing of what this is, nor whose account it is for."""

    subject: str
    text: str


WORDINGS = {
    "en": Wording(
        "Your code",
        "Your code is {code}\n\nIt works for 15 minutes. If you did not ask for it, there is "
        "nothing you need to do.\n",
    ),
    "es": Wording(
        "Tu código",
        "Tu código es {code}\n\nSirve durante 15 minutos. Si no lo has pedido, no tienes que "
        "hacer nada.\n",
    ),
    "fr": Wording(
        "Votre code",
        "Votre code est {code}\n\nIl est valable 15 minutes. Si vous ne l’avez pas demandé, vous "
        "n’avez rien à faire.\n",
    ),
    "de": Wording(
        "Ihr Code",
        "Ihr Code ist {code}\n\nEr gilt 15 Minuten. Wenn Sie ihn nicht angefordert haben, müssen "
        "Sie nichts tun.\n",
    ),
    "pt": Wording(
        "Seu código",
        "Seu código é {code}\n\nEle vale por 15 minutos. Se você não o pediu, não precisa fazer "
        "nada.\n",
    ),
}


def anything_due(*, now: datetime) -> bool:
    """Tell whether there is a letter to send and a server to send it with; one query."""
    return bool(settings.EMAIL_URL) and email_codes.anything_due(now=now)


def send_due_codes(*, now: datetime, passed: Callable[[], float] = monotonic) -> int:
    """Send the codes that are due and return how many left.

    Begins letters for 10 s and then leaves a hint for the rest. A letter is leased while it is
    sent, from the moment that it is begun; one that does not leave is tried again after the lease,
    until its code is too old. ``passed`` counts seconds, from any beginning.
    """
    if not settings.EMAIL_URL:
        return 0
    began = passed()
    moment = now
    sent = 0
    while (letter := email_codes.take_next(now=moment)) is not None:
        try:
            if _leaves(letter):
                email_codes.settle(letter=letter)
                sent += 1
        except OSError as error:
            # The server; the other letters would wait for it as long, so they wait in their rows.
            log.warning("the mail server is out of reach: %s", type(error).__name__)
            break
        seconds = passed() - began
        if seconds > MAIL_SECONDS:
            hints.send_mail_soon()
            break
        # A lease counts from when its own letter begins, not from when the first one did.
        moment = now + timedelta(seconds=seconds)
    return sent


def _leaves(letter: email_codes.Letter) -> bool:
    """Hand a letter over; tell whether its address was taken. Raises OSError for the server."""
    try:
        _message(letter).send()
    except (smtplib.SMTPRecipientsRefused, ValueError) as error:
        # This address only. Errors quote addresses, so only their kinds are logged.
        log.warning("a letter was refused: %s", type(error).__name__)
        return False
    return True


def _message(letter: email_codes.Letter) -> EmailMessage:
    wording = WORDINGS[letter.locale]
    return EmailMessage(
        subject=wording.subject,
        body=wording.text.format(code=letter.code),
        from_email=settings.EMAIL_FROM,
        to=[letter.address],
        headers={"Auto-Submitted": "auto-generated"},
    )
