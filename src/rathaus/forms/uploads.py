"""Files from outside: checked, named and stored.

Nothing the sender says about a file is believed: neither its name nor its type nor its length.
`inspection` looks at the bytes; only then they are stored, unchanged.
"""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Collection, Iterable
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from rathaus.core import storage
from rathaus.core.models import Blob
from rathaus.forms import inspection
from rathaus.forms.definition import Field
from rathaus.forms.kinds.files import file_size, formats
from rathaus.forms.models import Upload
from rathaus.forms.rejection import UploadRejected
from rathaus.forms.text import one_line

__all__ = ["Box", "UploadRejected", "accept", "discard", "remove", "sweep"]

NAME_LIMIT = 200
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\u200e\u200f\u061c]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")  # device names on Windows
_SUFFIXES = {"pdf": (".pdf",), "jpeg": (".jpg", ".jpeg"), "png": (".png",)}


class Box:
    """The uploads of one draft or application; what `engine.bind` needs to take files."""

    def __init__(self, owner: uuid.UUID) -> None:
        self.owner = owner

    def accept(self, file: Any, field: Field) -> dict[str, Any]:
        """Store a file and return its answer. Raises UploadRejected."""
        return accept(file, field=field, owner=self.owner).as_answer()

    def known(self, ids: Iterable[str], field: Field) -> dict[str, dict[str, Any]]:
        """Answers for those ids that were uploaded by this owner for this field."""
        valid = [one for one in map(_uuid, ids) if one]
        if not valid:
            return {}
        rows = Upload.objects.filter(owner=self.owner, field_key=field.key, pk__in=valid)
        return {str(row.pk): row.as_answer() for row in rows.select_related("blob")}


def accept(file: UploadedFile[Any] | BinaryIO, *, field: Field, owner: uuid.UUID) -> Upload:
    """Check a file and store it for `owner`.

    Raises UploadRejected with a German sentence that says what to do.
    """
    most = field.max_megabytes * 1_000_000
    said = getattr(file, "size", None)
    if isinstance(said, int) and said > most:
        raise UploadRejected(_too_large(field, said))
    file.seek(0)
    content = file.read(most + 1)
    if len(content) > most:
        raise UploadRejected(_too_large(field, len(content)))
    if not content:
        raise UploadRejected(_("Diese Datei ist leer. Wählen Sie eine andere Datei aus."))
    kind = inspection.inspect(content)
    if kind not in field.accept:
        raise UploadRejected(_unwanted(field))
    return Upload.objects.create(
        owner=owner,
        field_key=field.key,
        name=clean_name(str(getattr(file, "name", "") or ""), kind),
        content_type=inspection.CONTENT_TYPES[kind],
        size=len(content),
        blob=storage.put(content),
    )


def discard(upload: Upload) -> None:
    """Forget an upload, and its bytes where nothing else uses them."""
    blob = upload.blob
    upload.delete()
    if not Upload.objects.filter(blob=blob).exists():
        with contextlib.suppress(ProtectedError, Blob.DoesNotExist):  # part of a record by now
            storage.remove(blob)


def remove(owner: uuid.UUID, ident: str) -> None:
    """Discard one upload of `owner`, if it is there."""
    if known := _uuid(ident):
        for upload in Upload.objects.filter(owner=owner, pk=known).select_related("blob"):
            discard(upload)


def sweep(owner: uuid.UUID, *, keep: Collection[str]) -> int:
    """Discard uploads that no answer mentions any more; how many that were."""
    unused = Upload.objects.filter(owner=owner).exclude(pk__in=[k for k in keep if _uuid(k)])
    removed = 0
    for upload in unused.select_related("blob"):
        discard(upload)
        removed += 1
    return removed


def clean_name(name: str, kind: str) -> str:
    """A file name that is safe on every system and has the ending of what the file is."""
    name = _FORBIDDEN.sub("", one_line(re.split(r"[/\\]", name[-1000:])[-1])).rstrip(". ")
    match = re.fullmatch(r"(.*)\.([A-Za-z0-9]{1,5})", name)
    stem, suffix = (match[1], f".{match[2].lower()}") if match else (name, "")
    if suffix not in _SUFFIXES[kind]:
        suffix = _SUFFIXES[kind][0]
    stem = stem.strip(". ")[: NAME_LIMIT - 5].strip(". ")
    if not stem or _RESERVED.fullmatch(stem.partition(".")[0]):
        stem = f"{_('Datei')} {stem}".strip()
    return stem + suffix


def _too_large(field: Field, size: int) -> str:
    return _("Diese Datei hat %(size)s. Wählen Sie eine Datei mit höchstens %(most)d MB aus.") % {
        "size": file_size(size),
        "most": field.max_megabytes,
    }


def _unwanted(field: Field) -> str:
    return _(
        "Diese Datei ist kein %(formats)s. Speichern Sie sie als %(formats)s und laden Sie sie "
        "noch einmal hoch."
    ) % {"formats": formats(field.accept)}


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except (TypeError, ValueError, AttributeError):
        return None
