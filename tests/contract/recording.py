"""Records what an app sends and gets, with what differs from run to run made stable."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from rest_framework.test import APIClient

from api.archives import MEDIA_TYPE
from tests.contract.document import operations

UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TOKEN = "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIn0.eyJ0b2tlbl90eXBlIjoi….{}"
BACKUP_CODES = [
    *("M5QW-4ZDF-OJUW-C3TU", "K2HV-7NRA-LQ5E-XB3Y", "TD6O-PZ4J-VWIM-2CGS", "5RLE-HXNK-U7QB-YA3F"),
    *("ZJ2M-GC6T-IPDW-VSO4", "B7YN-QKFX-3AHR-LE5U", "WOV4-MSJ6-D2TZ-CPGI", "XQ3A-5LHY-RNE7-KBUF"),
    *("6GTC-ZW2D-JIVP-OM4S", "UF5K-YB7R-NXAL-Q3HE"),
]
INVITE_CODE = "q0Jm8mWcT5yqk1v3m7XzB2dJ5nLr9sUe"
MAILED_CODE = "40718263"
# Chance decides these; what they are named by is enough to know them.
STABLE = {
    "access": TOKEN.format("Qm9"),
    "refresh": TOKEN.format("Zx4"),
    "backup_codes": BACKUP_CODES,
    "backup_code": BACKUP_CODES[0],
    "email_code": MAILED_CODE,
    "path": f"/api/v1/exports/{'Ab3-' * 17}Qw",
    "byte_count": 48_213,
}


@dataclass
class Recorder:
    """Sends requests and keeps them, by operation, as the document shows them."""

    found: dict[str, Any] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)

    def say(
        self,
        client: APIClient,
        operation_id: str,
        *,
        asks: str = "",
        gets: str = "",
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
        raw: bytes | None = None,
        **path: str,
    ) -> Any:
        """Send a request and return the answer's body.

        With ``asks`` the request becomes an example of that name, with ``gets`` the answer. ``raw``
        is the body of an operation that takes an archive; what one sends is returned as it is.
        """
        operation = operations()[operation_id]
        send = getattr(client, operation.method)
        address = operation.path.format(**path)
        if operation.method == "get":
            answer = send(address, query or {})
        elif raw is not None:
            answer = send(address, raw, content_type=MEDIA_TYPE)
        else:
            answer = send(address, body, format="json")
        assert 200 <= answer.status_code < 300, (operation_id, answer.content)
        kept = self.found.setdefault(operation_id, {})
        if answer.streaming:
            return answer.getvalue()
        value = answer.json() if answer.content else None
        if asks:
            kept.setdefault("request", []).append({"summary": asks, "value": self._stable(body)})
        if gets:
            of_status = kept.setdefault("answers", {}).setdefault(str(answer.status_code), [])
            of_status.append({"summary": gets, "value": self._stable(value)})
        return value

    def _stable(self, node: Any, name: str = "") -> Any:
        if name in STABLE and node:
            return STABLE[name]
        if isinstance(node, dict):
            return {key: self._stable(inner, key) for key, inner in node.items()}
        if isinstance(node, list):
            return [self._stable(inner) for inner in node]
        if not isinstance(node, str):
            return node
        if name == "code" and len(node) >= 20:
            return INVITE_CODE
        if name == "code" and node.isdigit():
            return MAILED_CODE
        if name == "link_fragment" and node:
            return f"invite={INVITE_CODE}"
        return UUID_TEXT.sub(self._stable_id, node)

    def _stable_id(self, found: re.Match[str]) -> str:
        """Return the n-th id that was met, as a UUIDv7 of the story's day."""
        number = len(self._ids) + 1
        return self._ids.setdefault(found[0], f"019aaa15-{number:04x}-7c31-9b1e-5f0a4c2d7e10")
