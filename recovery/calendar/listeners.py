"""What the members area's facts mean for the calendar."""

from recovery.calendar import services
from recovery.kernel import events
from recovery.members.events import DaysMoved, MemberJoined


def subscribe() -> None:
    """Write a zone fact for every new member and every move."""
    events.subscribe(fact=MemberJoined, handler=services.begin_days)
    events.subscribe(fact=DaysMoved, handler=services.move_days)
