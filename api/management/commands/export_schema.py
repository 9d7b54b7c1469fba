"""Write down what an export looks like."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from recovery.ownership import schema


class Command(BaseCommand):
    """Writes docs/export-schema.json anew, after a change of what is exported."""

    help = "Write docs/export-schema.json anew, after a change of what is exported."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        text = json.dumps(schema.document(), indent=1, sort_keys=True) + "\n"
        (settings.BASE_DIR / "docs" / "export-schema.json").write_text(text, encoding="utf-8")
