"""Where a member's days lie, and the dates on which nothing is expected of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedQuerySet, OwnedRow


class ZoneChange(models.Model):
    """The fact that from an instant on the member's days follow a zone and day start."""

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE

    member = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    effective_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    day_start_hour = models.SmallIntegerField()
    recorded_at = models.DateTimeField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "effective_at"], name="one_zone_change_an_instant"
            )
        ]


class PauseSource(models.TextChoices):
    MEMBER = "member", "Asked for by the member"
    TRAVEL = "travel", "A date that a change of zone or day start skipped or cut short"


class Pause(OwnedRow):
    """A range of dates (treatment, retreat, no reason asked); open when ``to_date`` is empty.

    The rows of source ``travel`` are projected from the zone changes, so that one query says
    which dates bridge a streak.
    """

    source = models.CharField(max_length=6, choices=PauseSource.choices, default=PauseSource.MEMBER)
    from_date = models.DateField()
    to_date = models.DateField(null=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.CheckConstraint(
                condition=Q(to_date__isnull=True) | Q(to_date__gte=F("from_date")),
                name="a_pause_ends_after_it_begins",
            )
        ]
        indexes = [models.Index(fields=["member", "from_date"], name="pause_by_member")]
