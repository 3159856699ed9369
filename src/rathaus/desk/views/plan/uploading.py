"""Files that a clerk sends: size, viruses, name and type, before anything is stored."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import PurePath

from django.http import HttpRequest
from django.utils.translation import gettext as _

from rathaus.core import virus
from rathaus.desk.views.plan.form import Wrong
from rathaus.records.names import safe_name

MAX_FILES = 50
MAX_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True)
class Accepted:
    """A file that may be stored."""

    name: str
    content: bytes
    content_type: str

    @property
    def stem(self) -> str:
        """Title where none was given."""
        return PurePath(self.name).stem.replace("_", " ")[:200] or self.name


def accepted(request: HttpRequest, name: str = "files", *, most: int = MAX_FILES) -> list[Accepted]:
    """The files of the form. Raises: Wrong with the reason; then none of them is stored."""
    files = request.FILES.getlist(name)
    if not files:
        raise Wrong(name, _("Wählen Sie mindestens eine Datei aus."))
    if len(files) > most:
        raise Wrong(name, _("Höchstens %(n)s Dateien auf einmal.") % {"n": most})
    found = []
    for file in files:
        shown = safe_name(file.name or "")
        if not file.size:
            raise Wrong(name, _("Die Datei „%(name)s“ ist leer.") % {"name": shown})
        if file.size > MAX_BYTES:
            text = _("Die Datei „%(name)s“ ist größer als 100 MB. Nehmen Sie den Eingangskorb.")
            raise Wrong(name, text % {"name": shown})
        content = file.read()
        _scan(name, shown, content)
        kind = mimetypes.guess_type(shown)[0] or "application/octet-stream"
        found.append(Accepted(shown, content, kind))
    return found


def _scan(field: str, shown: str, content: bytes) -> None:
    try:
        verdict = virus.scan(content)
    except virus.TooLargeToScan:
        text = _("Die Datei ist zu groß für den Virenschutz. Nehmen Sie den Eingangskorb.")
        raise Wrong(field, text) from None
    except virus.ScannerUnavailable:
        text = _("Der Virenschutz antwortet nicht. Versuchen Sie es später noch einmal.")
        raise Wrong(field, text) from None
    if verdict.state == "infected":
        text = _("In „%(name)s“ wurde ein Schadprogramm gefunden. Nichts wurde abgelegt.")
        raise Wrong(field, text % {"name": shown})
