"""Invites to a group: made by whoever runs it, accepted once by whoever brings the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from recovery.groups import queries, rules
from recovery.groups.choices import InviteState, Role
from recovery.groups.codes import code_hash, code_of
from recovery.groups.models import Group, GroupInvite, GroupMembership
from recovery.groups.refusals import InviteNotUsable, TooManyGroupInvites
from recovery.groups.services.entering import Profile, check_guidelines, enter
from recovery.groups.services.locking import Logs, lock
from recovery.kernel import changes, rows, sealing
from recovery.kernel.errors import FieldError, Invalid, Missing
from recovery.kernel.ids import new_id

LIFETIME = timedelta(hours=72)
# A code is for one person: enough for an evening at which a meeting moves here.
MOST_OPEN = 20
TABLE = "group_invites"


@dataclass(frozen=True, slots=True)
class Made:
    """An invite with its code, which is not kept; empty once the invite is no longer open."""

    invite: GroupInvite
    code: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """The membership that a code led to; not new when its acceptance was sent again."""

    membership: GroupMembership
    is_new: bool


def invite(*, member_id: UUID, group_id: UUID, invite_id: UUID | None, now: datetime) -> Made:
    """Make an invite that lives 72 hours, or return the one that this id stands for already.

    Raises Missing, NotYourRole, TooManyGroupInvites beside twenty open ones, IdTaken.
    """
    with changes.write(member_id=member_id, now=now) as log:
        queries.running(member_id=member_id, group_id=group_id)
        sealer = sealing.for_member(member_id=member_id)
        digest = sealer.digest({"to": "group", "group": group_id})
        known = rows.replayed(GroupInvite, row_id=invite_id, member_id=member_id, digest=digest)
        if known is not None:
            is_open = queries.state_of(invite=known, now=now) is InviteState.OPEN
            code = code_of(sealer=sealer, invite_id=known.id) if is_open else ""
            return Made(invite=known, code=code, is_new=False)
        mine = queries.open_invites(now=now).owned_by(member_id).filter(group_id=group_id)
        if mine.count() >= MOST_OPEN:
            raise TooManyGroupInvites("Withdraw one, or wait until it is used or expires.")
        made = GroupInvite(
            id=invite_id or new_id(),
            member_id=member_id,
            group_id=group_id,
            body_digest=digest,
            created_at=now,
            expires_at=now + LIFETIME,
        )
        code = code_of(sealer=sealer, invite_id=made.id)
        made.code_hash = code_hash(code=code)
        rows.insert(made)
        log.add(table=TABLE, row_id=made.id, version=1, fields=["expires_at"])
    return Made(invite=made, code=code, is_new=True)


def withdraw(*, member_id: UUID, group_id: UUID, invite_id: UUID, now: datetime) -> None:
    """Close an open invite; once withdrawn, nothing more happens.

    Their own, or anybody's for the owner. Raises Missing for one that was accepted, has expired or
    is not theirs to withdraw, NotYourRole.
    """
    mine = queries.running(member_id=member_id, group_id=group_id)
    theirs = queries.invites_to(group_id=group_id)
    if mine.role != Role.OWNER:
        theirs = theirs.filter(member_id=member_id)
    maker_id = theirs.filter(id=invite_id).values_list("member_id", flat=True).first()
    if maker_id is None:
        raise Missing()
    # To accept it takes the maker's lock too, so its state stays what is read here.
    with changes.write(member_id=maker_id, now=now) as log:
        found = theirs.get(id=invite_id)
        state = queries.state_of(invite=found, now=now)
        if state is InviteState.WITHDRAWN:
            return
        if state is not InviteState.OPEN:
            raise Missing()
        found.withdrawn_at = now
        found.version += 1
        found.save(update_fields=["withdrawn_at", "version"])
        log.add(table=TABLE, row_id=found.id, version=found.version, fields=["withdrawn_at"])


def accept(*, member_id: UUID, code: str, given: Mapping[str, Any], now: datetime) -> Accepted:
    """Become a member of the group that a code opens; a code works once.

    It works whatever the group's policy, unlisted groups and who was removed included: whoever
    runs the group decided so. ``given`` holds the fields of a Profile. Raises InviteNotUsable,
    always the same, for a code that is unknown, expired, used, withdrawn, of somebody who no longer
    runs the group, or brought by a member; else Invalid when something is missing from ``given``,
    GuidelinesOutdated, AliasTaken, GroupFull, TooManyGroups.
    """
    found: GroupInvite | None = GroupInvite.objects.find(code_hash=code_hash(code=code))
    if found is None or found.member_id == member_id:
        raise InviteNotUsable()
    with _of_both(member_id, found, now=now) as (logs, group):
        mine = GroupMembership.objects.active().of(member_id).filter(group_id=group.id).first()
        if mine is not None and mine.invite_id == found.id:
            mine.group = group
            return Accepted(membership=mine, is_new=False)
        claim = queries.open_invites(now=now).filter(id=found.id)
        if mine is not None or not claim.exists():
            raise InviteNotUsable()
        profile = _profile(given)
        check_guidelines(group=group, version=profile.guidelines_version)
        made = enter(
            group=group,
            member_id=member_id,
            profile=profile,
            log=logs[member_id],
            now=now,
            invite=found,
        )
        GroupInvite.objects.filter(id=found.id).update(accepted_at=now, version=F("version") + 1)
        logs[found.member_id].add(
            table=TABLE, row_id=found.id, version=found.version + 1, fields=["accepted_at"]
        )
    return Accepted(membership=made, is_new=True)


@contextmanager
def _of_both(member_id: UUID, found: GroupInvite, *, now: datetime) -> Iterator[tuple[Logs, Group]]:
    """Lock who accepts and who invited, then the group. Raises InviteNotUsable if one is gone."""
    with ExitStack() as stack:
        try:
            logs = stack.enter_context(
                changes.together(member_ids=[member_id, found.member_id], now=now)
            )
            group = lock(group_id=found.group_id)
        except Missing:
            raise InviteNotUsable() from None
        yield logs, group


def _profile(given: Mapping[str, Any]) -> Profile:
    missing = [
        name for name in ("alias", "symbol", "colour", "guidelines_version") if name not in given
    ]
    if missing:
        detail = "This code opens a group: say what you go by there, and what you accept."
        raise Invalid(
            detail,
            errors=[
                FieldError(pointer=f"/{name}", code="required", detail="This code needs it.")
                for name in missing
            ],
        )
    profile = Profile(**given)
    return replace(profile, alias=rules.clean_alias(profile.alias))
