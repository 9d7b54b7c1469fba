"""What FCM's HTTP v1 API answers, by the name that a test's address begins with."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
QUOTA_FAILURE = "type.googleapis.com/google.rpc.QuotaFailure"
ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
LARGEST_PAYLOAD = 4096  # bytes, keys and values

MESSAGE_FIELDS = {
    "": {"data", "notification", "android", "webpush", "apns", "fcm_options", "token", "fid"},
    "notification": {"title", "body", "image"},
    "android": {"collapse_key", "priority", "ttl", "data", "notification", "direct_boot_ok"},
    "android.notification": {
        *("title", "body", "icon", "color", "sound", "tag", "click_action", "channel_id"),
        *("body_loc_key", "body_loc_args", "title_loc_key", "title_loc_args", "visibility"),
        *("notification_priority", "notification_count", "image", "ticker"),
    },
    "apns": {"headers", "payload", "fcm_options"},
    "webpush": {"headers", "data", "notification", "fcm_options"},
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def error(status: int, name: str, text: str, *details: dict[str, Any], **headers: str) -> Answer:
    """Return an error as Google's APIs write them."""
    body: dict[str, Any] = {"code": status, "message": text, "status": name}
    if details:
        body["details"] = list(details)
    return Answer(
        status,
        json.dumps({"error": body}, indent=2).encode(),
        {
            "Content-Type": "application/json; charset=UTF-8",
            **{key.replace("_", "-"): value for key, value in headers.items()},
        },
    )


def plain(status: int, body: Any) -> Answer:
    """Return a JSON answer that is no error of Google's."""
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


def fcm(code: str) -> dict[str, Any]:
    """Return the detail that names FCM's own code."""
    return {"@type": FCM_ERROR, "errorCode": code}


def bad_field(path: str, text: str) -> dict[str, Any]:
    """Return the detail that names the field at fault."""
    return {"@type": BAD_REQUEST, "fieldViolations": [{"field": path, "description": text}]}


def scripted(behaviour: str, argument: str) -> Answer | None:
    """Return the answer of that name, or None when it is no error.

    Digits after ``quota``, ``resource``, ``unavail`` and ``internal`` become the Retry-After.
    """
    wait = {"Retry_After": argument} if re.fullmatch(r"[0-9]+", argument) else {}
    invalid = "Request contains an invalid argument."
    match behaviour:
        case "unreg":
            return error(404, "NOT_FOUND", "Requested entity was not found.", fcm("UNREGISTERED"))
        case "badtoken":
            text = "The registration token is not a valid FCM registration token"
            return error(400, "INVALID_ARGUMENT", text, fcm("INVALID_ARGUMENT"))
        case "badfield":
            detail = bad_field("message.android.ttl", "Invalid value")
            return error(400, "INVALID_ARGUMENT", invalid, detail)
        case "toobig":
            return error(400, "INVALID_ARGUMENT", invalid)
        case "sender":
            return error(403, "PERMISSION_DENIED", "SenderId mismatch", fcm("SENDER_ID_MISMATCH"))
        case "apns":
            text = "Request is missing required authentication credential."
            return error(401, "UNAUTHENTICATED", text, fcm("THIRD_PARTY_AUTH_ERROR"))
        case "unauth":
            text = "Request had invalid authentication credentials."
            detail = {"@type": ERROR_INFO, "reason": "ACCESS_TOKEN_TYPE_UNSUPPORTED"}
            return error(401, "UNAUTHENTICATED", text, detail)
        case "denied":
            text = "Permission 'cloudmessaging.messages.create' denied on resource."
            return error(403, "PERMISSION_DENIED", text)
        case "quota":
            details = (fcm("QUOTA_EXCEEDED"), {"@type": QUOTA_FAILURE, "violations": []})
            return error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", *details, **wait)
        case "resource":
            return error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted.", **wait)
        case "unavail":
            text = "The service is currently unavailable."
            return error(503, "UNAVAILABLE", text, fcm("UNAVAILABLE"), **wait)
        case "internal":
            return error(500, "INTERNAL", "Internal error encountered.", fcm("INTERNAL"), **wait)
        case "badgateway":
            html = "<!DOCTYPE html><title>Error 502 (Server Error)!!1</title>\xff".encode("latin-1")
            return Answer(502, html, {"Content-Type": "text/html"})
        case "late":
            return error(504, "DEADLINE_EXCEEDED", "Deadline exceeded.")
        case "notfound":
            return Answer(404, b"<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>")
        case "odd":  # JSON, but not in the shape of an error
            return Answer(503, b'{"error": "no healthy upstream"}')
        case "redirect":
            return Answer(307, b"", {"Location": "https://fcm.googleapis.com/elsewhere"})
        case "garbage":
            return Answer(200, b"<html>Welcome to the airport's Wi-Fi</html>")
        case "nameless":
            return Answer(200, b"{}", {"Content-Type": "application/json"})
    return None


def refusal_of(message: Any) -> Answer | None:
    """Return what FCM answers to a message that it does not take, None when it takes it."""
    found = _fault(message)
    if found is None:
        return None
    path, text = found
    return error(400, "INVALID_ARGUMENT", text, bad_field(path, text))


def _fault(message: Any) -> tuple[str, str] | None:
    if not isinstance(message, dict):
        return "message", "Invalid JSON payload received."
    for prefix, allowed in MESSAGE_FIELDS.items():
        part: Any = message
        for step in filter(None, prefix.split(".")):
            part = part.get(step, {}) if isinstance(part, dict) else {}
        for unknown in set(part) - allowed:
            return f"message.{prefix}", f'Unknown name "{unknown}": Cannot find field.'
    if len({"token", "fid"} & set(message)) != 1:
        return "message", "Recipient of the message is not set."
    data = message.get("data", {})
    for key, value in data.items():
        if not isinstance(value, str):
            return f"message.data[{key}]", f"Invalid value at 'message.data' (TYPE_STRING), {value}"
        if key in ("from", "message_type", "collapse_key") or key.startswith(("google", "gcm")):
            return f"message.data[{key}]", f"Invalid data payload key: {key}"
    android = message.get("android", {})
    if "ttl" in android and not re.fullmatch(r"[0-9]+(\.[0-9]{1,9})?s", android["ttl"]):
        return "message.android.ttl", "Illegal duration format; duration must end with 's'"
    if android.get("priority", "normal") not in ("normal", "high", "NORMAL", "HIGH"):
        return "message.android.priority", "Invalid value"
    headers = message.get("apns", {}).get("headers", {})
    if len(headers.get("apns-collapse-id", "").encode()) > 64:
        return "message.apns.headers", "apns-collapse-id is longer than 64 bytes"
    payload = {key: value for key, value in message.items() if key not in ("token", "fid")}
    if len(json.dumps(payload, ensure_ascii=False).encode()) > LARGEST_PAYLOAD:
        return "message", "Message is too big"
    return None
