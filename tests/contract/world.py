"""One of everything, owned by alice, and people in every relation to her."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from notifications import outbox
from notifications.wording import Kind
from recovery.encouragements import services as encouragements
from recovery.encouragements.models import EncouragementPreset
from recovery.groups.services import invites as group_invites
from recovery.groups.services import leaving, running
from recovery.kernel import days
from recovery.kernel.ids import new_id
from recovery.members.models import Member, Session
from recovery.members.services import passwords
from recovery.overview import blocking
from recovery.ownership import queries as ownership
from recovery.ownership.models import ExportJob, ExportState, ImportJob, ImportState
from recovery.partners import addressed, sides
from recovery.partners import services as partners
from recovery.partners.models import Partnership
from recovery.sharing.models import Scope
from recovery.sharing.services import Wanted
from recovery.sobriety.models import Tracker
from tests import grouping
from tests.circles import make_circle
from tests.conftest import MemberClient
from tests.contract.document import operations
from tests.factories import make_member, make_session
from tests.partnering import STATUS, clock_of, make_partners, share
from tests.promising import shown
from tests.supporting import REQUESTS, agree

PASSWORD = "seven-stones-9"
# Who asks: "stranger" has an account and nothing to do with the owner.
# "operator" is signed in to the operator's pages, which opens nothing here. "partner_paused" and
# "partner_blocked" were granted something: the owner shows them nothing for now, or never again.
ROLES = (
    *("anonymous", "operator", "guest", "stranger", "partner_without_grants"),
    *(f"partner_with_{scope}" for scope in Scope.values),
    *(
        "partner_paused",
        "partner_blocked",
        "ex_partner",
        "group_facilitator",
        "group_member",
        "group_listener",
        "ex_group_member",
    ),
    *("owner", "ended_session", "deleted_member"),
)
PARTNERS = tuple(role for role in ROLES if role.startswith("partner_"))
# Besides the owner, whose group it is.
IN_GROUP = ("group_facilitator", "group_member", "group_listener")
SIGNED_IN = (
    *("guest", "stranger", *PARTNERS, "ex_partner", *IN_GROUP, "ex_group_member", "owner"),
)


@dataclass
class World:
    """The owner's things by the names that addresses give them, and everybody's clients."""

    clients: dict[str, APIClient]
    things: dict[str, str]
    # The partnership of the owner with each partner, as its address.
    partnerships: dict[str, str]
    invite_code: str
    refresh: str
    # The date that it was for the owner when all this was made.
    today: date

    def path(self, operation_id: str, *, role: str = "owner") -> str:
        """Return the address of an operation on the owner's things."""
        things = {**self.things, "local_date": self.today.isoformat()}
        if "Amount" in operation_id or operation_id == "getTrackerCalendar":
            things["tracker_id"] = things["limit_id"]
        things["partner_id"] = self.partnerships.get(role, self.partnerships["ex_partner"])
        if role in ("owner", "stranger", "guest"):
            things["partner_id"] = self.partnerships["partner_without_grants"]
        if operation_id in ("acceptPartnerInvite", "declinePartnerInvite"):
            things["invite_id"] = things["received_invite_id"]
        if operation_id == "withdrawJoinRequest":
            things |= {"group_id": things["other_group"], "join_request_id": things["my_request"]}
        if operation_id == "renewGrant":
            things["partner_id"] = self.partnerships["partner_with_sober_clock"]
        address = operations()[operation_id].path.format(**things)
        if operation_id in ("getTrackerCalendar", "listOccurrences"):
            address += f"?from={self.today - timedelta(days=3)}&to={self.today}"
        return address

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Take back what happens inside."""
        with transaction.atomic():
            yield
            transaction.set_rollback(True)


def make_world() -> World:
    """Make it, inside the caller's transaction."""
    now = timezone.now()
    people = {
        role: make_member(handle=None if role == "guest" else role[:30], time_zone="UTC")
        for role in ROLES
        if role not in ("anonymous", "operator", "ended_session", "deleted_member")
    }
    sessions = {role: make_session(member=member) for role, member in people.items()}
    for name in ("ended_session", "deleted_member"):
        sessions[name] = make_session(member=make_member(handle=name))
    owner = people["owner"]
    for member in people.values():
        if member.handle:
            encoded = passwords.hash_new(password=PASSWORD, handle=member.handle, pointer="")
            Member.objects.filter(id=member.id).update(password=encoded)
    Session.objects.filter(id=sessions["ended_session"].id).update(ended_at=now)
    Member.objects.filter(id=sessions["deleted_member"].member_id).update(deleted_at=now)
    clients: dict[str, APIClient] = {
        role: MemberClient(session) for role, session in sessions.items()
    }
    clients["anonymous"] = APIClient()
    clients["operator"] = APIClient()
    clients["operator"].force_login(User.objects.create_superuser("operator"))
    things = _things(clients["owner"], owner, sessions["owner"], now=now)
    links = {role: make_partners(owner, people[role], now=now) for role in PARTNERS}
    links["ex_partner"] = make_partners(owner, people["ex_partner"], now=now)
    partners.end(member_id=owner.id, partnership_id=links["ex_partner"].id, now=now)
    tracker = Tracker.objects.get(id=things["tracker_id"])
    share(owner, links["partner_with_check_in_status"], STATUS, now=now)
    granted = share(owner, links["partner_with_sober_clock"], clock_of(tracker), now=now)
    things["grant_id"] = str(granted[0].id)
    invite = partners.invite(member_id=owner.id, invite_id=None, now=now)
    things["invite_id"] = str(invite.invite.id)
    things |= _between_partners(owner, links["partner_without_grants"], now=now)
    things |= _own_data(owner, now=now)
    things |= _group(owner, people)
    things |= _promised(clients, owner, links["partner_with_commitments"], things["group_id"])
    things |= _kindness(clients["owner"], owner, now=now)
    _share_each(owner, links, things, now=now)
    for role in ("partner_paused", "partner_blocked"):
        share(owner, links[role], STATUS, now=now)
    sides.pause(member_id=owner.id, partnership_id=links["partner_paused"].id, now=now)
    blocking.block_partner(
        member_id=owner.id,
        block_id=None,
        partnership_id=links["partner_blocked"].id,
        now=now,
    )
    helper = "partner_with_support_requests"
    things |= _support(clients["owner"], clients[helper], owner, links[helper], now=now)
    addresses = {role: str(link.id) for role, link in links.items()}
    account = {"handle": "owner", "password": PASSWORD}
    refresh = _made(APIClient().post("/api/v1/auth/login", account, "json"))["refresh"]
    today = days.local_date(now, zone=owner.time_zone)
    return World(clients, things, addresses, invite.code, refresh, today)


