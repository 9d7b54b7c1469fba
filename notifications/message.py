"""What FCM is given for a push: content for Google, Apple and the lock screen; part of fcm.py."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from firebase_admin import messaging

from notifications.pushes import AddressKind, Platform, Push

LONGEST_TTL = timedelta(days=28)  # FCM's own ceiling

_COLLAPSE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def of(push: Push, *, now: datetime) -> messaging.Message:
    """Return what is sent for a push; ValueError or TypeError when no message can be made of it.

    Content passes Google, Apple and the lock screen: one opaque id, the loc keys, the fixed text.
    The text is for everybody; the loc keys are preferred to it by iOS, and by Android where a
    message has no text, so there an app shows the text or translates in its own code.
    """
    platform, address_kind = Platform(push.platform), AddressKind(push.address_kind)
    if not _COLLAPSE_ID.fullmatch(push.collapse_id) or not push.address:
        raise ValueError("A push needs an address and a collapse id of 1 to 64 URL-safe letters.")
    # Zero is "now or never", which is right for a push that expired a moment after the last check.
    ttl = min(max(push.expires_at - now, timedelta(0)), LONGEST_TTL)
    built = messaging.Message(
        data={"notification_id": str(push.notification_id)},
        notification=messaging.Notification(title=push.title, body=push.body),
        android=_android(push, ttl) if platform is Platform.ANDROID else None,
        apns=_apns(push) if platform is Platform.IOS else None,
        webpush=_webpush(push, ttl) if platform is Platform.WEB else None,
    )
    # Set afterwards: the constructor warns of every token, and we send to both kinds on purpose.
    setattr(built, address_kind, push.address)
    str(built)  # encodes it, so that a value the SDK refuses is found here and not half-way
    return built


def _android(push: Push, ttl: timedelta) -> messaging.AndroidConfig:
    return messaging.AndroidConfig(
        priority="high" if push.urgent else "normal",
        ttl=ttl,
        # No collapse_key: FCM ignores it for messages with a notification. The tag replaces.
        notification=messaging.AndroidNotification(
            title_loc_key=push.title_loc_key,
            body_loc_key=push.body_loc_key,
            channel_id="urgent" if push.urgent else "nudges",
            tag=push.collapse_id,
            visibility="private",
        ),
    )


def _apns(push: Push) -> messaging.APNSConfig:
    return messaging.APNSConfig(
        headers={
            "apns-push-type": "alert",
            "apns-collapse-id": push.collapse_id,
            # The ttl of Android does not apply to Apple: an absolute time in Unix seconds does.
            "apns-expiration": str(int(push.expires_at.timestamp())),
            "apns-priority": "10" if push.urgent else "5",
        },
        payload=messaging.APNSPayload(
            aps=messaging.Aps(
                alert=messaging.ApsAlert(
                    title=push.title,
                    body=push.body,
                    title_loc_key=push.title_loc_key,
                    loc_key=push.body_loc_key,
                ),
                sound="default",
                custom_data={"interruption-level": "time-sensitive" if push.urgent else "active"},
            )
        ),
    )


def _webpush(push: Push, ttl: timedelta) -> messaging.WebpushConfig:
    headers = {
        "TTL": str(int(ttl.total_seconds())),
        "Urgency": "high" if push.urgent else "normal",
    }
    if len(push.collapse_id) <= 32:  # RFC 8030 §5.4
        headers["Topic"] = push.collapse_id
    return messaging.WebpushConfig(
        headers=headers,
        notification=messaging.WebpushNotification(
            title=push.title, body=push.body, tag=push.collapse_id
        ),
    )
