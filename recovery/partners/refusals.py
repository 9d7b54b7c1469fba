"""What the partners area refuses, each with a stable code."""

from __future__ import annotations

from recovery.kernel.errors import Conflict, Missing


class InviteNotUsable(Missing):
    """The one answer to every code that opens nothing, whatever the reason."""

    code = "invite_not_usable"
    title = "This invite cannot be used"

    def __init__(self) -> None:
        super().__init__("This invite cannot be used. Ask for a new one.")


class TooManyOpenInvites(Conflict):
    """Three invites of the member are still open."""

    code = "too_many_open_invites"
    title = "Three invites are open already"
