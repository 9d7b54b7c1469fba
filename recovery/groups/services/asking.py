"""Asking to be let in, and the answer."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import UUID

from recovery.blocks import queries as blocks
from recovery.groups import queries, rules
from recovery.groups.choices import JoinPolicy, JoinRequestState
from recovery.groups.events import JoinRequested
from recovery.groups.models import Group, GroupMembership, JoinRequest
from recovery.groups.refusals import AskedAlready, NotOpen, TooManyGroups
from recovery.groups.services.entering import (
    Profile,
    check_guidelines,
    enter,
    is_alias_taken,
)
from recovery.groups.services.joining import BY_INVITE, findable, refuse_members
from recovery.groups.services.locking import lock
from recovery.kernel import changes, events, rows, sealing
from recovery.kernel.errors import Missing
from recovery.kernel.ids import new_id

MOST_OPEN_REQUESTS = 10
# Long enough that a "no" is not asked for every day, short enough for a second thought.
AFTER_A_NO = timedelta(days=7)
TABLE = "join_requests"


def ask(
    *,
    member_id: UUID,
    group_id: UUID,
    profile: Profile,
    message: str,
    request_id: UUID | None,
    now: datetime,
) -> tuple[JoinRequest, bool]:
    """Ask to be let in to a listed group; return the request and whether it is new.

    Whether the alias is taken is not said to somebody outside; who is let in under a taken one
    gets a number behind it. Who was removed from an open group asks too. Raises Missing for a group
    that is not listed, NotOpen for one that is joined otherwise, GuidelinesOutdated, JoinedAlready,
    AskedAlready while one is open and for a week after a "no", TooManyGroups, Invalid, IdTaken.
    """
    profile = replace(profile, alias=rules.clean_alias(profile.alias))
    with changes.write(member_id=member_id, now=now) as log:
        sealer = sealing.for_member(member_id=member_id)
        digest = sealer.digest([group_id, asdict(profile), message])
        group = findable(member_id=member_id, group_id=group_id)
        known = rows.replayed(JoinRequest, row_id=request_id, member_id=member_id, digest=digest)
        if known is not None:
            return known, False
        refuse_members(member_id=member_id, group_id=group_id)
        _refuse_without_asking(group, member_id=member_id)
        check_guidelines(group=group, version=profile.guidelines_version)
        _refuse_often(member_id=member_id, group_id=group_id, now=now)
        made = JoinRequest(
            id=request_id or new_id(),
            member_id=member_id,
            group=group,
            alias=profile.alias,
            symbol=profile.symbol,
            colour=profile.colour,
            listens=profile.listens,
            shown=profile.shown,
            guidelines_version=profile.guidelines_version,
            body_digest=digest,
            created_at=now,
        )
        made.message = sealer.seal(message, label=queries.MESSAGE_LABEL, row_id=made.id)
        rows.insert(made)
        log.add(table=TABLE, row_id=made.id, version=1, fields=["group", "alias"])
        events.publish(
            fact=JoinRequested(
                group_id=group_id,
                request_id=made.id,
                decider_ids=_deciders(group_id=group_id, asks=member_id),
                at=now,
            )
        )
    return made, True


def withdraw(*, member_id: UUID, group_id: UUID, request_id: UUID, now: datetime) -> None:
    """Take one's request back; once withdrawn, nothing more happens.

    Raises Missing for one that was answered or is not theirs.
    """
    with changes.write(member_id=member_id, now=now) as log:
        mine: JoinRequest = JoinRequest.objects.owned_by(member_id).one(
            id=request_id, group_id=group_id
        )
        if mine.state == JoinRequestState.WITHDRAWN:
            return
        if not _settle(mine, to=JoinRequestState.WITHDRAWN, log=log, now=now):
            raise Missing()


def approve(*, member_id: UUID, group_id: UUID, request_id: UUID, now: datetime) -> queries.Person:
    """Let somebody in; return them as the one who decided sees them.

    Two who decide at once let them in once. Raises Missing for a request that was declined, taken
    back or is unknown, NotYourRole for who does not run the group, GroupFull, TooManyGroups.
    """
    queries.running(member_id=member_id, group_id=group_id)
    found = _request(group_id=group_id, request_id=request_id)
    with changes.together(member_ids=[member_id, found.member_id], now=now) as logs:
        group = lock(group_id=group_id)
        mine = queries.running(member_id=member_id, group_id=group_id)
        found = _request(group_id=group_id, request_id=request_id)
        if found.state == JoinRequestState.OPEN:
            enter(
                group=group,
                member_id=found.member_id,
                profile=_profile(found),
                log=logs[found.member_id],
                now=now,
                approved=True,
            )
            logs[found.member_id].add(
                table=TABLE, row_id=found.id, version=found.version + 1, fields=["state"]
            )
        elif found.state != JoinRequestState.APPROVED:
            raise Missing()
        joined = GroupMembership.objects.active().of(found.member_id).filter(group_id=group_id)
        membership_id = joined.values_list("id", flat=True).first()
        if membership_id is None:
            raise Missing()
    return queries.seen_member(viewer=mine, membership_id=membership_id)


def decline(*, member_id: UUID, group_id: UUID, request_id: UUID, now: datetime) -> None:
    """Say no, without a reason; once declined, nothing more happens.

    Raises Missing for a request that was approved, taken back or is unknown, NotYourRole.
    """
    queries.running(member_id=member_id, group_id=group_id)
    found = _request(group_id=group_id, request_id=request_id)
    with changes.together(member_ids=[member_id, found.member_id], now=now) as logs:
        queries.running(member_id=member_id, group_id=group_id)
        found = _request(group_id=group_id, request_id=request_id)
        if found.state == JoinRequestState.DECLINED:
            return
        log = logs[found.member_id]
        if not _settle(found, to=JoinRequestState.DECLINED, log=log, now=now):
            raise Missing()


def _request(*, group_id: UUID, request_id: UUID) -> JoinRequest:
    found: JoinRequest = JoinRequest.objects.filter(member__deleted_at__isnull=True).one(
        id=request_id, group_id=group_id
    )
    return found


def _settle(
    request: JoinRequest, *, to: JoinRequestState, log: changes.ChangeLog, now: datetime
) -> bool:
    """Settle an open request, whose owner's lock the caller holds; tell whether it was open."""
    if request.state != JoinRequestState.OPEN:
        return False
    request.state, request.settled_at = to, now
    request.alias, request.message = "", b""
    request.version += 1
    request.save(update_fields=["state", "settled_at", "alias", "message", "version"])
    log.add(table=TABLE, row_id=request.id, version=request.version, fields=["state"])
    return True


