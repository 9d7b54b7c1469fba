from datetime import date

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recovery", "0004_ownership")]

    operations = [
        migrations.AddField("clock", "weeks_on", models.DateField(default=date(1900, 1, 1)), preserve_default=False),
        migrations.AddField("clock", "weeks_shown", models.IntegerField(default=0), preserve_default=False),
    ]
