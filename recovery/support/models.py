"""What a member wrote down for a hard moment."""

from __future__ import annotations

from django.db import models

from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedQuerySet


class HardMomentPlan(models.Model):
    """The member's own words: signs, what helps, people, reasons. All of it sealed."""

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE

    member = models.OneToOneField(
        "recovery.Member", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    plan = models.BinaryField()
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
