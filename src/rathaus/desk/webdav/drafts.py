"""Drafts of a case: read, locked, saved, with what office programs put beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.utils.translation import gettext as _
from wsgidav import util

from rathaus.core.storage import open_blob
from rathaus.desk.webdav import naming, saving, scratch
from rathaus.desk.webdav.incoming import Incoming
from rathaus.desk.webdav.models import ScratchFile
from rathaus.desk.webdav.refusing import refusal
from rathaus.desk.webdav.resources import File, Folder, Make
from rathaus.records import queries
from rathaus.records.actions import discard_draft
from rathaus.records.models import Case, DraftDocument


class Writable(Folder):
    """A folder that takes drafts, or at least short-lived files."""

    case: Case
    takes_drafts = True

    @cached_property
    def writes(self) -> bool:
        """Whether the person may write in this case now."""
        return self.case.state == "open" and self.visit.may_write(self.case.dossier)

    def drafts(self) -> list[DraftDocument]:
        """The drafts shown here."""
        raise NotImplementedError

    def members(self) -> Mapping[str, Make]:
        """Drafts, and the person's own short-lived files."""
        named = [
            (row, naming.file(row.name, row.name), naming.file(row.name, row.name, row.pk))
            for row in self.drafts()
        ]
        names = naming.unique(named)
        own = {
            row.name: partial(Scratch, row=row, folder=self)
            for row in scratch.of(self.visit.staff, self.case.public_id)
        }
        return {
            **own,
            **{name: partial(DraftFile, draft=row, folder=self) for name, row in names.items()},
        }

    def why_not_add(self, name: str) -> str:
        """Short-lived files always, drafts where the person may write."""
        if not self.writes:
            return saving.READ_ONLY()
        if scratch.is_temporary(name) or self.takes_drafts:
            return ""
        return _("Neue Entwürfe legen Sie in den Ordner „Entwürfe“ des Vorgangs.")

    def create_empty_resource(self, name: str) -> Any:
        """A draft or a short-lived file to be written next; asked after `why_not_add`."""
        name = naming.same(name)
        path = util.join_uri(self.path, name)
        if scratch.is_temporary(name):
            row = saving.put_down(self.visit, self.case, name, b"")
            new: Kept = Scratch(path, self.environ, row=row, folder=self)
        else:
            draft = saving.new_draft(self.visit, self.case, name)
            new = DraftFile(path, self.environ, draft=draft, folder=self, fresh=True)
        self.visit.found[path] = new
        return new


class DraftsFolder(Writable):
    """``Entwürfe`` of a case."""

    def __init__(self, path: str, environ: dict[str, Any], *, case: Case) -> None:
        super().__init__(path, environ)
        self.case = case
        self.made_at = self.changed_at = case.opened_at

    def drafts(self) -> list[DraftDocument]:
        """All of the case."""
        return list(queries.drafts_of(self.case))


class DraftFolder(Writable):
    """The folder of one draft, for short addresses that stay when the case moves."""

    takes_drafts = False

    def __init__(self, path: str, environ: dict[str, Any], *, draft: DraftDocument) -> None:
        super().__init__(path, environ)
        self.case, self.draft = draft.case, draft
        self.made_at = self.changed_at = draft.created_at

    def drafts(self) -> list[DraftDocument]:
        """The one."""
        return [self.draft]


class Kept(File):
    """A file that may be written here."""

    folder: Writable
    written: Incoming | None = None

    def why_not_write(self) -> str:
        """Depends on person and case."""
        return "" if self.folder.writes else saving.READ_ONLY()

    def begin_write(self, *, content_type: str | None = None) -> Incoming:
        """Where the bytes go meanwhile."""
        self.written = Incoming()
        return self.written

    def set_property_value(self, name: str, value: Any, *, dry_run: bool = False) -> bool:
        """Windows sets times after writing and gives up if it may not; ours are kept."""
        if name.startswith("{urn:schemas-microsoft-com:}"):
            return True
        return bool(super().set_property_value(name, value, dry_run=dry_run))


