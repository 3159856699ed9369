"""The tree: Aktenplan / place / dossier / case / document. Rights are part of every query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from rathaus.desk.webdav import naming
from rathaus.desk.webdav.drafts import DraftFolder, DraftsFolder
from rathaus.desk.webdav.resources import File, Folder, Make
from rathaus.records import queries
from rathaus.records.models import Case, Document, DocumentVersion, DraftDocument, FilingPlanEntry


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


class EntryFolder(Folder):
    """A place: its dossiers, and sub-dossiers whose dossier the person does not see."""

    def __init__(self, path: str, environ: dict[str, Any], *, entry: FilingPlanEntry) -> None:
        super().__init__(path, environ)
        self.entry = entry

    def members(self) -> Mapping[str, Make]:
        """One query."""
        mine = queries.dossiers_for(self.visit.staff)
        rows = mine.filter(filing_plan_entry=self.entry).exclude(
            parent__in=mine.order_by().values("pk")
        )
        return _dossiers(rows)


class DossierFolder(Folder):
    """A dossier: sub-dossiers and cases."""

    def __init__(self, path: str, environ: dict[str, Any], *, key: int, opened: datetime) -> None:
        super().__init__(path, environ)
        self.key = key
        self.made_at = self.changed_at = opened

    def members(self) -> Mapping[str, Make]:
        """Two queries that fetch names only: a dossier may have thousands of cases."""
        below = _dossiers(queries.dossiers_for(self.visit.staff).filter(parent=self.key))
        rows = queries.cases_for(self.visit.staff).filter(dossier=self.key)
        named = [
            ((ident, opened), name := naming.folder(f"{reference} {title}"), name)
            for ident, reference, title, opened in rows.select_related(None).values_list(
                "public_id", "reference", "title", "opened_at"
            )
        ]
        cases = {
            name: partial(CaseFolder, ident=ident, opened=opened)
            for name, (ident, opened) in naming.unique(named).items()
        }
        return {**cases, **below}


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
