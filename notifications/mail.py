"""E-mailed codes. The rows are the promise; this sends them, and never inside a request."""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage

from recovery.members.services import email_codes

log = logging.getLogger("notifications.mail")

# One letter takes up to 10 s (EMAIL_TIMEOUT) on a bad day; the tick comes again in 15 s.
LETTERS_A_CALL = 20


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


def send_due_codes(*, now: datetime) -> int:
    """Send the codes that are due and return how many left.

    A letter is leased while it is sent; one that does not leave is tried again after the lease,
    until its code is too old.
    """
    if not settings.EMAIL_URL:
        return 0
    sent = 0
    for _ in range(LETTERS_A_CALL):
        letter = email_codes.take_next(now=now)
        if letter is None:
            break
        try:
            _message(letter).send()
        except (smtplib.SMTPRecipientsRefused, ValueError) as error:
            # This address only. Errors quote addresses, so only their kinds are logged.
            log.warning("a letter was refused: %s", type(error).__name__)
            continue
        except OSError as error:
            # The server; the other letters would wait for it as long, so they wait in their rows.
            log.warning("the mail server is out of reach: %s", type(error).__name__)
            break
        email_codes.settle(letter=letter)
        sent += 1
    return sent


def _message(letter: email_codes.Letter) -> EmailMessage:
    wording = WORDINGS[letter.locale]
    return EmailMessage(
        subject=wording.subject,
        body=wording.text.format(code=letter.code),
        from_email=settings.EMAIL_FROM,
        to=[letter.address],
        headers={"Auto-Submitted": "auto-generated"},
    )
