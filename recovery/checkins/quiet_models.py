"""What a member chose about being quiet, and the spells of quiet of which somebody was told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedQuerySet

FEWEST_DAYS, MOST_DAYS, DEFAULT_DAYS = 1, 14, 2


class QuietSetting(models.Model):
    """After how many dates without a check-in a member's partners hear of it.

    ``since`` is the local date on which the first consent to that was given; dates before it do not
    count. Empty while nobody is to hear.
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE

    member = models.OneToOneField(
        "recovery.Member", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    days = models.SmallIntegerField(default=DEFAULT_DAYS)
    since = models.DateField(null=True)
    version = models.IntegerField(default=1)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.CheckConstraint(
                condition=Q(days__gte=FEWEST_DAYS, days__lte=MOST_DAYS), name="quiet_days_1_to_14"
            )
        ]


class QuietAnswer(models.TextChoices):
    """What a member says when they hear that a partner would be told."""

    NONE = "none"
    IM_OKAY = "im_okay", "A sign of life: silence counts anew from this date"
    NOT_THIS_TIME = "not_this_time", "Nobody hears of this spell, however long it lasts"


class QuietSpell(models.Model):
    """The silence after a date, once it was long enough for the member to hear of it.

    ``after`` is the last date with a sign of life and names the spell. ``announced_at`` is when the
    member last heard that partners would be told, empty again if that came to nothing; ``told_at``
    when the partners did hear.
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE

    id = models.UUIDField(primary_key=True, default=new_id)
    member = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    after = models.DateField()
    announced_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=13, choices=QuietAnswer.choices, default=QuietAnswer.NONE)
    answered_on = models.DateField(null=True)
    told_at = models.DateTimeField(null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["member", "after"], name="one_spell_after_a_date"),
            models.CheckConstraint(
                condition=Q(answer="none", answered_on__isnull=True)
                | (~Q(answer="none") & Q(answered_on__isnull=False)),
                name="a_quiet_answer_has_its_date",
            ),
        ]


class QuietTelling(models.Model):
    """That one partner heard of a spell."""

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE
    owned_through = ("spell__member",)

    spell = models.ForeignKey(QuietSpell, on_delete=models.CASCADE, related_name="tellings")
    # No index of its own: the unique one begins with it.
    partnership = models.ForeignKey(
        "recovery.Partnership", on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["partnership", "spell"], name="a_spell_is_told_once")
        ]
