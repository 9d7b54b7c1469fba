"""Kombu's filesystem broker, with messages that appear and disappear whole.

Kombu writes a message under its final name, so a worker that looks at the wrong moment takes half
of one and stops on the JSON error; and it takes messages by moving them into the system's shared
temporary folder, which may lie on another disk. Here both are renames within the broker's folder.
Kombu's files of bindings have the same gap; our queues are direct and declared by every process, so
the bindings in memory are enough.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem, virtual
from kombu.utils.json import dumps, loads

# Files of these beginnings are no messages: one is being written, the other has been taken.
_DRAFT, _TAKEN = ".draft-", ".taken-"
_LITTER_AFTER = 3600.0


class Channel(filesystem.Channel):
    """A channel over the files of one folder."""

    supports_fanout = False
    get_table = virtual.Channel.get_table  # type: ignore[assignment]
    _delete = virtual.Channel._delete

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        """Leave no file: the exchange's own table has the binding."""

    def _put(self, queue: str, message: Any, **_: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020}_{uuid4()}.{queue}.msg"  # by age, as the reader sorts them
        draft = folder / f"{_DRAFT}{name}"
        try:
            draft.write_text(dumps(message))
            os.rename(draft, folder / name)
        except OSError as error:
            raise ChannelError(f"the broker's folder takes no message: {error}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        ending = f".{queue}.msg"
        for name in sorted(os.listdir(folder)):
            if name.startswith(".") or not name.endswith(ending):
                continue
            taken = folder / f"{_TAKEN}{name}"
            # Another worker may be faster, and what is no message is thrown away.
            with contextlib.suppress(OSError, ValueError):
                os.rename(folder / name, taken)
                try:
                    return loads(taken.read_text())
                finally:
                    taken.unlink(missing_ok=True)
        raise Empty()


class Transport(filesystem.Transport):
    """What ``filesystem://`` stands for in this program."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> None:
        """Wait for messages, but half a second at most: then the worker sees that it shall end."""
        super().drain_events(connection, timeout=min(timeout or 0.5, 0.5), **kwargs)


def prepare(*, folder: Path) -> None:
    """Make the folder for its owner only, and clear what killed processes left in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.glob(".*.msg"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _LITTER_AFTER:
                path.unlink()
