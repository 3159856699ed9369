from django.db import migrations, models


class Migration(migrations.Migration):
    """Refunds sent before count as sent without a second person: nobody had noted it."""

    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="released_by_second",
            field=models.BooleanField(default=False),
        ),
    ]
