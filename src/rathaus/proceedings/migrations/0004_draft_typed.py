from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proceedings", "0003_area")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="typed",
            field=models.TextField(blank=True, default=""),
        ),
    ]
