"""How often an account or an address may try: the generic cell rate algorithm (ITU-T I.371).

One number per key, moved by one conditional UPDATE, so that parallel tries cannot get round it.
Count before any secret is looked at, and outside of transactions that a refusal would undo.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Greatest

from recovery.kernel.errors import TooMany
from recovery.members.models import RateBucket


@dataclass(frozen=True, slots=True)
class Limit:
    """``burst`` tries at once, then one every ``seconds``."""

    kind: str
    burst: int
    seconds: float


# How long an address counts as one of the member's own after they signed in from it.
KNOWN_FOR = timedelta(days=90)

# One every 90 seconds is 960 guesses a day: nothing against ten signs, and no long lockout for
# the member whose handle somebody else keeps trying.
LOGIN_BY_ACCOUNT = Limit("login.account", burst=10, seconds=90)
# Where the member signed in before they have tries of their own: strangers who know the handle use
# up those above, and cannot keep the member out at home.
LOGIN_BY_KNOWN_PLACE = Limit("login.place", burst=10, seconds=90)
# A group behind one address signs in together after an outage; 30 at once lets it.
LOGIN_BY_ADDRESS = Limit("login.address", burst=30, seconds=10)
RESET_BY_ACCOUNT = Limit("reset.account", burst=10, seconds=90)
RESET_BY_ADDRESS = Limit("reset.address", burst=30, seconds=10)
# A meeting that signs up together on one Wi-Fi, then one a minute.
JOIN_BY_ADDRESS = Limit("join.address", burst=20, seconds=60)
# Asking for the password again inside a session, against a stolen unlocked phone.
PROOF_BY_ACCOUNT = Limit("proof.account", burst=10, seconds=90)
# Operators sign in by hand and seldom.
OPERATOR_BY_ACCOUNT = Limit("operator.account", burst=10, seconds=90)
OPERATOR_BY_ADDRESS = Limit("operator.address", burst=10, seconds=30)
# Mail that strangers could be bothered with: three, then four an hour.
MAIL_BY_ACCOUNT = Limit("mail.account", burst=3, seconds=900)
MAIL_BY_RECIPIENT = Limit("mail.recipient", burst=3, seconds=900)


def count(*, limit: Limit, key: str, now: datetime) -> None:
    """Count one try of this key. Raises TooMany, with the seconds to wait, when none is left."""
    name = _name(limit, key)
    if _move(limit, name, now):
        return
    RateBucket.objects.bulk_create([RateBucket(key=name)], ignore_conflicts=True)
    if _move(limit, name, now):
        return
    next_free = (
        RateBucket.objects.filter(key=name).values_list("next_free", flat=True).first() or 0.0
    )
    wait = next_free - now.timestamp() - limit.seconds * (limit.burst - 1)
    raise TooMany(retry_after=max(1, math.ceil(wait)))


def remember_place(*, handle: str, address: str, now: datetime) -> None:
    """Remember that an account was signed in to from this address, for 90 days."""
    until = (now + KNOWN_FOR).timestamp()
    RateBucket.objects.bulk_create(
        [RateBucket(key=_name(LOGIN_BY_KNOWN_PLACE, f"known|{handle}|{address}"), next_free=until)],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["next_free"],
    )


def count_login(*, handle: str, address: str, now: datetime) -> None:
    """Count one try to sign in, by address and by account. Raises TooMany."""
    count(limit=LOGIN_BY_ADDRESS, key=address, now=now)
    known = _name(LOGIN_BY_KNOWN_PLACE, f"known|{handle}|{address}")
    if RateBucket.objects.filter(key=known, next_free__gt=now.timestamp()).exists():
        count(limit=LOGIN_BY_KNOWN_PLACE, key=f"{handle}|{address}", now=now)
    else:
        count(limit=LOGIN_BY_ACCOUNT, key=handle, now=now)


def count_operator(*, name: str, address: str, now: datetime) -> None:
    """Count one try to sign in as an operator, by address and by name. Raises TooMany."""
    count(limit=OPERATOR_BY_ADDRESS, key=address, now=now)
    count(limit=OPERATOR_BY_ACCOUNT, key=name, now=now)


def _move(limit: Limit, name: str, now: datetime) -> bool:
    at = now.timestamp()
    free = RateBucket.objects.filter(
        key=name, next_free__lte=at + limit.seconds * (limit.burst - 1)
    )
    moved = free.update(next_free=Greatest(F("next_free"), Value(at)) + limit.seconds)
    return moved == 1


def _name(limit: Limit, key: str) -> str:
    # Keyed, so that neither handles nor addresses can be read back from the table.
    text = f"{limit.kind}|{key}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()
