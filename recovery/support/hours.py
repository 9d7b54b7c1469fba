"""When a helper may be asked: plain Python, by the clock on the helper's own wall.

Rules: design, "Sharing": only within hours that the helper chose; being woken is
their opt-in for one person. A range is what the clock shows, not a stretch of real time: in a night
in which an hour is shown twice it holds both times, and an hour that is skipped is nobody's. So
nothing needs computing over a change of clocks, and nobody is asked while their clock says sleep.
"""

from __future__ import annotations

from datetime import datetime, time

from recovery.kernel import days

DAYTIME = (time(8), time(22))


def within(*, now: datetime, zone: str, start: time | None, end: time | None) -> bool:
    """Tell whether the clock in a zone shows a time from ``start`` up to, not including, ``end``.

    A range that ends before it starts goes over midnight. Whoever chose no hours may be asked from
    eight to ten at night, since to be woken is chosen by itself. To the second; ``zone`` is an IANA
    name or a stored offset. Raises UnknownZone for anything else.
    """
    shown = now.astimezone(days.zone(zone)).time()
    if start is None or end is None:
        start, end = DAYTIME
    if start == end:
        return True
    if start < end:
        return start <= shown < end
    return shown >= start or shown < end
