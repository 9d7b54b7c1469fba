"""The HTTP side of the loopback FCM."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tests.loopback import answers

if TYPE_CHECKING:
    from tests.loopback.fcm import LoopbackFcm


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512  # a batch of 100 connects at once; the default backlog is 5

    def __init__(self, port: int, fcm: LoopbackFcm) -> None:
        self.fcm = fcm
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self) -> None:
        """Bind without asking who we are: the base class looks up the name of the address."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that gives up is what half of the tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        with self.server.fcm.lock:
            self.server.fcm.connections.add(self.connection)

    def finish(self) -> None:
        with self.server.fcm.lock:
            self.server.fcm.connections.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/token":
            self._token(raw)
        elif self.path.startswith("/_loopback/"):
            self._control(json.loads(raw or b"{}"))
        else:
            self._message(raw)

    def do_GET(self) -> None:
        fcm = self.server.fcm
        with fcm.lock:
            accepted, counts = list(fcm.accepted), (len(fcm.received), fcm.token_requests)
        if self.path == "/_loopback/accepted":
            self._write(answers.plain(200, [asdict(one) for one in accepted]))
        elif self.path == "/_loopback/counts":
            received, tokens = counts
            self._write(answers.plain(200, {"received": received, "token_requests": tokens}))
        else:
            self._write(answers.Answer(404, b""))

    def _control(self, body: dict[str, Any]) -> None:
        """Change behaviour from another process."""
        fcm = self.server.fcm
        match self.path.removeprefix("/_loopback/"):
            case "script":
                fcm.script(body["address"], *body["behaviours"])
            case "everywhere":
                fcm.everywhere = body["behaviour"]
            case "token-endpoint":
                fcm.token_behaviour = body["behaviour"]
            case "revoke-tokens":
                fcm.revoke_tokens()
            case _:
                self._write(answers.Answer(404, b""))
                return
        self._write(answers.plain(200, {}))

    def _token(self, raw: bytes) -> None:
        fcm = self.server.fcm
        with fcm.lock:
            fcm.token_requests += 1
        match fcm.token_behaviour:
            case "ok":
                self._write(fcm.grant(parse_qs(raw.decode())))
            case "down":
                self._write(answers.plain(503, {"error": "temporarily_unavailable"}))
            case "refused":
                self._write(answers.plain(400, {"error": "invalid_grant"}))
            case "garbage":
                self._write(answers.Answer(200, b"<html>"))
            case "hang":
                self._hang()
            case _:
                self._cut()

    def _message(self, raw: bytes) -> None:
        fcm = self.server.fcm
        if not fcm.lets_in(self.headers.get("Authorization")):
            unauthenticated = answers.scripted("unauth", "")
            assert unauthenticated is not None
            self._write(unauthenticated)
            return
        if self.path != f"/v1/projects/{fcm.project}/messages:send":
            self._write(answers.error(403, "PERMISSION_DENIED", "Permission denied on project."))
            return
        body = json.loads(raw)
        message = body.get("message")
        refusal = answers.refusal_of(message)
        if refusal is not None:
            self._write(refusal)
            return
        address = message.get("fid") or message["token"]
        behaviour, argument = fcm.behaviour_for(address)
        answer = answers.scripted(behaviour, argument)
        if answer is not None:
            self._write(answer)
        elif behaviour == "hang":
            self._hang()
        elif behaviour == "cut":
            self._cut()
        elif behaviour == "drip":
            self._drip()
        else:
            if behaviour == "slow":
                fcm.stopping.wait(int(argument.partition("-")[0]) / 1000)
            name = f"projects/{fcm.project}/messages/fake_message_id"
            if body.get("validate_only") is not True:
                name = fcm.accept(address, message)
            if behaviour == "lost":
                self._cut()
            else:
                self._write(answers.plain(200, {"name": name}))

    def _write(self, answer: answers.Answer) -> None:
        self.send_response(answer.status)
        for key, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def _hang(self) -> None:
        self.server.fcm.stopping.wait()
        self.close_connection = True

    def _cut(self) -> None:
        self.close_connection = True
        reset(self.connection)

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while not self.server.fcm.stopping.wait(0.05):
            self.wfile.write(b" ")
        self.close_connection = True


def reset(connection: socket.socket) -> None:
    """End a connection with a reset, as a crash or a middle box does."""
    with contextlib.suppress(OSError):  # the other side was first
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
