import uuid

import django.db.models.deletion
from django.db import migrations, models

from rathaus.core.triggers import Lifted
from rathaus.records.intake.guards import OriginalGuards


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_immutable_events"),
        ("organisation", "0002_directory_and_substitution"),
        ("records", "0005_plan_guards"),
        ("records_intake", "0002_guards"),
    ]

    operations = [
        Lifted(OriginalGuards()),  # SQLite makes the table anew and drops what hangs on it
        migrations.CreateModel(
            name="Work",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("edit", "Seiten ordnen und drehen"),
                            ("split", "Teilen"),
                            ("merge", "Zusammenfügen"),
                            ("separate", "An Trennblättern teilen"),
                            ("unpack", "Archiv auspacken"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "beginnt gleich"),
                            ("running", "läuft"),
                            ("done", "fertig"),
                            ("failed", "gescheitert"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("actor", models.JSONField()),
                ("plan", models.JSONField(default=list)),
                ("looked", models.PositiveIntegerField(default=0)),
                ("sheets", models.JSONField(default=list)),
                ("total", models.PositiveIntegerField()),
                ("done", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField()),
                ("touched_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="WorkPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ["work", "number"],
            },
        ),
        migrations.CreateModel(
            name="WorkSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ["work", "number"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="item",
            name="intake_state",
        ),
        migrations.RemoveConstraint(
            model_name="item",
            name="intake_ready_is_scanned",
        ),
        migrations.AlterField(
            model_name="item",
            name="state",
            field=models.CharField(
                choices=[
                    ("received", "eingegangen"),
                    ("checking", "wird geprüft"),
                    ("ready", "bereit"),
                    ("working", "in Arbeit"),
                    ("filed", "zur Akte genommen"),
                    ("replaced", "aufgeteilt"),
                    ("discarded", "verworfen"),
                    ("quarantined", "Quarantäne"),
                    ("failed", "gescheitert"),
                ],
                default="received",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "received",
                            "checking",
                            "ready",
                            "working",
                            "filed",
                            "replaced",
                            "discarded",
                            "quarantined",
                            "failed",
                        ],
                    )
                ),
                name="intake_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["ready", "working", "filed", "replaced"]), _negated=True
                    ),
                    ("virus__in", ["clean", "unused", "released"]),
                    _connector="OR",
                ),
                name="intake_ready_is_scanned",
            ),
        ),
        migrations.AddField(
            model_name="work",
            name="office",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisation.office",
            ),
        ),
        migrations.AddField(
            model_name="workpart",
            name="blob",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.blob",
            ),
        ),
        migrations.AddField(
            model_name="workpart",
            name="item",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="made_by",
                to="records_intake.item",
            ),
        ),
        migrations.AddField(
            model_name="workpart",
            name="work",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parts",
                to="records_intake.work",
            ),
        ),
        migrations.AddField(
            model_name="worksource",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="works",
                to="records_intake.item",
            ),
        ),
        migrations.AddField(
            model_name="worksource",
            name="work",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sources",
                to="records_intake.work",
            ),
        ),
        migrations.AddIndex(
            model_name="work",
            index=models.Index(fields=["state", "touched_at"], name="intake_work_by_state"),
        ),
        migrations.AddConstraint(
            model_name="work",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "running", "done", "failed"])),
                name="intake_work_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="workpart",
            constraint=models.UniqueConstraint(
                fields=("work", "number"), name="intake_work_part_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="worksource",
            constraint=models.UniqueConstraint(
                fields=("work", "number"), name="intake_work_source_once"
            ),
        ),
        OriginalGuards(),
    ]
