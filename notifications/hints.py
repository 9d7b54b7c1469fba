"""Tell the workers that something waits. A hint may be lost: the next tick finds what it meant."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

from celery import current_app
from django.db import transaction

log = logging.getLogger("notifications.hints")

# After a hint that did not get out, requests do not even try for a while: each try may cost a
# second, and the tick comes every 15 seconds anyway.
SILENCE = 10.0


class _Publisher:
    def __init__(self) -> None:
        self._silent_until = 0.0

    def publish(self, name: str) -> None:
        """Put a hint into its queue unless the broker was silent a moment ago; never raises."""
        if monotonic() < self._silent_until:
            return
        try:
            current_app.send_task(name, expires=60, retry=False, ignore_result=True)
        except Exception as error:
            self._silent_until = monotonic() + SILENCE
            log.warning("the broker takes no hints: %s", type(error).__name__)


_publisher = _Publisher()


def deliver_soon() -> None:
    """After this transaction has committed, ask a worker to deliver; once, however often called."""
    _after_commit(_hint_deliver)


def deliver_urgent_soon() -> None:
    """The same for what somebody waits for: in a queue of its own, ahead of all that wait."""
    _after_commit(_hint_deliver_urgent)


def send_mail_soon() -> None:
    """After this transaction has committed, ask a worker to e-mail what waits; once, likewise."""
    _after_commit(_hint_send_mail)


def own_data_soon() -> None:
    """After this transaction has committed, ask a worker for exports, imports and erasures."""
    _after_commit(_hint_own_data)


def keep_house_soon() -> None:
    """Ask a worker to keep house."""
    _publisher.publish("notifications.housekeeping")


def _hint_deliver() -> None:
    _publisher.publish("notifications.deliver")


def _hint_deliver_urgent() -> None:
    _publisher.publish("notifications.deliver_urgent")


def _hint_own_data() -> None:
    _publisher.publish("notifications.own_data")


def _hint_send_mail() -> None:
    _publisher.publish("notifications.send_mail")


def _after_commit(hint: Callable[[], None]) -> None:
    waiting = transaction.get_connection().run_on_commit
    if not any(hook is hint for _, hook, _ in waiting):
        transaction.on_commit(hint, robust=True)
