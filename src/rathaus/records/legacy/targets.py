"""The dossier and the case of a file of old, found again or made."""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext as _

from rathaus.core.events import record
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records import actions as records
from rathaus.records.legacy import events
from rathaus.records.legacy.models import ImportItem, ImportRun, LegacyCase, LegacyDossier
from rathaus.records.models import FilingPlanEntry
from rathaus.records.states import CaseState

SEPARATOR = "\x1f"


class Refused(Exception):
    """The place does not take the file; `code` is one of `problems.CODES`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def case_for(run: ImportRun, item: ImportItem) -> LegacyCase:
    """The case of `item`; call it in the transaction of the filing. Raises: Refused."""
    place = _dossier(run, item)
    key = _key(item.case)
    rows = LegacyCase.objects.select_related("case__chain", "case__dossier")
    known = rows.filter(dossier=place, key=key).first()
    if known is not None:
        if known.case.state != CaseState.OPEN:
            raise Refused("closed_case", known.case.reference)
        return known
    title = item.case or item.dossier
    if item.old_reference and item.old_reference not in title:
        # So that people find the case by the number that stands on the folder.
        title = f"{title[:150]} ({_('alt')}: {item.old_reference[:40]})"
    try:
        case = records.open_case(title=title, actor=run.actor, dossier=place.dossier)
    except records.RecordsError as error:
        raise Refused("refused", str(error)[:150]) from error
    taken = events.CaseTaken(run=run.reference, old_reference=item.old_reference)
    record(case.chain, taken, actor=run.actor)
    return LegacyCase.objects.create(
        dossier=place, key=key, case=case, run=run, old_reference=item.old_reference
    )


def widen(place: LegacyCase, item: ImportItem) -> None:
    """First and last date of a case, and its closing date as far as the source tells."""
    day = item.document_date
    if day is not None:
        place.first_date = min(place.first_date or day, day)
        place.last_date = max(place.last_date or day, day)
    if item.closed_on is not None:
        place.closed_on = max(place.closed_on or item.closed_on, item.closed_on)
    if day is not None or item.closed_on is not None:
        place.save(update_fields=["first_date", "last_date", "closed_on"])


def _dossier(run: ImportRun, item: ImportItem) -> LegacyDossier:
    office = _office(item)
    key = _key(item.dossier, item.old_reference)
    rows = LegacyDossier.objects.select_related("dossier__filing_plan_entry", "dossier__office")
    known = rows.filter(office=office, plan_code=item.plan_code, key=key).first()
    if known is not None:
        return known
    entry = FilingPlanEntry.objects.filter(code=item.plan_code).first()
    if entry is None:
        raise Refused("unknown_plan", item.plan_code)
    note = _("Altbestand, übernommen mit %(run)s.") % {"run": run.reference}
    if item.old_reference:
        note = f"{note} {_('Altes Aktenzeichen: %(ref)s') % {'ref': item.old_reference}}"
    try:
        dossier = records.open_dossier(
            title=item.dossier, actor=run.actor, entry=entry, office=office, note_text=note
        )
    except records.RecordsError as error:
        raise Refused("refused", str(error)[:150]) from error
    return LegacyDossier.objects.create(
        office=office,
        plan_code=item.plan_code,
        key=key,
        dossier=dossier,
        run=run,
        old_reference=item.old_reference,
    )


def _office(item: ImportItem) -> Office:
    try:
        return organisation.office(item.office)
    except Office.DoesNotExist as error:
        raise Refused("unknown_office", item.office) from error


def _key(*parts: str) -> str:
    text = SEPARATOR.join(" ".join(part.split()).casefold() for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