def _profile(request: JoinRequest) -> Profile:
    def taken(key: str) -> bool:
        return is_alias_taken(group_id=request.group_id, key=key)

    return Profile(
        alias=rules.free_alias(request.alias, taken=taken),
        symbol=request.symbol,
        colour=request.colour,
        guidelines_version=request.guidelines_version,
        shown=request.shown,
        listens=request.listens,
    )


def _refuse_without_asking(group: Group, *, member_id: UUID) -> None:
    """Raise NotOpen, with the way that there is, unless the member has to ask."""
    if group.join_policy == JoinPolicy.INVITE:
        raise NotOpen(BY_INVITE)
    if group.join_policy == JoinPolicy.OPEN and not queries.removed_from(
        group_id=group.id, member_ids=[member_id]
    ):
        raise NotOpen("This group is open: join it, there is no need to ask.")


def _refuse_often(*, member_id: UUID, group_id: UUID, now: datetime) -> None:
    mine = JoinRequest.objects.owned_by(member_id)
    waiting = mine.filter(state=JoinRequestState.OPEN)
    declined = mine.filter(state=JoinRequestState.DECLINED, settled_at__gt=now - AFTER_A_NO)
    if waiting.filter(group_id=group_id).exists():
        raise AskedAlready()
    if declined.filter(group_id=group_id).exists():
        raise AskedAlready(declined=True)
    if waiting.count() >= MOST_OPEN_REQUESTS:
        raise TooManyGroups(f"{MOST_OPEN_REQUESTS} requests of yours wait for an answer.")


def _deciders(*, group_id: UUID, asks: UUID) -> tuple[UUID, ...]:
    """Return the accounts of those who may decide; nobody hears of somebody whom they blocked."""
    everybody = [one.account_id for one in queries.facilitators_of(group_id=group_id)]
    blocked = blocks.blocked_pairs(pairs=[(one, asks) for one in everybody])
    return tuple(sorted(one for one in everybody if (one, asks) not in blocked))
