"""A loopback server that behaves like FCM: token endpoint, HTTP v1 answers, every error.

In a test::

    with LoopbackFcm(folder=tmp_path) as fcm:
        Gateway(fcm.credentials_file, fcm.base_url).send(...)
        assert fcm.visible()["phone-1"] == [...]

As a program, for tests with real processes and for trying things out by hand::

    python -m tests.loopback.fcm --port 0 --ready-file X --credentials-file Y

An address says what happens to what is sent there: ``<name>-<anything>``, where the name is one of
answers.scripted() or ``hang`` (no answer), ``cut`` (connection reset), ``lost`` (accepted, then
cut), ``drip`` (an answer that never ends), ``slow-<milliseconds>``. ``once-<name>-<anything>``
happens once only. Everything else is accepted.
"""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
import uuid
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.loopback import answers
from tests.loopback.handler import Server, reset
from tests.loopback.phones import Accepted, shown

PROJECT = "loopback-project"
CLIENT_EMAIL = "push@loopback-project.iam.gserviceaccount.com"
GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"  # google-auth names it whatever token_uri
SCOPES = {
    "https://www.googleapis.com/auth/firebase.messaging",
    "https://www.googleapis.com/auth/cloud-platform",
}


class LoopbackFcm:
    """The server, running in threads of this process until it is closed."""

    def __init__(
        self, *, folder: Path | None = None, credentials_file: Path | None = None, port: int = 0
    ) -> None:
        path = credentials_file or (folder / "service-account.json" if folder else None)
        if path is None:
            raise ValueError("Name a folder or a credentials file.")
        self.credentials_file = path
        self.project = PROJECT
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.accepted: list[Accepted] = []
        self.received: list[str] = []  # the address of every send that came in, accepted or not
        self.token_requests = 0
        self.tokens: dict[str, float] = {}
        self.token_seconds = 3599
        self.token_behaviour = "ok"  # ok, down, refused, hang, cut, garbage
        self.everywhere: str | None = None  # a behaviour for all addresses
        self.scripts: dict[str, deque[str]] = {}
        self.connections: set[socket.socket] = set()
        self.server = Server(port, self)
        self.port = self.server.server_port
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.public_key = self._write_credentials()
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> LoopbackFcm:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop, and cut every open connection, as a server that dies does."""
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        with self.lock:
            open_ones = list(self.connections)
        for connection in open_ones:
            reset(connection)

    def script(self, address: str, *behaviours: str) -> None:
        """Play these behaviours (``unavail-30``, ``ok``, …) for the next sends to an address."""
        with self.lock:
            self.scripts[address] = deque(behaviours)

    def revoke_tokens(self) -> None:
        """Refuse every access token given out so far."""
        with self.lock:
            self.tokens.clear()

    def visible(self) -> dict[str, list[Accepted]]:
        """Return what each phone would show after collapsing."""
        with self.lock:
            return shown(list(self.accepted))

    def behaviour_for(self, address: str) -> tuple[str, str]:
        """Return (behaviour, argument) for a send to this address, and count the send."""
        with self.lock:
            again = address in self.received
            self.received.append(address)
            script = self.scripts.get(address)
            name = (script.popleft() if script else None) or self.everywhere or address
        if name.startswith("once-"):
            name = "ok" if again else name.removeprefix("once-")
        behaviour, _, argument = name.partition("-")
        return behaviour, argument

    def accept(self, address: str, message: dict[str, Any]) -> str:
        """Record a message as accepted and return the name FCM gives it."""
        name = f"projects/{PROJECT}/messages/{uuid.uuid4().hex}"
        with self.lock:
            self.accepted.append(Accepted(address, message, name))
        return name

    def grant(self, form: dict[str, list[str]]) -> answers.Answer:
        """Answer a token request: the assertion must be signed, current and ours."""
        try:
            if form["grant_type"] != ["urn:ietf:params:oauth:grant-type:jwt-bearer"]:
                raise jwt.InvalidTokenError("unsupported grant type")
            claims = jwt.decode(
                form["assertion"][0],
                self.public_key,
                algorithms=["RS256"],
                audience=[GOOGLE_AUDIENCE, f"{self.base_url}/token"],
                issuer=CLIENT_EMAIL,
                options={"require": ["iss", "aud", "exp", "iat"]},
            )
            if claims["exp"] - claims["iat"] > 3600 or not SCOPES & set(claims["scope"].split()):
                raise jwt.InvalidTokenError("too long, or without the scope of messaging")
        except (KeyError, jwt.InvalidTokenError) as refused:
            return answers.plain(400, {"error": "invalid_grant", "error_description": str(refused)})
        token = f"ya29.{secrets.token_urlsafe(24)}"
        with self.lock:
            self.tokens[token] = time.time() + self.token_seconds
        granted = {"access_token": token, "expires_in": self.token_seconds, "token_type": "Bearer"}
        return answers.plain(200, granted)

    def lets_in(self, header: str | None) -> bool:
        """Return whether the Authorization header carries a token given out and not expired."""
        with self.lock:
            return self.tokens.get((header or "").removeprefix("Bearer "), 0) > time.time()

    def _write_credentials(self) -> rsa.RSAPublicKey:
        """Write the service account's file, owner-only; one made for this port is kept as it is."""
        token_uri, path = f"{self.base_url}/token", self.credentials_file
        if path.exists():
            kept = json.loads(path.read_text())
            if kept.get("token_uri") == token_uri:
                key = serialization.load_pem_private_key(kept["private_key"].encode(), None)
                assert isinstance(key, rsa.RSAPrivateKey)
                return key.public_key()
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        account = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": secrets.token_hex(20),
            "private_key": key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode(),
            "client_email": CLIENT_EMAIL,
            "token_uri": token_uri,
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(account, indent=2))
        return key.public_key()


if __name__ == "__main__":
    from tests.loopback.program import main

    main()
