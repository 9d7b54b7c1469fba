"""What must be true of a service account's file and of a loopback address before they are used."""

from __future__ import annotations

import json
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

_FIELDS = ("project_id", "client_email", "private_key", "token_uri")


def check(*, path: Path, base_url: str | None) -> None:
    """Raise ValueError with a sentence unless pushes may go out with this file and address.

    With a base URL both it and the file's token endpoint must be loopback: real device addresses
    and real access tokens are not for strangers. Without one the token endpoint must be https.
    """
    token_uri = _token_uri(path)
    if base_url is None:
        if urlsplit(token_uri).scheme != "https":
            raise ValueError("The credentials' token_uri must be https unless FCM_BASE_URL is set.")
        return
    parts = urlsplit(base_url)
    if not is_loopback(base_url) or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("FCM_BASE_URL may only be a loopback address: http://127.0.0.1:port.")
    if not is_loopback(token_uri):
        raise ValueError("With FCM_BASE_URL the credentials' token_uri must be loopback too.")


def is_loopback(url: str) -> bool:
    """Return whether a URL names this machine, by a loopback number or as localhost."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # reading the port checks it
        if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
            return False
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _token_uri(path: Path) -> str:
    try:
        account = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ValueError(f"{path} is not a readable JSON file.") from None
    if not isinstance(account, dict) or account.get("type") != "service_account":
        raise ValueError(f"{path} is not the file of a service account.")
    for name in _FIELDS:
        if not isinstance(account.get(name), str) or not account[name]:
            raise ValueError(f"{path} has no {name}.")
    return str(account["token_uri"])
