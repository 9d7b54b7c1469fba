"""Check-ins, and the runs of dates that they make."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedQuerySet, OwnedRow


class Feeling(models.TextChoices):
    GRATEFUL = "grateful"
    HOPEFUL = "hopeful"
    CALM = "calm"
    HAPPY = "happy"
    PROUD = "proud"
    STRONG = "strong"
    CONNECTED = "connected"
    MOTIVATED = "motivated"
    RELIEVED = "relieved"
    TIRED = "tired"
    BORED = "bored"
    LONELY = "lonely"
    SAD = "sad"
    ANXIOUS = "anxious"
    STRESSED = "stressed"
    ANGRY = "angry"
    IRRITABLE = "irritable"
    ASHAMED = "ashamed"
    GUILTY = "guilty"
    OVERWHELMED = "overwhelmed"
    HOPELESS = "hopeless"
    NUMB = "numb"
    RESTLESS = "restless"
    CONFUSED = "confused"


class CheckIn(OwnedRow):
    """One record per member and local date. An empty one means "I'm here"."""

    sealed = {"note": "check_ins.note"}

    local_date = models.DateField()
    zone = models.CharField(max_length=64)
    day_start_hour = models.SmallIntegerField()
    answered_at = models.DateTimeField()
    received_at = models.DateTimeField()
    edited_at = models.DateTimeField()
    counts = models.BooleanField()  # answered within 14 days: part of a streak
    pledged = models.BooleanField(default=False)
    reviewed = models.BooleanField(default=False)
    mood = models.SmallIntegerField(null=True)
    feelings = models.JSONField(default=list)
    craving = models.SmallIntegerField(null=True)
    confidence = models.SmallIntegerField(null=True)
    triggers = models.JSONField(default=list)
    note = models.BinaryField(default=b"")
    trackers = models.JSONField(default=list)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["member", "local_date"], name="one_check_in_a_date"),
            models.CheckConstraint(
                condition=Q(mood__isnull=True) | Q(mood__gte=1, mood__lte=5), name="mood_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(craving__isnull=True) | Q(craving__gte=0, craving__lte=10),
                name="craving_0_to_10",
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=10),
                name="confidence_0_to_10",
            ),
        ]
        indexes = [models.Index(fields=["member", "created_at", "id"], name="check_in_page")]


class StreakRun(models.Model):
    """Consecutive dates with a counting check-in, pauses bridged; folded from the check-ins."""

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE

    member = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    first_date = models.DateField()
    last_date = models.DateField()
    days = models.IntegerField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["member", "first_date"], name="one_run_a_first_date")
        ]
        indexes = [
            models.Index(fields=["member", "last_date"], name="run_by_last_date"),
            models.Index(fields=["member", "days"], name="run_by_length"),
        ]
