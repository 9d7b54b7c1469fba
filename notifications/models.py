"""Devices, reminders, notifications and their ways to devices: the database is the queue."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from notifications.pushes import AddressKind, Outcome, Platform
from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedQuerySet, OwnedRow

LONGEST_ADDRESS = 1024  # registration tokens have 150 to 300 characters; Google names no ceiling


class PushPermission(models.TextChoices):
    GRANTED = "granted"
    DENIED = "denied"
    UNKNOWN = "unknown"


class DeviceQuerySet(OwnedQuerySet):
    def live(self) -> DeviceQuerySet:
        """Return the devices that have not been retired."""
        return self.filter(retired_at__isnull=True)

    def reachable(self) -> DeviceQuerySet:
        """Return the devices that a push can be sent to and may be."""
        return self.live().exclude(address="").exclude(push_permission=PushPermission.DENIED)


class Device(models.Model):
    """One installation of an app, bound to the session that it is signed in with.

    ``installation_id`` is chosen by the app. A retired device keeps no address.
    """

    export_rule = Export.SECRET_FREE
    erasure_rule = Erasure.DELETE
    secrets = ("address",)

    installation_id = models.UUIDField(primary_key=True)
    member = models.ForeignKey("recovery.Member", on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey("recovery.Session", on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=LONGEST_ADDRESS, blank=True)
    address_kind = models.CharField(
        max_length=5, choices=[(kind.value, kind.name) for kind in AddressKind]
    )
    platform = models.CharField(max_length=7, choices=[(one.value, one.name) for one in Platform])
    app_version = models.CharField(max_length=32, blank=True)
    locale = models.CharField(max_length=35, blank=True)
    push_permission = models.CharField(
        max_length=7, choices=PushPermission.choices, default=PushPermission.UNKNOWN
    )
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address_kind", "address"],
                condition=Q(retired_at__isnull=True) & ~Q(address=""),
                name="one_live_device_an_address",
            )
        ]


def every_weekday() -> list[int]:
    """Return all weekdays, 0 being Monday."""
    return list(range(7))


class Reminder(OwnedRow):
    """A wall-clock time at which the member wants to be asked for the check-in.

    ``next_due_at`` is the deadline that the tick looks for, empty once deleted; it asks for the
    check-in of ``next_local_date``. ``last_local_date`` is the date that was served last, and
    ``last_due_at`` when the last nudge was due. Deadlines are no part of the row's version.
    """

    secrets = ("next_due_at", "next_local_date", "last_local_date", "last_due_at")

    local_time = models.TimeField()
    weekdays = models.JSONField(default=every_weekday)
    exact = models.BooleanField(default=False)
    next_due_at = models.DateTimeField(null=True)
    next_local_date = models.DateField(null=True)
    last_local_date = models.DateField(null=True)
    last_due_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(next_due_at__isnull=True),
                name="a_deleted_reminder_is_never_due",
            ),
            models.CheckConstraint(
                condition=Q(next_due_at__isnull=True) | Q(next_local_date__isnull=False),
                name="a_deadline_asks_for_a_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"],
                condition=Q(next_due_at__isnull=False),
                name="reminder_due",
            )
        ]


class DeadlineKind(models.TextChoices):
    """What a deadline makes happen; each has one handler (deadlines.py)."""

    SUPPORT_WAVE = "support_wave"
    SUPPORT_NO_ANSWER = "support_no_answer"
    SUPPORT_CLOSE = "support_close"
    QUIET = "quiet"
    COMMITMENT_DUE = "commitment_due"
    GRANT_EXPIRING = "grant_expiring"
    WHO_SEES_ME = "who_sees_me"


# Somebody waits for these: worked off before all others, whatever stands in front of them.
URGENT_DEADLINES = (DeadlineKind.SUPPORT_WAVE, DeadlineKind.SUPPORT_NO_ANSWER)


class Deadline(models.Model):
    """When something is to be looked at for a member; the tick finds it, and its handler answers.

    ``subject_id`` names what it is about: a commitment, a partnership, or the member.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE

    # No index of its own: the unique one begins with it.
    member = models.ForeignKey(
        "recovery.Member", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=20, choices=DeadlineKind.choices)
    subject_id = models.UUIDField()
    next_due_at = models.DateTimeField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind", "subject_id"], name="one_deadline_a_subject"
            )
        ]
        indexes = [
            models.Index(fields=["next_due_at"], name="deadline_due"),
            models.Index(
                fields=["next_due_at"],
                condition=Q(kind__in=URGENT_DEADLINES),
                name="deadline_due_urgent",
            ),
        ]


class NotificationState(models.TextChoices):
    PENDING = "pending", "A device may still get it"
    SENT = "sent", "At least one device got it"
    DROPPED = "dropped", "No device got it, and none will"


