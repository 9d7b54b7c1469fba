"""What the commitments area refuses, each with a stable code."""

from __future__ import annotations

from recovery.kernel.errors import Conflict

MOST_COMMITMENTS = 50


class TooManyCommitments(Conflict):
    """A member keeps at most fifty commitments, which bounds what "today" reads."""

    code = "too_many_commitments"
    title = f"At most {MOST_COMMITMENTS} commitments"


class WithdrawnSince(Conflict):
    """The entry was withdrawn after this was written."""

    code = "withdrawn_since"
    title = "This entry was withdrawn later than it was edited here"
    client_action = "drop"


class OwnCommitment(Conflict):
    """Cheers come from the others in the group."""

    code = "own_commitment"
    title = "This commitment is your own"
