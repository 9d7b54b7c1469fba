"""What is about a request for support: still going on, still asked of this member?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from notifications.leases import Leased, Reasons
from notifications.models import Dropped
from recovery.support.requests import pending
from recovery.support.requests.pending import Pair, Standing

_WHY = {
    Standing.ANSWERED: Dropped.ANSWERED,
    Standing.GONE: Dropped.WITHDRAWN,
    # Nobody is woken for it, but it stays in the inbox for the morning.
    Standing.NOT_NOW: Dropped.EXPIRED,
}


def request(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the request is open, still asked of this helper, and this is one of their hours.

    A push that had to wait is as unwelcome at night as one that did not.
    """
    standings = pending.of_helpers(pairs=_pairs(rows), now=now)
    return {
        row.delivery_id: _WHY[standings[_pair(row)]]
        for row in rows
        if standings[_pair(row)] is not Standing.WANTED
    }


def answer(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the request is open and the asker sees an answer."""
    shown = pending.answers_shown(pairs=_pairs(rows), now=now)
    return _withdrawn(rows, {pair: pair in shown for pair in _pairs(rows)})


def reply(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the request is open and its recipient, of either side, may see the thread."""
    pairs = _pairs(rows)
    shown = pending.answers_shown(pairs=pairs, now=now)
    standings = pending.of_helpers(pairs=pairs, now=now)
    return _withdrawn(
        rows, {pair: pair in shown or standings[pair] is not Standing.GONE for pair in pairs}
    )


def no_answer(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the request is open and still nobody said that they can be there."""
    alone = pending.unanswered(request_ids=[pair[1] for pair in _pairs(rows)], now=now)
    return _withdrawn(rows, {pair: pair[1] in alone for pair in _pairs(rows)})


def _withdrawn(rows: Sequence[Leased], still_so: Mapping[Pair, bool]) -> Reasons:
    return {row.delivery_id: Dropped.WITHDRAWN for row in rows if not still_so[_pair(row)]}


def _pairs(rows: Sequence[Leased]) -> list[Pair]:
    return [_pair(row) for row in rows]


def _pair(row: Leased) -> Pair:
    # Every row of these kinds names its request; an id of something else stands for none.
    return row.member_id, row.subject_id or row.notification_id
