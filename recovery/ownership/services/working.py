"""What a worker does about all that waits here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from django.db import InterfaceError, OperationalError

from recovery.ownership import queries
from recovery.ownership.leases import Lost, Watch
from recovery.ownership.services import erasing, importing, packing

log = logging.getLogger("recovery.ownership")

# One worker process may have to do everything; after this long the rest waits for its next turn.
MOST_SECONDS = 10.0


def work_off(*, now: datetime, passed: Callable[[], float] = monotonic) -> bool:
    """Erase, read in and put together what is due, for some seconds; return whether more is.

    ``passed`` counts seconds, from any beginning. A job that cannot be done holds up no other: it
    is tried again when its lease has run out. Raises OperationalError when the database is out of
    reach.
    """
    watch = Watch(now=now, passed=passed)
    kinds: tuple[Callable[..., bool], ...] = (erasing.work, importing.work, packing.work)
    more = True
    while more and watch.seconds() < MOST_SECONDS:
        done = [_one(kind, watch) for kind in kinds]
        more = any(done)
    erasing.scrub(now=watch.now())
    return more and queries.anything_due(now=watch.now())


def _one(work: Callable[..., bool], watch: Watch) -> bool:
    try:
        return work(watch=watch)
    except (OperationalError, InterfaceError):
        raise
    except Lost:
        log.warning("another worker took a job over")
    except Exception:
        log.exception("a job on a member's data did not succeed")
    return True
