"""Seal and open members' free text; the only module that touches sealing keys.

Each member has a data key of 256 bits, wrapped by a key of the ring in settings. A text is sealed
with AES-256-GCM (NIST SP 800-38D, 96-bit random nonce) and bound to its member, a stable label and
its row, so that a blob copied elsewhere does not open. The ring may hold several keys: the first
wraps, all unwrap, so a key is rotated by putting a new one in front.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from recovery.kernel.models import SealingKey

FORMAT = b"\x01"
NONCE_BYTES = 12


class CannotOpen(Exception):
    """The key is missing or wrong, or the blob belongs elsewhere. Ciphertext is never answered."""


class Sealer:
    """Seals and opens the texts of one member."""

    def __init__(self, *, member_id: UUID, key: bytes) -> None:
        self._member_id = member_id
        self._key = key
        self._cipher = AESGCM(key)

    def seal(self, text: str, *, label: str, row_id: object) -> bytes:
        """Return the sealed text for this label and row; the empty text stays empty."""
        return self.seal_bytes(text.encode(), label=label, row_id=row_id) if text else b""

    def open(self, blob: bytes | memoryview, *, label: str, row_id: object) -> str:
        """Return the text of a blob sealed for this label and row.

        Raises CannotOpen for anything else.
        """
        return self.open_bytes(blob, label=label, row_id=row_id).decode() if blob else ""

    def seal_bytes(self, content: bytes, *, label: str, row_id: object) -> bytes:
        """Return sealed bytes for this label and row, such as a piece of an archive."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, content, self._bond(label, row_id))
        return FORMAT + nonce + sealed

    def open_bytes(self, blob: bytes | memoryview, *, label: str, row_id: object) -> bytes:
        """Return what was sealed for this label and row. Raises CannotOpen for anything else."""
        raw = bytes(blob)
        if raw[:1] != FORMAT:
            raise CannotOpen("unknown format")
        nonce, sealed = raw[1 : 1 + NONCE_BYTES], raw[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, sealed, self._bond(label, row_id))
        except InvalidTag:
            raise CannotOpen("wrong key, label or row") from None

    def digest(self, payload: object) -> bytes:
        """Return a keyed digest of a request body, to recognise it when it is sent again.

        Keyed by the member's own key, so that a short note cannot be guessed from the database.
        """
        canonical = json.dumps(payload, sort_keys=True, separators=(",", ":"), default=str)
        return self._keyed("digest", canonical)

    def secret(self, *, purpose: str, row_id: object) -> bytes:
        """Return 32 bytes that only this member's key gives for this purpose and row.

        They are no body's digest, whatever the body: what is hashed begins with another word.
        """
        return self._keyed("secret", f"{purpose}|{row_id}")

    def _keyed(self, domain: str, text: str) -> bytes:
        return hmac.new(self._key, f"{domain}:{text}".encode(), hashlib.sha256).digest()

    def _bond(self, label: str, row_id: object) -> bytes:
        return f"{self._member_id}|{label}|{row_id}".encode()


def create_key(*, member_id: UUID) -> Sealer:
    """Make the key of a new member."""
    ring_id, ring_key = next(iter(settings.SEALING_KEYS.items()))
    key = AESGCM.generate_key(bit_length=256)
    nonce = secrets.token_bytes(NONCE_BYTES)
    wrapped = nonce + AESGCM(ring_key).encrypt(nonce, key, _wrap_bond(member_id))
    SealingKey.objects.create(member_id=member_id, ring_id=ring_id, wrapped=wrapped)
    return Sealer(member_id=member_id, key=key)


def for_member(*, member_id: UUID) -> Sealer:
    """Return the member's sealer, with one query. Raises CannotOpen without the right ring key."""
    return for_members(member_ids=[member_id])[member_id]


def for_members(*, member_ids: list[UUID]) -> dict[UUID, Sealer]:
    """Return the sealers of several members, with one query."""
    rows = {row.member_id: row for row in SealingKey.objects.filter(member_id__in=member_ids)}
    return {member_id: _unwrap(rows.get(member_id), member_id) for member_id in member_ids}


def check_ring() -> None:
    """Raise CannotOpen when the ring does not fit the stored keys: refuse to start."""
    row = SealingKey.objects.first()
    if row is not None:
        _unwrap(row, row.member_id)


def _unwrap(row: SealingKey | None, member_id: UUID) -> Sealer:
    ring_key = settings.SEALING_KEYS.get(row.ring_id) if row else None
    if row is None or ring_key is None:
        raise CannotOpen("no key")
    raw = bytes(row.wrapped)
    try:
        key = AESGCM(ring_key).decrypt(
            raw[:NONCE_BYTES], raw[NONCE_BYTES:], _wrap_bond(row.member_id)
        )
    except InvalidTag:
        raise CannotOpen("wrong ring key") from None
    return Sealer(member_id=member_id, key=key)


def _wrap_bond(member_id: UUID) -> bytes:
    return f"data-key|{member_id}".encode()
