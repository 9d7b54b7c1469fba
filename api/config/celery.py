"""Celery: which broker, which queues, which clock. The tasks are in notifications/tasks.py."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from celery.signals import setup_logging
from kombu import Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES

from api.config import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "api.config.settings")

from django.conf import settings

TRANSPORT_ALIASES["filesystem"] = "api.config.broker:Transport"


def _transport_options(url: str) -> dict[str, Any]:
    # No retries while connecting: a request that leaves a hint must not wait for a dead broker. The
    # worker's own connection keeps trying by the settings below.
    options: dict[str, Any] = {"max_retries": 0}
    match urlsplit(url).scheme:
        case "filesystem":
            folder = settings.BROKER_DIR
            broker.prepare(folder=folder)
            # Looking for messages lists one small folder for each queue: 0.1 ms, twice a second.
            return {
                "data_folder_in": str(folder),
                "data_folder_out": str(folder),
                "control_folder": str(folder),
                "polling_interval": 0.5,
            }
        case "redis" | "rediss":
            return options | {
                # A killed worker's messages come back after this; longer than any task takes. The
                # sweep looks every 5 s, not every 100 as by default.
                "visibility_timeout": 300,
                "unacked_restore_interval": 5,
                "unacked_restore_throttle": 1,
                # A broker that is cut off without a word must not be waited for for ever.
                "socket_connect_timeout": 2,
                "socket_timeout": 5,
                "socket_keepalive": True,
                "health_check_interval": 25,
            }
    return options | {"confirm_publish": True}  # RabbitMQ


_embedded = settings.CELERY_BROKER_URL.startswith("filesystem:")

app = Celery("recovery")
app.conf.update(
    # Not only broker_url: that one Celery reads from the environment, unchecked and past us.
    broker_url=settings.CELERY_BROKER_URL,
    broker_read_url=settings.CELERY_BROKER_URL,
    broker_write_url=settings.CELERY_BROKER_URL,
    broker_transport_options=_transport_options(settings.CELERY_BROKER_URL),
    broker_connection_timeout=2,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a broker may be away for a night
    task_ignore_result=True,
    task_acks_late=True,
    task_default_queue="nudges",
    # Queues of their own, so that each can have its own workers; by default one worker takes all.
    # Each with an exchange and a key of its own: left out, all would share those of the default
    # queue, and every message would go to all of them.
    task_queues=[
        Queue(name, Exchange(name), routing_key=name)
        for name in ("urgent", "nudges", "housekeeping")
    ],
    task_routes={
        "notifications.tick": {"queue": "urgent"},
        "notifications.deliver": {"queue": "nudges"},
        "notifications.deliver_urgent": {"queue": "urgent"},
        # Not among the ticks: a mail server that is slow must hold up none of them.
        "notifications.send_mail": {"queue": "housekeeping"},
        "notifications.own_data": {"queue": "housekeeping"},
        "notifications.housekeeping": {"queue": "housekeeping"},
    },
    # A batch of sends takes 15 s at most and a task works for about 10 s beyond it. Only the
    # prefork pool can enforce these; the others rely on the tasks' own bounds.
    task_soft_time_limit=60,
    task_time_limit=90,
    worker_prefetch_multiplier=1,
    worker_timer_precision=0.25,  # s; a worker that ends waits for its timer once
    worker_soft_shutdown_timeout=30,
    # Commands to workers need a broker that can broadcast; a folder cannot.
    worker_enable_remote_control=not _embedded,
    beat_scheduler="api.config.beat:Scheduler",
    beat_schedule={
        "tick": {
            "task": "notifications.tick",
            "schedule": float(settings.TICK_SECONDS),
            "options": {"expires": settings.TICK_SECONDS},
        }
    },
    enable_utc=True,
    timezone="UTC",
)
app.set_default()
app.autodiscover_tasks(["notifications"])


@setup_logging.connect(weak=False)
def _keep_our_logging(**_: object) -> None:
    """Leave logging to the settings, which say what may be written."""
