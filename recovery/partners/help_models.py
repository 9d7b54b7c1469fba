"""How often a member helped others; numbers only, which nobody else's leaving takes away."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedQuerySet


class HelpKind(models.TextChoices):
    """A way in which a member helps another."""

    ENCOURAGEMENT = "encouragement", "An encouragement that was sent"
    THANKS_RECEIVED = "thanks_received", "Thanks for one that was sent"
    SUPPORT_ANSWER = "support_answer", "An answer to somebody who asked for support"
    CONFIRMATION = "confirmation", "A kept commitment of a partner, confirmed"
    CHEER = "cheer", "A cheer for a commitment made to a group"


class HelpTally(models.Model):
    """How often a member helped in one way. It names nobody who was helped, so it can stay."""

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE

    member = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=HelpKind.choices)
    count = models.IntegerField(default=0)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["member", "kind"], name="one_help_tally_a_kind"),
            models.CheckConstraint(condition=Q(count__gte=0), name="help_is_counted_up"),
        ]
