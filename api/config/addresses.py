"""Addresses among the settings: database, broker, hosts. Each wrong one is told in a sentence.

No sentence repeats an address, because addresses hold passwords.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from api.config import environment

FILESYSTEM = "filesystem://"

# Valkey speaks Redis's protocol; kombu knows it by Redis's names only.
_BROKERS = {
    "redis": "redis",
    "rediss": "rediss",
    "valkey": "redis",
    "valkeys": "rediss",
    "amqp": "amqp",
    "amqps": "amqps",
}
_HOST = re.compile(r"\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")


def database(*, name: str, default: Path) -> dict[str, Any]:
    """Return Django's settings for the SQLite file or PostgreSQL server of an address.

    Empty means the SQLite file ``default``.
    """
    url = environment.text(name=name)
    if not url:
        return _sqlite({"ENGINE": "django.db.backends.sqlite3", "NAME": str(default)}, name)
    refusal = f"{name} must be sqlite:///path or postgresql://user:password@host:port/database."
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url))
    except (ValueError, KeyError):
        raise ImproperlyConfigured(refusal) from None
    if not config.get("NAME"):
        raise ImproperlyConfigured(refusal)
    if config["ENGINE"] == "django.db.backends.sqlite3":
        return _sqlite(config, name)
    if config["ENGINE"] == "django.db.backends.postgresql":
        return _postgresql(config)
    raise ImproperlyConfigured(refusal)


def _sqlite(config: dict[str, Any], name: str) -> dict[str, Any]:
    if ":memory:" in config["NAME"]:
        raise ImproperlyConfigured(f"{name} must be a file: web and worker share the database.")
    path = Path(config["NAME"]).resolve()
    if not path.parent.is_dir():
        raise ImproperlyConfigured(f"{name} names a file in a folder that does not exist.")
    config["NAME"] = str(path)
    config["CONN_MAX_AGE"] = None
    config["OPTIONS"] = {
        # BEGIN IMMEDIATE takes the write lock first: two writers queue, neither fails.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
            "PRAGMA busy_timeout=20000; PRAGMA cache_size=-16000;"
        ),
    }
    return config


def _postgresql(config: dict[str, Any]) -> dict[str, Any]:
    config["CONN_MAX_AGE"] = 600
    config["CONN_HEALTH_CHECKS"] = True
    options = config.setdefault("OPTIONS", {})
    # A server that is gone answers nothing at all: 5 s, then 503 and a later try.
    options.setdefault("connect_timeout", 5)
    return config


def broker(*, name: str) -> str:
    """Return Celery's broker address; empty means the data folder's own."""
    url = environment.text(name=name, default=FILESYSTEM) or FILESYSTEM
    if url == FILESYSTEM:
        return url
    scheme, _, rest = url.partition("://")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port  # reading the port checks it
    except ValueError:
        host = None
    if scheme not in _BROKERS or not host:
        raise ImproperlyConfigured(
            f"{name} must be {FILESYSTEM} or an address of redis://, rediss://, valkey://, "
            "valkeys://, amqp:// or amqps:// with a host."
        )
    return f"{_BROKERS[scheme]}://{rest}"


def bind_address(*, name: str) -> str:
    """Return the IP address to listen on."""
    raw = environment.text(name=name, default="127.0.0.1")
    host = {"localhost": "127.0.0.1"}.get(raw, raw.strip("[]"))
    try:
        return str(ip_address(host))
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must be an IP address to listen on, such as 127.0.0.1 or 0.0.0.0."
        ) from None


def allowed_hosts(*, name: str, default: str, bound_to: str) -> list[str]:
    """Return the host names that requests may carry."""
    hosts = environment.names(name=name, default=default)
    if "*" in hosts:
        raise ImproperlyConfigured(f"{name} must name the hosts; * would accept forged ones.")
    if not hosts or not all(_HOST.fullmatch(host.lower()) for host in hosts):
        raise ImproperlyConfigured(
            f"{name} must be host names with commas between, such as api.example.org, "
            "without scheme, port or path."
        )
    if not ip_address(bound_to).is_loopback and not environment.text(name=name):
        raise ImproperlyConfigured(
            f"HOST lets other machines in, but {name} names only this one; "
            "name the hosts that apps use, such as api.example.org."
        )
    return hosts


def secure_origins(*, hosts: list[str]) -> list[str]:
    """Return the https origins of host names; a leading dot stands for any name before it."""
    found = []
    for host in hosts:
        if host.startswith("."):
            found.append(f"https://*{host}")
        found.append(f"https://{host.removeprefix('.')}")
    return found