class Dropped(models.TextChoices):
    """Why something was not sent."""

    NO = "", "It was, or may still be"
    NO_DEVICE = "no_device"
    PUSH_OFF = "push_off"
    STALE = "stale"
    EXPIRED = "expired"
    ANSWERED = "answered"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    APART = "apart", "Whom it came from wants no more to do with its reader"
    MEMBER_GONE = "member_gone"
    SESSION_ENDED = "session_ended"
    DEVICE_GONE = "device_gone"
    NOT_ALLOWED = "not_allowed"
    UNDELIVERABLE = "undeliverable"


# What was never worth reading; the rest stays readable in the inbox, push or no push.
NOT_FOR_THE_INBOX = (
    Dropped.STALE,
    Dropped.ANSWERED,
    Dropped.PAUSED,
    Dropped.WITHDRAWN,
    Dropped.MEMBER_GONE,
)


class Notification(models.Model):
    """The promise to tell a member something, and its place in their inbox.

    ``dedupe_key`` names the fact, so that it is told once whoever finds it. What came out of a
    ``partnership`` is shown while the reader still has it. Columns have database defaults because
    the planner inserts in sets.
    """

    export_rule = Export.WHOLE
    erasure_rule = Erasure.DELETE
    # What came of it tells of others: that one took a consent back, or that one blocks another.
    exported_where = {"in_inbox": True}
    secrets = ("dedupe_key", "state", "dropped_reason")

    id = models.UUIDField(primary_key=True, default=new_id)
    # No index of its own: the one of the inbox page begins with it.
    member = models.ForeignKey(
        "recovery.Member", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=40)
    dedupe_key = models.CharField(max_length=200, unique=True)
    local_date = models.DateField(null=True)
    subject_id = models.UUIDField(null=True)
    # Most rows have none, so the index below leaves those out.
    partnership = models.ForeignKey(
        "recovery.Partnership",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(
        max_length=7,
        choices=NotificationState.choices,
        default=NotificationState.PENDING,
        db_default=NotificationState.PENDING,
    )
    dropped_reason = models.CharField(
        max_length=14, choices=Dropped.choices, default=Dropped.NO, db_default="", blank=True
    )
    in_inbox = models.BooleanField(default=True, db_default=True)
    read_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["member", "created_at", "id"], name="inbox_page"),
            models.Index(
                fields=["member"],
                condition=Q(in_inbox=True, read_at__isnull=True),
                name="inbox_unread",
            ),
            models.Index(
                fields=["partnership"],
                condition=Q(partnership__isnull=False),
                name="inbox_of_partnership",
            ),
        ]


class DeliveryState(models.TextChoices):
    PENDING = "pending"
    SENT = "sent"
    DROPPED = "dropped", "Not sent, for the reason that stands beside"
    SET_ASIDE = "set_aside", "Refused, or given up after too many tries: a person must look"


class Delivery(models.Model):
    """The way of one notification to one device.

    While ``leased_until`` lies ahead a worker has it; a killed worker's lease simply runs out.
    An ``urgent`` one overtakes all that are not.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE
    owned_through = ("notification__member", "device__member")

    id = models.UUIDField(primary_key=True, default=new_id)
    # No index of its own: the unique one begins with it.
    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(
        max_length=9,
        choices=DeliveryState.choices,
        default=DeliveryState.PENDING,
        db_default=DeliveryState.PENDING,
    )
    dropped_reason = models.CharField(
        max_length=14, choices=Dropped.choices, default=Dropped.NO, db_default="", blank=True
    )
    urgent = models.BooleanField(default=False, db_default=False)
    next_attempt_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0, db_default=0)
    outcome = models.CharField(
        max_length=10,
        choices=[("", "Not sent yet")] + [(one.value, one.name) for one in Outcome],
        default="",
        db_default="",
        blank=True,
    )
    error_code = models.CharField(max_length=40, default="", db_default="", blank=True)
    message_id = models.CharField(max_length=200, default="", db_default="", blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notification", "device"], name="one_delivery_a_device")
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(state="pending"), name="delivery_due"
            ),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="pending", urgent=True),
                name="delivery_due_urgent",
            ),
        ]


class Scope(models.TextChoices):
    EVERYBODY = "everybody"
    ANDROID = "android"
    IOS = "ios"
    WEB = "web"


class Sender(models.Model):
    """How sending is doing: one row for everything, and one for each platform that is stopped.

    ``halted_reason`` stays until a send succeeds again; until ``paused_until`` none is tried.
    ``back_at`` is when ticks came again after the last outage.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.NONE

    scope = models.CharField(max_length=9, primary_key=True, choices=Scope.choices)
    paused_until = models.DateTimeField(null=True)
    halted_reason = models.CharField(max_length=40, blank=True, default="")
    last_tick_at = models.DateTimeField(null=True)
    back_at = models.DateTimeField(null=True)
    housekept_at = models.DateTimeField(null=True)
