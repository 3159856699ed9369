"""Dossiers, cases and documents as elements of a message."""

from __future__ import annotations

from rathaus.records.xdomea.content import Document, Dossier, File, Matter, Past, Place, Retention
from rathaus.records.xdomea.elements import Builder, Element, stamp
from rathaus.records.xdomea.versions import FORMAT_LIST, format_code

ELECTRONIC = "001"
CHECKSUMS = "offenes-rathaus.pruefsummen"
"""3.x has no element for digests: they travel as an extension of the document."""


class Objects(Builder):
    """Elements of records. `full`: with documents, files and history (0503, 0401)."""

    def dossier(
        self, data: Dossier, *, full: bool, handover: bool = False, name: str = "Akte"
    ) -> Element:
        """Akte with its cases and parts."""
        content = [self.matter(matter, full=full, handover=handover) for matter in data.matters]
        parts = [
            self.dossier(part, full=full, handover=handover, name="Teilakte") for part in data.parts
        ]
        return self.make(
            name,
            [
                self._identity(data.id),
                self._context(data.context, handover),
                self._general(data.title, data.reference, data.office, data.place),
                self._retention(data.retention) if data.retention else None,
                self.span(data.opened, data.closed),
                self.make("Akteninhalt", [*content, *parts]) if content or parts else None,
                self.flag("ZdA", True) if data.closed else None,
                self.day("ZdADatum", data.closed),
            ],
        )

    def matter(self, data: Matter, *, full: bool, handover: bool = False) -> Element:
        """Vorgang; metadata only unless `full`."""
        documents = [self.document(document) for document in data.documents] if full else []
        return self.make(
            "Vorgang",
            [
                self._identity(data.id, data.number),
                self._context(False, handover),
                self._general(data.title, data.reference, data.office, data.place),
                self._retention(data.retention),
                self.flag("ZdA", data.closed is not None),
                self.day("ZdADatum", data.closed),
                self.span(data.opened, data.closed),
                *([self._past(entry) for entry in data.history] if full else []),
                *documents,
            ],
        )

    def document(self, data: Document) -> Element:
        """Dokument with its versions; 4.0 wraps it."""
        four = self.version.header == 4
        versions = [
            self.make(
                "Version",
                [self.make("Nummer", text=version.number), *map(self._format, version.files)],
            )
            for version in data.versions
            if version.files
        ]
        files = [file for version in data.versions for file in version.files]
        before = [
            self._identity(data.id),
            self.make(
                "AllgemeineMetadaten",
                [self.text("Betreff", data.title), self.code("Medium", ELECTRONIC)],
            ),
            self.day("Posteingangsdatum", data.incoming),
            self.day("Postausgangsdatum", data.outgoing),
            self.text("Typ", data.kind),
            *[self._past(entry) for entry in data.history],
        ]
        if four:
            document = self.make("Dokument", [*before, *versions])
            return self.make("DokumentOderDokumentMitSchriftstueck", [document])
        return self.make("Dokument", [*before, *versions, self._checksums(files)])

    def _identity(self, ident: str, number: int | None = None) -> Element:
        name = "xdomeaUUID" if self.version.header == 4 else "ID"
        return self.make(
            "Identifikation",
            [
                self.make(name, text=ident),
                self.text("NummerImUebergeordnetenContainer", number or ""),
            ],
        )

    def _context(self, only: bool, handover: bool) -> Element | None:
        """Kontextobjekt: only there since 4.0, and never when a whole dossier is handed over."""
        if self.version.header != 4 or handover:
            return None
        return self.flag("Kontextobjekt", only)

    def _general(self, title: str, reference: str, office: str, place: Place) -> Element:
        return self.make(
            "AllgemeineMetadaten",
            [
                self.text("Betreff", title),
                self.text("Kennzeichen", reference),
                self.text("Federfuehrung", office),
                self.text("Aktenfuehrung", office),
                self.code("Medium", ELECTRONIC),
                self.make(
                    "Aktenplaneinheit",
                    [self.text("Kennzeichen", place.code), self.text("BetreffKurz", place.title)],
                ),
            ],
        )

    def _retention(self, data: Retention) -> Element:
        four = self.version.header == 4
        kind = self.make("Aussonderungsart", [self.code("Aussonderungsart", data.kind)])
        years = self.make("Aufbewahrungsdauer", [self.make("AnzahlJahre", text=data.years)])
        reason = self.text("BewertungsvorschlagBegruendung", data.reason) if four else None
        return self.make(
            "Aussonderungsmetadaten" if four else "ArchivspezifischeMetadaten",
            [years, kind, reason, self.day("Aufbewahrungsende", data.until)],
        )

    def _past(self, entry: Past) -> Element:
        return self.make(
            "HistorienProtokollInformation",
            [
                self.make("Akteur", text=entry.who or "unbekannt"),
                self.make("DatumUhrzeit", text=stamp(entry.at)),
                self.text("Bemerkung", entry.note),
                self.make("Aktion", text=entry.action),
            ],
        )

    def _format(self, file: File) -> Element:
        code, other = format_code(file.ending, archival=file.archival)
        seal = self.make("SignaturSiegel", [self.flag("SignaturSiegelEingebettet", True)])
        primary = [
            self.make("Dateiname", text=file.name),
            self.text("DateinameOriginal", file.original),
            self.moment("DatumUhrzeit", file.created),
            seal if file.signed else None,
        ]
        if self.version.header == 4:
            algorithm = self.make("SonstigerAlgorithmus", text="SHA-256")
            primary.append(self.make("Hash", [self.make("Wert", text=file.sha256), algorithm]))
        return self.make(
            "Format",
            [
                self.code("Name", code, list_version=FORMAT_LIST),
                self.text("SonstigerName", other),
                self.make("Version", text="unbekannt"),
                self.make("Primaerdokument", primary),
            ],
        )

    def _checksums(self, files: list[File]) -> Element | None:
        if not files:
            return None
        fields = [
            self.make("Feld", [self.make("Name", text=file.name), self.text("Wert", file.sha256)])
            for file in files
        ]
        return self.make(
            "AnwendungsspezifischeErweiterung",
            [
                self.make("Kennung", text=CHECKSUMS),
                self.make("Name", text="Prüfsummen der Primärdateien (SHA-256)"),
                *fields,
            ],
        )
