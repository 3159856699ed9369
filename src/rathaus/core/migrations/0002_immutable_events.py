"""Events refuse UPDATE and DELETE; stored bytes refuse to become other bytes."""

from django.db import migrations

from rathaus.core.triggers import Immutable


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        Immutable("core_event"),
        Immutable("core_blob", columns=("sha256", "size"), delete=False),
    ]
