"""Whom a member wants nothing from, and to be nothing to."""

from __future__ import annotations

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, OuterRef, Q

from recovery.kernel.rows import OwnedQuerySet, OwnedRow


class BlockQuerySet(OwnedQuerySet):
    def standing(
        self,
        *,
        blocker: UUID | OuterRef | F | None = None,
        blocked: UUID | OuterRef | F | None = None,
    ) -> Self:
        """Return the blocks that were not lifted, of these two if they are said.

        Either may be an id or a reference, so that this can stand in an ``Exists``.
        """
        found = self.filter(removed_at__isnull=True)
        if blocker is not None:
            found = found.filter(member=blocker)
        return found if blocked is None else found.filter(blocked=blocked)


class Block(OwnedRow):
    """That a member blocked another; the other is never told, and nothing of theirs says so.

    ``named_by`` is the partnership or the group membership by which the blocker named them,
    ``known_as`` the handle or alias that they went by there, and ``named_in`` the group of that
    alias. One person may be blocked under two names: one row for both would tell the blocker that
    the two are the same.
    """

    secrets = ("blocked",)

    blocked = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    named_by = models.UUIDField()
    named_in = models.UUIDField(null=True)
    known_as = models.CharField(max_length=60, blank=True)
    removed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = BlockQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "blocked", "named_by"],
                condition=Q(removed_at__isnull=True),
                name="one_standing_block_a_name",
            ),
            models.CheckConstraint(
                condition=~Q(member=F("blocked")), name="nobody_blocks_themself"
            ),
        ]
        indexes = [models.Index(fields=["member", "created_at"], name="block_by_member")]
