"""Accounts, sessions and the secrets that open them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recovery.kernel.ids import new_id
from recovery.kernel.ownership import Erasure, Export
from recovery.kernel.rows import OwnedQuerySet


class TimeZoneMode(models.TextChoices):
    FOLLOW = "follow", "The zone of the device last used"
    FIXED = "fixed", "The zone that the member chose"


class Locale(models.TextChoices):
    EN = "en", "English"
    ES = "es", "Spanish"
    FR = "fr", "French"
    DE = "de", "German"
    PT = "pt", "Portuguese"


class EmailState(models.TextChoices):
    NONE = "none", "No e-mail is stored"
    UNVERIFIED = "unverified", "Stored, not yet proved by a code"
    VERIFIED = "verified", "Proved by a code"


class Member(models.Model):
    """A person with an account: a pseudonymous handle, or a guest without one."""

    export_rule = Export.SECRET_FREE
    erasure_rule = Erasure.DELETE
    owned_through = ("id",)
    sealed = {"email": "members.email"}
    secrets = ("password",)

    id = models.UUIDField(primary_key=True, default=new_id)
    handle = models.CharField(max_length=30, null=True, unique=True)  # noqa: DJ001  guests have none
    password = models.CharField(max_length=200, blank=True)
    locale = models.CharField(max_length=2, choices=Locale.choices, default=Locale.EN)
    time_zone = models.CharField(max_length=64)
    day_start_hour = models.SmallIntegerField(default=0)
    time_zone_mode = models.CharField(
        max_length=6, choices=TimeZoneMode.choices, default=TimeZoneMode.FOLLOW
    )
    email = models.BinaryField(default=b"")
    email_verified_at = models.DateTimeField(null=True)
    terms_version = models.CharField(max_length=20)
    accepted_terms_at = models.DateTimeField()
    # Empty until chosen: then nobody's invites reach them in their first days (members.rules).
    receives_partner_invites = models.BooleanField(null=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    # From then on nobody sees them. What is theirs is erased at ``erase_at``, which an erasure that
    # is under way moves on as its lease; until ``restorable_until`` they may come back.
    deleted_at = models.DateTimeField(null=True)
    erase_at = models.DateTimeField(null=True, db_index=True)
    restorable_until = models.DateTimeField(null=True)

    # DRF asks these two of whoever a request is made by.
    is_authenticated = True
    is_anonymous = False

    class Meta:
        app_label = "recovery"
        constraints = [
            models.CheckConstraint(
                condition=Q(day_start_hour__gte=0, day_start_hour__lte=6), name="day_starts_0_to_6"
            ),
            models.CheckConstraint(
                condition=Q(handle__isnull=True) | ~Q(password=""), name="a_handle_has_a_password"
            ),
            models.CheckConstraint(
                condition=Q(erase_at__isnull=True) | Q(deleted_at__isnull=False),
                name="only_the_deleted_are_erased",
            ),
        ]

    @property
    def is_guest(self) -> bool:
        """A guest has no handle yet and cannot sign in elsewhere."""
        return self.handle is None

    @property
    def email_state(self) -> str:
        """Whether an e-mail is stored, and whether its owner proved it by a code."""
        if not self.email:
            return EmailState.NONE
        return EmailState.VERIFIED if self.email_verified_at else EmailState.UNVERIFIED


class SessionEnd(models.TextChoices):
    LOGOUT = "logout"
    REMOVED = "removed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    REUSE_DETECTED = "reuse_detected"
    ACCOUNT_DELETED = "account_deleted"
    EXPIRED = "expired"


class Session(models.Model):
    """One signed-in device; it ends everywhere at once when ``ended_at`` is set."""

    export_rule = Export.SECRET_FREE
    erasure_rule = Erasure.DELETE
    sealed = {"device_name": "sessions.device_name"}

    id = models.UUIDField(primary_key=True, default=new_id)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    device_name = models.BinaryField(default=b"")
    created_at = models.DateTimeField()
    refreshed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, choices=SessionEnd.choices, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "recovery"


class RefreshToken(models.Model):
    """One link of a session's chain; the token itself is never stored.

    What it said is: its id is derived from its parent's with the key named here, so that a retry
    after a lost answer gets the very same token.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE
    owned_through = ("session__member",)
    secrets = ("token_hash",)

    token_hash = models.BinaryField(max_length=32, unique=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="+")
    # Links that are past their end are deleted; their successors must stay.
    parent = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, related_name="successor"
    )
    key_id = models.CharField(max_length=16)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"


class BackupCode(models.Model):
    """A code, shown once, that resets a password without e-mail."""

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE
    secrets = ("code_hash",)

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    code_hash = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
        constraints = [
            models.UniqueConstraint(fields=["member", "code_hash"], name="one_backup_code_once")
        ]


class EmailPurpose(models.TextChoices):
    VERIFY = "verify"
    RESET = "reset"


class EmailCode(models.Model):
    """A short code on its way to an e-mail address: the promise to send it, and what proves it.

    A request to reset is stored with the ``handle`` as it was typed and nothing else, whether or
    not anybody goes by it: the same work for all, so that its time tells nothing. Whoever sends
    finds the member, or drops the row.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.DELETE
    sealed = {"address": "email_codes.address", "code": "email_codes.code"}
    handles = ("handle",)

    id = models.UUIDField(primary_key=True, default=new_id)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, related_name="+")
    handle = models.CharField(max_length=30, blank=True)
    purpose = models.CharField(max_length=6, choices=EmailPurpose.choices)
    address = models.BinaryField(default=b"")
    code = models.BinaryField(default=b"")
    wrong_tries = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    next_send_at = models.DateTimeField(null=True, db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"


class RateBucket(models.Model):
    """How soon a key (an account, an address) may try again, as one number moved atomically.

    ``next_free`` is the theoretical arrival time of the generic cell rate algorithm (ITU-T I.371),
    in seconds since 1970. ``key`` is a keyed hash, so that no address is stored.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.NONE

    key = models.CharField(max_length=64, primary_key=True)
    next_free = models.FloatField(default=0, db_default=0)

    class Meta:
        app_label = "recovery"


class ErasedMember(models.Model):
    """That somebody was erased: a random id, and when. Nothing says who it was.

    Kept for as long as any token may come back (180 days), to answer it "deleted" rather than
    "sign in again", and to erase them anew should a backup bring them back. ``scrubbed_at`` says
    when the database file let go of the last traces; SQLite's may have to wait for a reader.
    """

    export_rule = Export.NONE
    erasure_rule = Erasure.NONE

    member_id = models.UUIDField(primary_key=True)
    erased_at = models.DateTimeField(db_index=True)
    scrubbed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "recovery"
