"""Invites, partnerships, and what each side of one chose for itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from recovery.blocks.models import Block
from recovery.groups.choices import InviteState as InviteState
from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedRow
from recovery.members.models import Member


class InviteTarget(models.TextChoices):
    """What an invite leads to; derived from its kind, never stored."""

    PARTNERSHIP = "partnership", "Being accountability partners"
    GROUP = "group", "Being a member of a group"


class InviteDirection(models.TextChoices):
    """Whose invites: those that I made, or those that others addressed to me."""

    MADE = "made"
    RECEIVED = "received"


class PartnerInvite(OwnedRow):
    """An offer to be accountability partners: a code, or addressed to a fellow member of a group.

    A code is stored hashed only. ``addressed_to`` is the group membership that an addressed one
    names, ``to_member`` the account behind it. Its maker sees no difference between one that waits,
    one that was declined and one that does not reach the other: ``declined_at`` and ``reaches`` are
    shown to nobody, the maker's export included.
    """

    export_rule = Export.SECRET_FREE
    secrets = ("code_hash", "to_member", "reaches", "declined_at")

    code_hash = models.BinaryField(max_length=32, unique=True, null=True)
    group = models.ForeignKey(
        "recovery.Group", on_delete=models.CASCADE, null=True, related_name="+"
    )
    addressed_to = models.UUIDField(null=True)
    # An invite stays with its maker as it was when the account that it was addressed to is gone.
    to_member = models.ForeignKey(
        "recovery.Member", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reaches = models.BooleanField(default=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.CheckConstraint(
                condition=Q(code_hash__isnull=False, group__isnull=True, addressed_to__isnull=True)
                | Q(code_hash__isnull=True, group__isnull=False, addressed_to__isnull=False),
                name="an_invite_has_a_code_or_an_addressee",
            ),
            models.CheckConstraint(
                condition=~Q(member=F("to_member")), name="nobody_invites_themself"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "created_at"], name="invite_by_member"),
            models.Index(
                fields=["to_member", "created_at"],
                condition=Q(to_member__isnull=False),
                name="invite_by_addressee",
            ),
        ]


@dataclass(frozen=True, slots=True)
class Name:
    """What a partner goes by: a handle, or the alias of the group in which the two met.

    Never both, so that a group tells nobody who has which handle. A guest has no handle.
    """

    handle: str | None
    alias: str | None


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    def of(self, member_id: UUID) -> Self:
        """Return the partnerships of which the member is one side."""
        return self.filter(Q(first_id=member_id) | Q(second_id=member_id))

    def active(self) -> Self:
        """Return the partnerships that have not ended."""
        return self.filter(ended_at__isnull=True)

    def seen_by(self, member_id: UUID) -> Self:
        """Return a member's active partnerships as they see them, each with what it is to them.

        One with somebody whose account is being deleted is gone from this moment on, and so is,
        for the member alone, one with somebody whom they blocked.
        """
        blocked = Block.objects.standing(blocker=member_id).filter(
            Q(blocked=OuterRef("first")) | Q(blocked=OuterRef("second"))
        )
        sides = PartnershipSide.objects.filter(partnership=OuterRef("pk"))
        of_other = sides.exclude(member_id=member_id)
        return (
            self.active()
            .of(member_id)
            .filter(
                ~Exists(blocked), first__deleted_at__isnull=True, second__deleted_at__isnull=True
            )
            .annotate(
                alias_of_other=Subquery(of_other.values("alias")[:1]),
                paused_at=Subquery(sides.filter(member_id=member_id).values("paused_at")[:1]),
            )
            .select_related("first", "second")
        )


class Partnership(models.Model):
    """Two members who hold each other to account; ``first`` has the smaller id.

    ``group`` is the one in which they met, if they did: when either leaves it, the partnership ends
    unless both chose to keep it.
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.SHARED
    owned_through = ("first", "second")
    # Account ids: those who met in a group know each other by aliases only.
    secrets = ("first", "second", "ended_by")

    id = models.UUIDField(primary_key=True, default=new_id)
    first = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(
        "recovery.Group", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    invite = models.ForeignKey(PartnerInvite, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        "recovery.Member", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    # What ``seen_by`` adds for the one who asks: the other's alias, and since when they pause.
    alias_of_other: str | None
    paused_at: datetime | None

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

    def other_id(self, member_id: UUID) -> UUID:
        """Return the other side's account, for the program's own use."""
        return self.second_id if self.first_id == member_id else self.first_id

    def name_of_other(self, member_id: UUID) -> Name:
        """Return what the other side goes by to this one; for one that ``seen_by`` loaded."""
        if self.alias_of_other:
            return Name(handle=None, alias=self.alias_of_other)
        return Name(handle=self.other(member_id).handle, alias=None)


class PartnershipSide(OwnedRow):
    """What one side of a partnership chose for itself; nothing of it is shown to the other.

    Except ``alias``: what the other knows this member by if they met in a group; it stays as it was
    then, also when the member leaves the group and the partnership is kept. ``paused_at``: shows
    nothing until resumed. ``support_from`` and ``support_to`` are the member's own wall clock and
    may span midnight; without them they are from eight to ten at night. ``quiet_letter``: the
    member's own words, for the moment at which the other hears that they have been quiet, and not
    before.
    """

    sealed = {"quiet_letter": "partnership_sides.quiet_letter"}

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="+")
    alias = models.CharField(max_length=30, blank=True)
    paused_at = models.DateTimeField(null=True)
    keeps_after_group = models.BooleanField(default=False)
    hears_encouragements = models.BooleanField(default=True)
    takes_text = models.BooleanField(default=False)
    answers_support = models.BooleanField(default=False)
    support_from = models.TimeField(null=True)
    support_to = models.TimeField(null=True)
    may_be_woken = models.BooleanField(default=False)
    quiet_letter = models.BinaryField(default=b"")

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["partnership", "member"], name="one_side_a_partner"),
            models.CheckConstraint(
                condition=Q(support_from__isnull=True, support_to__isnull=True)
                | (
                    Q(support_from__isnull=False, support_to__isnull=False)
                    & ~Q(support_from=F("support_to"))
                ),
                name="support_hours_have_two_ends",
            ),
        ]
