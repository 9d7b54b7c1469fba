"""What FCM took on, and what phones show of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Accepted:
    """One message that FCM took on, with the name it gave it."""

    address: str
    message: dict[str, Any]
    name: str

    @property
    def notification_id(self) -> str | None:
        """The opaque id in the data."""
        found = self.message.get("data", {}).get("notification_id")
        return str(found) if found is not None else None

    @property
    def replaces(self) -> str | None:
        """The id under which a phone replaces what it shows; None: it stacks."""
        tag = self.message.get("android", {}).get("notification", {}).get("tag")
        apns = self.message.get("apns", {}).get("headers", {}).get("apns-collapse-id")
        web = self.message.get("webpush", {}).get("notification", {}).get("tag")
        found: str | None = tag or apns or web
        return found


def shown(accepted: list[Accepted]) -> dict[str, list[Accepted]]:
    """Return what each phone would show, oldest first: repeats replaced, data alone unseen."""
    phones: dict[str, dict[str, Accepted]] = defaultdict(dict)
    for one in accepted:
        if "notification" in one.message:
            place = one.replaces or one.name
            phones[one.address].pop(place, None)
            phones[one.address][place] = one
    return {address: list(places.values()) for address, places in phones.items()}
