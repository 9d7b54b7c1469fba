import django.db.models.deletion
from django.db import migrations, models


def name_partnerships(apps, schema_editor):
    """Give each entry the latest partnership of its two; none can be without one."""
    partnerships = apps.get_model("recovery", "Partnership").objects.order_by("created_at")
    latest = {frozenset((row.first_id, row.second_id)): row.id for row in partnerships}
    for entry in apps.get_model("recovery", "AccessEntry").objects.all():
        entry.partnership_id = latest[frozenset((entry.owner_id, entry.viewer_id))]
        entry.save(update_fields=["partnership_id"])


def partnership(**options):
    return models.ForeignKey(
        to="recovery.partnership",
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [("recovery", "0009_quiet")]

    operations = [
        migrations.AddField("accessentry", "partnership", partnership(null=True)),
        migrations.RunPython(name_partnerships, migrations.RunPython.noop),
        migrations.AlterField("accessentry", "partnership", partnership()),
        migrations.RemoveConstraint("accessentry", "one_access_entry_a_day"),
        migrations.AddConstraint(
            "accessentry",
            models.UniqueConstraint(
                fields=("partnership", "viewer", "scope", "seen_on"), name="one_access_entry_a_day"
            ),
        ),
        migrations.AddIndex(
            "accessentry", models.Index(fields=["owner", "seen_on"], name="access_entry_by_date")
        ),
    ]
