"""What the encouragements area refuses, each with a stable code."""

from __future__ import annotations

from recovery.kernel.errors import Conflict, Denied


class AlreadyEncouragedToday(Conflict):
    """One encouragement for each recipient on each of their days, outside support requests."""

    code = "already_encouraged_today"
    title = "You have encouraged them today"
    client_action = "drop"


class TakesNoText(Denied):
    """The recipient takes presets only; whether they see those is another matter, never told."""

    code = "takes_no_text"
    title = "They take presets only"
