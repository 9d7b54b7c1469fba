"""Trackers, the facts about them, and what is folded from the facts."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedQuerySet, OwnedRow


class TrackerMode(models.TextChoices):
    ABSTINENCE = "abstinence"
    REDUCTION = "reduction"


class Category(models.TextChoices):
    ALCOHOL = "alcohol"
    OPIOIDS = "opioids"
    BENZODIAZEPINES = "benzodiazepines"
    STIMULANTS = "stimulants"
    CANNABIS = "cannabis"
    NICOTINE = "nicotine"
    COCAINE = "cocaine"
    METHAMPHETAMINE = "methamphetamine"
    PRESCRIPTION_MEDICINE = "prescription_medicine"
    OTHER_SUBSTANCE = "other_substance"
    GAMBLING = "gambling"
    GAMING = "gaming"
    EATING = "eating"
    SHOPPING = "shopping"
    SEX_AND_PORNOGRAPHY = "sex_and_pornography"
    INTERNET = "internet"
    SELF_HARM = "self_harm"
    WORK = "work"
    OTHER_BEHAVIOUR = "other_behaviour"
    OWN = "own"


class Tracker(OwnedRow):
    """What a member is recovering from (abstinence) or cutting down on (reduction)."""

    sealed = {"name": "trackers.name"}

    name = models.BinaryField()
    mode = models.CharField(max_length=10, choices=TrackerMode.choices)
    category = models.CharField(max_length=24, choices=Category.choices)
    started_at = models.DateTimeField()
    cost_per_day = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    minutes_per_day = models.IntegerField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        indexes = [models.Index(fields=["member", "created_at"], name="tracker_by_member")]


class FactKind(models.TextChoices):
    STARTED = "started"
    USED = "used"
    LIMIT_SET = "limit_set"
    AMOUNT_LOGGED = "amount_logged"
    VOIDED = "voided"


class FactSource(models.TextChoices):
    MEMBER = "member", "Said for itself"
    CHECK_IN = "check_in", "Said by the check-in of its date"


class LimitPer(models.TextChoices):
    DAY = "day"
    WEEK = "week"


class LimitUnit(models.TextChoices):
    """What an amount counts. A choice and not free text, so that it may stay plain."""

    DRINKS = "drinks"
    STANDARD_DRINKS = "standard_drinks"
    UNITS = "units"
    MILLILITRES = "millilitres"
    GRAMS = "grams"
    MILLIGRAMS = "milligrams"
    CIGARETTES = "cigarettes"
    DOSES = "doses"
    SERVINGS = "servings"
    TIMES = "times"
    MINUTES = "minutes"
    HOURS = "hours"
    MONEY = "money"
    OTHER = "other"


class Trigger(models.TextChoices):
    NONE = "none"
    STRESS = "stress"
    CONFLICT = "conflict"
    LONELINESS = "loneliness"
    BOREDOM = "boredom"
    TIREDNESS = "tiredness"
    HUNGER = "hunger"
    PAIN = "pain"
    SADNESS = "sadness"
    ANGER = "anger"
    ANXIETY = "anxiety"
    CELEBRATION = "celebration"
    SOCIAL_SITUATION = "social_situation"
    PLACE = "place"
    PEOPLE = "people"
    MONEY = "money"
    MEMORY = "memory"
    CRAVING = "craving"
    OTHER = "other"


class FactQuerySet(OwnedQuerySet):
    def active(self) -> Self:
        """Return the facts that hold: no void of theirs is itself still in force.

        A void is undone by voiding it, and a fact voided anew gets a new void, so two levels are
        all there are.
        """
        undone = TrackerFact.objects.filter(target=OuterRef("pk"))
        voids = TrackerFact.objects.filter(target=OuterRef("pk")).filter(~Exists(undone))
        return self.filter(~Exists(voids))


class TrackerFact(models.Model):
    """Something that was said about a tracker. Rows are added, never edited.

    ``at``/``until``: when it began and ended (used, resumed; started). ``on_date``/``until_date``:
    the local dates of those, frozen under ``zone`` and ``day_start_hour``; of a limit its first
    date, of an amount its date. ``target``: the fact that a void takes back.
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE
    sealed = {"note": "use_events.note"}
    secrets = ("body_digest",)

    id = models.UUIDField(primary_key=True, default=new_id)
    member = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    tracker = models.ForeignKey(Tracker, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=14, choices=FactKind.choices)
    source = models.CharField(max_length=8, choices=FactSource.choices, default=FactSource.MEMBER)
    at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    on_date = models.DateField(null=True)
    until_date = models.DateField(null=True)
    zone = models.CharField(max_length=64, blank=True)
    day_start_hour = models.SmallIntegerField(default=0)
    amount = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    per = models.CharField(max_length=4, choices=LimitPer.choices, blank=True)
    unit = models.CharField(max_length=16, choices=LimitUnit.choices, blank=True)
    trigger = models.CharField(max_length=20, choices=Trigger.choices, default=Trigger.NONE)
    note = models.BinaryField(default=b"")
    target = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="+")
    body_digest = models.BinaryField(max_length=32, default=b"")
    recorded_at = models.DateTimeField()

    objects = FactQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("at")),
                name="a_use_resumes_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(kind="voided", target__isnull=False)
                | (~Q(kind="voided") & Q(target__isnull=True)),
                name="a_void_has_a_target",
            ),
        ]
        indexes = [
            models.Index(fields=["tracker", "kind", "recorded_at"], name="fact_by_tracker"),
            models.Index(fields=["tracker", "on_date"], name="fact_by_date"),
        ]


