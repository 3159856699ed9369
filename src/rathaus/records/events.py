"""What the history of a case says about its record.

Titles and file names may hold personal data, so an event carries only a digest of them,
salted with a value of the document's row. When the row is destroyed at the end of its
retention nothing can be guessed from the digest; until then a changed title is noticed.
"""

from __future__ import annotations

import hashlib
import json

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, event_type


def label_digest(salt: str, *texts: str) -> str:
    """sha256 over `texts`, salted."""
    return hashlib.sha256(json.dumps([salt, *texts], ensure_ascii=False).encode()).hexdigest()


@event_type("case.opened", text=_("Vorgang angelegt"), public=False)
class CaseOpened(EventType):
    reference: str
    filing_code: str
    dossier: str
    office: str
    label_digest: str


@event_type("case.closed", text=_("Vorgang abgeschlossen"), public=True)
class CaseClosed(EventType):
    retention_years: int
    retention_until: str
    """ISO date; the case may be destroyed from the next day on."""


@event_type("case.reopened", text=_("Vorgang wieder aufgenommen"), public=True)
class CaseReopened(EventType):
    pass


@event_type("case.exported", text=_("Vorgang als Paket ausgegeben"), public=False)
class CaseExported(EventType):
    sha256: str
    size: int


@event_type("document.filed", text=_("Dokument zur Akte genommen"), public=False)
class DocumentFiled(EventType):
    document_id: str
    version_id: str
    kind: str
    direction: str
    sha256: str
    size: int
    label_digest: str
    number: int = 0
    """Place in the case; 0 in events from before documents had one."""


@event_type("document.version_added", text=_("Neue Fassung eines Dokuments"), public=False)
class DocumentVersionAdded(EventType):
    document_id: str
    version_id: str
    number: int
    sha256: str
    size: int
    label_digest: str


@event_type("document.viewed", text=_("Dokument angesehen"), public=False)
class DocumentViewed(EventType):
    document_id: str
    version_id: str


@event_type("rendition.added", text=_("Wiedergabe eines Dokuments erzeugt"), public=False)
class RenditionAdded(EventType):
    version_id: str
    kind: str
    sha256: str
    verdict: str
