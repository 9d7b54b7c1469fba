"""The kernel's tables: sealing keys, change counters and change rows."""

from __future__ import annotations

from django.db import models

from recovery.kernel.ownership import Erasure, Export


class SealingKey(models.Model):
    """A member's own data key, wrapped by a key of the ring.

    No foreign key: the table can move to a store that is backed up apart. Deleting the row makes
    every sealed text of the member unreadable, in backups too.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE
    owned_through = ("member_id",)
    secrets = ("wrapped",)

    member_id = models.UUIDField(primary_key=True)
    ring_id = models.CharField(max_length=16)
    wrapped = models.BinaryField()

    class Meta:
        app_label = "recovery"


class ChangeCounter(models.Model):
    """The row that a write on a member's data locks, so that changes have one order."""

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE

    member = models.OneToOneField(
        "recovery.Member", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    change_seq = models.BigIntegerField(default=0)

    class Meta:
        app_label = "recovery"


class Change(models.Model):
    """One row that changed: which, to which version, which fields; never their values.

    All changes of one write share its number ``seq`` and are told apart by ``place``.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE

    member = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField()
    place = models.SmallIntegerField(default=0)
    table = models.CharField(max_length=40)
    row_id = models.CharField(max_length=40)
    version = models.IntegerField()
    fields = models.JSONField(default=list)
    gone = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["member", "seq", "place"], name="one_change_a_place"),
        ]
