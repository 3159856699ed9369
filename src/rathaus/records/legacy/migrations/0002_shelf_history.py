import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_immutable_events"),
        ("organisation", "0002_directory_and_substitution"),
        ("records_legacy", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="shelf",
            name="legacy_shelf_once",
        ),
        migrations.AddField(
            model_name="shelf",
            name="chain",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.chain",
            ),
        ),
        migrations.AddField(
            model_name="shelf",
            name="removed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="shelf",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)),
                fields=("office", "room", "cabinet", "name"),
                name="legacy_shelf_once",
            ),
        ),
    ]
