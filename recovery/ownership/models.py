"""Work on all that a member owns: exports, and what is brought in from elsewhere.

``due_at`` is when a worker must look at a job next. While one works on it, that lies ahead as its
lease, so that a killed worker's job frees itself; empty, the job needs nothing any more.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedRow


class ExportState(models.TextChoices):
    """Where an export stands."""

    QUEUED = "queued", "Waits for a worker"
    WORKING = "working", "Is being put together"
    READY = "ready", "Can be fetched"
    FETCHED = "fetched", "Was fetched"
    EXPIRED = "expired", "Was not fetched in time, and is gone"
    STOPPED = "stopped", "Could not be put together"


# Of these a member has one at most.
OPEN_EXPORTS = (ExportState.QUEUED, ExportState.WORKING, ExportState.READY)


class ExportJob(OwnedRow):
    """One copy of all that a member owns, on its way.

    ``fetches`` counts those that began; a link is good for one of them, and is not stored.
    """

    state = models.CharField(max_length=7, choices=ExportState.choices, default=ExportState.QUEUED)
    parts_done = models.IntegerField(default=0)
    parts_total = models.IntegerField(default=0)
    tries = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    byte_count = models.BigIntegerField(default=0)
    fetches = models.SmallIntegerField(default=0)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=OPEN_EXPORTS),
                name="one_open_export_a_member",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="export_due")
        ]


class ImportState(models.TextChoices):
    """Where an import stands."""

    RECEIVING = "receiving", "The archive is on its way"
    QUEUED = "queued", "Waits for a worker"
    WORKING = "working", "Is being read"
    DONE = "done", "Everything in it is here"
    REFUSED = "refused", "The archive is not valid; nothing of it was stored"
    STOPPED = "stopped", "Could not be finished; nothing of it was stored"


OPEN_IMPORTS = (ImportState.RECEIVING, ImportState.QUEUED, ImportState.WORKING)


class ImportJob(OwnedRow):
    """An export from here or elsewhere that is being read into a member's account.

    ``problem_*`` say why an archive was refused: what is wrong, in which file, in which line. They
    quote nothing from it.
    """

    state = models.CharField(
        max_length=9, choices=ImportState.choices, default=ImportState.RECEIVING
    )
    parts_done = models.IntegerField(default=0)
    parts_total = models.IntegerField(default=0)
    rows_added = models.IntegerField(default=0)
    rows_known = models.IntegerField(default=0)
    tries = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    byte_count = models.BigIntegerField(default=0)
    problem_code = models.CharField(max_length=40, blank=True, default="")
    problem_file = models.CharField(max_length=60, blank=True, default="")
    problem_line = models.IntegerField(default=0)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=OPEN_IMPORTS),
                name="one_open_import_a_member",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="import_due")
        ]


class ExportPart(models.Model):
    """A piece of an export's archive, sealed, so that any process on any machine can serve it."""

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE
    owned_through = ("job__member",)
    secrets = ("data",)

    job = models.ForeignKey(ExportJob, on_delete=models.CASCADE, related_name="parts")
    place = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["job", "place"], name="one_export_part_a_place")
        ]


class ImportPart(models.Model):
    """A piece of an archive that was sent in, sealed until it is read."""

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE
    owned_through = ("job__member",)
    secrets = ("data",)

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="parts")
    place = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["job", "place"], name="one_import_part_a_place")
        ]
