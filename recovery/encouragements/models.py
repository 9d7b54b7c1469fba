"""Encouragements from one partner to the other."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from recovery.kernel.ownership import Erasure
from recovery.kernel.rows import OwnedQuerySet, OwnedRow


class EncouragementPreset(models.TextChoices):
    """Ready words, shown in the reader's language; ``none`` when there is only text."""

    NONE = "none"
    THINKING_OF_YOU = "thinking_of_you"
    PROUD_OF_YOU = "proud_of_you"
    ONE_DAY_AT_A_TIME = "one_day_at_a_time"
    YOU_ARE_NOT_ALONE = "you_are_not_alone"
    GLAD_YOU_ARE_HERE = "glad_you_are_here"
    HERE_IF_YOU_NEED_ME = "here_if_you_need_me"
    WELL_DONE = "well_done"
    KEEP_GOING = "keep_going"
    BE_KIND_TO_YOURSELF = "be_kind_to_yourself"
    THANK_YOU = "thank_you"


class EncouragementQuerySet(OwnedQuerySet):
    def visible_to(self, viewer_id: UUID) -> Self:
        """Return what this member sent, and what others sent that is not hidden from them."""
        return self.filter(Q(member_id=viewer_id) | Q(recipient_id=viewer_id, hidden=False))

    def received_by(self, member_id: UUID) -> Self:
        """Return what others sent to this member and they see."""
        return self.filter(recipient_id=member_id, hidden=False)


class Encouragement(OwnedRow):
    """Kind words to a partner, owned by their sender.

    ``hidden`` ones, sent by somebody muted or blocked, are there for the sender alone. The row
    outlives its sender: then the recipient keeps the preset, from a former member, without text.
    ``thanked_at`` is what the recipient said, ``thanks_reached_at`` what the sender hears of it:
    nothing, if they had blocked the recipient by then. What one side must not learn is not in the
    sender's export either.
    """

    erasure_rule = Erasure.SHARED
    sealed = {"text": "encouragements.text"}
    secrets = ("hidden", "thanked_at")

    member = models.ForeignKey(  # type: ignore[assignment]
        "recovery.Member", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    recipient = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    partnership = models.ForeignKey(
        "recovery.Partnership", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    preset = models.CharField(max_length=20, choices=EncouragementPreset.choices)
    text = models.BinaryField(default=b"")
    # The sender's local date: the day that has room for one.
    sent_on = models.DateField()
    in_support = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    thanked_at = models.DateTimeField(null=True)
    thanks_reached_at = models.DateTimeField(null=True)

    objects = EncouragementQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "recipient", "sent_on"],
                condition=Q(in_support=False),
                name="one_encouragement_a_day",
            )
        ]
        indexes = [
            models.Index(fields=["partnership", "created_at"], name="encouragement_by_partners"),
            models.Index(fields=["recipient", "created_at"], name="encouragement_by_recipient"),
        ]
