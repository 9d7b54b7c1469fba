"""``manage.py crisis_directory_age``: which crisis lines were last looked up too long ago."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from recovery.support import rules
from recovery.support.rules import CrisisResource

# Numbers change and services close: half a year after its source was read, an entry is read anew.
OLDEST_DAYS = 180


class Command(BaseCommand):
    """List old entries, oldest first; the exit code is 1 when there are any."""

    help = f"List crisis lines whose source was read more than {OLDEST_DAYS} days ago."
    # It reads a file of the program: it works without a database, in any build.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one line for each entry that is old."""
        today = timezone.now().date()
        old = rules.older_than(days=OLDEST_DAYS, today=today)
        everything = len(rules.load_directory())
        for entry in old:
            days = rules.age_days(resource=entry, today=today)
            self.stdout.write(_line(entry, days=days))
        if old:
            self.stdout.write(
                f"{len(old)} of {everything} entries are older than {OLDEST_DAYS} days: read "
                "their sources again, and correct them in recovery/support/directory.json"
            )
            raise SystemExit(1)
        self.stdout.write(f"all {everything} entries were read within {OLDEST_DAYS} days")


def _line(entry: CrisisResource, *, days: int) -> str:
    reached = entry.phone or entry.text_line or entry.url
    return (
        f"{entry.id}: {entry.service}, {reached}; read {entry.verified_on}, {days} days ago: "
        f"{entry.source}"
    )
