"""Every partnership that was made before sides were kept gets its two."""

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


class Migration(migrations.Migration):
    dependencies = [("recovery", "0006_partners")]

    # Back: dropping the table is enough.
    operations = [migrations.RunPython(add_missing_sides, migrations.RunPython.noop)]
