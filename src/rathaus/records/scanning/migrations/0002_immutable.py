"""Frozen versions of profiles and of the procedure, and the samples drawn, cannot be changed."""

from django.db import migrations

from rathaus.core.triggers import Immutable


class Migration(migrations.Migration):
    dependencies = [("records_scanning", "0001_initial")]

    operations = [
        Immutable("records_scanning_profileversion"),
        Immutable("records_scanning_procedureversion"),
        Immutable("records_scanning_paperdestruction"),
        Immutable(
            "records_scanning_samplecheck",
            columns=(
                "batch_id",
                "round",
                "seed",
                "size",
                "population",
                "is_whole",
                "scanned_by",
                "checker",
            ),
            delete=False,  # goes with its case at the end of retention
        ),
    ]
