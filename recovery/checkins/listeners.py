"""What moved bridges mean for streaks."""

from recovery.calendar.events import BridgesMoved
from recovery.checkins import streaks
from recovery.kernel import events


def subscribe() -> None:
    """Fold a member's streak anew whenever the dates that bridge it have changed."""
    events.subscribe(fact=BridgesMoved, handler=streaks.rebuild_after)
