"""What the partners area refuses, each with a stable code."""

from __future__ import annotations

# One answer for codes of both kinds: whoever types one in does not say which kind it is.
from recovery.groups.refusals import InviteNotUsable as InviteNotUsable
from recovery.kernel.errors import Conflict


class TooManyOpenInvites(Conflict):
    """Three invites of the member are still open."""

    code = "too_many_open_invites"
    title = "Three invites are open already"
