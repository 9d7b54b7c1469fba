"""Where a request comes from, for limits only: it is neither stored nor logged."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

UNKNOWN = "unknown"


def client_address(request: Request | HttpRequest) -> str:
    """Return the address that limits count.

    The peer's own, unless ``TRUSTED_PROXIES`` proxies of ours stand in front: each appends whom it
    heard from, so the n-th from the right of X-Forwarded-For was written by the outermost of them,
    and all to the left of it by anybody. With fewer entries the request came round them.
    """
    return address_of(request.META)


def address_of(meta: Mapping[str, Any]) -> str:
    """Return the same of what a request brought along, outside DRF."""
    peer = str(meta.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        heard = str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")
        if len(heard) >= proxies:
            return _network(heard[-proxies].strip()) or _network(peer) or UNKNOWN
    return _network(peer) or UNKNOWN


def _network(text: str) -> str:
    """Return an IPv4 address, or the /64 of an IPv6 one: its holder has all of that."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)
