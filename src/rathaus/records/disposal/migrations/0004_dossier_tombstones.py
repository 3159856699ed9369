import uuid

import django.db.models.deletion
from django.db import migrations, models

from rathaus.core.triggers import Immutable


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_immutable_events"),
        ("records_disposal", "0003_takeover"),
    ]

    operations = [
        migrations.CreateModel(
            name="DossierTombstone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("dossier_uuid", models.UUIDField(unique=True)),
                ("parent_uuid", models.UUIDField(db_index=True, null=True)),
                ("chain_length", models.PositiveIntegerField()),
                ("chain_head", models.CharField(max_length=64)),
                ("reference", models.CharField(max_length=60)),
                ("plan_code", models.CharField(max_length=20)),
                ("office_key", models.CharField(max_length=60)),
                ("year", models.PositiveSmallIntegerField()),
                ("automatic", models.BooleanField()),
                ("opened_on", models.DateField()),
                ("closed_on", models.DateField(null=True)),
                ("retention_until", models.DateField(null=True)),
                ("cases", models.PositiveIntegerField()),
                ("process_reference", models.CharField(max_length=40)),
                ("destroyed_at", models.DateTimeField()),
                (
                    "chain",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dossier_tombstone",
                        to="core.chain",
                    ),
                ),
            ],
            options={
                "ordering": ["-destroyed_at", "-pk"],
            },
        ),
        Immutable("records_disposal_dossiertombstone"),
    ]
