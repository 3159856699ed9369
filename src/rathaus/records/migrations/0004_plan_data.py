"""What existing rows say in the new columns: numbers, what was inherited, scopes."""

from typing import Any

from django.db import migrations
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from rathaus.records.models.salt import new_salt

_NUMBERS = (
    "UPDATE records_document SET number = (SELECT COUNT(*) FROM records_document d "
    "WHERE d.case_id = records_document.case_id AND d.id <= records_document.id)",
    "UPDATE records_case SET filed = (SELECT COUNT(*) FROM records_document d "
    "WHERE d.case_id = records_case.id)",
)


def fill(apps: Any, schema_editor: Any) -> None:
    """Same values as the actions would have stored."""
    entries = apps.get_model("records", "FilingPlanEntry").objects
    for entry in entries.select_related("parent"):
        above = entry.parent
        if above is None or above.retention_years != entry.retention_years:
            entry.own_years = entry.retention_years
        if above is None or above.disposal != entry.disposal:
            entry.own_disposal = entry.disposal
        entry.save(update_fields=["own_years", "own_disposal"])
    dossiers = apps.get_model("records", "Dossier").objects
    dossiers.update(scope=Concat(Value("office:"), Cast(F("office_id"), CharField())))
    for pk, years, disposal in entries.values_list("pk", "retention_years", "disposal"):
        dossiers.filter(filing_plan_entry=pk).update(retention_years=years, disposal=disposal)
    for pk in dossiers.values_list("pk", flat=True):
        dossiers.filter(pk=pk).update(salt=new_salt())
    for statement in _NUMBERS:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("records", "0003_plan")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
