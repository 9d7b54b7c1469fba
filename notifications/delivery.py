"""Send what waits: lease, ask again, send, settle. No transaction is open while sending."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from notifications import asking, fcm, leases, sender, settling, wording
from notifications.leases import Leased
from notifications.models import Dropped, Scope
from notifications.pushes import AddressKind, Outcome, Platform, Push, Result, collapse_id
from notifications.sender import SenderState

log = logging.getLogger("notifications.delivery")


def deliver(*, now: datetime, batch: int = fcm.MAX_BATCH, urgent_only: bool = False) -> int:
    """Send one batch of what is due, urgent ones first; return how many deliveries it took up.

    Returns within some 15 s whatever the network does. Zero: nothing is due, or sending is paused.
    """
    gateway = fcm.gateway()
    states = sender.load()
    everybody = states.get(Scope.EVERYBODY, SenderState())
    if gateway is not None and everybody.waits(now=now):
        return 0
    limit = min(batch, sender.PROBE_SIZE) if everybody.halted_reason else batch
    lease_until, leased = leases.lease(now=now, limit=limit, urgent_only=urgent_only)
    if not leased:
        return 0
    verdicts = {
        row.delivery_id: settling.exhausted()
        for row in leased
        if row.tries > settling.MOST_TRIES  # its worker never came back, so often
    }
    asked = [row for row in leased if row.delivery_id not in verdicts]
    reasons = asking.reasons(leased=asked, now=now)
    if gateway is None:
        reasons = {row.delivery_id: Dropped.PUSH_OFF for row in asked} | reasons
    verdicts |= {id_: settling.dropped(reason) for id_, reason in reasons.items()}
    to_send: list[Leased] = []
    for row in asked:
        state = states.get(row.platform, SenderState())
        if row.delivery_id in reasons:
            continue
        if state.paused_until is not None and state.waits(now=now):
            verdicts[row.delivery_id] = settling.put_off(row, until=state.paused_until)
        else:
            to_send.append(row)
    if gateway is not None and to_send:
        pushes = [_push(row) for row in to_send]
        results = _send(gateway, pushes, now=now)
        sender.note(pushes=pushes, results=results, before=states, now=now)
        verdicts |= {
            row.delivery_id: settling.judge(row, result, now=now)
            for row, result in zip(to_send, results, strict=True)
        }
    settling.settle(leased=leased, verdicts=verdicts, lease_until=lease_until, now=now)
    return len(leased)


def _send(gateway: fcm.Gateway, pushes: Sequence[Push], *, now: datetime) -> list[Result]:
    try:
        return gateway.send(pushes, now=now)
    except Exception:
        # A push that our own code cannot handle must not take its neighbours along.
        log.exception("a batch of %d pushes cannot be sent whole", len(pushes))
    results = []
    for push in pushes:
        try:
            results += gateway.send([push], now=now)
        except Exception as error:
            log.error("delivery %s cannot be sent: %s", push.delivery_id, type(error).__name__)
            results.append(Result(outcome=Outcome.UNKNOWN, error_code="OUR_ERROR"))
    return results


def _push(row: Leased) -> Push:
    text = wording.push_text(locale=row.device_locale or row.member_locale)
    return Push(
        delivery_id=row.delivery_id,
        notification_id=row.notification_id,
        kind=row.kind,
        address=row.address,
        address_kind=AddressKind(row.address_kind),
        platform=Platform(row.platform),
        collapse_id=collapse_id(notification_id=row.notification_id),
        title_loc_key=text.title_loc_key,
        body_loc_key=text.body_loc_key,
        title=text.title,
        body=text.body,
        expires_at=row.expires_at,
        urgent=row.urgent,
    )
