"""The protocol of destroyed paper as PDF/A."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.records.scanning import note, queries
from rathaus.records.scanning.models import PaperDestruction, ScanBatch
from rathaus.theme import formats, protocols
from rathaus.theme.protocols import Part, ProtocolData, Table


def pdf(row: PaperDestruction, batches: Sequence[ScanBatch], actor: Actor, at: datetime) -> bytes:
    """Which paper went when and how, and which stays where. Raises: pdf.PdfError."""
    with translation.override("de"):
        parts = [Part(title=_("Vernichtetes Papier"), table=_gone(batches))]
        if stays := _stays(batches):
            parts.append(Part(title=_("Papier, das bleibt"), table=stays))
        return protocols.render(
            ProtocolData(
                sender=note.sender(batches[0].office),
                title=_("Protokoll der Papiervernichtung"),
                reference=row.reference,
                facts=(
                    (_("Protokoll"), row.reference),
                    (_("Vernichtet am"), formats.numeric_day(row.done_on)),
                    (_("Wie"), str(row.get_method_display())),
                    (_("Nachweis"), row.detail),
                    (_("Bestätigt von"), actor.label),
                    (_("Bestätigt am"), formats.moment(at)),
                ),
                parts=tuple(parts),
                signature=(
                    _("Die Scans bleiben als Dokumente der E-Akte erhalten."),
                    f"{actor.label}, {formats.moment(at)}",
                ),
            ),
            at=at,
        )


def _gone(batches: Sequence[ScanBatch]) -> Table:
    return Table(
        head=(
            _("Stapel"),
            _("Herkunft"),
            _("Aktenzeichen"),
            _("Blätter"),
            _("Seiten"),
            _("Frei ab"),
        ),
        rows=tuple(
            (
                batch.reference,
                batch.origin,
                batch.case.reference if batch.case else "",
                str(batch.sheets),
                str(batch.pages),
                formats.numeric_day(batch.paper_until),
            )
            for batch in batches
        ),
        widths=(5, 9, 6, 3, 3, 4),
    )


def _stays(batches: Sequence[ScanBatch]) -> Table | None:
    rows = [
        (batch.reference, file.title, file.kept_kind, file.kept_where)
        for batch in batches
        for file in queries.present_files(batch)
        if file.kept_kind
    ]
    if not rows:
        return None
    head = (_("Stapel"), _("Dokument"), _("Art"), _("Ort des Papiers"))
    return Table(head=head, rows=tuple(rows), widths=(4, 8, 5, 6))
