"""Consent, and the record of who looked."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q

from recovery.blocks.models import Block
from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export
from recovery.partners.models import PartnershipSide


class ItemKind(models.TextChoices):
    """What a consent is given for, one at a time; named by its id, without a foreign key upward."""

    NONE = "none", "The scope as a whole"
    TRACKER = "tracker"
    GOAL = "goal"
    COMMITMENT = "commitment"


class Scope(models.TextChoices):
    """What can be shared. Private notes are not among these, and there is no "everything"."""

    CHECK_IN_STATUS = "check_in_status", "Whether today's check-in is answered"
    CHECK_IN_STREAK = "check_in_streak", "The present and the longest run of check-ins"
    COMMITMENTS = "commitments", "One commitment: its rates, and whether it is kept today"
    GOALS = "goals", "One goal: how far it has come, and its pace"
    SOBER_TIME = "sober_time", "Sober days of one tracker in whole weeks"
    MILESTONES = "milestones", "Milestones of one tracker"
    SOBER_CLOCK = "sober_clock", "Exact count and resets of one tracker"
    USE_EVENTS = "use_events", "Uses of one tracker"
    MOOD = "mood", "Mood of the last 14 dates"
    CRAVING = "craving", "Craving of the last 14 dates"
    QUIET_ALERTS = "quiet_alerts", "Being told that I have been quiet"
    SUPPORT_REQUESTS = "support_requests", "Being asked when I need support"
    CONTACT = "contact", "How to reach me, once they answered that I need support"

    @property
    def item_kind(self) -> ItemKind:
        """Return what consent to this is given for."""
        return ITEM_KINDS.get(self, ItemKind.NONE)


ITEM_KINDS = {
    Scope.SOBER_TIME: ItemKind.TRACKER,
    Scope.SOBER_CLOCK: ItemKind.TRACKER,
    Scope.USE_EVENTS: ItemKind.TRACKER,
    Scope.MILESTONES: ItemKind.TRACKER,
    Scope.GOALS: ItemKind.GOAL,
    Scope.COMMITMENTS: ItemKind.COMMITMENT,
}


class GrantState(models.TextChoices):
    """Where a consent that was not taken back stands; derived, never stored."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"


# Of a partnership that has not ended, between two accounts that are not going.
ACTIVE = {
    "partnership__ended_at__isnull": True,
    "owner__deleted_at__isnull": True,
    "viewer__deleted_at__isnull": True,
}


class GrantQuerySet(models.QuerySet["Grant"]):
    def in_force(self, now: datetime) -> Self:
        """Return the consents that hold at this instant."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=now, granted_at__lte=now)

    def standing(self) -> Self:
        """Return the consents that were not taken back, expired ones included."""
        return self.filter(revoked_at__isnull=True)

    def unpaused(self) -> Self:
        """Return the consents of owners who do not pause what they show this partner."""
        return self.filter(
            ~Exists(
                PartnershipSide.objects.filter(
                    partnership=OuterRef("partnership"),
                    member=OuterRef("owner"),
                    paused_at__isnull=False,
                )
            )
        )

    def given_by(self, owner_id: UUID, *, now: datetime) -> Self:
        """Return what this owner lets others see now, for the owner's own eyes.

        Whether a viewer blocked the owner changes nothing here: it would tell the owner.
        """
        return self.in_force(now).unpaused().filter(owner_id=owner_id, **ACTIVE)

    def showing(self, now: datetime) -> Self:
        """Return the consents by which something shows now: in force, and nothing hides it.

        Hidden is what an ended partnership held, what its owner pauses, what is of or for an
        account that is going, and all between two of whom either blocked the other.
        """
        standing = Block.objects.standing
        return (
            self.in_force(now)
            .unpaused()
            .filter(
                ~Exists(standing(blocker=OuterRef("owner"), blocked=OuterRef("viewer"))),
                ~Exists(standing(blocker=OuterRef("viewer"), blocked=OuterRef("owner"))),
                **ACTIVE,
            )
        )

    def visible_to(self, viewer_id: UUID, *, now: datetime) -> Self:
        """Return what others let this viewer see now."""
        return self.showing(now).filter(viewer_id=viewer_id)


class Grant(models.Model):
    """One member's consent to let one partner see one scope; immutable but for revocation.

    ``item_id`` names what a scope of items is given for (``Scope.item_kind``), without a foreign
    key upward. ``renews`` is the consent that this one went on from.
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.SHARED
    owned_through = ("owner",)

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
            models.CheckConstraint(
                condition=Q(scope__in=list(ITEM_KINDS), item_id__isnull=False)
                | (~Q(scope__in=list(ITEM_KINDS)) & Q(item_id__isnull=True)),
                name="an_item_where_the_scope_has_one",
            ),
        ]
        indexes = [models.Index(fields=["viewer", "owner"], name="grant_by_viewer")]


class AccessEntry(models.Model):
    """That a viewer saw a scope of an owner on a date; written before the answer leaves.

    By partnership: those who were partners under a group's alias and later under their handles are
    two to each other, and must stay so here. The record is its owner's: when the viewer's account
    goes, it stays, of a former member.
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.SHARED
    owned_through = ("owner",)
    coarse = ("seen_on",)

    partnership = models.ForeignKey(
        "recovery.Partnership", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    owner = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    viewer = models.ForeignKey(
        "recovery.Member", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    scope = models.CharField(max_length=20, choices=Scope.choices)
    seen_on = models.DateField()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["partnership", "viewer", "scope", "seen_on"], name="one_access_entry_a_day"
            )
        ]
        indexes = [models.Index(fields=["owner", "seen_on"], name="access_entry_by_date")]
