"""The record of a destruction (Löschprotokoll), filed in the town's own record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import local, now
from rathaus.core.events import record
from rathaus.core.models import Blob
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records import actions as records
from rathaus.records.disposal import emptied, events
from rathaus.records.disposal.models import Item, Process, Tombstone
from rathaus.records.disposal.moves import move
from rathaus.records.disposal.states import ENDED, ItemState, ProcessState
from rathaus.records.models import Document, DocumentKind, Dossier
from rathaus.theme import formats
from rathaus.theme.documents import Sender
from rathaus.theme.protocols import Part, ProtocolData, Table, render

PLACE = "10.70"
"""Place of the filing plan for what was destroyed: Schriftgutverwaltung und Aussonderung."""
ACTOR = Actor.system("disposal")


def due(process: Process) -> bool:
    """Whether all cases have ended, so that only the protocol is missing."""
    if process.state not in (ProcessState.APPRAISED, ProcessState.CONFIRMED):
        return False
    return not process.items.exclude(state__in=ENDED).exists()


def finish(process: Process) -> bool:
    """File the protocol and end the process, with the dossiers that it emptied: all or nothing.

    False if it is not the time. Raises: UnknownFilingCode if the plan has no place 10.70;
    PdfError; emptied.NotEmptyAnyMore where a dossier changed meanwhile, the job tries again.
    """
    if not due(process):
        return False
    moment = now()
    dossiers = emptied.by(process)
    content = storage.put(render(data(process, dossiers), at=moment))
    with transaction.atomic():
        move(process, "finish", finished_at=moment)
        for dossier in dossiers:
            emptied.close_out(dossier, process.reference)
        document = _file(process.reference, content)
        Process.objects.filter(pk=process.pk).update(protocol=document)
        told = events.DisposalFinished(process=process.reference, protocol=str(document.public_id))
        record(process.chain, told, actor=ACTOR)
    process.refresh_from_db()
    return True


def close_out_later() -> int:
    """Close out dossiers that were emptied earlier and whose time has come, with a protocol of
    their own: all or nothing; returns how many of the next ones.

    Raises: as `finish`.
    """
    dossiers = emptied.later()
    if not dossiers:
        return 0
    moment = now()
    reference = f"AKTEN-{local(moment):%Y%m%d-%H%M%S}"
    with translation.override("de"):
        told = ProtocolData(
            sender=_sender(),
            title=_("Protokoll aufgelöster Akten"),
            reference=reference,
            subtitle=_("Akten, deren letzter Vorgang früher vernichtet oder abgegeben wurde"),
            facts=((_("Aufgelöst"), formats.moment(moment)),),
            parts=tuple(part for part in (_emptied(dossiers),) if part),
            signature=(),
        )
    content = storage.put(render(told, at=moment))
    with transaction.atomic():
        for dossier in dossiers:
            emptied.close_out(dossier, reference)
        _file(reference, content)
    return len(dossiers)


def _file(reference: str, content: Blob) -> Document:
    """The protocol in a case of its own, kept by the office of the registry."""
    case = records.open_case(
        filing_code=PLACE,
        title=f"Aussonderung {reference} vom {local(now()):%d.%m.%Y}",
        office=_office(),
        actor=ACTOR,
    )
    document = records.file_document(
        case=case,
        title=f"Protokoll der Aussonderung {reference}",
        kind=DocumentKind.NOTE,
        content=content,
        name=f"aussonderung-{reference}.pdf",
        content_type="application/pdf",
        direction="internal",
        actor=ACTOR,
        text=f"Löschprotokoll Aussonderung {reference}",
    )
    records.close_case(case=case, actor=ACTOR)
    return document


def data(process: Process, dossiers: Sequence[Dossier] = ()) -> ProtocolData:
    """What the protocol says. Titles are not in it: they may name people.

    `dossiers` are those that are closed out with the process.
    """
    with translation.override("de"):
        return _data(process, dossiers)


def _data(process: Process, dossiers: Sequence[Dossier]) -> ProtocolData:
    items = list(process.items.order_by("reference", "pk"))
    stones = {
        stone.case_uuid: stone
        for stone in Tombstone.objects.filter(process_reference=process.reference)
    }
    archive = process.archive
    return ProtocolData(
        sender=_sender(),
        title=_("Protokoll der Aussonderung"),
        reference=process.reference,
        subtitle=_("Abgabe an das Archiv und Vernichtung elektronischer Akten"),
        facts=(
            (_("Kennung des Verfahrens"), str(process.public_id)),
            (_("Archiv"), f"{archive.name}, xdomea {process.version}" if archive else "–"),
            (_("Grundlage"), _basis(process)),
            (_("Vorbereitet"), f"{process.prepared_by}, {formats.moment(process.created_at)}"),
            (_("Vernichtung vorgeschlagen"), _who(process.proposed_by, process.proposed_at)),
            (_("Vernichtung freigegeben"), _who(process.released_by, process.released_at)),
        ),
        parts=tuple(
            part
            for part in (
                _gone(items, stones),
                _emptied(dossiers),
                _stayed(items),
                _messages(process),
                _how(),
            )
            if part
        ),
        signature=(
            _("Vorgeschlagen: %(name)s") % {"name": process.proposed_by or "–"},
            _("Freigegeben: %(name)s") % {"name": process.released_by or "–"},
        ),
    )


def _sender() -> Sender:
    town = organisation.town()
    return Sender(
        town=town.full_name,
        street=town.street,
        city=f"{town.postal_code} {town.city}",
        phone=town.phone,
        email=town.email,
        hue=town.brand_hue,
    )


def _basis(process: Process) -> str:
    if process.archive is None:
        return process.waiver
    if process.archive.kind == "transfer":
        return _("Zweistufiges Verfahren, Vereinbarung mit dem Archiv")
    return _("Anbietung und Bewertung nach dem Niedersächsischen Archivgesetz")


def _gone(items: list[Item], stones: Mapping[Any, Tombstone]) -> Part | None:
    rows = [
        (
            item.reference,
            item.plan_code,
            _day(stone.retention_until),
            _reason(item),
            item.archive_ident or "–",
            formats.moment(stone.destroyed_at),
            str(stone.documents),
            stone.chain_head[:16],
        )
        for item in items
        if item.state == ItemState.DESTROYED and (stone := stones.get(item.case_uuid))
    ]
    if not rows:
        return None
    return Part(
        title=_("Vernichtete Vorgänge (%(n)s)") % {"n": len(rows)},
        table=Table(
            head=(
                _("Aktenzeichen"),
                _("Aktenplan"),
                _("Frist bis"),
                _("Grund"),
                _("Kennung im Archiv"),
                _("Vernichtet"),
                _("Dok."),
                _("Nachweis"),
            ),
            rows=tuple(rows),
            widths=(15, 8, 10, 17, 16, 14, 5, 15),
        ),
    )


def _emptied(dossiers: Sequence[Dossier]) -> Part | None:
    if not dossiers:
        return None
    rows = [
        (
            dossier.reference,
            dossier.filing_plan_entry.code,
            dossier.office.name,
            _day(dossier.retention_until) if dossier.retention_until else str(dossier.year),
            str(emptied.cases_of(dossier)),
        )
        for dossier in dossiers
    ]
    head = (_("Akte"), _("Aktenplan"), _("Amt"), _("Frist bis oder Jahr"), _("Vorgänge"))
    return Part(
        title=_("Aufgelöste leere Akten (%(n)s)") % {"n": len(rows)},
        table=Table(head=head, rows=tuple(rows), widths=(26, 14, 28, 20, 12)),
    )


def _stayed(items: list[Item]) -> Part | None:
    rows = [
        (item.reference, item.plan_code, str(item.get_state_display()), item.note or "–")
        for item in items
        if item.state in (ItemState.KEPT, ItemState.WITHDRAWN)
    ]
    if not rows:
        return None
    head = (_("Aktenzeichen"), _("Aktenplan"), _("Ergebnis"), _("Grund"))
    return Part(
        title=_("Nicht vernichtete Vorgänge (%(n)s)") % {"n": len(rows)},
        table=Table(head=head, rows=tuple(rows), widths=(22, 12, 22, 44)),
    )


def _messages(process: Process) -> Part | None:
    rows = [
        (
            message.code,
            _("vom Archiv") if message.incoming else _("an das Archiv"),
            formats.moment(message.sent_at or message.created_at),
            message.sha256,
        )
        for message in process.messages.order_by("created_at", "pk")
    ]
    if not rows:
        return None
    head = (_("xdomea"), _("Richtung"), _("Zeit"), _("Prüfsumme (SHA-256)"))
    table = Table(head=head, rows=tuple(rows), widths=(9, 17, 22, 52))
    return Part(title=_("Ausgetauschte Nachrichten"), table=table)


def _how() -> Part:
    text = _(
        "Gelöscht wurden alle Fassungen, Wiedergaben, Entwürfe und Anmerkungen, die Einträge der "
        "Suche und die personenbezogenen Angaben im Verlauf. Der Schlüssel jeder Datei wurde "
        "vernichtet und die verschlüsselten Daten entfernt. Der Verlauf ohne personenbezogene "
        "Angaben bleibt; „Nachweis“ ist der Anfang der Prüfsumme seines letzten Eintrags."
    )
    return Part(title=_("So wurde vernichtet"), text=text)


def _reason(item: Item) -> str:
    if item.verdict == "A":
        return _("Vom Archiv übernommen")
    return _("Nicht archivwürdig: %(who)s") % {"who": item.verdict_by}


def _who(name: str, moment: object) -> str:
    return f"{name}, {formats.moment(moment)}" if name and moment else "–"  # type: ignore[arg-type]


def _day(value: date) -> str:
    return f"{value.day:02d}.{value.month:02d}.{value.year}"


def _office() -> Office:
    """The office that keeps the town's registry: where records managers belong."""
    from rathaus.organisation.models import Membership, Role

    held = Membership.objects.filter(role=Role.RECORDS_MANAGER).order_by("pk").first()
    return held.office if held else organisation.offices()[0]
