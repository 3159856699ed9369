from django.db import migrations

from rathaus.records.intake.guards import OriginalGuards


class Migration(migrations.Migration):
    dependencies = [("records_intake", "0001_initial")]

    operations = [OriginalGuards()]
