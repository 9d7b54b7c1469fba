"""What the encouragements area refuses, each with a stable code."""

from __future__ import annotations

from recovery.kernel.errors import Conflict, Denied


class AlreadyEncouragedToday(Conflict):
    """One a recipient on each of the sender's days, outside requests for support."""

    code = "already_encouraged_today"
    title = "You have encouraged them today"
    client_action = "drop"


class TakesNoText(Denied):
    """The recipient takes presets only; whether they see those is another matter, never told."""

    code = "takes_no_text"
    title = "They take presets only"

    def __init__(self) -> None:
        super().__init__("Send one of the presets, without a text.")
