"""Write down who was erased: what is kept beside backups, so that none of them comes back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from recovery.ownership import queries


class Command(BaseCommand):
    """Prints an id and an instant a line: random ids, which say nothing of anybody."""

    help = "Print who was erased in the last 180 days, to be kept beside the backups."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        for member_id, erased_at in queries.erased().items():
            self.stdout.write(f"{member_id} {erased_at.isoformat()}")
