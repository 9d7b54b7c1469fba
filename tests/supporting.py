"""People who agreed to be asked for support, made the way the program makes them."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from recovery.groups.models import GroupMembership
from recovery.groups.services import joining
from recovery.members.models import Member
from recovery.partners import sides
from recovery.partners.models import Partnership
from recovery.sharing.models import Scope
from recovery.sharing.services import Wanted
from recovery.support.models import SupportRequest
from recovery.support.requests import opening
from tests.factories import make_member
from tests.partnering import NOW, make_partners, share

REQUESTS = Wanted(scope=Scope.SUPPORT_REQUESTS)
CONTACT = Wanted(scope=Scope.CONTACT)
PATH = "/api/v1/support-requests"


ANY_HOUR = ("00:00", "23:59:59.999999")


def agree(
    helper: Member,
    linked: Partnership,
    *,
    hours: tuple[str, str] | None = None,
    woken: bool = False,
    now: datetime = NOW,
) -> None:
    """The helper says that this partner may ask them, in these hours or at any."""
    start, end = (time.fromisoformat(one) for one in hours or ANY_HOUR)
    sides.change_settings(
        member_id=helper.id,
        partnership_id=linked.id,
        changed={
            "answers_support": True,
            "support_from": start,
            "support_to": end,
            "may_be_woken": woken,
        },
        now=now,
    )


def make_supporter(
    asker: Member,
    helper: Member | str,
    *extra: Wanted,
    zone: str = "Europe/Berlin",
    now: datetime = NOW,
    **chosen: Any,
) -> tuple[Member, Partnership]:
    """A partner who agreed to be asked, and to whom the asker gave that consent."""
    member = make_member(handle=helper, time_zone=zone) if isinstance(helper, str) else helper
    linked = make_partners(asker, member, now=now)
    agree(member, linked, now=now, **chosen)
    share(asker, linked, REQUESTS, *extra, now=now)
    return member, linked


def make_supporters(asker: Member, *names: str, now: datetime = NOW) -> dict[str, Member]:
    """Several of them, by name."""
    return {name: make_supporter(asker, name, now=now)[0] for name in names}


def facilitate(membership: GroupMembership, *, hours: tuple[str, str] | None = None) -> None:
    """Whoever runs a group agrees to be asked by its members."""
    assert membership.member_id
    start, end = (time.fromisoformat(one) for one in hours or ANY_HOUR)
    joining.change_own(
        member_id=membership.member_id,
        group_id=membership.group_id,
        changed={"answers_support": True, "support_from": start, "support_to": end},
        now=NOW,
    )


def ask(
    asker: Member, *, text: str = "Please call", groups: tuple[Any, ...] = (), now: datetime = NOW
) -> SupportRequest:
    """The asker needs support now."""
    return opening.open_request(
        member=asker, request_id=None, text=text, group_ids=groups, now=now
    )[0]


def asked(request: SupportRequest) -> set[str | None]:
    """The handles of all whom a request was made to."""
    return {one.helper.handle for one in request.asks.select_related("helper") if one.helper}
