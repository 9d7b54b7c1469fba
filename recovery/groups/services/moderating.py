"""What an operator does about a group's texts or an alias that should not be read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recovery.groups import rules
from recovery.groups.models import Group, GroupMembership
from recovery.groups.services.entering import TABLE, is_alias_taken
from recovery.groups.services.locking import lock
from recovery.kernel import changes
from recovery.kernel.errors import Missing

PLAIN_NAME = "Group"
PLAIN_ALIAS = "Member"


def owner_of(*, group_id: UUID) -> UUID | None:
    """Return whose data a group's texts are written with; None for a group that has closed."""
    rows = Group.objects.open().filter(id=group_id)
    return rows.values_list("owner__member_id", flat=True).first()


def replace_texts(*, group_id: UUID, now: datetime) -> None:
    """Take a group's texts away, and give it a plain name; its owner can write others."""
    owner_id = owner_of(group_id=group_id)
    if owner_id is None:
        return
    with changes.write(member_id=owner_id, now=now) as log:
        try:
            group = lock(group_id=group_id)
        except Missing:
            return
        group.name, group.description, group.guidelines = PLAIN_NAME, "", ""
        group.guidelines_version += 1
        group.version += 1
        group.save(
            update_fields=["name", "description", "guidelines", "guidelines_version", "version"]
        )
        log.add(
            table="groups",
            row_id=group.id,
            version=group.version,
            fields=["name", "description", "guidelines"],
        )


def replace_alias(*, membership_id: UUID, now: datetime) -> None:
    """Give somebody in a group a plain alias instead of theirs; they can choose another."""
    rows = GroupMembership.objects.active().filter(id=membership_id, member__isnull=False)
    found = rows.first()
    if found is None or found.member_id is None:
        return
    with changes.write(member_id=found.member_id, now=now) as log:
        try:
            lock(group_id=found.group_id)
        except Missing:
            return
        found = rows.first()
        if found is None:
            return
        group_id = found.group_id
        found.alias = rules.free_alias(
            PLAIN_ALIAS,
            taken=lambda key: is_alias_taken(group_id=group_id, key=key, besides=membership_id),
        )
        found.alias_key = rules.alias_key(found.alias)
        found.version += 1
        found.save(update_fields=["alias", "alias_key", "version"])
        log.add(table=TABLE, row_id=found.id, version=found.version, fields=["alias"])
