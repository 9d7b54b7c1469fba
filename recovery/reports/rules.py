"""How long a report may wait."""

from __future__ import annotations

from datetime import datetime, timedelta

# What the operator owes whoever reports: somebody looks within a day.
LONGEST_WAIT = timedelta(hours=24)


def age(*, reported_at: datetime, now: datetime) -> timedelta:
    """Return how long a report has waited; never negative."""
    return max(now - reported_at, timedelta(0))


def waits_too_long(*, reported_at: datetime, now: datetime) -> bool:
    """Tell whether an open report has waited for more than 24 hours."""
    return age(reported_at=reported_at, now=now) > LONGEST_WAIT


def age_text(waited: timedelta) -> str:
    """Return an age as a person says it: ``40 min``, ``5 h 10 min``, ``3 d 4 h``."""
    minutes = int(waited.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
