"""What requests for support refuse; opening one is never among it."""

from __future__ import annotations

from recovery.kernel.errors import Conflict


class AnswerFirst(Conflict):
    """Somebody who was asked writes before they have answered."""

    code = "answer_first"
    title = "Answer the request before you write"


class ThreadFull(Conflict):
    """Fifty messages were written between these two."""

    code = "thread_full"
    title = "This thread is full"


class RequestClosed(Conflict):
    """The request has ended, and its threads with it."""

    code = "request_closed"
    title = "This request is closed"
