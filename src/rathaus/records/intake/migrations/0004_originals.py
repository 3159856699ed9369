import django.db.models.deletion
from django.db import migrations, models

from rathaus.records.intake.guards import ReleaseGuards


class Migration(migrations.Migration):
    dependencies = [
        ("records_disposal", "0003_takeover"),
        ("records_intake", "0003_works"),
    ]

    operations = [
        migrations.AddField(
            model_name="origin",
            name="gone_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="origin",
            name="sha256",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AlterField(
            model_name="origin",
            name="original",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="records_intake.item",
            ),
        ),
        ReleaseGuards(),
    ]
