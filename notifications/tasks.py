"""The only task definitions: what Celery calls, and the only place here that reads the clock.

Every task may be lost, repeated or run twice at once: the database is the queue. Each takes extra
arguments, so that messages of another release pass.
"""

from __future__ import annotations

from time import monotonic

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from notifications import delivery, hints, housekeeping, leases, mail, planner, sender
from recovery.ownership import queries as owned
from recovery.ownership.services import working as own

# One worker process may have to do everything, so nobody keeps it for long: then a hint goes to
# the end of the queue, behind the ticks.
DELIVER_SECONDS = 10.0


@shared_task(
    name="notifications.tick",
    expires=settings.TICK_SECONDS,  # one that waited longer has a successor
    acks_late=True,
    ignore_result=True,
)
def tick(**_: object) -> None:
    """Plan what has fallen due, and wake those who deliver, e-mail and keep house."""
    now = timezone.now()
    try:
        planner.tick(now=now)
    finally:
        sender.beat(now=now)
        if leases.anything_due(now=now):
            hints.deliver_soon()
        if sender.claim_housekeeping(now=now, every=housekeeping.EVERY):
            hints.keep_house_soon()
        if mail.anything_due(now=now):
            hints.send_mail_soon()
        if owned.anything_due(now=now):
            hints.own_data_soon()


@shared_task(name="notifications.deliver", acks_late=True, ignore_result=True)
def deliver(**_: object) -> None:
    """Send what waits, batch by batch."""
    started = monotonic()
    while delivery.deliver(now=timezone.now()):
        if monotonic() - started > DELIVER_SECONDS:
            hints.deliver_soon()
            return


@shared_task(name="notifications.deliver_urgent", acks_late=True, ignore_result=True)
def deliver_urgent(**_: object) -> None:
    """Send what somebody waits for, and nothing else."""
    started = monotonic()
    while delivery.deliver(now=timezone.now(), urgent_only=True):
        if monotonic() - started > DELIVER_SECONDS:
            hints.deliver_urgent_soon()
            return


@shared_task(name="notifications.send_mail", acks_late=True, ignore_result=True)
def send_mail(**_: object) -> None:
    """E-mail the codes that wait; a slow mail server holds up no tick."""
    mail.send_due_codes(now=timezone.now())


# Putting an export together may take longer than a batch of sends.
@shared_task(
    name="notifications.own_data",
    acks_late=True,
    ignore_result=True,
    soft_time_limit=240,
    time_limit=270,
)
def own_data(**_: object) -> None:
    """Erase, read in and put together what members asked for."""
    if own.work_off(now=timezone.now()):
        hints.own_data_soon()


@shared_task(name="notifications.housekeeping", acks_late=True, ignore_result=True)
def keep_house(**_: object) -> None:
    """Let go of what is old."""
    housekeeping.keep_house(now=timezone.now())
