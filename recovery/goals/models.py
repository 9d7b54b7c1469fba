"""Goals, the steps towards them, and what was done so far."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedQuerySet, OwnedRow


class GoalCategory(models.TextChoices):
    """The part of life that a goal belongs to."""

    RECOVERY = "recovery"
    HEALTH = "health"
    MIND = "mind"
    FAMILY = "family"
    FRIENDS = "friends"
    HOME = "home"
    WORK = "work"
    LEARNING = "learning"
    MONEY = "money"
    HELPING_OTHERS = "helping_others"
    MEANING = "meaning"
    LEISURE = "leisure"
    OTHER = "other"


class GoalState(models.TextChoices):
    """What became of a goal; any of them may turn into any other."""

    ACTIVE = "active"
    ACHIEVED = "achieved"
    SET_ASIDE = "set_aside"


class Goal(OwnedRow):
    """What a member wants. ``total`` is projected from the progress that holds.

    A goal with a ``target`` is measured, in the member's own ``unit``; one without is counted by
    its steps, if it has any.
    """

    sealed = {"title": "goals.title", "why": "goals.why", "unit": "goals.unit"}

    title = models.BinaryField()
    why = models.BinaryField(default=b"")
    category = models.CharField(max_length=14, choices=GoalCategory.choices)
    target = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    unit = models.BinaryField(default=b"")
    # A million entries of a million each still fit.
    total = models.DecimalField(max_digits=15, decimal_places=3, default=0)
    started_on = models.DateField()
    due_on = models.DateField(null=True)
    tracker = models.ForeignKey(
        "recovery.Tracker", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    state = models.CharField(max_length=9, choices=GoalState.choices, default=GoalState.ACTIVE)
    achieved_on = models.DateField(null=True)
    set_aside_on = models.DateField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(target__gt=0), name="a_target_is_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("started_on")),
                name="a_goal_is_due_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(state="active", achieved_on__isnull=True, set_aside_on__isnull=True)
                | Q(state="achieved", achieved_on__isnull=False, set_aside_on__isnull=True)
                | Q(state="set_aside", achieved_on__isnull=True, set_aside_on__isnull=False),
                name="a_goal_has_the_date_of_its_state",
            ),
        ]
        indexes = [models.Index(fields=["member", "created_at"], name="goal_by_member")]


class GoalStep(models.Model):
    """One step of a goal's ordered list."""

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE
    sealed = {"title": "goal_steps.title"}

    id = models.UUIDField(primary_key=True, default=new_id)
    member = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="+")
    place = models.SmallIntegerField()
    title = models.BinaryField()
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["goal", "place"], name="one_goal_step_a_place")
        ]


class GoalProgress(OwnedRow):
    """An amount towards a goal's target. Rows are added and voided, never edited."""

    sealed = {"note": "goal_progress.note"}

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="+")
    local_date = models.DateField()
    amount = models.DecimalField(max_digits=9, decimal_places=3)
    note = models.BinaryField(default=b"")
    zone = models.CharField(max_length=64)
    day_start_hour = models.SmallIntegerField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="goal_progress_is_above_zero")
        ]
        indexes = [models.Index(fields=["goal", "created_at"], name="goal_progress_by_goal")]
