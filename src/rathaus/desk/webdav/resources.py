"""What folders and files of the drive have in common. Everything is refused until allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from wsgidav import util
from wsgidav.dav_provider import DAVCollection, DAVNonCollection
from wsgidav.util import etree

from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.desk.webdav import naming
from rathaus.desk.webdav.refusing import refusal
from rathaus.desk.webdav.visit import Visit

Make = Callable[[str, dict[str, Any]], Any]
"""Makes a member from its path and the WSGI environment."""
ONLY_EXCLUSIVE = (
    '<D:supportedlock xmlns:D="DAV:"><D:lockentry><D:lockscope><D:exclusive/></D:lockscope>'
    "<D:locktype><D:write/></D:locktype></D:lockentry></D:supportedlock>"
)
LOCK_PROPERTIES = ("{DAV:}lockdiscovery", "{DAV:}supportedlock")


def visit_of(environ: Mapping[str, Any]) -> Visit:
    """Who asks."""
    visit: Visit = environ["rathaus.visit"]
    return visit


class Shared:
    """Answers of files and folders alike."""

    environ: dict[str, Any]
    made_at: datetime | None = None
    changed_at: datetime | None = None

    @property
    def visit(self) -> Visit:
        """Who asks."""
        return visit_of(self.environ)

    def why_not_write(self) -> str:
        """Why content may not be replaced or locked, "" if it may."""
        return _("Was zur Akte genommen ist, lässt sich nicht mehr ändern.")

    def why_not_add(self, name: str) -> str:
        """Why nothing of this name may be put into this folder, "" if it may."""
        return _("Neue Dateien nehmen nur die Ordner „Entwürfe“ der Vorgänge an.")

    def why_not_remove(self) -> str:
        """Why it may not be deleted, moved or renamed, "" if it may."""
        return self.why_not_write()

    def get_creation_date(self) -> float | None:
        """Seconds since 1970."""
        return self.made_at.timestamp() if self.made_at else None

    def get_last_modified(self) -> float | None:
        """Whole seconds since 1970: clients send back what they read in the header."""
        return float(int(self.changed_at.timestamp())) if self.changed_at else None

    def prevent_locking(self) -> bool:
        """Only what may be written can be locked."""
        return bool(self.why_not_write())

    def get_property_value(self, name: str) -> Any:
        """A property; asking what cannot be locked for its locks costs no query."""
        if name in LOCK_PROPERTIES and self.prevent_locking():
            return etree.Element(name)
        if name == "{DAV:}supportedlock":
            return etree.XML(ONLY_EXCLUSIVE)
        value = super().get_property_value(name)  # type: ignore[misc]  # mixed into wsgidav's
        # In quotes (RFC 4918, 15.6): clients put it into If-Match as it is.
        return f'"{value}"' if name == "{DAV:}getetag" else value


class Folder(Shared, DAVCollection):
    """A folder; `members` says what lies in it."""

    def members(self) -> Mapping[str, Make]:
        """Everything in it by name."""
        raise NotImplementedError

    @cached_property
    def table(self) -> Mapping[str, Make]:
        """`members`, asked for once."""
        return self.members()

    def find(self, name: str) -> Mapping[str, Make] | None:
        """At least what has this name, without reading all; None where that is no gain."""
        return None

    def get_member_names(self) -> list[str]:
        """Names of what lies in it."""
        return list(self.table)

    def get_member(self, name: str) -> Any:
        """What has this name, None if nothing has."""
        name = naming.same(name)
        known = self.__dict__.get("table")  # listed already
        if known is None:
            known = self.find(name)
        make = (self.table if known is None else known).get(name)
        return make(util.join_uri(self.path, name), self.environ) if make else None

    def why_not_write(self) -> str:
        """Folders are made, named and closed at the desk."""
        return _("Ordner richten sich nach dem Aktenplan und ändern sich nur am Arbeitsplatz.")

    def support_etag(self) -> bool:
        """Folders have none."""
        return False


class File(Shared, DAVNonCollection):
    """A file with bytes in our storage."""

    blob: Any
    content_type = "application/octet-stream"

    def get_content_length(self) -> int:
        """Bytes."""
        return int(self.blob.size)

    def get_content_type(self) -> str:
        """Media type without anything that could end the header."""
        kind = "".join(c for c in self.content_type if c.isascii() and c.isprintable())
        return kind or "application/octet-stream"

    def get_etag(self) -> str:
        """SHA-256 of the content."""
        return str(self.blob.sha256)

    def support_etag(self) -> bool:
        """Always."""
        return True

    def support_ranges(self) -> bool:
        """Always."""
        return True

    def content(self) -> bytes:
        """The bytes. Raises: DAVError (410, 500) in words."""
        try:
            return bytes(self.blob.read())
        except StorageShredded:
            raise refusal(
                410, _("Dieses Dokument wurde nach Ablauf der Frist vernichtet.")
            ) from None
        except StorageDamaged:
            text = _("Dieses Dokument ist beschädigt. Bitte melden Sie es sofort dem Betrieb.")
            raise refusal(500, text) from None
