"""Partners, trackers and consents for tests, made the way the program makes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from recovery.members.models import Member
from recovery.overview import consent
from recovery.partners import services as partners
from recovery.partners.models import Partnership
from recovery.sharing.models import Grant, Scope
from recovery.sharing.services import Wanted
from recovery.sobriety.models import Category, Tracker, TrackerMode, Trigger
from recovery.sobriety.services import trackers, uses

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STATUS = Wanted(scope=Scope.CHECK_IN_STATUS)


def make_partners(inviter: Member, other: Member, *, now: datetime = NOW) -> Partnership:
    """Two members, linked by an invite of the first that the second accepted."""
    code = partners.invite(member_id=inviter.id, invite_id=None, now=now).code
    return partners.accept(member_id=other.id, code=code, now=now).partnership


def make_clock(
    owner: Member, *, name: str = "Evenings", days: int = 41, now: datetime = NOW
) -> Tracker:
    """An abstinence tracker that started so many times 24 hours ago."""
    tracker, _ = trackers.create(
        member=owner,
        tracker_id=None,
        new=trackers.NewTracker(
            name=name,
            mode=TrackerMode.ABSTINENCE,
            category=Category.ALCOHOL,
            started_at=now - timedelta(days=days),
        ),
        now=now,
    )
    return tracker


def report_use(tracker: Tracker, *, at: datetime, now: datetime = NOW) -> None:
    """The owner says that they used at an instant."""
    uses.report(
        member=tracker.member,
        tracker_id=tracker.id,
        event_id=None,
        used_at=at,
        resumed_at=None,
        amount=None,
        trigger=Trigger.NONE,
        note="",
        now=now,
    )


def clock_of(tracker: Tracker) -> Wanted:
    """The wish to show the clock of a tracker."""
    return Wanted(scope=Scope.SOBER_CLOCK, item_id=tracker.id)


def share(
    owner: Member, partnership: Partnership, *wanted: Wanted, now: datetime = NOW
) -> list[Grant]:
    """Let the other side see exactly this."""
    return consent.share(owner_id=owner.id, partnership_id=partnership.id, wanted=wanted, now=now)


def progress_path(linked: Partnership) -> str:
    """The address of what a partner shows."""
    return f"/api/v1/partners/{linked.id}/progress"


def grants_path(linked: Partnership) -> str:
    """The address of one's own consents towards a partner."""
    return f"/api/v1/partners/{linked.id}/grants"


def without_request_id(response: Any) -> dict[str, Any]:
    """A problem without what differs in every answer."""
    return {name: value for name, value in response.json().items() if name != "request_id"}
