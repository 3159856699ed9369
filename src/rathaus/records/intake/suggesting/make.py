"""Put the suggestions for an item together: what is certain first, at most three."""

from __future__ import annotations

from django.db import transaction

from rathaus.records.intake.models import Item, Suggestion
from rathaus.records.intake.suggesting import references, rules, similar
from rathaus.records.models import Case
from rathaus.records.states import CaseState

MOST = 3


def run(item_id: int) -> None:
    """Make the suggestions for an item anew."""
    item = Item.objects.select_related("parent").filter(pk=item_id).first()
    if item is None or not item.is_open:
        return
    wanted = suggestions(item)
    with transaction.atomic():
        item.suggestions.all().delete()
        Suggestion.objects.bulk_create(wanted)


def suggestions(item: Item) -> list[Suggestion]:
    """Not stored yet; no place twice."""
    found: list[Suggestion] = []
    if item.sheet:
        case = Case.objects.filter(reference=item.sheet).first()
        if case is not None:
            found.append(Suggestion(kind="sheet", case=case, detail=item.sheet))
    text = f"{item.subject}\n{item.name}\n{item.text}"
    for case in references.find(text)[:MOST]:
        found.append(Suggestion(kind="reference", case=case, detail=case.reference))
    for rule in rules.matching(item)[:MOST]:
        place = {"case": rule.case, "dossier": rule.dossier, "entry": rule.entry}
        found.append(Suggestion(kind="rule", detail=rule.name, **place))
    if len(found) < MOST:
        found += _alike(item)
    unique: dict[tuple[int | None, int | None, int | None], Suggestion] = {}
    for one in found:
        unique.setdefault((one.case_id, one.dossier_id, one.entry_id), one)
    chosen = list(unique.values())[:MOST]
    for rank, one in enumerate(chosen, 1):
        one.item, one.rank = item, rank
    return chosen


def _alike(item: Item) -> list[Suggestion]:
    alike = similar.find(item.office_id, f"{item.subject}\n{item.text}")[:MOST]
    cases = Case.objects.select_related("dossier").in_bulk([one.case_id for one in alike])
    found = []
    for one in alike:
        case = cases[one.case_id]
        place = {"case": case} if case.state == CaseState.OPEN else {"dossier": case.dossier}
        found.append(Suggestion(kind="similar", count=one.count, **place))
    return found
