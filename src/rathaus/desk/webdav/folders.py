"""The tree: Aktenplan / place / dossier / case / document. Rights are part of every query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Concat

from rathaus.desk.webdav import naming
from rathaus.desk.webdav.drafts import DraftFolder, DraftsFolder
from rathaus.desk.webdav.resources import File, Folder, Make
from rathaus.records import queries
from rathaus.records.models import Case, Document, DocumentVersion, DraftDocument, FilingPlanEntry

FEW = 100
"""So many rows that could have a name are compared; more are read with all the others."""


class Root(Folder):
    """What a person sees who connects the drive."""

    def members(self) -> Mapping[str, Make]:
        """Only the plan."""
        return {naming.PLAN: PlanFolder}

    def get_member(self, name: str) -> Any:
        """The plan, and the folder of short addresses, which is not listed."""
        if name == naming.SHORT:
            return ShortFolder("/" + naming.SHORT, self.environ)
        return super().get_member(name)


class PlanFolder(Folder):
    """Places of the plan with something in them that the person may read."""

    def members(self) -> Mapping[str, Make]:
        """One query."""
        seen = queries.dossiers_for(self.visit.staff).order_by().values("filing_plan_entry")
        rows = FilingPlanEntry.objects.filter(pk__in=seen).order_by("code")
        named = [(row, name := naming.folder(f"{row.code} {row.title}"), name) for row in rows]
        return {name: partial(EntryFolder, entry=row) for name, row in naming.unique(named).items()}

    def find(self, name: str) -> Mapping[str, Make]:
        """By its code, which no two places share."""
        seen = queries.dossiers_for(self.visit.staff).order_by().values("filing_plan_entry")
        row = FilingPlanEntry.objects.filter(code=name.split(" ", 1)[0], pk__in=seen).first()
        if row is None:
            return {}
        return {naming.folder(f"{row.code} {row.title}"): partial(EntryFolder, entry=row)}


class EntryFolder(Folder):
    """A place: its dossiers, and sub-dossiers whose dossier the person does not see."""

    def __init__(self, path: str, environ: dict[str, Any], *, entry: FilingPlanEntry) -> None:
        super().__init__(path, environ)
        self.entry = entry

    def members(self) -> Mapping[str, Make]:
        """One query."""
        return _dossiers(self._rows())

    def find(self, name: str) -> Mapping[str, Make] | None:
        """The few dossiers that could be called so."""
        rows = _like(self._rows(), name)
        return None if rows is None else _dossiers(rows)

    def _rows(self) -> Any:
        mine = queries.dossiers_for(self.visit.staff)
        return mine.filter(filing_plan_entry=self.entry).exclude(
            parent__in=mine.order_by().values("pk")
        )


class DossierFolder(Folder):
    """A dossier: sub-dossiers and cases."""

    def __init__(self, path: str, environ: dict[str, Any], *, key: int, opened: datetime) -> None:
        super().__init__(path, environ)
        self.key = key
        self.made_at = self.changed_at = opened

    def members(self) -> Mapping[str, Make]:
        """Two queries that fetch names only: a dossier may have thousands of cases."""
        below, cases = self._rows()
        return {**_cases(cases), **_dossiers(below)}

    def find(self, name: str) -> Mapping[str, Make] | None:
        """The few that could be called so, out of thousands."""
        below, cases = (_like(rows, name) for rows in self._rows())
        if below is None or cases is None:
            return None
        return {**_cases(cases), **_dossiers(below)}

    def _rows(self) -> tuple[Any, Any]:
        staff = self.visit.staff
        below = queries.dossiers_for(staff).filter(parent=self.key)
        return below, queries.cases_for(staff).filter(dossier=self.key)


class CaseFolder(Folder):
    """A case: its documents in their newest version, and its drafts."""

    def __init__(
        self, path: str, environ: dict[str, Any], *, ident: UUID, opened: datetime
    ) -> None:
        super().__init__(path, environ)
        self.ident = ident
        self.made_at = self.changed_at = opened

    def members(self) -> Mapping[str, Make]:
        """As many queries for one document as for many."""
        rows = queries.cases_for(self.visit.staff).select_related("chain", "dossier__office")
        case: Case = rows.get(public_id=self.ident)
        named = []
        for document in queries.documents_of(case):
            version = document.current
            version.document, document.case = document, case
            short, long = (
                naming.file(document.title, version.name, number)
                for number in (None, document.number)
            )
            named.append((version, short, long))
        files: dict[str, Make] = {
            name: partial(RecordFile, version=version)
            for name, version in naming.unique(named).items()
        }
        return {naming.DRAFTS: partial(DraftsFolder, case=case), **files}


class RecordFile(File):
    """A filed document: to read, never to change."""

    def __init__(self, path: str, environ: dict[str, Any], *, version: DocumentVersion) -> None:
        super().__init__(path, environ)
        document: Document = version.document
        self.version, self.blob = version, version.blob
        self.content_type = version.content_type
        self.made_at, self.changed_at = document.created_at, version.created_at

    def get_content(self) -> Any:
        """The bytes; that somebody fetched them is kept in the history."""
        from io import BytesIO

        content = self.content()
        self.visit.note_look(self.version)
        return BytesIO(content)


class ShortFolder(Folder):
    """Drafts by their id."""

    def members(self) -> Mapping[str, Make]:
        """Nobody needs the list: the addresses stand in the cases."""
        return {}

    def get_member(self, name: str) -> Any:
        """The folder of one draft."""
        try:
            draft = queries.draft_for(self.visit.staff, UUID(name))
        except (ValueError, DraftDocument.DoesNotExist):
            return None
        return DraftFolder(f"/{naming.SHORT}/{draft.public_id}", self.environ, draft=draft)


def _like(rows: Any, name: str) -> Any:
    """Those of `rows` that could have this name; None if the name says too little."""
    words = naming.clues(name)
    if not words:
        return None
    rows = rows.alias(called=Concat("reference", Value(" "), "title"))
    for word in words:
        rows = rows.filter(called__icontains=word)
    keys = list(rows.select_related(None).values_list("pk", flat=True)[: FEW + 1])
    return None if len(keys) > FEW else rows


def _cases(rows: Any) -> dict[str, Make]:
    named = [
        ((ident, opened), name := naming.folder(f"{reference} {title}"), name)
        for ident, reference, title, opened in rows.select_related(None).values_list(
            "public_id", "reference", "title", "opened_at"
        )
    ]
    return {
        name: partial(CaseFolder, ident=ident, opened=opened)
        for name, (ident, opened) in naming.unique(named).items()
    }


def _dossiers(rows: Any) -> dict[str, Make]:
    named = [
        ((key, opened), name := naming.folder(f"{reference} {title}"), name)
        for key, reference, title, opened in rows.select_related(None).values_list(
            "pk", "reference", "title", "opened_at"
        )
    ]
    return {
        name: partial(DossierFolder, key=key, opened=opened)
        for name, (key, opened) in naming.unique(named).items()
    }
