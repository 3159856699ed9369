"""Files that office programs put beside the one they write: ``~$brief.docx`` and the like.

Refusing them breaks saving on a connected drive, and in the record they have no place: they
lie here for a day, seen only by the person who put them.
"""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from django.db import models, transaction

from rathaus.core import storage
from rathaus.core.clock import now
from rathaus.core.models import Blob
from rathaus.desk.webdav.models import ScratchFile
from rathaus.organisation.models import StaffMember

KEPT = timedelta(days=1)
MOST = 30
"""For each person."""
_TEMPORARY = re.compile(
    r"(~\$.+|~wr[a-z]?[^.]*\.tmp|(?-i:(?=\d*[A-F])[0-9A-F]{8})|.+\.(tmp|sb-[0-9a-z-]+)|\.~lock\..+#"
    r"|\._.+|\.ds_store|\.goutputstream-.+|desktop\.ini|thumbs\.db|lu[0-9a-z]+\.tmp)",
    re.IGNORECASE,
)


class Full(Exception):
    """The person has `MOST` of them."""


def is_temporary(name: str) -> bool:
    """Whether an office program or a file manager made up this name."""
    return len(name) <= 200 and _TEMPORARY.fullmatch(name) is not None


def of(staff: StaffMember, case: UUID) -> list[ScratchFile]:
    """What `staff` has lying in the folder of a case."""
    return list(ScratchFile.objects.filter(staff=staff, case=case).select_related("blob"))


def put(staff: StaffMember, case: UUID, name: str, content: bytes) -> ScratchFile:
    """Put down or replace. Raises: Full."""
    mine = ScratchFile.objects.filter(staff=staff)
    place = mine.filter(case=case, name=name)
    before = place.select_related("blob").first()
    if before is None and mine.count() >= MOST:
        raise Full
    blob = storage.put(content)
    values = {"blob": blob, "updated_at": now()}
    row, _ = ScratchFile.objects.update_or_create(
        staff=staff, case=case, name=name, defaults=values
    )
    if before is not None and before.blob_id != blob.pk:
        _forget(before.blob)
    return row


def drop(row: ScratchFile) -> None:
    """Throw one away, with its bytes where nothing else needs them."""
    ScratchFile.objects.filter(pk=row.pk).delete()
    _forget(row.blob)


def drop_old() -> None:
    """Throw away what programs forgot."""
    for row in ScratchFile.objects.filter(updated_at__lt=now() - KEPT).select_related("blob"):
        drop(row)


def _forget(blob: Blob) -> None:
    try:
        with transaction.atomic():
            storage.remove(blob)
    except models.ProtectedError:
        pass  # a draft or a document has the same bytes
