"""Writes to the record. Every one leaves an event in the case's history."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import IntegrityError, transaction

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import local, now
from rathaus.core.events import new_chain, record
from rathaus.core.jobs import enqueue
from rathaus.core.models import Blob
from rathaus.core.references import next_number
from rathaus.organisation.models import Office
from rathaus.records import events, extraction, jobs, plan
from rathaus.records.models import (
    Case,
    Document,
    DocumentVersion,
    Dossier,
    FilingPlanEntry,
    Rendition,
    RenditionKind,
)
from rathaus.records.states import CaseState, transition

CASE_PATTERN = "{code}/{year}-{number:04d}"
DOSSIER_PATTERN = "{code}/{year}"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]+")


class RecordsError(Exception):
    """Something the record does not allow."""


class CaseIsClosed(RecordsError):
    """Nothing is filed in a closed case; reopen it first."""


class UnknownFilingCode(RecordsError):
    """The filing plan has no such place."""


def load_filing_plan(path: Path | None = None) -> int:
    """Bring the filing plan of the database up to the file's; returns how many places it has.

    Places are added and changed, never removed. Raises: PlanError.
    """
    places = plan.read(path)
    with transaction.atomic():
        known = {entry.code: entry for entry in FilingPlanEntry.objects.all()}
        for place in places:
            entry = known.setdefault(place.code, FilingPlanEntry(code=place.code))
            entry.title, entry.note = place.title, place.note
            entry.retention_years, entry.disposal = place.years, place.disposal.value
            entry.parent = known[place.parent] if place.parent else None
            entry.save()
    return len(places)


def open_case(
    *,
    filing_code: str,
    title: str,
    office: Office,
    actor: Actor,
    reference: str | None = None,
    retention_years: int | None = None,
    disposal: str | None = None,
) -> Case:
    """Open a case in the dossier of place, year and office; the dossier is made if needed.

    Retention and disposal are the plan's unless given. The reference follows
    ``settings.RATHAUS_CASE_PATTERN`` (code, year, number) unless given.

    Raises: UnknownFilingCode; IntegrityError for a reference that is taken.
    """
    moment = now()
    with transaction.atomic():
        dossier = _dossier(filing_code, local(moment).year, office)
        entry = dossier.filing_plan_entry
        series, number = "", None
        if reference is None:
            series = f"case:{entry.code}:{dossier.year}"
            number = next_number(series)
            pattern: str = getattr(settings, "RATHAUS_CASE_PATTERN", CASE_PATTERN)
            reference = pattern.format(code=entry.code, year=dossier.year, number=number)
        case = Case.objects.create(
            reference=reference,
            title=str(title)[:200],
            dossier=dossier,
            office=office,
            chain=new_chain("case"),
            series=series,
            number=number,
            opened_at=moment,
            retention_years=entry.retention_years if retention_years is None else retention_years,
            disposal=disposal or entry.disposal,
        )
        opened = events.CaseOpened(
            reference=reference,
            filing_code=entry.code,
            dossier=dossier.reference,
            office=office.key,
            label_digest=events.label_digest(case.salt, case.title),
        )
        record(case.chain, opened, actor=actor)
        enqueue(jobs.index, case_id=case.pk)
    return case


def file_document(
    *,
    case: Case,
    title: str,
    kind: str,
    content: bytes | IO[bytes] | Blob,
    name: str,
    content_type: str,
    direction: str,
    actor: Actor,
    text: str = "",
) -> Document:
    """File a document as its first version; it cannot be changed or removed afterwards.

    `text` makes findable what cannot be read from the content (a scan, a PDF just made); it
    is kept as a text rendition. Text and JSON files are read themselves. Into a closed case
    only the software files (a letter made after the decision), people reopen it first.

    Raises: CaseIsClosed.
    """
    blob = content if isinstance(content, Blob) else storage.put(content)
    moment = now()
    with transaction.atomic():
        _check_open(case, actor)
        document = Document.objects.create(
            case=case,
            title=str(title)[:250],
            kind=kind,
            direction=direction,
            created_at=moment,
        )
        version = _add(document, 1, blob, name, content_type)
        filed = events.DocumentFiled(
            document_id=str(document.public_id),
            version_id=str(version.public_id),
            kind=kind,
            direction=direction,
            sha256=blob.sha256,
            size=blob.size,
            label_digest=digest_of(document, version),
        )
        record(case.chain, filed, actor=actor)
        if text and not extraction.reads(content_type):
            add_rendition(
                version=version, kind=RenditionKind.TEXT, content=text.encode(), actor=actor
            )
        enqueue(jobs.index, case_id=case.pk)
    return document


def add_version(
    *,
    document: Document,
    content: bytes | IO[bytes] | Blob,
    name: str,
    content_type: str,
    actor: Actor,
) -> DocumentVersion:
    """Add a newer version; the older ones stay.

    Raises: CaseIsClosed; IntegrityError if somebody else added a version at the same time.
    """
    blob = content if isinstance(content, Blob) else storage.put(content)
    with transaction.atomic():
        _check_open(document.case, actor)
        number = document.latest + 1
        if not Document.objects.filter(pk=document.pk, latest=number - 1).update(latest=number):
            raise IntegrityError("another version was added at the same time")
        version = _add(document, number, blob, name, content_type)
        document.latest = number
        added = events.DocumentVersionAdded(
            document_id=str(document.public_id),
            version_id=str(version.public_id),
            number=number,
            sha256=blob.sha256,
            size=blob.size,
            label_digest=digest_of(document, version),
        )
        record(document.case.chain, added, actor=actor)
        enqueue(jobs.index, case_id=document.case_id)
    return version


def add_rendition(
    *,
    version: DocumentVersion,
    kind: str,
    content: bytes | Blob,
    actor: Actor,
    verdict: str = "",
) -> Rendition:
    """Store another shape of a version; one made before is replaced. Allowed after closing."""
    blob = content if isinstance(content, Blob) else storage.put(content)
    with transaction.atomic():
        rendition, _ = Rendition.objects.update_or_create(
            version=version,
            kind=kind,
            defaults={"blob": blob, "verdict": verdict[:200], "created_at": now()},
        )
        added = events.RenditionAdded(
            version_id=str(version.public_id),
            kind=str(kind),
            sha256=blob.sha256,
            verdict=rendition.verdict,
        )
        record(version.document.case.chain, added, actor=actor)
    return rendition


def note_view(*, version: DocumentVersion, actor: Actor) -> None:
    """Keep that somebody looked at a document. Call it where bytes leave the record."""
    with transaction.atomic():
        viewed = events.DocumentViewed(
            document_id=str(version.document.public_id), version_id=str(version.public_id)
        )
        record(version.document.case.chain, viewed, actor=actor)


def close_case(*, case: Case, actor: Actor) -> Case:
    """Close a case; its retention runs to the end of the year of closing plus its years.

    Raises: CaseIsClosed.
    """
    moment = now()
    until = date(local(moment).year + case.retention_years, 12, 31)
    with transaction.atomic():
        _move(case, "close", closed_at=moment, retention_until=until)
        closed = events.CaseClosed(
            retention_years=case.retention_years, retention_until=until.isoformat()
        )
        record(case.chain, closed, actor=actor)
    return case


def reopen_case(*, case: Case, actor: Actor) -> Case:
    """Open a closed case again; its retention begins anew with the next closing.

    Raises: RecordsError if it is open.
    """
    with transaction.atomic():
        _move(case, "reopen", closed_at=None, retention_until=None)
        record(case.chain, events.CaseReopened(), actor=actor)
    return case


def digest_of(document: Document, version: DocumentVersion) -> str:
    """What an event keeps of title, kind, direction, file name and type."""
    return events.label_digest(
        version.salt,
        document.title,
        document.kind,
        document.direction,
        version.name,
        version.content_type,
    )


def safe_name(name: str) -> str:
    """A file name without folders, control and direction characters."""
    cleaned = _UNSAFE.sub("-", str(name)).strip(" .-") or "dokument"
    if len(cleaned) > 200:
        stem, dot, ending = cleaned.rpartition(".")
        keep = f"{dot}{ending}" if stem and len(ending) <= 10 else ""
        cleaned = cleaned[: 200 - len(keep)] + keep
    return cleaned


def _dossier(filing_code: str, year: int, office: Office) -> Dossier:
    place = Dossier.objects.select_related("filing_plan_entry")
    wanted = {"filing_plan_entry__code": filing_code, "year": year, "office": office}
    found = place.filter(**wanted).first()
    if found is not None:
        return found
    entry = FilingPlanEntry.objects.filter(code=filing_code).first()
    if entry is None:
        raise UnknownFilingCode(filing_code)
    pattern: str = getattr(settings, "RATHAUS_DOSSIER_PATTERN", DOSSIER_PATTERN)
    dossier, _ = Dossier.objects.get_or_create(
        filing_plan_entry=entry,
        year=year,
        office=office,
        defaults={
            "reference": pattern.format(code=entry.code, year=year, office=office.key),
            "title": f"{entry.title} {year}"[:200],
            "opened_at": now(),
        },
    )
    return dossier


def _add(
    document: Document, number: int, blob: Blob, name: str, content_type: str
) -> DocumentVersion:
    return DocumentVersion.objects.create(
        document=document,
        number=number,
        blob=blob,
        name=safe_name(name),
        content_type=content_type[:120],
        created_at=now(),
    )


def _check_open(case: Case, actor: Actor) -> None:
    """People reopen a case first; what the software still produces is filed all the same."""
    if case.state != CaseState.OPEN and actor.kind != "system":
        raise CaseIsClosed(case.reference)


def _move(case: Case, name: str, **changes: object) -> None:
    """Compare-and-swap along the transition table."""
    step = transition(name)
    moved = Case.objects.filter(pk=case.pk, state=step.source).update(state=step.target, **changes)
    if not moved:
        case.refresh_from_db(fields=["state", "closed_at", "retention_until"])
        raise CaseIsClosed(case.reference) if name == "close" else RecordsError(case.reference)
    case.state = step.target
    for key, value in changes.items():
        setattr(case, key, value)
