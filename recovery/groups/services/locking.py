"""The locks of this area, always in one order: members by ascending id, then the group's row.

Behind the group's row nobody joins, leaves, or changes their role or alias at the same time, so
what is read there still holds when it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from uuid import UUID

from recovery.groups.models import Group
from recovery.kernel import changes
from recovery.kernel.errors import Missing
from recovery.kernel.models import ChangeCounter

Logs = dict[UUID, changes.ChangeLog]


@contextmanager
def together(*, member_ids: Iterable[UUID | None], now: datetime) -> Iterator[Logs]:
    """Do one write on the data of several members, each with a log of its own.

    Raises Missing when one of them was erased meanwhile.
    """
    with ExitStack() as stack:
        try:
            logs = {
                one: stack.enter_context(changes.write(member_id=one, now=now))
                for one in sorted({one for one in member_ids if one is not None})
            }
        except ChangeCounter.DoesNotExist:
            raise Missing() from None
        yield logs


def lock(*, group_id: UUID) -> Group:
    """Lock the row of an open group and return it. Raises Missing for one that is closed."""
    found = Group.objects.open().select_for_update().filter(id=group_id).first()
    if found is None:
        raise Missing()
    return found
