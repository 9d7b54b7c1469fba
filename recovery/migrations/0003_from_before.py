"""From before: partnerships get their sides, and looks the partnership they were made in."""

from __future__ import annotations

from typing import Any

from django.db import migrations

# Two rows each; a statement on SQLite holds some hundreds of rows of this width.
BATCH = 250


def add_missing_sides(apps: Any, schema_editor: Any) -> None:
    """Give each side what whoever becomes a partner now begins with."""
    partnerships = apps.get_model("recovery", "Partnership")
    sides = apps.get_model("recovery", "PartnershipSide")
    alias = schema_editor.connection.alias
    without = partnerships.objects.using(alias).exclude(
        id__in=sides.objects.using(alias).values("partnership_id")
    )
    rows = []
    for made in without.iterator(chunk_size=BATCH):
        for member_id in (made.first_id, made.second_id):
            rows.append(
                sides(partnership_id=made.id, member_id=member_id, created_at=made.created_at)
            )
    sides.objects.using(alias).bulk_create(rows, batch_size=2 * BATCH)


def name_partnerships(apps: Any, schema_editor: Any) -> None:
    """Give each look the latest partnership of its two: before, two could only have one at once."""
    alias = schema_editor.connection.alias
    made = apps.get_model("recovery", "Partnership").objects.using(alias).order_by("created_at")
    latest = {(row.first_id, row.second_id): row.id for row in made.iterator(chunk_size=BATCH)}
    looks = apps.get_model("recovery", "AccessEntry").objects.using(alias)
    nameless = looks.filter(partnership__isnull=True)
    pairs = nameless.values_list("owner_id", "viewer_id").distinct()
    for owner_id, viewer_id in list(pairs):
        if viewer_id is not None:
            both = min(owner_id, viewer_id), max(owner_id, viewer_id)
            nameless.filter(owner_id=owner_id, viewer_id=viewer_id).update(
                partnership_id=latest.get(both)
            )


class Migration(migrations.Migration):
    dependencies = [("recovery", "0002_accountability")]

    # Back: dropping the table and the column is enough.
    operations = [
        migrations.RunPython(add_missing_sides, migrations.RunPython.noop),
        migrations.RunPython(name_partnerships, migrations.RunPython.noop),
    ]
