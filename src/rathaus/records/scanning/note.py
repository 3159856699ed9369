"""The transfer note (Transfervermerk, TR-03138 A.NB.3): who, when, how, result, digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records.scanning.models import ScanBatch, ScanFile
from rathaus.records.scanning.profile import ProfileData
from rathaus.theme import formats, protocols
from rathaus.theme.documents import Sender
from rathaus.theme.protocols import Part, ProtocolData, Table

STATEMENT = "Die Scans stimmen mit dem Papier bildlich und inhaltlich überein."
"""What the person states (§ 7 EGovG, § 298a ZPO); frozen here, because it is filed."""


def batch_digest(files: Iterable[tuple[str, str]]) -> str:
    """sha256 over lines ``sha256  name`` in the order of the batch, as ``sha256sum`` writes them.

    So it can be checked with ``sha256sum * | sha256sum``.
    """
    text = "".join(f"{sha256}  {name}\n" for sha256, name in files)
    return hashlib.sha256(text.encode()).hexdigest()


def sender(office: Office) -> Sender:
    """Town and office as they stand on a report."""
    town = organisation.town()
    return Sender(
        town=town.full_name,
        office=office.name,
        street=town.street,
        city=f"{town.postal_code} {town.city}",
        hue=town.brand_hue,
    )


def settings_facts(data: ProfileData) -> tuple[tuple[str, str], ...]:
    """The settings of a profile as pairs for people."""
    unit = _("Wochen") if data.paper_unit == "weeks" else _("Arbeitstage")
    return (
        (_("Gerät"), data.device),
        (_("Auflösung"), _("%(n)s dpi") % {"n": data.resolution}),
        (_("Farbe"), str(data.colour.label)),
        (_("Dateiformat"), str(data.format.label)),
        (_("Seiten"), _("beide Seiten") if data.duplex else _("nur Vorderseite")),
        (_("Schutzbedarf Integrität"), str(data.integrity.label)),
        (_("Schutzbedarf Verfügbarkeit"), str(data.availability.label)),
        (_("Schutzbedarf Vertraulichkeit"), str(data.confidentiality.label)),
        (
            _("Stichprobe"),
            _("%(p)s Prozent, mindestens %(m)s Seiten")
            % {"p": data.sample_percent, "m": data.sample_minimum},
        ),
        (
            _("Papier nach der Prüfung"),
            _("%(n)s %(unit)s") % {"n": data.paper_count, "unit": unit},
        ),
        (_("Bleibt Papier"), ", ".join(data.excluded) or _("keine Ausnahmen")),
    )


def transfer_pdf(
    *,
    batch: ScanBatch,
    files: Sequence[ScanFile],
    pages: int,
    digest: str,
    result: str,
    remark: str,
    actor: Actor,
    at: datetime,
) -> bytes:
    """The note as PDF/A-2a and PDF/UA-1. Raises: pdf.PdfError."""
    with translation.override("de"):
        return protocols.render(
            ProtocolData(
                sender=sender(batch.office),
                title=_("Transfervermerk"),
                subtitle=_("Ersetzendes Scannen nach BSI TR-03138 (TR-RESISCAN)"),
                reference=batch.reference,
                facts=_head(batch, pages, digest, result, remark, actor, at),
                parts=(
                    Part(
                        title=_("Verfahren: Profil %(name)s, Fassung %(n)s")
                        % {"name": batch.profile.profile.name, "n": batch.profile.number},
                        facts=settings_facts(batch.profile.parsed),
                    ),
                    Part(title=_("Dateien"), table=_table(files)),
                ),
                signature=(STATEMENT, f"{actor.label}, {formats.moment(at)}"),
            ),
            at=at,
        )


def rescan_pdf(
    *, batch: ScanBatch, old: ScanFile, new: ScanFile, reason: str, actor: Actor, at: datetime
) -> bytes:
    """Addition to the note for one document that was scanned again."""
    with translation.override("de"):
        facts = (
            (_("Stapel"), batch.reference),
            (_("Neu gescannt von"), actor.label),
            (_("Am"), formats.moment(at)),
            (_("Grund"), reason),
            (_("Bisherige Datei, sha256"), protocols.breakable(old.blob.sha256)),
            (_("Neue Datei, sha256"), protocols.breakable(new.blob.sha256)),
        )
        return protocols.render(
            ProtocolData(
                sender=sender(batch.office),
                title=_("Ergänzung zum Transfervermerk"),
                subtitle=old.title,
                reference=batch.reference,
                facts=facts,
                parts=(
                    Part(
                        title=_("Verfahren: Profil %(name)s, Fassung %(n)s")
                        % {"name": batch.profile.profile.name, "n": batch.profile.number},
                        facts=settings_facts(batch.profile.parsed),
                    ),
                ),
                signature=(STATEMENT, f"{actor.label}, {formats.moment(at)}"),
            ),
            at=at,
        )


def as_data(files: Sequence[ScanFile], documents: dict[int, str]) -> list[dict[str, Any]]:
    """The files for the event: no names and titles, which may be personal."""
    return [
        {
            "position": file.position,
            "file": str(file.public_id),
            "document": documents[file.pk],
            "pages": file.page_count,
            "size": file.blob.size,
            "sha256": file.blob.sha256,
            "paper_kept": bool(file.kept_kind),
        }
        for file in files
    ]


def _head(  # noqa: PLR0917
    batch: ScanBatch,
    pages: int,
    digest: str,
    result: str,
    remark: str,
    actor: Actor,
    at: datetime,
) -> tuple[tuple[str, str], ...]:
    return (
        (_("Stapel"), batch.reference),
        (_("Aktenzeichen"), batch.case.reference if batch.case else ""),
        (_("Herkunft des Papiers"), batch.origin),
        (_("Vorbereitet von"), batch.prepared_by),
        (_("Gescannt von"), batch.opened_by_name),
        (_("Übergeben von"), actor.label),
        (_("Am"), formats.moment(at)),
        (_("Blätter gezählt"), str(batch.sheets)),
        (_("Seiten gescannt"), str(pages)),
        (_("Ergebnis"), result),
        (_("Erklärung dazu"), remark),
        (_("Prüfsumme des Stapels (sha256)"), protocols.breakable(digest)),
    )


def _table(files: Sequence[ScanFile]) -> Table:
    return Table(
        head=(_("Nr."), _("Dokument"), _("Seiten"), _("Papier"), _("sha256")),
        rows=tuple(
            (
                str(file.position),
                file.title,
                str(file.page_count),
                f"{file.kept_kind}: {file.kept_where}" if file.kept_kind else _("darf gehen"),
                file.blob.sha256,
            )
            for file in files
        ),
        widths=(2, 9, 3, 7, 11),
    )
