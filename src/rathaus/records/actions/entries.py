"""Changing the filing plan: create, change, move, retire; what is used is never deleted."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.jobs import enqueue
from rathaus.records import access, events_plan, patterns, plan, rescoping
from rathaus.records.actions.errors import PlanRefused
from rathaus.records.actions.histories import note_plan
from rathaus.records.models import Dossier, FilingPlanEntry, FormerCode
from rathaus.records.states import Access, Disposal

FIELDS = ("code", "title", "own_years", "own_disposal", "own_access", "note")


def create_entry(
    *,
    code: str,
    title: str,
    actor: Actor,
    parent: FilingPlanEntry | None = None,
    own_years: int | None = None,
    own_disposal: str = "",
    own_access: str = "",
    note: str = "",
) -> FilingPlanEntry:
    """A new place; what is not given comes from the one above. Raises: PlanRefused."""
    entry = FilingPlanEntry(
        code=code.strip(),
        title=" ".join(title.split())[:200],
        parent=parent,
        own_years=own_years,
        own_disposal=own_disposal,
        own_access=own_access,
        note=note.strip()[:300],
        case_pattern=patterns.stored_for_cases(),
    )
    if parent is not None and levels_above(parent) + 2 > plan.MAX_DEPTH:
        raise PlanRefused(_("Der Aktenplan hat höchstens fünf Ebenen."))
    _check(entry)
    with transaction.atomic():
        _inherit(entry)
        entry.save()
        access.set_entry(entry, parent)
        entry.save(update_fields=["access", "scope"])
        created = events_plan.PlanEntryCreated(
            entry_id=str(entry.public_id),
            code=entry.code,
            title=entry.title,
            parent=parent.code if parent else "",
            retention_years=entry.retention_years,
            disposal=entry.disposal,
            access=entry.access,
        )
        note_plan(created, actor=actor)
    return entry


def change_entry(
    *, entry: FilingPlanEntry, actor: Actor, reason: str = "", **values: Any
) -> FilingPlanEntry:
    """Change some of `FIELDS` or ``parent``; everything below takes over what it inherits.

    Periods count for dossiers and cases opened from now on; access counts at once. The old
    code still leads here. Raises: PlanRefused.
    """
    before = {key: getattr(entry, key) for key in FIELDS}
    old_parent = entry.parent
    for key, value in values.items():
        if key != "parent" and key not in FIELDS:
            raise TypeError(key)
        setattr(entry, key, value)
    entry.code = entry.code.strip()
    entry.title = " ".join(entry.title.split())[:200]
    entry.note = entry.note.strip()[:300]
    changes: dict[str, list[Any]] = {
        key: [before[key], getattr(entry, key)]
        for key in FIELDS
        if before[key] != getattr(entry, key)
    }
    if "parent" in values and (old_parent and old_parent.pk) != (entry.parent and entry.parent.pk):
        _check_move(entry)
        changes["parent"] = [old_parent.code if old_parent else "", _code(entry.parent)]
    if not changes:
        return entry
    _check(entry, before["code"])
    with transaction.atomic():
        if entry.code != before["code"]:
            FormerCode.objects.filter(code=entry.code, entry=entry).delete()
            FormerCode.objects.create(code=before["code"], entry=entry, until=now())
        _store_below(entry)
        changed = events_plan.PlanEntryChanged(
            entry_id=str(entry.public_id),
            code=entry.code,
            from_code=before["code"],
            changes=changes,
            reason=reason.strip()[:200],
        )
        note_plan(changed, actor=actor)
    return entry


def retire_entry(*, entry: FilingPlanEntry, actor: Actor, reason: str = "") -> FilingPlanEntry:
    """No dossier is made here by hand any more; services that file here go on."""
    with transaction.atomic():
        rows = FilingPlanEntry.objects.filter(pk=entry.pk, retired_at__isnull=True)
        if rows.update(retired_at=now()):
            retired = events_plan.PlanEntryRetired(
                entry_id=str(entry.public_id), code=entry.code, reason=reason.strip()[:200]
            )
            note_plan(retired, actor=actor)
    entry.refresh_from_db(fields=["retired_at"])
    return entry


def revive_entry(*, entry: FilingPlanEntry, actor: Actor) -> FilingPlanEntry:
    """The place may be used again."""
    with transaction.atomic():
        rows = FilingPlanEntry.objects.filter(pk=entry.pk, retired_at__isnull=False)
        if rows.update(retired_at=None):
            revived = events_plan.PlanEntryRevived(entry_id=str(entry.public_id), code=entry.code)
            note_plan(revived, actor=actor)
    entry.refresh_from_db(fields=["retired_at"])
    return entry


def remove_entry(*, entry: FilingPlanEntry, actor: Actor) -> None:
    """Delete a place that was never used. Raises: PlanRefused for every other one."""
    used = (
        entry.children.exists()
        or entry.dossiers.exists()
        or entry.grants.exists()
        or entry.former_codes.exists()
    )
    if used:
        raise PlanRefused(_("Diese Stelle wird benutzt. Sie können sie stilllegen."))
    with transaction.atomic():
        removed = events_plan.PlanEntryRemoved(
            entry_id=str(entry.public_id), code=entry.code, title=entry.title
        )
        note_plan(removed, actor=actor)
        entry.delete()


def levels_above(entry: FilingPlanEntry) -> int:
    """How many places lie above."""
    count, one = 0, entry
    while one.parent is not None and count < 20:
        count, one = count + 1, one.parent
    return count


def _check(entry: FilingPlanEntry, old_code: str = "") -> None:
    if not plan.CODE.fullmatch(entry.code) or len(entry.code) > 20:
        raise PlanRefused(
            _("Das Kennzeichen besteht aus Ziffern und Großbuchstaben, mit Punkten getrennt: 23.20")
        )
    if not entry.title:
        raise PlanRefused(_("Geben Sie eine Bezeichnung ein."))
    if entry.own_disposal and entry.own_disposal not in Disposal.values:
        raise PlanRefused(_("Wählen Sie, was nach Ablauf der Frist geschieht."))
    if entry.own_access and entry.own_access not in Access.values:
        raise PlanRefused(_("Wählen Sie, wer die Akten sehen darf."))
    if entry.own_years is not None and not 0 <= entry.own_years <= 200:
        raise PlanRefused(_("Die Frist liegt zwischen 0 und 200 Jahren."))
    if entry.parent is None and (entry.own_years is None or not entry.own_disposal):
        raise PlanRefused(_("Ganz oben braucht jede Stelle eine Frist und eine Aussonderungsart."))
    if entry.code != old_code:
        if FilingPlanEntry.objects.filter(code=entry.code).exclude(pk=entry.pk).exists():
            raise PlanRefused(_("Dieses Kennzeichen gibt es schon."))
        if FormerCode.objects.filter(code=entry.code).exclude(entry=entry.pk or 0).exists():
            raise PlanRefused(_("Dieses Kennzeichen hatte früher eine andere Stelle."))


def _check_move(entry: FilingPlanEntry) -> None:
    above = entry.parent
    steps = 0
    while above is not None and steps < 20:
        if above.pk == entry.pk:
            raise PlanRefused(_("Eine Stelle kann nicht unter sich selbst liegen."))
        above, steps = above.parent, steps + 1
    if steps + 1 + _height(entry) > plan.MAX_DEPTH:
        raise PlanRefused(_("Der Aktenplan hat höchstens fünf Ebenen."))


def _height(entry: FilingPlanEntry) -> int:
    """Levels below."""
    height, keys = 0, [entry.pk]
    while height < 20:
        keys = list(FilingPlanEntry.objects.filter(parent__in=keys).values_list("pk", flat=True))
        if not keys:
            break
        height += 1
    return height


def _inherit(entry: FilingPlanEntry) -> None:
    above = entry.parent
    if entry.own_years is not None:
        entry.retention_years = entry.own_years
    elif above is not None:
        entry.retention_years = above.retention_years
    if entry.own_disposal:
        entry.disposal = entry.own_disposal
    elif above is not None:
        entry.disposal = above.disposal
    access.set_entry(entry, above)


def _store_below(entry: FilingPlanEntry) -> None:
    """Save the place and hand down what changed; re-index where the scope did."""
    level = [entry]
    for _depth in range(plan.MAX_DEPTH + 1):
        for one in level:
            before = FilingPlanEntry.objects.values_list("scope", flat=True).get(pk=one.pk)
            _inherit(one)
            one.save()
            if one.scope != before:
                access.spread_from_entry(one)
                if Dossier.objects.filter(filing_plan_entry=one).exists():
                    enqueue(rescoping.reindex_entry, entry=one.pk)
        above = {one.pk: one for one in level}
        level = list(FilingPlanEntry.objects.filter(parent__in=above))
        for one in level:
            one.parent = above[one.parent_id] if one.parent_id else None
        if not level:
            break


def _code(entry: FilingPlanEntry | None) -> str:
    return entry.code if entry else ""
