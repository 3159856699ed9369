"""The picture of a process: its steps, what can be done now, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from rathaus.desk.access import Desk
from rathaus.records.disposal.actions.release import destroyable
from rathaus.records.disposal.models import Kind, Process
from rathaus.records.disposal.release_rights import may_release
from rathaus.records.disposal.states import ItemState, ProcessState

TONES = {
    ItemState.PLANNED: "new",
    ItemState.OFFERED: "wait",
    ItemState.APPRAISED: "work",
    ItemState.TRANSFERRED: "wait",
    ItemState.CONFIRMED: "work",
    ItemState.PREPARED: "wait",
    ItemState.RELEASED: "work",
    ItemState.DESTROYING: "work",
    ItemState.DESTROYED: "done",
    ItemState.KEPT: "off",
    ItemState.WITHDRAWN: "off",
}
PROCESS_TONES = {
    ProcessState.DRAFT: "new",
    ProcessState.OFFERED: "wait",
    ProcessState.APPRAISED: "work",
    ProcessState.TRANSFERRED: "wait",
    ProcessState.CONFIRMED: "work",
    ProcessState.FINISHED: "done",
    ProcessState.CANCELLED: "off",
}


@dataclass(frozen=True)
class Offer:
    """Something that can be done now."""

    name: str
    label: str
    icon: str
    text: str
    allowed: bool
    why_not: str = ""
    main: bool = True
    asks: str = ""
    """Label of a reason that has to be given."""
    danger: bool = False


def counts(process: Process) -> dict[str, int]:
    """Cases by state, and all of them."""
    rows = process.items.values_list("state").annotate(n=Count("pk")).order_by()
    found = {str(state): int(number) for state, number in rows}
    return {"all": sum(found.values()), **found}


def steps(process: Process) -> list[dict[str, Any]]:
    """The way from preparation to protocol; those that this process does not have are left out."""
    full = process.archive is not None and process.archive.kind == Kind.FULL
    sent = process.archive is not None
    numbers = counts(process)
    destroyed = numbers.get("destroyed", 0)
    moment: datetime | None
    rows: list[tuple[str, datetime | None, str]] = [
        (_("Vorbereitet"), process.created_at, process.prepared_by)
    ]
    if full:
        rows += [
            (_("Angeboten"), process.offered_at, "0501"),
            (_("Bewertet"), process.appraised_at, "0502"),
        ]
    if sent and (process.transferred_at or not _nothing_to_transfer(process)):
        rows += [
            (_("Abgegeben"), process.transferred_at, "0503"),
            (_("Vom Archiv bestätigt"), process.confirmed_at, "0506"),
        ]
    rows += [
        (_("Vernichtung vorgeschlagen"), process.proposed_at, process.proposed_by),
        (_("Freigegeben"), process.released_at, process.released_by),
        (
            _("Vernichtet"),
            process.finished_at if destroyed else None,
            _("%(n)s Vorgänge") % {"n": destroyed} if destroyed else "",
        ),
        (_("Protokoll abgelegt"), process.finished_at if process.protocol_id else None, ""),
    ]
    found = []
    current_seen = process.state in (ProcessState.FINISHED, ProcessState.CANCELLED)
    for label, moment, note in rows:
        state = "done" if moment else ("open" if current_seen else "now")
        current_seen = current_seen or not moment
        found.append({"label": label, "at": moment, "note": note if moment else "", "state": state})
    return found


def offered(process: Process, desk: Desk) -> dict[str, Offer]:
    """What can be done with a process now, by name."""
    dispose = desk.can("records.dispose")
    found: list[Offer] = []
    kind = process.archive.kind if process.archive else ""
    if process.state == ProcessState.DRAFT:
        found.append(_first(process, kind, dispose))
    if process.state == ProcessState.APPRAISED and _has(process, ItemState.APPRAISED, "A"):
        text = _("Das Archiv bekommt die archivwürdigen Vorgänge mit allen Dateien (0503).")
        found.append(Offer("transfer", _("An das Archiv abgeben"), "outgoing_mail", text, dispose))
    if process.state not in (ProcessState.DRAFT, ProcessState.OFFERED) and _can_propose(process):
        text = _("Jemand anderes muss die Vernichtung danach freigeben.")
        main = not any(offer.main for offer in found)
        found.append(
            Offer("propose", _("Vernichtung vorschlagen"), "delete", text, dispose, main=main)
        )
    if _has(process, ItemState.PREPARED):
        found += _release(process, desk)
    if _has(process, ItemState.CONFIRMED) and process.state == ProcessState.CONFIRMED:
        text = _(
            "Das Archiv hat die Vorgänge, sie bleiben aber auch hier, etwa wegen einer Sperre."
        )
        label = _("In der E-Akte behalten")
        ask = _("Warum bleiben sie?")
        found.append(Offer("keep", label, "lock", text, dispose, main=False, asks=ask))
    early = (ProcessState.DRAFT, ProcessState.OFFERED, ProcessState.APPRAISED)
    if process.state in early and not _has(process, ItemState.DESTROYED):
        text = _("Alle Vorgänge bleiben in der E-Akte und stehen wieder in der Liste.")
        found.append(
            Offer("cancel", _("Abbrechen"), "cancel", text, dispose, main=False, danger=True)
        )
    return {offer.name: offer for offer in found}


def next_thing(process: Process, desk: Desk) -> str:
    """One sentence: what has to happen next, and by whom."""
    state = process.state
    if state == ProcessState.FINISHED:
        return _("Alles ist erledigt. Das Protokoll liegt in der E-Akte.")
    if state == ProcessState.CANCELLED:
        return _("Die Aussonderung wurde abgebrochen.")
    if _has(process, ItemState.RELEASED) or _has(process, ItemState.DESTROYING):
        return _("Die freigegebenen Vorgänge werden gerade vernichtet. Laden Sie die Seite neu.")
    if _has(process, ItemState.PREPARED):
        if process.proposed_by_id == str(desk.staff.user_id):
            return _("Jemand anderes muss die Vernichtung freigeben (Vier-Augen-Prinzip).")
        return _("Prüfen Sie die Liste und geben Sie die Vernichtung frei.")
    texts = {
        ProcessState.DRAFT: _(
            "Prüfen Sie die Liste. Danach geht es weiter mit dem ersten Schritt."
        ),
        ProcessState.OFFERED: _("Das Archiv ist am Zug: Es bewertet die Liste (0502)."),
        ProcessState.APPRAISED: _("Geben Sie ab, was das Archiv will; der Rest wird vernichtet."),
        ProcessState.TRANSFERRED: _("Das Archiv ist am Zug: Es bestätigt die Übernahme (0506)."),
        ProcessState.CONFIRMED: _("Schlagen Sie die Vernichtung der übernommenen Vorgänge vor."),
    }
    return texts[ProcessState(state)]


def _first(process: Process, kind: str, dispose: bool) -> Offer:
    if kind == Kind.FULL:
        text = _("Das Archiv bekommt ein Verzeichnis ohne Dateien (0501) und bewertet es.")
        return Offer("offer", _("Dem Archiv anbieten"), "send", text, dispose)
    if kind == Kind.TRANSFER:
        text = _("Wie vereinbart wird ohne Anbietung abgegeben (0503).")
        return Offer("transfer", _("An das Archiv abgeben"), "outgoing_mail", text, dispose)
    text = _("Grundlage: %(waiver)s") % {"waiver": process.waiver}
    return Offer("decide", _("Liste ist geprüft"), "fact_check", text, dispose)


def _release(process: Process, desk: Desk) -> list[Offer]:
    own = process.proposed_by_id == str(desk.staff.user_id)
    may = may_release(desk.grants, process)
    why = ""
    if own:
        why = _("Sie haben die Vernichtung vorgeschlagen. Freigeben muss jemand anderes.")
    elif not may:
        why = _("Freigeben darf die Leitung der beteiligten Ämter oder die Schriftgutverwaltung.")
    text = _("Die Vorgänge werden endgültig gelöscht. Das lässt sich nicht rückgängig machen.")
    return [
        Offer(
            "release",
            _("Vernichtung freigeben"),
            "verified",
            text,
            may and not own,
            why,
            danger=True,
        ),
        Offer(
            "turn_down",
            _("Nicht freigeben"),
            "undo",
            _("Die Vorgänge bleiben, wie sie vorher waren."),
            may or desk.can("records.dispose"),
            main=False,
            asks=_("Warum nicht?"),
        ),
    ]


def _nothing_to_transfer(process: Process) -> bool:
    if process.state == ProcessState.DRAFT and process.archive is not None:
        return False
    if process.appraised_at is None:
        return False
    return not process.items.filter(verdict="A").exclude(state=ItemState.WITHDRAWN).exists()


def _has(process: Process, state: str, verdict: str = "") -> bool:
    rows = process.items.filter(state=state)
    return (rows.filter(verdict=verdict) if verdict else rows).exists()


def _can_propose(process: Process) -> bool:
    return process.items.filter(destroyable(process)).exists()
