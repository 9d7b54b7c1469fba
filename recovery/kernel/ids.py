"""UUIDv7 identifiers: unique, unguessable enough, and in the order they were made (RFC 9562)."""

import secrets
import threading
import time
import uuid

_RANDOM_BITS = 74
_lock = threading.Lock()
_last = 0


def new_id() -> uuid.UUID:
    """Return a fresh UUIDv7: 48 bits of milliseconds, 74 random bits.

    Within a millisecond a process counts on by a random step (RFC 9562, 6.2, method 2), so that
    rows made one after the other are listed so.
    """
    global _last
    milliseconds = (time.time_ns() // 1_000_000) & (2**48 - 1)
    with _lock:
        if _last >> _RANDOM_BITS == milliseconds:
            _last += 1 + secrets.randbits(32)
        else:
            # The first bit is left free for counting on.
            _last = milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS - 1)
        made = _last
    value = (made >> _RANDOM_BITS) << 80 | 0x7 << 76
    value |= (made >> 62 & 0xFFF) << 64 | 0x2 << 62 | made & (2**62 - 1)
    return uuid.UUID(int=value)
