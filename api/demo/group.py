"""Load the demo group, once, and sign in as its members."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from api.auth import tokens
from api.config import environment
from api.demo import cast
from api.demo.circle import Circle
from api.demo.life import ADDRESS, Life
from api.demo.links import Link
from api.demo.people import DAYS
from api.demo.promises import Promises
from recovery.kernel import days
from recovery.members import queries
from recovery.members.models import Member
from recovery.members.services import logins, passwords

EVERY = timedelta(days=20)  # how much of the past lies between two words of progress
_DEVICE = "Demo"


class NotOurs(Exception):
    """Somebody else goes by a handle of the demo group, or its password file is another one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A way in: a member's handle and an access token of ten minutes."""

    handle: str
    access: str


def password(*, data_dir: Path) -> str:
    """Return the one password of all members of the group, made at the first call."""
    path = data_dir / environment.SECRETS / "demo.password"
    return environment.secret_file(
        path=path, fresh=lambda: "-".join(secrets.token_hex(3) for _ in range(3))
    )


def is_loaded(*, password: str) -> bool:
    """Tell whether the group is there. Raises NotOurs for another member under its first handle."""
    lead = queries.called(handle=cast.LEAD.handle)
    if lead is None:
        return False
    fits, _ = passwords.verify(password=password, encoded=lead.password)
    if not fits:
        raise NotOurs(f"A member called {lead.handle} is there who does not belong to the demo.")
    return True


def load(*, password: str, now: datetime, say: Callable[[str], None]) -> None:
    """Live through the last 120 days; all of it or nothing. ``say`` is told how far it is.

    Raises HandleTaken when somebody else goes by one of the handles.
    """
    lives = {
        person.handle: Life(
            person=person,
            today=days.local_date(now, zone=person.zone, day_start_hour=person.day_start_hour),
            password=password,
        )
        for person in cast.PEOPLE
    }
    links = [Link(pair, lives[pair.inviter], lives[pair.other]) for pair in cast.PAIRS]
    steps = [step for life in lives.values() for step in life.steps()]
    steps += [step for link in links for step in link.steps(until=now)]
    promises = {handle: Promises(life) for handle, life in lives.items()}
    steps += [step for one in promises.values() for step in one.steps()]
    steps += Circle(lives=lives, promises=promises, close=links[0]).steps()
    began_at = now - timedelta(days=DAYS)
    told = began_at
    with transaction.atomic():
        for step in sorted(steps, key=lambda step: step.at):
            if step.at > now:
                break
            if step.at >= told + EVERY:
                told += EVERY
                say(f"{(told - began_at).days} of {DAYS} days …")
            step.do(step.at)
        for life in lives.values():
            life.set_deadlines(now)


def enter(*, handle: str, password: str, now: datetime) -> Entry:
    """Return a fresh token of the member's demo session, which is begun if none is open."""
    member: Member | None = queries.called(handle=handle)
    session = None
    if member is not None:
        session = queries.open_sessions(member=member, now=now).order_by("-created_at").first()
    if member is None or session is None:
        signed_in = logins.log_in(
            handle=handle, password=password, device_name=_DEVICE, address=ADDRESS, now=now
        )
        member, session = signed_in.member, signed_in.session
    return Entry(
        handle=handle,
        access=tokens.sign_access(session_id=session.id, member_id=member.id, now=now),
    )
