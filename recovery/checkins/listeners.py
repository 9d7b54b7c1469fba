"""What moved bridges mean for streaks, and consents for silence."""

from recovery.calendar.events import BridgesMoved
from recovery.checkins import quiet, streaks
from recovery.kernel import events
from recovery.partners.events import GrantsChanged


def subscribe() -> None:
    """Fold a member's streak anew whenever the dates that bridge it have changed.

    And count silence from the date on which somebody may first hear of it.
    """
    events.subscribe(fact=BridgesMoved, handler=streaks.rebuild_after)
    events.subscribe(fact=GrantsChanged, handler=quiet.heed_grants)
