"""Commitments, the terms they had from when on, and how their dates were answered.

Occurrences are derived from these and never stored.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedQuerySet, OwnedRow


class CommitmentKind(models.TextChoices):
    """``dose`` is medication taken as prescribed: an ordinary commitment, and never a use."""

    GENERAL = "general"
    DOSE = "dose"


class Cadence(models.TextChoices):
    """How often it is promised. ``times_per_week`` is one occurrence a week, from Monday."""

    ONCE = "once"
    DAILY = "daily"
    WEEKDAYS = "weekdays"
    TIMES_PER_WEEK = "times_per_week"


class EntryState(models.TextChoices):
    """What a member says of a date."""

    KEPT = "kept"
    NOT_KEPT = "not_kept"


class Commitment(OwnedRow):
    """What a member promises to do, once or on a cadence; its terms are rows of their own.

    ``ended_on``: the last date that the latest terms promise, if they have one; kept equal to them.
    """

    sealed = {"title": "commitments.title"}

    title = models.BinaryField()
    kind = models.CharField(
        max_length=7, choices=CommitmentKind.choices, default=CommitmentKind.GENERAL
    )
    goal = models.ForeignKey(
        "recovery.Goal", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    confirmer = models.ForeignKey(
        "recovery.Partnership", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reminder_time = models.TimeField(null=True)
    easing_delay = models.BooleanField(default=True)
    silence_counts = models.BooleanField(default=False)
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        indexes = [models.Index(fields=["member", "created_at"], name="commitment_by_member")]


class CommitmentTerms(models.Model):
    """What a commitment promises from a date on, until the next terms. Rows are added, never
    edited; later ones may supersede them.

    ``ends_on`` is the last date promised. On the day before ``from_date`` it says that nothing is
    promised any more.
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE

    id = models.UUIDField(primary_key=True, default=new_id)
    member = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="+")
    from_date = models.DateField()
    cadence = models.CharField(max_length=14, choices=Cadence.choices)
    weekdays = models.JSONField(default=list)
    times_per_week = models.SmallIntegerField(null=True)
    ends_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "from_date"],
                condition=Q(superseded_at__isnull=True),
                name="one_terms_a_date",
            ),
            models.CheckConstraint(
                condition=Q(cadence="times_per_week", times_per_week__gte=1, times_per_week__lte=7)
                | (~Q(cadence="times_per_week") & Q(times_per_week__isnull=True)),
                name="times_per_week_1_to_7",
            ),
        ]


class CommitmentEntry(OwnedRow):
    """How one date of a commitment was answered; a tombstone once it was withdrawn."""

    sealed = {"note": "commitment_entries.note"}

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="+")
    local_date = models.DateField()
    state = models.CharField(max_length=8, choices=EntryState.choices)
    note = models.BinaryField(default=b"")
    zone = models.CharField(max_length=64)
    day_start_hour = models.SmallIntegerField()
    received_at = models.DateTimeField()
    edited_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["commitment", "local_date"], name="one_entry_a_date")
        ]


class Confirmation(models.Model):
    """That a partner says, too, that a date was kept. It stays when their account goes.

    Another state of the entry deletes the row; a partner who withdraws it leaves ``withdrawn_at``,
    so that giving it again is no new help.
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.SHARED
    owned_through = ("partner", "entry__member")

    id = models.UUIDField(primary_key=True, default=new_id)
    entry = models.ForeignKey(CommitmentEntry, on_delete=models.CASCADE, related_name="+")
    partner = models.ForeignKey(
        "recovery.Member", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    partnership = models.ForeignKey(
        "recovery.Partnership", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["entry", "partner"], name="one_confirmation_a_partner")
        ]


class CommitmentTally(models.Model):
    """The fold of a commitment's settled occurrences, kept so that reading it reads no history.

    Counts what ended on ``through`` or before. ``recent`` holds the answers after it by date,
    ``terms`` the standing terms; ``kept_dates`` counts all dates that were kept. It always equals
    ``rules.fold``; ``tallies.refold`` makes it anew.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE
    owned_through = ("commitment__member",)

    commitment = models.OneToOneField(
        Commitment, on_delete=models.CASCADE, primary_key=True, related_name="tally"
    )
    through = models.DateField()
    kept = models.IntegerField(default=0)
    not_kept = models.IntegerField(default=0)
    silent = models.IntegerField(default=0)
    current_run = models.IntegerField(default=0)
    longest_run = models.IntegerField(default=0)
    kept_dates = models.IntegerField(default=0)
    recent = models.JSONField(default=dict)
    terms = models.JSONField(default=list)

    class Meta:
        app_label = "recovery"
