"""Opening, closing and reopening cases."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time

from django.conf import settings
from django.db import transaction

from rathaus.core.actors import Actor
from rathaus.core.clock import BERLIN, local, now
from rathaus.core.events import new_chain, record
from rathaus.core.prepared import Prepared
from rathaus.core.references import take_number
from rathaus.organisation.models import Office
from rathaus.records import events, indexing, patterns
from rathaus.records.access import office_scope
from rathaus.records.actions.errors import (
    CaseIsClosed,
    DossierIsClosed,
    RecordsError,
    UnknownFilingCode,
)
from rathaus.records.models import Case, Dossier, FilingPlanEntry
from rathaus.records.states import transition

DOSSIER_PATTERN = "{code}/{year}"
_known_dossier = Prepared(
    lambda: Dossier.objects.filter(automatic=True).select_related("filing_plan_entry"),
    "filing_plan_entry__code",
    "year",
    "office",
)


def open_case(
    *,
    filing_code: str = "",
    title: str,
    office: Office | None = None,
    actor: Actor,
    dossier: Dossier | None = None,
    reference: str | None = None,
    retention_years: int | None = None,
    disposal: str | None = None,
) -> Case:
    """Open a case in the dossier of place, year and office; the dossier is made if needed.

    With `dossier` the case is made by hand in that one, which says place and office.
    Retention and disposal are the plan's unless given. The reference follows the town's
    pattern (`patterns.py`) unless given.

    Raises: UnknownFilingCode; DossierIsClosed; IntegrityError for a reference that is taken.
    """
    moment = now()
    year = local(moment).year
    if dossier is None:
        if office is None:
            raise UnknownFilingCode(filing_code)
        dossier = _dossier(filing_code, year, office)
    elif not dossier.is_open:
        raise DossierIsClosed(dossier.reference)
    office = office if dossier.automatic and office is not None else dossier.office
    entry = dossier.filing_plan_entry
    with transaction.atomic(savepoint=False):
        series, number = "", None
        if reference is None:
            pattern = patterns.of_cases(entry)
            values = patterns.values(dossier, office, year)
            series = patterns.series("case", pattern, values)
            number = take_number(series)
            reference = patterns.render(pattern, values, number)
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
        indexing.queue(case, opening=True)
    return case


def close_case(*, case: Case, actor: Actor, closed_on: date | None = None) -> Case:
    """Close a case; its retention runs to the end of the year of closing plus its years.

    `closed_on` is the day on which a case of old was closed, long before it came in here.

    Raises: CaseIsClosed; ValueError for a day in the future.
    """
    moment = now()
    if closed_on is not None:
        if closed_on > local(moment).date():
            raise ValueError("a case cannot be closed in the future")
        moment = min(moment, datetime.combine(closed_on, time(12), BERLIN))
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


def _dossier(filing_code: str, year: int, office: Office) -> Dossier:
    with suppress(Dossier.DoesNotExist):
        return _known_dossier.get(filing_code, year, office.pk)
    entry = (
        FilingPlanEntry.objects.filter(code=filing_code).first()
        or FilingPlanEntry.objects.filter(former_codes__code=filing_code).first()
    )
    if entry is None:
        raise UnknownFilingCode(filing_code)
    pattern: str = getattr(settings, "RATHAUS_DOSSIER_PATTERN", DOSSIER_PATTERN)
    dossier, _ = Dossier.objects.get_or_create(
        filing_plan_entry=entry,
        year=year,
        office=office,
        automatic=True,
        defaults={
            "reference": pattern.format(code=entry.code, year=year, office=office.key),
            "title": f"{entry.title} {year}"[:200],
            "opened_at": now(),
            "retention_years": entry.retention_years,
            "disposal": entry.disposal,
            "access": entry.access,
            "scope": entry.scope or office_scope(office.pk),
        },
    )
    return dossier


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
