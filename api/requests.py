"""What a request holds once its session was checked."""

from __future__ import annotations

from rest_framework.request import Request

from recovery.members.models import Member, Session


class MemberRequest(Request):
    """A request of a signed-in member: the type that a view's methods name."""

    user: Member  # type: ignore[assignment]
    auth: Session
