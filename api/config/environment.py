"""Read settings from the environment; a wrong value stops the process with a sentence."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SECRETS = "secrets"  # the folder of the keys, inside the data folder
KEY_BYTES = 32  # AES-256 and HMAC-SHA256 both want 32 bytes


def text(*, name: str, default: str = "") -> str:
    """Return a setting's text without surrounding blanks."""
    return os.environ.get(name, default).strip()


def whole(*, name: str, default: int, least: int, most: int) -> int:
    """Return a whole number within its bounds."""
    raw = text(name=name) or str(default)
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


def owner_only_folder(*, path: Path) -> Path:
    """Return a folder that only its owner may enter, made if absent.

    A wider one is narrowed when it is plainly ours, empty or made by an earlier start; any other
    (someone's home, ``/tmp``) is left as it is and refused.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.stat()
        if found.st_mode & 0o077:
            ours = found.st_uid == os.geteuid() and not found.st_mode & stat.S_ISVTX
            if not ours or not ((path / SECRETS).is_dir() or not any(path.iterdir())):
                raise ImproperlyConfigured(
                    f"Other users may enter the folder {path}; run: chmod 700 {path}"
                )
            path.chmod(0o700)
    except OSError as error:
        raise ImproperlyConfigured(f"The folder {path} cannot be used: {error.strerror}.") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"The folder {path} cannot be written to.")
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
    try:
        if not path.exists():
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            draft.touch(mode=0o600)
            draft.write_text(fresh() + "\n")
            # Two processes may start at once: the link is atomic, so both read one whole secret.
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"The file {path} cannot be used: {error.strerror}.") from None


def _encode(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def mail(*, name: str) -> tuple[str, str, int, str, str, bool]:
    """Return Django's six e-mail settings from ``smtp[+tls]://user:password@host:port``.

    Empty means that no mail leaves: what would be sent is refused before it is written.
    """
    raw = text(name=name)
    if not raw:
        return "django.core.mail.backends.dummy.EmailBackend", "", 0, "", "", False
    try:
        parts = urlsplit(raw)
        host, port = parts.hostname, parts.port or 587
    except ValueError:
        host = None
    if not host or parts.scheme not in ("smtp", "smtp+tls"):
        raise ImproperlyConfigured(
            f"{name} must be smtp://user:password@host:port, or the same with smtp+tls://."
        )
    return (
        "django.core.mail.backends.smtp.EmailBackend",
        host,
        port,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.scheme == "smtp+tls",
    )


def flag(*, name: str) -> bool:
    """Return whether a switch is on: ``1`` or ``0``, off when empty."""
    raw = text(name=name, default="0") or "0"
    if raw not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")
    return raw == "1"


def check_private_key(*, path: Path) -> None:
    """Refuse a service account's file whose private key cannot be read."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        load_pem_private_key(json.loads(path.read_text())["private_key"].encode(), password=None)
    except (ValueError, TypeError, KeyError):
        raise ImproperlyConfigured(f"{path} holds no readable private_key.") from None