def _share_each(
    owner: Member, links: dict[str, Partnership], things: dict[str, str], *, now: datetime
) -> None:
    """Let each partner see the scope that the role says."""
    for scope in Scope:
        item = things.get(f"{scope.item_kind}_id")
        wanted = Wanted(scope=scope, item_id=UUID(item) if item else None)
        share(owner, links[f"partner_with_{scope}"], wanted, now=now)


def _support(
    client: APIClient, helping: APIClient, owner: Member, link: Partnership, *, now: datetime
) -> dict[str, str]:
    """A request for support of the owner's, and the thread with the one who answered it."""
    agree(link.other(owner.id), link, now=now)
    share(owner, link, REQUESTS, now=now)
    _made(client.put("/api/v1/me/contact", {"text": "Ring twice"}, "json"))
    request = _made(client.post("/api/v1/support-requests", {"text": "Please call"}, "json"))["id"]
    answered = helping.post(
        f"/api/v1/support-requests/{request}/answer", {"answer": "can_talk_later"}, "json"
    )
    return {"request_id": request, "thread_id": _made(answered)["threads"][0]["id"]}


def _promised(
    clients: dict[str, APIClient], owner: Member, link: Partnership, group_id: str
) -> dict[str, str]:
    """A commitment of the owner's, kept and confirmed today, and made to the owner's group."""
    client, partner = clients["owner"], clients["partner_with_commitments"]
    body = {"title": "A walk", "cadence": "daily"}
    walk = _made(client.post("/api/v1/commitments", body, "json"))
    entry = f"commitments/{walk['id']}/entries/{walk['start']}"
    _made(client.put(f"/api/v1/{entry}", {"state": "kept"}, "json"))
    share(owner, link, shown(walk), now=timezone.now())
    _made(partner.post(f"/api/v1/partners/{link.id}/{entry}/confirmation"))
    before = f"/api/v1/groups/{group_id}/commitments"
    made = _made(client.post(before, {"commitment": walk["id"]}, "json"))
    return {"commitment_id": walk["id"], "group_commitment_id": made["id"]}


