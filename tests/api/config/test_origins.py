"""The origins from which an operator's form may come through a proxy with TLS."""

from __future__ import annotations

from api.config import addresses


def test_each_host_is_an_origin_and_a_leading_dot_means_every_name_before_it() -> None:
    assert addresses.secure_origins(hosts=["api.example.org", ".example.net", "[::1]"]) == [
        "https://api.example.org",
        "https://*.example.net",
        "https://example.net",
        "https://[::1]",
    ]
