"""The demo town for tests: loaded once per run, then copied in from memory."""

from __future__ import annotations

from typing import Any

from django.core import serializers
from django.db import connection, transaction

from rathaus.catalogue import actions as catalogue
from rathaus.catalogue import library
from rathaus.core.actors import Actor
from rathaus.organisation import loading
from rathaus.organisation.models import Town
from rathaus.records import actions as records

_snapshot: dict[str, str] = {}
APPS = ("core", "organisation", "catalogue", "records", "search")


def load() -> None:
    """Offices, staff, filing plan and the shipped services, if the database has none."""
    if Town.objects.exists():
        return
    if "data" in _snapshot:
        with connection.constraint_checks_disabled(), transaction.atomic():
            for item in serializers.deserialize("json", _snapshot["data"]):
                item.save(force_insert=True)
        return
    loading.load_town(password="ein langes Testkennwort")
    records.load_filing_plan()
    catalogue.install(library=library.load_all(), actor=Actor.system("test"))
    _snapshot["data"] = serializers.serialize("json", _rows())


def _rows() -> list[Any]:
    from django.apps import apps

    rows: list[Any] = []
    for label in APPS:
        for model in apps.get_app_config(label).get_models():
            if model.__name__ not in {"Job", "CronEntry", "RateWindow"}:
                rows += list(model._base_manager.all())
    return rows
