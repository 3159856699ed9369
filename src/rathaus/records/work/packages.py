"""Packages for somebody to fetch: made by a job, sealed, kept for seven days."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from typing import Any

from django.core.files import File
from django.core.files.storage import storages
from django.db.models import F
from django.utils.translation import gettext as _

from rathaus.core import sealedfile, secrets
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record, together
from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.records import export, queries
from rathaus.records.models import Case, Document
from rathaus.records.work import binding, events
from rathaus.records.work.models import ExportFormat, ExportOrder, ExportState


def make(order: ExportOrder) -> None:
    """Make, seal and announce the package; only what its person may see goes in."""
    rows = ExportOrder.objects.filter(pk=order.pk, state=ExportState.WAITING)
    cases = list(_cases(order))
    rows.update(total=Document.objects.filter(case__in=cases).count(), done=0)
    key = sealedfile.new_key()
    with tempfile.TemporaryFile() as sealed:
        writer = _Counted(sealedfile.Writer(sealed, key))
        try:
            _write(order, cases, writer)
        except (StorageDamaged, StorageShredded):
            problem = _("Ein Dokument ist nicht lesbar. Prüfen Sie die Vorgänge.")
            rows.update(state=ExportState.FAILED, problem=problem)
            return
        writer.close()
        sealed.seek(0)
        name = storages["records"].save(f"exports/{order.public_id.hex}", File(sealed))
    with together():
        ready = rows.update(
            state=ExportState.READY,
            name=name,
            key_sealed=secrets.seal(base64.b64encode(key).decode()),
            size=writer.size,
            sha256=writer.digest.hexdigest(),
            cases=[case.pk for case in cases],
        )
        made = events.ExportMade(
            order_id=str(order.public_id),
            format=order.format,
            sha256=writer.digest.hexdigest(),
            size=writer.size,
        )
        actor = Actor.staff(str(order.staff.user_id), order.staff.name[:120], order.office_label)
        for case in cases if ready else ():
            record(case.chain, made, actor=actor)
    if not ready:  # made twice, or deleted meanwhile
        storages["records"].delete(name)


def content(order: ExportOrder) -> Iterator[bytes]:
    """The package, piece by piece. Raises: sealedfile.Broken, FileNotFoundError."""
    key = base64.b64decode(secrets.unseal(order.key_sealed))
    with storages["records"].open(order.name, "rb") as file:
        yield from sealedfile.read(file, key)


def delete(order: ExportOrder) -> None:
    """The file and its key go; the order stays as a note."""
    gone = ExportOrder.objects.filter(pk=order.pk).exclude(state=ExportState.GONE)
    if gone.update(state=ExportState.GONE, key_sealed="", name="") and order.name:
        storages["records"].delete(order.name)


def _cases(order: ExportOrder) -> Any:
    rows = queries.cases_for(order.staff).select_related(
        "chain", "dossier__filing_plan_entry", "office"
    )
    if order.case_id is not None:
        return rows.filter(pk=order.case_id)
    return rows.filter(dossier=order.dossier_id).order_by("opened_at", "pk")


def _write(order: ExportOrder, cases: list[Case], writer: _Counted) -> None:
    def one_more() -> None:
        ExportOrder.objects.filter(pk=order.pk).update(done=F("done") + 1)

    if order.format == ExportFormat.PDF:
        title = order.dossier or order.case
        with tempfile.TemporaryFile() as plain:
            binding.bind(cases, title=str(title), out=plain, at=now(), progress=one_more)
            plain.seek(0)
            shutil.copyfileobj(plain, writer, 256 * 1024)
        return
    with zipfile.ZipFile(writer, "w", zipfile.ZIP_DEFLATED) as package:
        for case in cases:
            folder = "" if order.case_id else f"{case.reference.replace('/', '-')}/"
            export.add_case(package, case, prefix=folder, progress=one_more)
        if order.dossier is not None:
            export.add_dossier(package, order.dossier, cases)


class _Counted:
    """A file to write to that knows size and digest of what passed through."""

    def __init__(self, inner: sealedfile.Writer) -> None:
        self._inner = inner
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self.size += len(data)
        return self._inner.write(data)

    def flush(self) -> None:
        self._inner.flush()

    def close(self) -> None:
        self._inner.close()
