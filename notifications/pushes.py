"""What a push is made of and what can come of it; light, so that models may import it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings


class AddressKind(StrEnum):
    """How Firebase names one installation of an app; tokens are giving way to installation ids."""

    TOKEN = "token"  # noqa: S105 - the name of a kind of address
    FID = "fid"


class Platform(StrEnum):
    """Which system shows the push."""

    ANDROID = "android"
    IOS = "ios"
    WEB = "web"


class Outcome(StrEnum):
    """What came of one send. Nothing else ever comes of one."""

    SENT = "sent"
    TOKEN_DEAD = "token_dead"  # noqa: S105 - proven gone: retire the address
    TRY_LATER = "try_later"  # certainly not delivered: send again later
    REJECTED = "rejected"  # our message is at fault: log it, never send it again
    UNKNOWN = "unknown"  # may have arrived: send again under the same collapse id


class Signal(StrEnum):
    """What an answer says about the sender, beyond the one push that it answers."""

    NONE = "none"
    SUSPECT = "suspect"  # this device or our credentials: count it, alert on many, stop nothing
    PAUSE_SENDER = "pause_sender"  # send nothing to anybody before ``retry_at``
    HALT_PLATFORM = "halt_platform"  # our key for this platform is refused: a person must look
    HALT_SENDER = "halt_sender"  # our credentials are refused: a person must look


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One notification on its way to one device: opaque ids, fixed neutral text, nothing else."""

    delivery_id: UUID
    notification_id: UUID
    kind: str  # for logs and figures here; never part of what is sent
    address: str
    address_kind: AddressKind
    platform: Platform
    collapse_id: str  # see collapse_id()
    title_loc_key: str
    body_loc_key: str
    title: str  # shown where the app has no text of its own for the loc keys
    body: str
    expires_at: datetime
    urgent: bool = False  # high priority: only for what a person waits for


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one push.

    ``retry_at`` is given when the answer said when; without it the row backs off by itself.
    ``error_code`` is from a closed set (answers.py, fcm.py) and never holds text of the answer.
    """

    outcome: Outcome
    error_code: str | None = None
    retry_at: datetime | None = None
    message_id: str | None = None
    signal: Signal = Signal.NONE


def are_on() -> bool:
    """Return whether there are credentials to push with; asks no more of Firebase than that.

    For whoever writes rows: fcm.gateway() is for whoever sends, and loads half a second of SDK.
    """
    return settings.FIREBASE_CREDENTIALS is not None


def collapse_id(*, notification_id: UUID) -> str:
    """Return the id under which a repeat replaces the first push instead of stacking on it.

    32 characters: APNs takes 64 bytes, the Topic header of web push 32 URL-safe characters.
    """
    return notification_id.hex
