"""The lock of a group. It comes after those of members, which ``changes.together`` takes in order.

Behind the group's row nobody joins, leaves, or changes their role or alias at the same time, so
what is read there still holds when it is written.
"""

from __future__ import annotations

from uuid import UUID

from recovery.groups.models import Group
from recovery.kernel import changes
from recovery.kernel.errors import Missing

Logs = dict[UUID, changes.ChangeLog]


def lock(*, group_id: UUID) -> Group:
    """Lock the row of an open group and return it. Raises Missing for one that is closed."""
    found = Group.objects.open().select_for_update().filter(id=group_id).first()
    if found is None:
        raise Missing()
    return found