class Clock(models.Model):
    """The fold of an abstinence tracker's facts, kept so that reading a clock reads no history.

    It always equals ``rules.fold`` of the facts, and the weeks ``sober_time.replay`` of them;
    ``services.projections`` makes both anew.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE
    owned_through = ("tracker__member",)

    tracker = models.OneToOneField(
        Tracker, on_delete=models.CASCADE, primary_key=True, related_name="clock"
    )
    first_start_at = models.DateTimeField()
    first_start_on = models.DateField()
    zone = models.CharField(max_length=64)
    day_start_hour = models.SmallIntegerField()
    episode_started_at = models.DateTimeField()
    episode_started_on = models.DateField()
    episode_opened_by = models.UUIDField()
    episode_count = models.IntegerField()
    longest_closed_days = models.IntegerField()
    closed_microseconds = models.BigIntegerField()
    use_dates_count = models.IntegerField()
    recent_use_dates = models.JSONField(default=list)
    last_used_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)
    last_use_recorded_at = models.DateTimeField(null=True)
    # What a partner with the scope ``sober_time`` sees: see ``sober_time``.
    weeks_shown = models.IntegerField()
    weeks_on = models.DateField()

    class Meta:
        app_label = "recovery"


class DayState(models.TextChoices):
    USED = "used"
    OVER_LIMIT = "over_limit"
    WITHIN_LIMIT = "within_limit"
    SOBER = "sober"
    PAUSED = "paused"
    UNKNOWN = "unknown"


class SaidState(models.TextChoices):
    SOBER = "sober"
    USED = "used"
    NONE = "none"


class TrackerDay(models.Model):
    """One tracker on one local date: what a check-in said, and what follows from the facts.

    ``logged_amount`` sums the amounts logged for the date; it stands before ``said_amount``, the
    check-in's own figure for the whole date. The zone, day start and instant under which the
    check-in was answered are kept with what it said: a use that it stands for is dated by them,
    whenever that is settled. Projected, and rebuildable from facts and check-ins.
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE

    tracker = models.ForeignKey(Tracker, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    local_date = models.DateField()
    said = models.CharField(max_length=5, choices=SaidState.choices, blank=True)
    said_amount = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    said_zone = models.CharField(max_length=64, blank=True)
    said_day_start_hour = models.SmallIntegerField(default=0)
    said_answered_at = models.DateTimeField(null=True)
    # A sum: 18 digits hold ten thousand million of the largest single amount (api.parsing.Amount).
    logged_amount = models.DecimalField(max_digits=18, decimal_places=3, null=True)
    limit_state = models.CharField(
        max_length=12, choices=DayState.choices, default=DayState.UNKNOWN
    )

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["tracker", "local_date"], name="one_row_a_tracker_day")
        ]
        indexes = [models.Index(fields=["member", "local_date"], name="tracker_day_by_member")]


class LimitTotals(models.Model):
    """What a reduction tracker shows without reading its history: kept equal to its days.

    ``limits``: the history of limits; ``recent``: the totals of the last 16 dates by date.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE
    owned_through = ("tracker__member",)

    tracker = models.OneToOneField(
        Tracker, on_delete=models.CASCADE, primary_key=True, related_name="limit_totals"
    )
    logged_days = models.IntegerField(default=0)
    days_within_limit = models.IntegerField(default=0)
    limits = models.JSONField(default=list)
    recent = models.JSONField(default=dict)

    class Meta:
        app_label = "recovery"
