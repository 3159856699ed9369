"""The demo town for tests: loaded once per run, then copied in from memory."""

from __future__ import annotations

import copy
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from rathaus.catalogue import actions as catalogue
from rathaus.catalogue import library
from rathaus.core.actors import Actor
from rathaus.organisation import loading, revision
from rathaus.organisation.models import Town
from rathaus.records import actions as records
from rathaus.records.models import FilingPlanEntry

APPS = ("core", "organisation", "catalogue", "records", "search")
LEFT_OUT = {"Job", "CronEntry", "RateWindow"}
_snapshot: list[tuple[type[models.Model], list[Any]]] = []
_statements: list[tuple[str, Any]] = []
_plan: list[FilingPlanEntry] = []


def load() -> None:
    """Offices, staff, filing plan and the shipped services, if the database has none."""
    if Town.objects.exists():
        return
    if _snapshot:
        with transaction.atomic(), connection.constraint_checks_disabled():
            _copy_in()
        revision.forget_all()
        return
    loading.load_town(password="ein langes Testkennwort")
    records.load_filing_plan()
    catalogue.install(library=library.load_all(), actor=Actor.system("test"))
    _snapshot.extend(_rows())


def _copy_in() -> None:
    """The rows of the first time: composed once, then the statements themselves."""
    if _statements:
        with connection.cursor() as cursor:
            for sql, values in _statements:
                cursor.execute(sql, values)
        return
    with connection.execute_wrapper(_note):
        for model, rows in _snapshot:
            model._base_manager.bulk_create([copy.copy(row) for row in rows])


def _note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if sql.startswith("INSERT"):
        _statements.append((sql, params))
    return execute(sql, params, many, context)


def filing_plan() -> int:
    """The filing plan as `load_filing_plan` makes it; returns how many places it has."""
    places = FilingPlanEntry._base_manager
    if _plan and not places.exists():
        places.bulk_create([copy.copy(place) for place in _plan])
        return len(_plan)
    count = records.load_filing_plan()
    if not _plan and places.count() == count:
        _plan.extend(places.order_by("pk"))
    return count


def _rows() -> list[tuple[type[models.Model], list[Any]]]:
    found = []
    for label in APPS:
        for model in apps.get_app_config(label).get_models(include_auto_created=True):
            if model.__name__ not in LEFT_OUT:
                rows = list(model._base_manager.all())
                if rows:
                    found.append((model, rows))
    return found
