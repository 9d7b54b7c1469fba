"""Consent, and the record of who looked."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export


class Scope(models.TextChoices):
    SOBER_CLOCK = "sober_clock", "Exact count and resets of one tracker"
    CHECK_IN_STATUS = "check_in_status", "Whether today's check-in is answered"

    @property
    def is_per_tracker(self) -> bool:
        """Tell whether consent to this is given for one tracker at a time."""
        return self in (Scope.SOBER_CLOCK,)


class GrantState(models.TextChoices):
    """Where a consent that was not taken back stands; derived, never stored."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"


class GrantQuerySet(models.QuerySet["Grant"]):
    def in_force(self, now: datetime) -> Self:
        """Return the consents that hold at this instant."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=now, granted_at__lte=now)

    def standing(self) -> Self:
        """Return the consents that were not taken back, expired ones included."""
        return self.filter(revoked_at__isnull=True)

    def visible_to(self, viewer_id: UUID, *, now: datetime) -> Self:
        """Return what others let this viewer see now, partnership still active."""
        return self.in_force(now).filter(
            viewer_id=viewer_id,
            partnership__ended_at__isnull=True,
            owner__deleted_at__isnull=True,
        )


class Grant(models.Model):
    """One member's consent to let one partner see one scope; immutable but for revocation.

    ``item_id`` names the tracker of a per-tracker scope, without a foreign key upward. ``renews``
    is the consent that this one went on from.
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.SHARED

    id = models.UUIDField(primary_key=True, default=new_id)
    partnership = models.ForeignKey(
        "recovery.Partnership", on_delete=models.CASCADE, related_name="+"
    )
    owner = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    viewer = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    scope = models.CharField(max_length=20, choices=Scope.choices)
    item_id = models.UUIDField(null=True)
    wording_version = models.CharField(max_length=20)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    renews = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, related_name="+")

    objects = GrantQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["partnership", "owner", "scope", "item_id"],
                condition=Q(revoked_at__isnull=True, item_id__isnull=False),
                name="one_open_grant_an_item",
            ),
            models.UniqueConstraint(
                fields=["partnership", "owner", "scope"],
                condition=Q(revoked_at__isnull=True, item_id__isnull=True),
                name="one_open_grant_a_scope",
            ),
        ]
        indexes = [models.Index(fields=["viewer", "owner"], name="grant_by_viewer")]


class AccessEntry(models.Model):
    """That a viewer saw a scope of an owner on a date; written before the answer leaves."""

    export_rule = Export.WHOLE
    erasure_rule = Erasure.SHARED

    owner = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    viewer = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    scope = models.CharField(max_length=20, choices=Scope.choices)
    seen_on = models.DateField()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "viewer", "scope", "seen_on"], name="one_access_entry_a_day"
            )
        ]