def _own_data(owner: Member, *, now: datetime) -> dict[str, str]:
    """An export of the owner's that can be fetched, with its link, and an import that is done."""
    ready = ExportJob.objects.create(
        member=owner,
        created_at=now,
        state=ExportState.READY,
        ready_at=now,
        expires_at=now + timedelta(hours=24),
        due_at=now + timedelta(hours=24),
    )
    link = ownership.shown(job=ready, now=now).link
    assert link is not None
    done = ImportJob.objects.create(
        member=owner, created_at=now, state=ImportState.DONE, finished_at=now
    )
    return {"export_id": str(ready.id), "token": link.token, "import_id": str(done.id)}


def _between_partners(owner: Member, link: Partnership, *, now: datetime) -> dict[str, str]:
    """A letter of the owner's, somebody they blocked, and an invite that is addressed to them."""
    sides.write_letter(member_id=owner.id, partnership_id=link.id, text="Ring me.", now=now)
    unwanted = make_partners(owner, make_member(handle="unwanted"), now=now)
    block, _ = blocking.block_partner(
        member_id=owner.id, block_id=None, partnership_id=unwanted.id, now=now
    )
    mine, fellow = make_circle(owner, make_member(handle="fellow"), now=now)
    assert fellow.member_id
    received = addressed.invite(
        member_id=fellow.member_id,
        invite_id=None,
        group_id=mine.group_id,
        to=mine.id,
        now=now,
    )
    return {"block_id": str(block.id), "received_invite_id": str(received.invite.id)}


def _things(client: APIClient, owner: Member, session: Session, *, now: datetime) -> dict[str, str]:
    """Make one of each thing and return their ids by the names in addresses."""
    things = {name: str(new_id()) for name in ("installation_id", "tracker_id", "limit_id")}
    began = (now - timedelta(days=30)).isoformat()
    _made(
        client.post(
            "/api/v1/trackers",
            {
                "id": things["tracker_id"],
                "name": "Wine",
                "mode": "abstinence",
                "category": "alcohol",
                "started_at": began,
            },
            "json",
        )
    )
    limit = {"per": "day", "amount": "2", "unit": "hours", "from_date": began[:10]}
    _made(
        client.post(
            "/api/v1/trackers",
            {
                "id": things["limit_id"],
                "name": "Games",
                "mode": "reduction",
                "category": "gaming",
                "started_at": began,
                "limit": limit,
            },
            "json",
        )
    )
    used = {"used_at": (now - timedelta(days=3)).isoformat()}
    logged = {"local_date": (now - timedelta(days=1)).date().isoformat(), "amount": "1"}
    pause = {"from_date": (now + timedelta(days=9)).date().isoformat()}
    phone = {"platform": "ios", "address": "address-1"}
    trackers = "/api/v1/trackers"
    use = client.post(f"{trackers}/{things['tracker_id']}/use-events", used, "json")
    amount = client.post(f"{trackers}/{things['limit_id']}/amounts", logged, "json")
    things["event_id"] = _made(use)["use_event"]["id"]
    things["amount_id"] = _made(amount)["amount"]["id"]
    things["pause_id"] = _made(client.post("/api/v1/pauses", pause, "json"))["id"]
    reminder = client.post("/api/v1/reminders", {"local_time": "20:00"}, "json")
    things["reminder_id"] = _made(reminder)["id"]
    _made(client.put(f"/api/v1/check-ins/{now.date()}", {"mood": 4, "craving": 2}, "json"))
    _made(client.put(f"/api/v1/devices/{things['installation_id']}", phone, "json"))
    _made(client.put("/api/v1/hard-moment-plan", {"reasons": ["Mornings"]}, "json"))
    outbox.promise(
        drafts=[
            outbox.Draft(
                member_id=owner.id,
                kind=Kind.CHECK_IN_REMINDER,
                dedupe_key="world",
                local_date=now.date(),
                subject_id=new_id(),
                expires_at=now + timedelta(hours=2),
            )
        ],
        now=now,
    )
    told = client.get("/api/v1/notifications").json()["items"][0]
    return {**things, "notification_id": told["id"], "session_id": str(session.id)}


