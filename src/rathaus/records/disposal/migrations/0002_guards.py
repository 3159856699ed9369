"""Destruction only when it was released and nothing stands against it; proof that stays."""

from django.db import migrations

from rathaus.core.triggers import Immutable
from rathaus.records.disposal.guards import DisposalGuards


class Migration(migrations.Migration):
    dependencies = [
        ("records_disposal", "0001_initial"),
        ("records", "0005_plan_guards"),
        ("core", "0002_immutable_events"),
    ]

    operations = [Immutable("records_disposal_tombstone"), DisposalGuards()]
