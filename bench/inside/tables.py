"""Make the tables."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection


def main() -> None:
    """Migrate; the plain program has no migrations of its own: its tables follow its models."""
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)


def analyze() -> None:
    """Let the engine know its rows, as its own housekeeping does in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