def _group(owner: Member, people: dict[str, Member]) -> dict[str, str]:
    """Make an unlisted group of the owner's, and one of somebody else whom the owner asks."""
    asker = make_member(handle="asker")
    mine = grouping.make_group(owner)
    inside = {
        role: grouping.join(people[role], mine.group_id, role, listens=role == "group_listener")
        for role in (*IN_GROUP, "ex_group_member")
    }
    grouping.facilitate(mine, inside["group_facilitator"])
    leaving.leave(
        member_id=people["ex_group_member"].id, group_id=mine.group_id, now=timezone.now()
    )
    change = {"join_policy": "approval"}
    running.change(member_id=owner.id, group_id=mine.group_id, changed=change, now=timezone.now())
    request = grouping.ask(asker, mine.group_id, "Newcomer")
    running.change(
        member_id=owner.id, group_id=mine.group_id, changed={"listed": False}, now=timezone.now()
    )
    invite = group_invites.invite(
        member_id=owner.id, group_id=mine.group_id, invite_id=None, now=timezone.now()
    )
    other = grouping.make_group(asker, join_policy="approval")
    return {
        "group_id": str(mine.group_id),
        "group_member_id": str(inside["group_member"].id),
        "join_request_id": str(request),
        "group_invite_id": str(invite.invite.id),
        "other_group": str(other.group_id),
        "my_request": str(grouping.ask(owner, other.group_id, "Newcomer")),
    }


def _kindness(client: APIClient, owner: Member, *, now: datetime) -> dict[str, str]:
    """A goal of the owner's with an amount, and an encouragement that they were given."""
    goal = {"title": "Walk to the sea", "category": "health", "target": "50"}
    made = _made(client.post("/api/v1/goals", goal, "json"))
    amount = {"local_date": now.date().isoformat(), "amount": "3"}
    logged = _made(client.post(f"/api/v1/goals/{made['id']}/progress", amount, "json"))
    cheerful = make_member(handle="cheerful")
    given, _ = encouragements.give(
        sender_id=cheerful.id,
        partnership_id=make_partners(owner, cheerful, now=now).id,
        encouragement_id=None,
        words=encouragements.Words(preset=EncouragementPreset.PROUD_OF_YOU),
        in_support=False,
        now=now,
    )
    return {
        "goal_id": made["id"],
        "progress_id": logged["progress"]["id"],
        "encouragement_id": str(given.id),
    }


def _made(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.content
    return answer.json()


def stored() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, to see later that nothing was stored."""
    return {
        model._meta.label: sorted(
            (tuple(map(str, row)) for row in model._base_manager.values_list()),
        )
        for model in apps.get_models()
    }
