"""``manage.py serve``: the whole service in one command."""

from __future__ import annotations

import io
import os
import sys
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from api.serving import programs, start, supervise

# Members wait for the web server; nobody waits for the worker, so it steps back when both are busy.
WORKER_NICENESS = 5


class Command(BaseCommand):
    """Prepare the data folder, then run the web server and the worker until told to stop."""

    help = "Serve the API and work through the nudges, until Ctrl-C or SIGTERM."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what may be asked for."""
        parser.add_argument("--demo", action="store_true", help="load the demo group once")
        parser.add_argument(
            "--only",
            choices=("web", "worker"),
            help="one of the two, where they run on machines of their own",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop; exit 1 with one sentence when that is not possible."""
        only = options["only"]
        roles = (only,) if only else ("web", "worker")
        try:
            with ExitStack() as held:
                plan = self._prepared(roles=roles, demo=options["demo"], held=held)
                # The locks go along: their files stay open in the program that takes over.
                os.environ[supervise.PLAN] = plan.to_json()
                arguments = [sys.executable, "-m", supervise.__name__]
                os.execv(sys.executable, arguments)  # noqa: S606 - our own module
        except start.CannotStart as reason:
            self.stderr.write(f"serve: {reason}")
            raise SystemExit(1) from None

    def _prepared(self, *, roles: tuple[str, ...], demo: bool, held: ExitStack) -> supervise.Plan:
        web = "web" in roles
        if web:
            start.check_port(host=settings.HOST, port=settings.PORT)
        for role in roles:
            held.enter_context(start.only_one(folder=settings.DATA_DIR, role=role))
        start.ready_database(say=self._say)
        epilogue = self._demo() if demo else ""
        self._say("Starting …")
        children = {
            "web": ("web server", programs.web(), 0),
            "worker": (supervise.WORKER, programs.worker(), WORKER_NICENESS),
        }
        return supervise.Plan(
            children=[children[role] for role in roles],
            probe=(programs.local_host(), settings.PORT) if web else None,
            when_ready=(_addresses() if web else "The worker runs.") + epilogue,
        )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _demo(self) -> str:
        self._say("Loading the demo group …")
        told = io.StringIO()
        call_command("load_demo", stdout=told)
        return f"\n{told.getvalue()}"


def _addresses() -> str:
    base = programs.base_url()
    push = "on" if settings.FIREBASE_CREDENTIALS else "off (FIREBASE_CREDENTIALS turns it on)"
    return (
        f"  API     {base}/api/v1/\n"
        f"  docs    {base}/docs and {base}/redoc\n"
        f"  health  {base}/readyz\n"
        f"  data    {settings.DATA_DIR}\n"
        f"  push    {push}"
    )