class DraftFile(Kept):
    """A draft."""

    def __init__(
        self,
        path: str,
        environ: dict[str, Any],
        *,
        draft: DraftDocument,
        folder: Writable,
        fresh: bool = False,
    ) -> None:
        super().__init__(path, environ)
        self.folder, self.fresh = folder, fresh
        self._show(draft)

    def _show(self, draft: DraftDocument) -> None:
        self.draft, self.blob = draft, draft.blob
        self.content_type = draft.content_type
        self.made_at, self.changed_at = draft.created_at, draft.updated_at

    def get_ref_url(self) -> str:
        """The same for both addresses of a draft, so that a lock holds for both."""
        name = naming.file(self.draft.name, self.draft.name)
        return quote(f"/{naming.SHORT}/{self.draft.public_id}/{name}")

    def get_content(self) -> Any:
        """The bytes; from now on this device may save over this state."""
        content = self.content()
        self.visit.note_reading(self.draft)
        return BytesIO(content)

    def end_write(self, *, with_errors: bool) -> None:
        """Save what was sent, if all of it came and nobody saved in between."""
        if self.written is None:
            return
        try:
            if not with_errors:
                self.save(self.written.content())
                self.fresh = False
        finally:
            self.written.drop()
            if self.fresh:
                actor = self.visit.actor(self.folder.case.dossier)
                discard_draft(draft=self.draft, actor=actor)

    def save(self, content: bytes) -> None:
        """Save another state. Raises: DAVError with the reason."""
        known = self.environ.get("HTTP_IF_MATCH", "*").strip() != "*"
        self._show(saving.save(self.visit, self.draft, content, known=known))

    def why_not_remove(self) -> str:
        """Moving is `handle_move`'s; a draft is thrown away at the desk only."""
        if self.environ["REQUEST_METHOD"] == "MOVE":
            return self.why_not_write()
        return _("Verwerfen Sie Entwürfe am Arbeitsplatz, im Vorgang.")

    def handle_move(self, dest_path: str) -> bool:
        """Rename it, or, when a program sets the old state aside, copy it there and stay."""
        name = saving.target(self, dest_path)
        if scratch.is_temporary(name):
            saving.put_down(self.visit, self.folder.case, name, self.content())
            return True
        if self.folder.get_member(name) is not None or not self.folder.takes_drafts:
            raise refusal(403, _("So heißt hier schon etwas."))
        saving.rename(self.visit, self.draft, name)
        self.remove_all_locks(recursive=False)
        return True


class Scratch(Kept):
    """A short-lived file of the person's own program."""

    def __init__(
        self, path: str, environ: dict[str, Any], *, row: ScratchFile, folder: Writable
    ) -> None:
        super().__init__(path, environ)
        self.row, self.blob, self.folder = row, row.blob, folder
        self.made_at = self.changed_at = row.updated_at

    @property
    def case_ident(self) -> UUID:
        """Public id of the case it lies in."""
        return self.row.case

    def get_content(self) -> Any:
        """The bytes."""
        return open_blob(self.blob)

    def end_write(self, *, with_errors: bool) -> None:
        """Keep what was sent."""
        if self.written is None:
            return
        try:
            if not with_errors:
                content = self.written.content()
                self.row = saving.put_down(self.visit, self.folder.case, self.row.name, content)
                self.blob = self.row.blob
        finally:
            self.written.drop()

    def handle_delete(self) -> bool:
        """Throw it away."""
        self.remove_all_locks(recursive=False)
        scratch.drop(self.row)
        return True

    def handle_move(self, dest_path: str) -> bool:
        """Rename it, or save it as the draft of that name."""
        name = saving.target(self, dest_path)
        content = self.content()
        place = self.folder.get_member(name)
        if isinstance(place, DraftFile):
            place.save(content)
        elif scratch.is_temporary(name):
            saving.put_down(self.visit, self.folder.case, name, content)
        elif why := self.folder.why_not_add(name):
            raise refusal(403, why)
        else:
            saving.new_draft(self.visit, self.folder.case, name, content)
        return self.handle_delete()
