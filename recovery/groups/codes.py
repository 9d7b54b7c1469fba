"""The codes that open invites to groups: derived like those of partner invites, never stored."""

from __future__ import annotations

import base64
import hashlib
from uuid import UUID

from recovery.kernel.sealing import Sealer

# 24 bytes are 192 bits and exactly 32 characters without padding.
CODE_BYTES = 24


def code_of(*, sealer: Sealer, invite_id: UUID) -> str:
    """Return the code of an invite, 32 URL-safe characters; ``sealer`` is the inviter's."""
    secret = sealer.secret(purpose="group-invite-code", row_id=invite_id)
    return base64.urlsafe_b64encode(secret[:CODE_BYTES]).decode()


def code_hash(*, code: str) -> bytes:
    """Return what is stored of a code. Codes are random: no salt or slow hash is needed."""
    return hashlib.sha256(b"group-invite:" + code.encode()).digest()
