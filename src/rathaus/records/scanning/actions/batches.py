"""A batch while it is scanned: open it, add and remove files, say what stays paper."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import new_chain, record
from rathaus.core.jobs import enqueue
from rathaus.core.references import next_reference
from rathaus.records.models import Case, DocumentKind
from rathaus.records.names import safe_name
from rathaus.records.scanning import events, jobs, reading
from rathaus.records.scanning.actions.moves import move, require
from rathaus.records.scanning.errors import NotReady
from rathaus.records.scanning.models import ScanBatch, ScanFile, ScanPage, ScanProfile
from rathaus.records.scanning.states import BatchState

REFERENCE = "SC-{year}-{number:04d}"
MAX_FILES = 1000
MAX_SHEETS = 20_000


def open_batch(
    *,
    profile: ScanProfile,
    origin: str,
    sheets: int,
    prepared_by: str,
    actor: Actor,
    case: Case | None = None,
) -> ScanBatch:
    """Begin a stack of `sheets` counted sheets; the profile's newest version is frozen with it.

    Raises: NotReady.
    """
    if not origin.strip():
        raise NotReady(_("Schreiben Sie, woher das Papier kommt."))
    if not prepared_by.strip():
        raise NotReady(_("Schreiben Sie, wer die Blätter vorbereitet hat."))
    if not 1 <= sheets <= MAX_SHEETS:
        raise NotReady(_("Zählen Sie die Blätter: eine Zahl von 1 bis 20.000."))
    if not profile.is_active:
        raise NotReady(_("Dieses Profil wird nicht mehr benutzt. Wählen Sie ein anderes."))
    with transaction.atomic():
        version = profile.versions.get(number=profile.latest)
        batch = ScanBatch.objects.create(
            reference=next_reference("scan", pattern=REFERENCE),
            office=profile.office,
            profile=version,
            case=case,
            chain=new_chain("scan"),
            origin=origin.strip()[:200],
            prepared_by=prepared_by.strip()[:120],
            sheets=sheets,
            opened_at=now(),
            opened_by=actor.id,
            opened_by_name=actor.label,
        )
        opened = events.BatchOpened(
            reference=batch.reference,
            profile=str(profile.public_id),
            version=version.number,
            sheets=sheets,
            origin=batch.origin,
            prepared_by=batch.prepared_by,
        )
        record(batch.chain, opened, actor=actor)
    return batch


def set_case(*, batch: ScanBatch, case: Case, actor: Actor) -> None:
    """Say where the scans are filed. Raises: MovedOn."""
    with transaction.atomic():
        require(batch, BatchState.OPEN)
        ScanBatch.objects.filter(pk=batch.pk).update(case=case)
        batch.case = case


def add_file(*, batch: ScanBatch, content: bytes, name: str, actor: Actor) -> ScanFile:
    """Take a file of the device into the batch; a job looks at its pages.

    Raises: NotReady for what is no scan, twice in the batch, or infected; MovedOn;
    virus.ScannerUnavailable.
    """
    kind = reading.accept(content)
    blob = storage.put(content)
    safe = safe_name(name)
    try:
        with transaction.atomic():
            require(batch, BatchState.OPEN)
            last = batch.files.aggregate(last=Max("position"))["last"] or 0
            if last >= MAX_FILES:
                raise NotReady(
                    _("Ein Stapel hat höchstens 1.000 Dateien. Beginnen Sie einen neuen.")
                )
            file = ScanFile.objects.create(
                batch=batch,
                position=last + 1,
                name=safe,
                title=reading.title_of(safe),
                kind=DocumentKind.LETTER,
                content_type=kind,
                blob=blob,
                added_at=now(),
                added_by=actor.id,
            )
            added = events.FileAdded(
                file=str(file.public_id), sha256=blob.sha256, size=blob.size, title=file.title
            )
            record(batch.chain, added, actor=actor)
            enqueue(jobs.look_at, file_id=file.pk, dedupe_key=f"scan:{file.pk}")
    except IntegrityError:
        text = _("Die Datei „%(name)s“ ist schon in diesem Stapel.") % {"name": safe}
        raise NotReady(text) from None
    return file


def remove_file(*, file: ScanFile, actor: Actor) -> None:
    """Take a file out before the transfer: scanned wrongly, belongs elsewhere.

    Its bytes go too, unless something else holds the same. Raises: MovedOn.
    """
    with transaction.atomic():
        require(file.batch, BatchState.OPEN)
        removed = events.FileRemoved(file=str(file.public_id), sha256=file.blob.sha256)
        record(file.batch.chain, removed, actor=actor)
        blobs = [file.blob_id, *_pictures(file)]
        file.delete()
        enqueue(jobs.forget, blob_ids=blobs)


def keep_paper_of(
    *, file: ScanFile, kind: str, where: str, title: str, document_kind: str, actor: Actor
) -> None:
    """Title and kind of a document, and whether its paper is of a kind that stays.

    Raises: NotReady, MovedOn.
    """
    kind, where, title = kind.strip()[:200], where.strip()[:200], " ".join(title.split())[:200]
    if kind and kind not in file.batch.profile.parsed.excluded:
        raise NotReady(_("Wählen Sie eine Art aus dem Profil."))
    if kind and not where:
        raise NotReady(_("Schreiben Sie, wo das Papier bleibt, zum Beispiel „Tresor, Fach 3“."))
    if document_kind not in DocumentKind.values:
        raise NotReady(_("Wählen Sie eine Art des Dokuments."))
    with transaction.atomic():
        require(file.batch, BatchState.OPEN)
        file.kept_kind, file.kept_where = kind, where if kind else ""
        file.title, file.kind = title or file.title, document_kind
        file.save(update_fields=["kept_kind", "kept_where", "title", "kind"])


def cancel_batch(*, batch: ScanBatch, reason: str, actor: Actor) -> None:
    """Give a batch up before the transfer; its files are thrown away. Raises: MovedOn."""
    with transaction.atomic():
        move(batch, "cancel")
        blobs = [pk for file in batch.files.all() for pk in (file.blob_id, *_pictures(file))]
        batch.files.all().delete()
        record(batch.chain, events.BatchCancelled(reason=reason[:300]), actor=actor)
        enqueue(jobs.forget, blob_ids=blobs)


def _pictures(file: ScanFile) -> list[int]:
    rows = ScanPage.objects.filter(file=file, picture__isnull=False)
    return [pk for pk in rows.values_list("picture", flat=True) if pk is not None]
