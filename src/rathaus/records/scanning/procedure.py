"""The procedure document (Verfahrensdokumentation, TR-03138 A.O.1), made from what is set.

The software writes down how scanning is done here. Whether that satisfies the guideline is
for the organisation to examine and to certify.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office, Role
from rathaus.organisation.permissions import TABLE
from rathaus.records.scanning import note
from rathaus.records.scanning.models import ScanProfile
from rathaus.theme import formats, protocols
from rathaus.theme.documents import Sender
from rathaus.theme.protocols import Part, ProtocolData, Table

PERMISSIONS = ("scan.work", "scan.manage", "scan.destroy")


def software() -> str:
    """Name and version of the software."""
    try:
        return f"Offenes Rathaus {version('offenes-rathaus')}"
    except PackageNotFoundError:
        return "Offenes Rathaus"


def content() -> dict[str, Any]:
    """Everything the document says, as data: the same state gives the same content."""
    profiles = ScanProfile.objects.filter(is_active=True).select_related("office")
    with translation.override("de"):
        return {
            "town": organisation.town().full_name,
            "software": software(),
            "roles": [
                {
                    "permission": permission,
                    "roles": sorted(str(Role(r).label) for r in TABLE[permission]),
                }
                for permission in PERMISSIONS
            ],
            "profiles": [_profile(profile) for profile in profiles],
            "statement": note.STATEMENT,
        }


def digest(data: dict[str, Any]) -> str:
    """sha256 over the content."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _profile(profile: ScanProfile) -> dict[str, Any]:
    newest = profile.versions.get(number=profile.latest)
    return {
        "name": profile.name,
        "office": profile.office.name,
        "version": profile.latest,
        "settings": [list(pair) for pair in note.settings_facts(newest.parsed)],
        "note": newest.parsed.note,
    }


def texts() -> list[tuple[str, str]]:
    """The steps of the procedure in plain words, heading and Markdown."""
    return [
        (
            _("Wozu dieses Dokument dient"),
            _(
                "Diese Verfahrensdokumentation beschreibt, wie Papier durch Scans ersetzt wird. "
                "Sie folgt der Gliederung der Technischen Richtlinie TR-03138 (TR-RESISCAN) des "
                "BSI.\n\n**Die Software bescheinigt nicht, dass die Richtlinie erfüllt ist.** Das "
                "prüft und verantwortet die Verwaltung selbst; bescheinigen kann es eine "
                "Zertifizierungsstelle."
            ),
        ),
        (
            _("Vorbereiten"),
            _(
                "Eine Person nimmt Klammern heraus, ordnet und **zählt die Blätter**. Zahl, "
                "Herkunft und ihr Name stehen im Stapel, bevor das erste Blatt gescannt wird. "
                "Dokumente, deren Papier bleibt, kennzeichnet sie mit ihrem Ort."
            ),
        ),
        (
            _("Scannen"),
            _(
                "Jeder Stapel hält die Fassung des Scanprofils fest, mit der er gescannt wurde. "
                "Die Software sieht jede Seite an und weist auf fehlende, leere, doppelte und zu "
                "lange Seiten hin. Über die Hinweise entscheidet ein Mensch."
            ),
        ),
        (
            _("Übergeben"),
            _(
                "Die scannende Person vergleicht Seiten und Blätter und erklärt, dass die Scans "
                "mit dem Papier bildlich und inhaltlich übereinstimmen. Dann werden sie Dokumente "
                "der E-Akte. Der **Transfervermerk** hält Person, Zeit, Gerät, Einstellungen, "
                "Ergebnis und Prüfsummen (sha256) fest: als Ereignis in einer verketteten Liste "
                "und als PDF/A."
            ),
        ),
        (
            _("Prüfen"),
            _(
                "Eine **zweite Person** sieht eine zufällige Stichprobe Seite für Seite an. Die "
                "Startzahl der Ziehung wird erst bei Beginn gewürfelt und aufgeschrieben, so lässt "
                "sich die Stichprobe nachvollziehen. Ist eine Seite schlecht, wird das Dokument "
                "neu gescannt und der ganze Stapel geprüft. Bisherige Fassungen bleiben erhalten."
            ),
        ),
        (
            _("Papier vernichten"),
            _(
                "Das Papier bleibt nach der bestandenen Prüfung so lange liegen, wie das Profil "
                "sagt. Es bleibt länger, solange eine Sperre gilt oder ein Dokument neu zu scannen "
                "ist. Wer vernichtet, bestätigt Tag und Weg nach DIN 66399; das Protokoll liegt in "
                "der E-Akte."
            ),
        ),
        (
            _("Schutz der Scans"),
            _(
                "Jede Datei wird einmal und verschlüsselt gespeichert (AES-256-GCM) und nie "
                "geändert. Alle Schritte stehen in einer Ereigniskette, deren Einträge die "
                "Datenbank nicht ändern oder löschen lässt. Die Prüfung der E-Akten findet jede "
                "Abweichung."
            ),
        ),
    ]


def role_names() -> dict[str, str]:
    """What each permission allows, in words."""
    return {
        "scan.work": _("Stapel scannen, übergeben und Stichproben prüfen"),
        "scan.manage": _("Scanprofile und diese Dokumentation pflegen"),
        "scan.destroy": _("Papier sperren, freigeben und seine Vernichtung bestätigen"),
    }


def pdf(data: dict[str, Any], *, number: int, at: datetime) -> bytes:
    """The document as PDF/A-2a and PDF/UA-1. Raises: pdf.PdfError."""
    with translation.override("de"):
        names = role_names()
        parts = [Part(title=title, text=text) for title, text in texts()]
        table = Table(
            head=(_("Aufgabe"), _("Rollen")),
            rows=tuple(
                (names[row["permission"]], ", ".join(row["roles"])) for row in data["roles"]
            ),
        )
        parts.append(Part(title=_("Rollen"), table=table))
        for profile in data["profiles"]:
            parts.append(
                Part(
                    title=_("Scanprofil %(name)s (%(office)s), Fassung %(n)s")
                    % {
                        "name": profile["name"],
                        "office": profile["office"],
                        "n": profile["version"],
                    },
                    text=profile["note"],
                    facts=tuple((pair[0], pair[1]) for pair in profile["settings"]),
                )
            )
        return protocols.render(
            ProtocolData(
                sender=_sender(),
                title=_("Verfahrensdokumentation ersetzendes Scannen"),
                subtitle=_("nach BSI TR-03138 (TR-RESISCAN)"),
                reference=_("Fassung %(n)s") % {"n": number},
                facts=(
                    (_("Fassung"), str(number)),
                    (_("Stand"), formats.moment(at)),
                    (_("Software"), data["software"]),
                    (_("Prüfsumme des Inhalts (sha256)"), protocols.breakable(digest(data))),
                ),
                parts=tuple(parts),
            ),
            at=at,
        )


def _sender() -> Sender:
    return note.sender(Office(name=""))
