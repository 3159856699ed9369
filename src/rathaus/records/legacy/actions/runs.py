"""Import runs: make one, say how it maps, send it on its way."""

from __future__ import annotations

import os
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import new_chain, record
from rathaus.core.jobs import enqueue
from rathaus.core.references import next_reference
from rathaus.organisation.models import Office
from rathaus.records.legacy import events, jobs
from rathaus.records.legacy.errors import MappingInvalid, MovedOn, SourceUnusable
from rathaus.records.legacy.mapping import Mapping, columns_of
from rathaus.records.legacy.models import ImportRun, Source
from rathaus.records.legacy.sources import table
from rathaus.records.legacy.states import RunState, transitions
from rathaus.records.models import FilingPlanEntry

REFERENCE = "UE-{year}-{number:04d}"


def make_run(
    *,
    office: Office,
    base: str,
    name: str,
    actor: Actor,
    table_content: bytes | None = None,
) -> ImportRun:
    """Prepare an import of the folder `base`, or of a table whose files lie below `base`.

    A first mapping is found out: columns by their headings, two levels of folders.
    Raises: SourceUnusable.
    """
    base = os.path.realpath(base)
    if not os.path.isdir(base):
        raise SourceUnusable(_("Diesen Ordner gibt es auf dem Server nicht."))
    blob, source = None, Source.FOLDER
    mapping: dict[str, Any] = {"levels": ["plan", "dossier"]}
    if table_content is not None:
        source = Source.TABLE
        mapping = {"columns": columns_of(_header(table_content))}
        blob = storage.put(table_content)
    with transaction.atomic():
        run = ImportRun.objects.create(
            reference=next_reference("legacy", pattern=REFERENCE),
            office=office,
            chain=new_chain("legacy"),
            source=source,
            base=base,
            table=blob,
            name=name[:200],
            mapping_data=mapping,
            started_by=actor.id,
            started_by_name=actor.label,
            started_by_office=actor.office,
            created_at=now(),
        )
        made = events.RunMade(
            reference=run.reference, source=source.value, office=office.key, path=base
        )
        record(run.chain, made, actor=actor)
    return run


def _header(content: bytes) -> list[str]:
    try:
        return table.header(content, Mapping())
    except SourceUnusable as error:
        text = {
            "too_large": _("Die Tabelle ist größer als 60 MB. Teilen Sie sie."),
            "encoding": _(
                "Die Zeichen der Tabelle sind nicht lesbar. Speichern Sie sie als UTF-8."
            ),
        }.get(str(error), _("Das ist keine Tabelle. Speichern Sie sie als CSV."))
        raise SourceUnusable(text) from error


def set_mapping(*, run: ImportRun, data: dict[str, Any], actor: Actor) -> ImportRun:
    """Say how levels or columns become places. Raises: MappingInvalid, MovedOn."""
    errors: dict[str, str] = {}
    try:
        mapping = Mapping.model_validate(data)
    except ValidationError as error:
        for found in error.errors():
            text = str(found["msg"])
            field = "columns" if "column" in text else "levels"
            errors[field] = (
                _("Jede Spalte passt nur zu einer Angabe.")
                if field == "columns"
                else _("Jede Ebene kommt nur einmal vor, zum Beispiel aktenplan/akte/vorgang.")
            )
        raise MappingInvalid(errors) from error
    code = mapping.plan_code
    if code and not FilingPlanEntry.objects.filter(code=code).exists():
        errors["plan_code"] = _("Diese Stelle gibt es im Aktenplan nicht.")
    if run.source == Source.TABLE and "file" not in mapping.columns:
        errors["file"] = _("Sagen Sie, in welcher Spalte die Datei steht.")
    if run.source == Source.FOLDER and not code and "plan" not in mapping.levels:
        errors["plan_code"] = _("Ohne Ebene „aktenplan“ braucht es hier eine Stelle.")
    if run.source == Source.FOLDER and not mapping.dossier and "dossier" not in mapping.levels:
        errors["dossier"] = _("Ohne Ebene „akte“ braucht es hier einen Titel.")
    if errors:
        raise MappingInvalid(errors)
    rows = ImportRun.objects.filter(pk=run.pk, state=RunState.DRAFT)
    if not rows.update(mapping_data=mapping.model_dump(mode="json")):
        raise MovedOn
    run.mapping_data = mapping.model_dump(mode="json")
    run.__dict__.pop("mapping", None)
    return run


def move(*, run: ImportRun, step: str, actor: Actor, reason: str = "", work: bool = True) -> None:
    """One of the steps of `states.TRANSITIONS`; reading and filing go on as jobs if `work`.

    Raises: MovedOn; KeyError for an unknown step.
    """
    found = transitions(step)
    target = found[0].target
    changes: dict[str, Any] = {"state": target, "reason": reason[:300]}
    if target in {RunState.DONE, RunState.CANCELLED}:
        changes["finished_at"] = now()
    with transaction.atomic():
        rows = ImportRun.objects.filter(pk=run.pk, state__in=[one.source for one in found])
        if not rows.update(**changes):
            raise MovedOn
        if step == "change":
            run.items.all().delete()
            zero = dict.fromkeys(("total", "ready", "problems", "duplicates"), 0)
            ImportRun.objects.filter(pk=run.pk).update(cursor="", **zero)
        run.refresh_from_db()
        moved = events.RunMoved(
            step=step,
            state=target.value,
            total=run.total,
            done=run.done,
            problems=run.problems + run.failed,
        )
        record(run.chain, moved, actor=actor)
        if work and target in {RunState.READING, RunState.RUNNING}:
            enqueue(jobs.work, run_id=run.pk, dedupe_key=f"legacy:{run.pk}")
