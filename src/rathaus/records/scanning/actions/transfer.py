"""The transfer: from scans on a device to documents of the record, with the note."""

from __future__ import annotations

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record, together
from rathaus.core.jobs import enqueue
from rathaus.core.models import Blob
from rathaus.records import actions as records
from rathaus.records.models import Case, Direction, DocumentKind
from rathaus.records.names import safe_name
from rathaus.records.scanning import events, jobs, note, queries, reading
from rathaus.records.scanning.actions.moves import move, require
from rathaus.records.scanning.errors import MovedOn, NotReady
from rathaus.records.scanning.models import FileState, ScanBatch, ScanFile
from rathaus.records.scanning.states import BatchState
from rathaus.records.states import CaseState


def transfer(*, batch: ScanBatch, states_match: bool, remark: str, actor: Actor) -> ScanBatch:
    """File the scans with a transfer note, on the word of the person that they match the paper.

    Raises: NotReady (says what is missing), MovedOn.
    """
    noted = _facts(batch)
    case, files, done = _complete(batch, states_match, remark)
    moment = now()
    digest = note.batch_digest((file.blob.sha256, file.name) for file in files)
    with translation.override("de"):
        result = _("vollständig") if done.matches else _("mit Erklärung übergeben")
    content = note.transfer_pdf(
        batch=batch,
        files=files,
        pages=done.pages,
        digest=digest,
        result=result,
        remark=remark,
        actor=actor,
        at=moment,
    )
    paper = storage.put(content)
    with together():
        move(
            batch,
            "transfer",
            transferred_at=moment,
            transferred_by=actor.id,
            transferred_by_name=actor.label,
            remark=remark.strip()[:500],
            digest=digest,
            pages=done.pages,
        )
        # From here on nobody changes the batch; what came in between is not in the note.
        if _facts(ScanBatch.objects.get(pk=batch.pk)) != noted:
            raise MovedOn
        documents = {file.pk: _file(case, file, actor) for file in files}
        _file_note(case, batch, paper, _("Transfervermerk"), actor)
        transferred = events.BatchTransferred(
            batch=batch.reference,
            profile=str(batch.profile.profile.public_id),
            profile_version=batch.profile.number,
            settings=batch.profile.data,
            sheets=batch.sheets,
            pages=done.pages,
            statement=note.STATEMENT,
            result=result,
            files=note.as_data(files, documents),
            digest=digest,
            note_sha256=paper.sha256,
            remark=batch.remark,
        )
        record(batch.chain, transferred, actor=actor)
        record(case.chain, transferred, actor=actor)
    return batch


def _facts(batch: ScanBatch) -> list[tuple[object, ...]]:
    """Where the scans go and what is said of each of them."""
    columns = ("pk", "blob", "name", "title", "kind", "kept_kind", "kept_where", "state")
    return [(batch.case_id,), *batch.files.order_by("position").values_list(*columns)]


def rescan_file(
    *, file: ScanFile, content: bytes, name: str, reason: str, actor: Actor
) -> ScanFile:
    """Scan a document again after a failed check: a new version, the old one stays.

    Raises: NotReady, MovedOn, CaseIsClosed.
    """
    batch, document = file.batch, file.document
    if document is None or hasattr(file, "replaced_by"):
        raise NotReady(_("Dieses Dokument wurde schon neu gescannt."))
    kind = reading.accept(content)
    blob = storage.put(content)
    if blob.pk == file.blob_id:
        raise NotReady(_("Das ist dieselbe Datei wie vorher. Scannen Sie das Dokument neu."))
    moment = now()
    fresh = ScanFile(
        batch=batch,
        position=file.position,
        name=safe_name(name),
        title=file.title,
        kind=file.kind,
        content_type=kind,
        blob=blob,
        kept_kind=file.kept_kind,
        kept_where=file.kept_where,
        document=document,
        replaces=file,
        added_at=moment,
        added_by=actor.id,
    )
    paper = storage.put(
        note.rescan_pdf(batch=batch, old=file, new=fresh, reason=reason, actor=actor, at=moment)
    )
    with transaction.atomic():
        require(batch, BatchState.FAILED)
        if ScanFile.objects.filter(replaces=file).exists():
            raise NotReady(_("Dieses Dokument wurde schon neu gescannt."))
        fresh.save()
        records.add_version(
            document=document, content=blob, name=fresh.name, content_type=kind, actor=actor
        )
        _file_note(document.case, batch, paper, _("Ergänzung zum Transfervermerk"), actor)
        again = events.FileRescanned(
            file=str(fresh.public_id),
            replaces=str(file.public_id),
            sha256=blob.sha256,
            size=blob.size,
            note_sha256=paper.sha256,
        )
        record(batch.chain, again, actor=actor)
        enqueue(jobs.look_at, file_id=fresh.pk, dedupe_key=f"scan:{fresh.pk}")
    return fresh


def _complete(
    batch: ScanBatch, states_match: bool, remark: str
) -> tuple[Case, list[ScanFile], queries.Completeness]:
    files = list(batch.files.select_related("blob").order_by("position"))
    if not files:
        raise NotReady(_("Der Stapel ist noch leer. Fügen Sie zuerst die Scans hinzu."))
    if batch.case_id is None:
        raise NotReady(_("Wählen Sie zuerst, zu welchem Vorgang die Scans kommen."))
    case = Case.objects.select_related("chain").get(pk=batch.case_id)
    if case.state != CaseState.OPEN:
        raise NotReady(_("Dieser Vorgang ist abgeschlossen. Nehmen Sie ihn zuerst wieder auf."))
    if any(file.state == FileState.WAITING for file in files):
        raise NotReady(_("Die Seiten werden noch angesehen. Versuchen Sie es gleich noch einmal."))
    if any(file.state == FileState.UNREADABLE for file in files):
        raise NotReady(_("Eine Datei ist nicht lesbar. Nehmen Sie sie heraus und scannen Sie neu."))
    if not states_match:
        raise NotReady(_("Bestätigen Sie, dass die Scans mit dem Papier übereinstimmen."))
    done = queries.completeness(batch)
    if not done.matches and len(remark.strip()) < 5:
        raise NotReady(_("Seiten und Blätter passen nicht zusammen. Schreiben Sie, warum."))
    return case, files, done


def _file(case: Case, file: ScanFile, actor: Actor) -> str:
    document = records.file_document(
        case=case,
        title=file.title,
        kind=file.kind,
        content=file.blob,
        name=file.name,
        content_type=file.content_type,
        direction=Direction.IN,
        actor=actor,
    )
    ScanFile.objects.filter(pk=file.pk).update(document=document)
    return str(document.public_id)


def _file_note(case: Case, batch: ScanBatch, blob: Blob, title: str, actor: Actor) -> None:
    records.file_document(
        case=case,
        title=f"{title} {batch.reference}",
        kind=DocumentKind.NOTE,
        content=blob,
        name=f"transfervermerk-{batch.reference}.pdf",
        content_type="application/pdf",
        direction=Direction.INTERNAL,
        actor=actor,
    )
