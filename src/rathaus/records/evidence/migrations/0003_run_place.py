from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records_evidence", "0002_immutable"),
    ]

    operations = [
        migrations.AddField(
            model_name="verificationrun",
            name="place",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
    ]
