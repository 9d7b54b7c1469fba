"""When a helper may be asked: plain Python, by the clock on the helper's own wall.

Rules: issue text and design, "Sharing": only within hours that the helper chose; being woken is
their opt-in for one person. A range is what the clock shows, not a stretch of real time: in a night
in which an hour is shown twice it holds both times, and an hour that is skipped is nobody's. So
nothing needs computing over a change of clocks, and nobody is asked while their clock says sleep.
"""

from __future__ import annotations

from datetime import datetime, time

from recovery.kernel import days

# Who agreed to answer and chose no hours is asked while most people are awake, and never woken.
WAKING = (time(8), time(22))


def within(*, now: datetime, zone: str, start: time | None, end: time | None) -> bool:
    """Tell whether the clock in a zone shows a time from ``start`` up to, not including, ``end``.

    A range that ends before it starts goes over midnight; one that ends where it starts is the
    whole day. Without both ends it is from 08:00 to 22:00. To the second; ``zone`` is an IANA name
    or a stored offset. Raises UnknownZone for anything else.
    """
    first, last = (start, end) if start is not None and end is not None else WAKING
    shown = now.astimezone(days.zone(zone)).time()
    if first == last:
        return True
    if first < last:
        return first <= shown < last
    return shown >= first or shown < last
