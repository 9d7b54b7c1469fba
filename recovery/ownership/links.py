"""Links that fetch an export without signing in: made and checked, never stored.

A link names the export, until when it holds, and the how-manieth fetch it is for, and proves that
whoever made it had the member's key. So a used link is worthless, and so is every one of an erased
member.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

from recovery.kernel.sealing import Sealer
from recovery.ownership.models import ExportJob

LIFETIME = timedelta(minutes=15)
# 16 bytes of id, 4 of expiry in seconds since 1970 (until 2106), 32 of proof: 256 bits.
_ID, _EXPIRY, _PROOF = 16, 4, 32
# Those 52 bytes in base64 without padding.
SIGNS = 70


def make(*, job: ExportJob, sealer: Sealer, now: datetime) -> tuple[str, datetime]:
    """Return the token of a link, and until when it holds."""
    expires_at = (now + LIFETIME).replace(microsecond=0)
    head = job.id.bytes + int(expires_at.timestamp()).to_bytes(_EXPIRY, "big")
    return _written(head + _proof(head, job=job, sealer=sealer)), expires_at


def job_of(*, token: str) -> UUID | None:
    """Return the export that a token says it is for; None for what is no token."""
    raw = _read(token)
    return UUID(bytes=raw[:_ID]) if raw else None


def holds(*, token: str, job: ExportJob, sealer: Sealer, now: datetime) -> bool:
    """Tell whether a token opens this export now."""
    raw = _read(token)
    if not raw:
        return False
    head, proof = raw[:-_PROOF], raw[-_PROOF:]
    expires_at = datetime.fromtimestamp(int.from_bytes(head[_ID:], "big"), UTC)
    right = hmac.compare_digest(proof, _proof(head, job=job, sealer=sealer))
    return right and expires_at > now


def _proof(head: bytes, *, job: ExportJob, sealer: Sealer) -> bytes:
    key = sealer.secret(purpose="export-link", row_id=f"{job.id}|{job.fetches}")
    return hmac.new(key, head, hashlib.sha256).digest()


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(token: str) -> bytes:
    try:
        raw = base64.b64decode(token.encode("ascii") + b"==", altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return b""
    return raw if len(raw) == _ID + _EXPIRY + _PROOF and _written(raw) == token else b""
