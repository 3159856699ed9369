"""Access, sub-dossiers, loans, drafts, numbers of documents."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import rathaus.records.models.numbers
import rathaus.records.models.salt
from rathaus.core.triggers import Lifted
from rathaus.records.guards import FIRST


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_immutable_events"),
        ("organisation", "0002_directory_and_substitution"),
        ("records", "0002_guards"),
    ]

    operations = [
        # SQLite makes tables anew and would lose their triggers on the way; 0005 brings them back.
        Lifted(*FIRST),
        migrations.CreateModel(
            name="AccessGrant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("may_write", models.BooleanField(default=False)),
                ("until", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(max_length=200)),
                ("given_by", models.CharField(max_length=120)),
                ("given_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DraftDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("title", models.CharField(max_length=250)),
                ("name", models.CharField(max_length=200)),
                ("content_type", models.CharField(max_length=120)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("author", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-updated_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="FormerCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="FormerReference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("moved_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Loan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("borrower_name", models.CharField(max_length=120)),
                ("purpose", models.CharField(blank=True, default="", max_length=200)),
                ("since", models.DateField()),
                ("due", models.DateField()),
                ("back", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["due", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("due__gte", models.F("since"))),
                        name="records_loan_span",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NumberPatterns",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case", models.CharField(max_length=80)),
                ("dossier", models.CharField(max_length=80)),
                ("document", models.CharField(max_length=80)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="records_one_patterns"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanChain",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="dossier",
            name="records_dossier_once",
        ),
        migrations.AddField(
            model_name="case",
            name="filed",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="document",
            name="number",
            field=rathaus.records.models.numbers.NumberInCase(default=0),
        ),
        migrations.AddField(
            model_name="dossier",
            name="above_scope",
            field=models.CharField(blank=True, db_index=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="dossier",
            name="access",
            field=models.CharField(
                choices=[
                    ("office", "nur das zuständige Amt"),
                    ("restricted", "nur namentlich Berechtigte"),
                    ("town", "alle, die mit Akten arbeiten"),
                ],
                default="office",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="dossier",
            name="automatic",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="dossier",
            name="chain",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="records_dossier",
                to="core.chain",
            ),
        ),
        migrations.AddField(
            model_name="dossier",
            name="closed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="dossier",
            name="disposal",
            field=models.CharField(
                choices=[("A", "archivwürdig"), ("B", "zu bewerten"), ("V", "zu vernichten")],
                default="B",
                max_length=1,
            ),
        ),
        migrations.AddField(
            model_name="dossier",
            name="location",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
        migrations.AddField(
            model_name="dossier",
            name="medium",
            field=models.CharField(
                choices=[
                    ("001", "elektronisch"),
                    ("002", "teils Papier, teils elektronisch"),
                    ("003", "Papier"),
                ],
                default="001",
                max_length=3,
            ),
        ),
        migrations.AddField(
            model_name="dossier",
            name="note",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="dossier",
            name="number",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="dossier",
            name="own_access",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        migrations.AddField(
            model_name="dossier",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="records.dossier",
            ),
        ),
        migrations.AddField(
            model_name="dossier",
            name="retention_until",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="dossier",
            name="retention_years",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dossier",
            name="salt",
            field=models.CharField(
                default=rathaus.records.models.salt.new_salt, editable=False, max_length=32
            ),
        ),
        migrations.AddField(
            model_name="dossier",
            name="scope",
            field=models.CharField(db_index=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="dossier",
            name="series",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddField(
            model_name="dossier",
            name="state",
            field=models.CharField(
                choices=[("open", "in Bearbeitung"), ("closed", "abgeschlossen")],
                default="open",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="filingplanentry",
            name="access",
            field=models.CharField(
                choices=[
                    ("office", "nur das zuständige Amt"),
                    ("restricted", "nur namentlich Berechtigte"),
                    ("town", "alle, die mit Akten arbeiten"),
                ],
                default="office",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="filingplanentry",
            name="case_pattern",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddField(
            model_name="filingplanentry",
            name="own_access",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        migrations.AddField(
            model_name="filingplanentry",
            name="own_disposal",
            field=models.CharField(blank=True, default="", max_length=1),
        ),
        migrations.AddField(
            model_name="filingplanentry",
            name="own_years",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="filingplanentry",
            name="retired_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="filingplanentry",
            name="scope",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                fields=["filing_plan_entry", "parent", "-id"], name="records_dossier_in"
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("automatic", True)),
                fields=("filing_plan_entry", "year", "office"),
                name="records_dossier_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("series", ""), _negated=True),
                fields=("series", "number"),
                name="records_dossier_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent__isnull", True),
                    models.Q(("parent", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="records_dossier_not_own_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(("access__in", ["office", "restricted", "town"])),
                name="records_dossier_access",
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(("medium__in", ["001", "002", "003"])),
                name="records_dossier_medium",
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", True),
                        ("retention_until__isnull", True),
                        ("state", "open"),
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("retention_until__isnull", False),
                        ("state", "closed"),
                    ),
                    _connector="OR",
                ),
                name="records_dossier_closed_has_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="filingplanentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("access__in", ["office", "restricted", "town"])),
                name="records_plan_access",
            ),
        ),
        migrations.AddField(
            model_name="accessgrant",
            name="dossier",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grants",
                to="records.dossier",
            ),
        ),
        migrations.AddField(
            model_name="accessgrant",
            name="entry",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grants",
                to="records.filingplanentry",
            ),
        ),
        migrations.AddField(
            model_name="accessgrant",
            name="office",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisation.office",
            ),
        ),
        migrations.AddField(
            model_name="accessgrant",
            name="staff",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisation.staffmember",
            ),
        ),
        migrations.AddField(
            model_name="draftdocument",
            name="blob",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.blob"
            ),
        ),
        migrations.AddField(
            model_name="draftdocument",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="drafts",
                to="records.case",
            ),
        ),
        migrations.AddField(
            model_name="draftdocument",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisation.staffmember",
            ),
        ),
        migrations.AddField(
            model_name="formercode",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="former_codes",
                to="records.filingplanentry",
            ),
        ),
        migrations.AddField(
            model_name="formerreference",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="former_documents",
                to="records.case",
            ),
        ),
        migrations.AddField(
            model_name="formerreference",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="former_references",
                to="records.document",
            ),
        ),
        migrations.AddField(
            model_name="loan",
            name="borrower",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisation.staffmember",
            ),
        ),
        migrations.AddField(
            model_name="loan",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="loans",
                to="records.dossier",
            ),
        ),
        migrations.AddField(
            model_name="planchain",
            name="chain",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.chain"
            ),
        ),
        migrations.AddConstraint(
            model_name="accessgrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("dossier__isnull", False), ("entry__isnull", True)),
                    models.Q(("dossier__isnull", True), ("entry__isnull", False)),
                    _connector="OR",
                ),
                name="records_grant_on_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessgrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("office__isnull", True), ("staff__isnull", False)),
                    models.Q(("office__isnull", False), ("staff__isnull", True)),
                    _connector="OR",
                ),
                name="records_grant_to_one",
            ),
        ),
        migrations.AddIndex(
            model_name="draftdocument",
            index=models.Index(fields=["case", "-updated_at"], name="records_draft_of_case"),
        ),
        migrations.AddConstraint(
            model_name="formerreference",
            constraint=models.UniqueConstraint(
                fields=("case", "number"), name="records_former_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("back__isnull", True)),
                fields=("dossier",),
                name="records_lent_once",
            ),
        ),
    ]
