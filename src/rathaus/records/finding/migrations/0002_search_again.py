"""The places in the search are counted anew (search 0003): what is there is put in again."""

from typing import Any

from django.db import migrations
from django.utils import timezone


def begin(apps: Any, schema_editor: Any) -> None:
    """Begin a reindex, which the worker goes on with; nothing to do in an empty town."""
    if not apps.get_model("records", "Case").objects.exists():
        return
    moment = timezone.now()
    apps.get_model("records_finding", "Reindex").objects.update_or_create(
        pk=1, defaults={"everything": True, "started_at": moment}
    )
    apps.get_model("core", "Job").objects.create(
        name="records.finding.reindex",
        args={},
        run_at=moment,
        created_at=moment,
        max_attempts=12,
        dedupe_key="records.finding.reindex",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("records_finding", "0001_initial"),
        ("records", "0003_plan"),
        ("search", "0003_words_and_narrow_index"),
        ("core", "0001_initial"),
    ]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
