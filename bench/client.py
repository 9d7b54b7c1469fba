"""A client that costs little: one kept connection, requests made beforehand, time by the clock."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter_ns


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be sent, and the status that it must be answered with."""

    raw: bytes
    status: int


def call(
    method: str, path: str, *, token: str, status: int, body: dict[str, object] | None = None
) -> Call:
    """Return a request for a member's token."""
    data = b"" if body is None else json.dumps(body).encode()
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {token}",
        "Accept: application/json",
    ]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    return Call(raw="\r\n".join([*lines, "", ""]).encode() + data, status=status)


class Connection:
    """A kept connection to a server on this machine."""

    def __init__(self, *, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = self._socket.makefile("rb", buffering=1 << 16)

    def close(self) -> None:
        """Hang up."""
        self._read.close()
        self._socket.close()

    def milliseconds(self, what: Call) -> float:
        """Send one request, read the whole answer, and return how long that took."""
        began = perf_counter_ns()
        self._socket.sendall(what.raw)
        status, body = self._answer()
        took = (perf_counter_ns() - began) / 1e6
        if status != what.status:
            raise RuntimeError(f"{status} instead of {what.status}: {body[:300]!r}")
        return took

    def _answer(self) -> tuple[int, bytes]:
        status = int(self._read.readline().split()[1])
        length, chunked = 0, False
        while (line := self._read.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            chunked = chunked or line.lower().startswith(b"transfer-encoding: chunked")
        return status, self._chunks() if chunked else self._read.read(length)

    def _chunks(self) -> bytes:
        found = b""
        while size := int(self._read.readline(), 16):
            found += self._read.read(size)
            self._read.readline()
        self._read.readline()
        return found


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of what is compared: the one, and the other that it is compared with."""

    one: list[float]
    other: list[float]


def in_turn(
    connections: tuple[Connection, Connection], turns: Sequence[tuple[Call, Call]], *, warm_ups: int
) -> Times:
    """Send each turn's two calls, the order changing from turn to turn, so that drift hits both.

    The first ``warm_ups`` turns are not counted.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for number, calls in enumerate(turns):
        for side in (0, 1) if number % 2 else (1, 0):
            took = connections[side].milliseconds(calls[side])
            if number >= warm_ups:
                times[side].append(took)
    return Times(*times)
