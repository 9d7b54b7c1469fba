"""Whose requests are counted together."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from api.auth.addresses import client_address


def _address(peer: str, heard: str | None = None) -> str:
    headers = {} if heard is None else {"HTTP_X_FORWARDED_FOR": heard}
    request = APIRequestFactory().get("/", REMOTE_ADDR=peer, **headers)
    return client_address(Request(request))


def test_without_proxies_the_header_is_never_believed() -> None:
    assert _address("198.51.100.7", "203.0.113.9") == "198.51.100.7"


@pytest.mark.parametrize(
    ("proxies", "heard", "expected"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9,10.0.0.2", "203.0.113.9"),
        # Fewer entries than proxies: it came round them, so only the peer is known.
        (2, "203.0.113.9", "198.51.100.7"),
        (1, None, "198.51.100.7"),
        (1, "", "198.51.100.7"),
        (1, "garbage", "198.51.100.7"),
        (1, "203.0.113.9,", "198.51.100.7"),
    ],
)
def test_behind_proxies_the_entry_of_the_outermost_counts(
    settings: Any, proxies: int, heard: str | None, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies

    assert _address("198.51.100.7", heard) == expected


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_a_holder_of_many_addresses_counts_once(peer: str, expected: str) -> None:
    assert _address(peer) == expected
