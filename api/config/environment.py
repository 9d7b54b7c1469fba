"""Read settings from the environment; a wrong value stops the process with a sentence."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32  # AES-256 and HMAC-SHA256 both want 32 bytes


def text(*, name: str, default: str = "") -> str:
    """Return a setting's text without surrounding blanks."""
    return os.environ.get(name, default).strip()


def whole(*, name: str, default: int, least: int, most: int) -> int:
    """Return a whole number within its bounds."""
    raw = text(name=name, default=str(default))
    try:
        number = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from None
    if not least <= number <= most:
        raise ImproperlyConfigured(f"{name} must lie between {least} and {most}, not {number}.")
    return number


def names(*, name: str, default: str) -> list[str]:
    """Return a comma-separated list."""
    return [part.strip() for part in text(name=name, default=default).split(",") if part.strip()]


def file(*, name: str) -> Path | None:
    """Return the path of a readable file, or None when the setting is empty."""
    raw = text(name=name)
    if not raw:
        return None
    path = Path(raw).expanduser()
    if not path.is_file() or not os.access(path, os.R_OK):
        raise ImproperlyConfigured(f"{name} names no readable file.")
    return path


def loopback_url(*, name: str) -> str | None:
    """Return a URL on this machine, or None; any other host is refused.

    The address receives real device addresses and an access token, so a typing error must not send
    them to a stranger.
    """
    raw = text(name=name)
    if not raw:
        return None
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or parts.hostname not in (
        "127.0.0.1",
        "localhost",
        "::1",
    ):
        raise ImproperlyConfigured(f"{name} may only name a loopback address, such as 127.0.0.1.")
    return raw.rstrip("/")


def owner_only_folder(*, path: Path) -> Path:
    """Return a folder that only its owner may enter, made if absent."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"The folder {path} cannot be made: {error.strerror}.") from None
    return path


def key_ring(*, name: str, path: Path) -> dict[str, bytes]:
    """Return key id -> 32 bytes, the first being the one new work is done with.

    From the environment (``id:base64,id:base64``) or else from the file, which is made with one
    fresh key, readable by its owner only.
    """
    raw = text(name=name)
    if not raw:
        raw = secret_file(path=path, fresh=lambda: f"k1:{_encode(secrets.token_bytes(KEY_BYTES))}")
    ring: dict[str, bytes] = {}
    for part in raw.replace("\n", ",").split(","):
        if not part.strip():
            continue
        key_id, _, encoded = part.strip().partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded.encode() + b"=" * (-len(encoded) % 4))
        except (binascii.Error, ValueError):
            key = b""
        if not key_id or len(key_id) > 16 or len(key) != KEY_BYTES or key_id in ring:
            raise ImproperlyConfigured(
                f"{name} must be id:key pairs, each key 32 bytes in URL-safe base64, ids once each."
            )
        ring[key_id] = key
    if not ring:
        raise ImproperlyConfigured(f"{name} holds no key.")
    return ring


def secret_file(*, path: Path, fresh: Callable[[], str]) -> str:
    """Return the file's text; make it with owner-only rights when it is absent."""
    owner_only_folder(path=path.parent)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(fresh() + "\n")
        # Two processes may start at once: the link is atomic, so both read one whole secret.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def _encode(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def mail(*, name: str) -> tuple[str, str, int, str, str, bool]:
    """Return Django's six e-mail settings from ``smtp[+tls]://user:password@host:port``.

    Empty means that no mail leaves: what would be sent is refused before it is written.
    """
    raw = text(name=name)
    if not raw:
        return "django.core.mail.backends.dummy.EmailBackend", "", 0, "", "", False
    parts = urlsplit(raw)
    if parts.scheme not in ("smtp", "smtp+tls") or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} must be smtp://… or smtp+tls://user:password@host:port."
        )
    return (
        "django.core.mail.backends.smtp.EmailBackend",
        parts.hostname,
        parts.port or 587,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.scheme == "smtp+tls",
    )
