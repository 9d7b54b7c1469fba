"""Invites and partnerships."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedRow
from recovery.members.models import Member


class InviteState(models.TextChoices):
    """Where an invite stands, as its maker sees it; derived, never stored."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class InviteTarget(models.TextChoices):
    """What an invite leads to; derived from its kind, never stored."""

    PARTNERSHIP = "partnership", "Being accountability partners"


class PartnerInvite(OwnedRow):
    """An offer to be accountability partners, opened by a code that is stored hashed only."""

    export_rule = Export.SECRET_FREE

    code_hash = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        indexes = [models.Index(fields=["member", "created_at"], name="invite_by_member")]


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    def of(self, member_id: UUID) -> Self:
        """Return the partnerships of which the member is one side."""
        return self.filter(Q(first_id=member_id) | Q(second_id=member_id))

    def active(self) -> Self:
        """Return the partnerships that have not ended."""
        return self.filter(ended_at__isnull=True)


class Partnership(models.Model):
    """Two members who hold each other to account; ``first`` has the smaller id."""

    export_rule = Export.WHOLE
    erasure_rule = Erasure.SHARED

    id = models.UUIDField(primary_key=True, default=new_id)
    first = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    invite = models.ForeignKey(PartnerInvite, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        "recovery.Member", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.CheckConstraint(
                condition=Q(first_id__lt=F("second_id")), name="partners_are_two_in_order"
            ),
            models.UniqueConstraint(
                fields=["first", "second"],
                condition=Q(ended_at__isnull=True),
                name="one_active_partnership_a_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["second", "created_at"], name="partnership_by_second"),
            models.Index(fields=["first", "created_at"], name="partnership_by_first"),
        ]

    def other(self, member_id: UUID) -> Member:
        """Return the other side."""
        return self.second if self.first_id == member_id else self.first
