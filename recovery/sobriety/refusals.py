"""What the sobriety area refuses, each with a stable code."""

from __future__ import annotations

from recovery.kernel.errors import Conflict

MOST_TRACKERS = 50


class WrongMode(Conflict):
    """The tracker counts the other way: it has no clock, or no limit."""

    code = "wrong_mode"
    title = "This tracker does not work that way"


class TooManyTrackers(Conflict):
    """A member keeps at most fifty trackers, which bounds what "today" reads."""

    code = "too_many_trackers"
    title = f"At most {MOST_TRACKERS} trackers"
