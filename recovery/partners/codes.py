"""The codes that open invites: never stored, so a copy of the database opens none.

A code is derived from the inviter's own key and the invite's id. Whoever sends the same creation
again, because the first answer was lost on the way, is therefore given the same code, and nobody
else can compute it.
"""

from __future__ import annotations

import base64
import hashlib
from uuid import UUID

from recovery.kernel.sealing import Sealer

# 24 bytes are 192 bits, half as much again as the 128 that the design asks for, and exactly 32
# characters without padding.
CODE_BYTES = 24


def code_of(*, sealer: Sealer, invite_id: UUID) -> str:
    """Return the code of an invite, 32 URL-safe characters; ``sealer`` is the inviter's."""
    secret = sealer.secret(purpose="partner-invite-code", row_id=invite_id)
    return base64.urlsafe_b64encode(secret[:CODE_BYTES]).decode()


def code_hash(*, code: str) -> bytes:
    """Return what is stored of a code. Codes are random: no salt or slow hash is needed."""
    return hashlib.sha256(b"partner-invite:" + code.encode()).digest()
