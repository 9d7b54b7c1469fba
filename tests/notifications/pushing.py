"""A push to send, with everything that a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from notifications.pushes import AddressKind, Platform, Push, collapse_id


def a_push(address: str = "phone-1", **changes: Any) -> Push:
    """Return a push to this address that expires in two hours."""
    notification_id: UUID = changes.pop("notification_id", None) or uuid4()
    given: dict[str, Any] = {
        "delivery_id": uuid4(),
        "notification_id": notification_id,
        "kind": "check_in_reminder",
        "address": address,
        "address_kind": AddressKind.FID,
        "platform": Platform.ANDROID,
        "collapse_id": collapse_id(notification_id=notification_id),
        "title_loc_key": "push_neutral_title",
        "body_loc_key": "push_neutral_body",
        "title": "A moment for you",
        "body": "Open the app when you are ready.",
        "expires_at": datetime.now(UTC) + timedelta(hours=2),
    }
    return Push(**{**given, **changes})
