"""Commitments made to a group, and what the others do about them: they cheer."""

from __future__ import annotations

from django.db import models

from recovery.commitments.models import Commitment
from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedQuerySet, OwnedRow


class GroupCommitment(OwnedRow):
    """A commitment that its member made to a group, under the alias of the membership."""

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(
        "recovery.GroupMembership", on_delete=models.CASCADE, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "membership"],
                condition=models.Q(removed_at__isnull=True),
                name="made_to_a_group_once",
            )
        ]
        indexes = [
            models.Index(fields=["membership", "created_at"], name="group_commitment_by_member")
        ]


class Cheer(models.Model):
    """A good word of another member of the group; one a member and local date of theirs."""

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE

    id = models.UUIDField(primary_key=True, default=new_id)
    member = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    group_commitment = models.ForeignKey(
        GroupCommitment, on_delete=models.CASCADE, related_name="+"
    )
    membership = models.ForeignKey(
        "recovery.GroupMembership", on_delete=models.CASCADE, related_name="+"
    )
    cheered_on = models.DateField()
    created_at = models.DateTimeField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["group_commitment", "member", "cheered_on"], name="one_cheer_a_day"
            )
        ]
