"""A published version refuses UPDATE and DELETE."""

from django.db import migrations

from rathaus.core.triggers import Immutable


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [Immutable("catalogue_serviceversion")]
