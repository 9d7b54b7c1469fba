"""What a change of zone or day start means for what shows of a clock."""

from recovery.kernel import events
from recovery.members.events import DaysMoved
from recovery.sobriety.services import projections


def subscribe() -> None:
    """Keep the sober weeks that show from falling when a member moves.

    To be called after the calendar's, so that the move is on record already.
    """
    events.subscribe(fact=DaysMoved, handler=projections.keep_weeks)
