"""Deleting members in tests, and what is left of them."""

from __future__ import annotations

from typing import Any

from recovery.members.models import Member
from recovery.ownership import walk
from recovery.ownership.services import deletion
from tests.partnering import NOW
from tests.recovery.ownership.lives import PASSWORD, give_password

ADDRESS = "203.0.113.9"


def delete(member: Member, *, wait: bool = False, now: Any = NOW) -> deletion.Deletion:
    """Delete a member with their password."""
    give_password(member)
    return deletion.delete(member=member, password=PASSWORD, wait_24_hours=wait, now=now)


def rows_of(member_id: Any) -> dict[str, int]:
    """How many rows of each table still lead to a member, by any way."""
    found = {}
    for model in walk.every_model():
        links = [
            field.name for field in model._meta.concrete_fields if walk.points_to_member(field)
        ]
        paths = {*links, *(walk.owners_of(model) if model in walk.erasure_order() else ())}
        count = sum(model._base_manager.filter(**{path: member_id}).count() for path in paths)
        if count:
            found[model.__name__] = count
    return found
