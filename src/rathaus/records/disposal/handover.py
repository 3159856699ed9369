"""Handing a dossier over to another authority or system, and taking one over (xdomea 0401)."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.models import Blob
from rathaus.organisation.models import Office, StaffMember
from rathaus.records import actions as records
from rathaus.records.actions.errors import RecordsError
from rathaus.records.disposal import events, outgoing
from rathaus.records.disposal.models import Takeover
from rathaus.records.models import Case, Direction, DocumentKind, Dossier, FilingPlanEntry
from rathaus.records.xdomea import mapping, messages, parse, tree
from rathaus.records.xdomea.content import Dossier as Content
from rathaus.records.xdomea.content import Head, Matter, Party
from rathaus.records.xdomea.errors import MessageRefused
from rathaus.records.xdomea.package import Packed, pack
from rathaus.records.xdomea.tree import ForeignCase, ForeignDocument, ForeignDossier
from rathaus.records.xdomea.unpack import Parcel, opened
from rathaus.records.xdomea.versions import Version

VERSION = "3.1.0"
"""0401 of 4.0 is not published; 3.1 is what other systems read."""
MAX_DOCUMENT = 200 * 1024 * 1024


@dataclass(frozen=True)
class TakenOver:
    """What a message brought. `again`: it was here before, nothing was made."""

    dossiers: tuple[Dossier, ...]
    cases: int = 0
    documents: int = 0
    again: bool = False


def export(*, dossier: Dossier, reader: str, folder: Path, actor: Actor) -> Packed:
    """Pack a dossier with everything below it into `folder`; the history keeps the digest.

    Raises: StorageDamaged, StorageShredded.
    """
    version = messages.spoken(VERSION)
    process = uuid.uuid4()
    head = Head(
        process=str(process),
        code="0401",
        created=now(),
        sender=outgoing.own_party(None),
        reader=Party(reader.strip()[:120] or _("unbekannt")),
        product_version=outgoing.product_version(),
    )
    content = _content(dossier, 1)
    files = (file for matter in _matters(content) for file in matter.files())
    packed = pack(
        folder,
        version.stem("0401", process),
        partial(_write, version, head, content),
        files,
        mapping.read_file,
    )
    with transaction.atomic():
        told = events.DossierExported(process=str(process), sha256=packed.sha256, size=packed.size)
        for case in Case.objects.filter(dossier__in=_below(dossier)).select_related("chain"):
            record(case.chain, told, actor=actor)
        if dossier.chain is not None:
            record(dossier.chain, told, actor=actor)
    return packed


def take_over(
    path: Path,
    *,
    entry: FilingPlanEntry,
    office: Office,
    actor: Actor,
    staff: StaffMember | None = None,
    name: str = "",
) -> TakenOver:
    """Make dossiers here of a 0401; all or nothing, and each foreign dossier once.

    Raises: MessageRefused with the reason; PlanRefused where `entry` takes no dossiers.
    """
    with opened(path, name=name or path.name) as parcel:
        found = parse.read(parcel)
        if found.code != "0401" or found.version.header != 3:
            reason = gettext_lazy("Das ist keine Abgabe einer Akte (Nachricht 0401 in 3.x).")
            raise MessageRefused("wrong-message", reason)
        told = tree.dossiers(parcel.xml, found.version)
        known = list(
            Takeover.objects.filter(
                foreign_id__in=[one.id for one in told], dossier__isnull=False
            ).select_related("dossier")
        )
        if known:
            if len(known) == len(told):
                rows = tuple(row.dossier for row in known if row.dossier is not None)
                return TakenOver(rows, again=True)
            reason = gettext_lazy("Ein Teil dieser Akten ist schon übernommen.")
            raise MessageRefused("partly-known", reason)
        blobs = {file.name: _store(parcel, file) for one in told for file in one.files()}
        taking = _Taking(
            uuid.UUID(found.process),
            (found.sender or "unbekannt")[:200],
            blobs,
            entry,
            office,
            actor,
            staff,
        )
        try:
            with transaction.atomic():
                made = tuple(taking.dossier(one) for one in told)
        except MessageRefused:
            raise
        except RecordsError as error:
            raise MessageRefused("refused", str(error)) from error
    return TakenOver(made, taking.cases, taking.documents)


@dataclass
class _Taking:
    """One take-over: makes dossiers, cases and documents and counts them."""

    process: uuid.UUID
    origin: str
    blobs: dict[str, Blob]
    entry: FilingPlanEntry
    office: Office
    actor: Actor
    staff: StaffMember | None
    cases: int = 0
    documents: int = 0

    def dossier(self, told: ForeignDossier, parent: Dossier | None = None) -> Dossier:
        row = records.open_dossier(
            title=told.title,
            actor=self.actor,
            staff=self.staff,
            entry=None if parent else self.entry,
            office=None if parent else self.office,
            parent=parent,
            note_text=_("Übernommen von %(origin)s, dort %(reference)s.")
            % {"origin": self.origin, "reference": told.reference or told.id},
        )
        self._note(told.id, told.reference, dossier=row)
        for case in told.cases:
            self.case(case, row)
        if told.documents:
            self.case(
                ForeignCase(
                    str(uuid.uuid5(uuid.UUID(told.id), "documents")),
                    told.reference,
                    told.title,
                    tuple(told.documents),
                ),
                row,
            )
        for part in told.parts:
            self.dossier(part, row)
        return row

    def case(self, told: ForeignCase, dossier: Dossier) -> None:
        row = records.open_case(title=told.title, actor=self.actor, dossier=dossier)
        self.cases += 1
        self._note(told.id, told.reference, case=row)
        record(
            row.chain,
            events.CaseImported(process=str(self.process), origin=self.origin, foreign_id=told.id),
            actor=self.actor,
        )
        for document in told.documents:
            self.document(document, row)
        if told.closed is not None:
            records.close_case(case=row, actor=self.actor)

    def document(self, told: ForeignDocument, case: Case) -> None:
        made = None
        for file in told.versions:
            common = {
                "content": self.blobs[file.name],
                "name": file.original,
                "content_type": file.content_type,
                "actor": self.actor,
            }
            if made is None:
                direction = {True: Direction.IN, False: Direction.OUT, None: Direction.INTERNAL}
                made = records.file_document(
                    case=case,
                    title=told.title,
                    kind=DocumentKind.UPLOAD,
                    direction=direction[told.incoming],
                    **common,  # type: ignore[arg-type]
                )
                self.documents += 1
            else:
                records.add_version(document=made, **common)  # type: ignore[arg-type]

    def _note(
        self,
        foreign: str,
        reference: str,
        dossier: Dossier | None = None,
        case: Case | None = None,
    ) -> None:
        Takeover.objects.create(
            process=self.process,
            foreign_id=uuid.UUID(foreign),
            foreign_reference=reference,
            origin=self.origin,
            dossier=dossier,
            case=case,
            at=now(),
        )


def _store(parcel: Parcel, file: tree.ForeignFile) -> Blob:
    """Store a primary file after a look at its digest."""
    with parcel.open(file.name) as source:
        content = source.read(MAX_DOCUMENT + 1)
    if len(content) > MAX_DOCUMENT:
        raise MessageRefused("too-large", _("Eine Datei ist zu groß: ") + file.name)
    if file.sha256 and hashlib.sha256(content).hexdigest() != file.sha256:
        reason = _("Die Prüfsumme einer Datei stimmt nicht: ") + file.name
        raise MessageRefused("hash-mismatch", reason)
    return storage.put(content)


def _content(dossier: Dossier, depth: int) -> Content:
    cases = Case.objects.filter(dossier=dossier).select_related(
        "dossier__filing_plan_entry", "dossier__office", "office", "chain"
    )
    told = mapping.dossiers(cases, full=True, context=False) or [
        mapping.empty_dossier(dossier, context=False)
    ]
    content = told[0]
    if depth < mapping.MAX_DEPTH:
        for child in dossier.children.select_related("filing_plan_entry", "office"):
            content.parts.append(_content(child, depth + 1))
    return content


def _matters(content: Content) -> list[Matter]:
    return [*content.matters, *(matter for part in content.parts for matter in _matters(part))]


def _below(dossier: Dossier) -> list[int]:
    found = [dossier.pk]
    for child in dossier.children.all():
        found += _below(child)
    return found


def _write(version: Version, head: Head, content: Content, out: IO[bytes]) -> None:
    messages.handover(out, version, head, [content])
