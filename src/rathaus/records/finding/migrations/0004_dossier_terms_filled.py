"""Dossiers that were there before are found by their words as well."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from rathaus.records.finding.plan_search import terms_of

CHUNK = 500


def fill(apps: Any, schema_editor: Any) -> None:
    """Terms of all dossiers made by hand; repeating it changes nothing."""
    term_model = apps.get_model("records_finding", "DossierTerm")
    rows = apps.get_model("records", "Dossier").objects.filter(automatic=False).order_by("pk")
    found: list[Any] = []
    for dossier in rows.iterator(chunk_size=CHUNK):
        found += [term_model(dossier_id=dossier.pk, term=term) for term in terms_of(dossier)]
        if len(found) >= CHUNK:
            term_model.objects.bulk_create(found, ignore_conflicts=True)
            found = []
    term_model.objects.bulk_create(found, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("records_finding", "0003_dossier_terms")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
