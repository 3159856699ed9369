"""Numbers that lie ready, so that submissions do not wait for each other (PostgreSQL)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_immutable_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="FreeNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("series", models.CharField(max_length=80)),
                ("number", models.PositiveBigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("series", "number"), name="free_number_once")
                ],
            },
        ),
    ]
