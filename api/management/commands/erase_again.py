"""After a backup was put back: erase those anew who had been erased since it was made."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from recovery.ownership.services import erasing, working


class Command(BaseCommand):
    """Erases before anybody is served; to be run between putting a backup back and the start."""

    help = "Erase those again whom a backup brought back; FILE is what erased_members printed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, help="what erased_members printed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase them, all of them."""
        erased = _read(options["file"])
        found = erasing.erase_again(erased=erased, now=timezone.now())
        while working.work_off(now=timezone.now()):
            pass
        self.stdout.write(f"{len(erased)} in the file, {found} were back and are erased")


def _read(path: Path) -> dict[UUID, datetime]:
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            member_id, erased_at = line.split()
            found[UUID(member_id)] = datetime.fromisoformat(erased_at)
        except ValueError:
            raise CommandError(f"{path}, line {number}: not an id and an instant") from None
    return found
