"""What is filed cannot be changed, nor deleted before its retention has ended."""

from django.db import migrations

from rathaus.core.triggers import Immutable
from rathaus.records.guards import RetentionGuards


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial"), ("core", "0002_immutable_events")]

    operations = [
        Immutable("records_documentversion", delete=False),
        Immutable(
            "records_document",
            columns=("public_id", "kind", "direction", "created_at"),
            delete=False,
        ),
        Immutable(
            "records_case", columns=("public_id", "reference", "chain_id", "salt"), delete=False
        ),
        RetentionGuards(),
    ]
