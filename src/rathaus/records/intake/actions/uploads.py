"""Uploads in parts: each part is stored at once, and an interrupted one goes on."""

from __future__ import annotations

import hashlib

from django.db import IntegrityError, transaction

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.organisation.models import Office, StaffMember
from rathaus.records.intake import purging
from rathaus.records.intake.actions.receive import check_size, receive, stored
from rathaus.records.intake.errors import MovedOn
from rathaus.records.intake.models import Item, Upload, UploadPart
from rathaus.records.intake.states import Source

PART = 4 * 1024 * 1024
"""Largest part in bytes."""


class WrongOffset(MovedOn):
    """The part does not continue the upload; `offset` says where it stands."""

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


def begin_upload(
    *, office: Office, staff: StaffMember, name: str, size: int, modified: str, actor: Actor
) -> Upload:
    """A new upload, or the one of the same file that was interrupted.

    One whose parts are all here already becomes its item now.

    Raises: Empty, TooLarge, NoRoom.
    """
    check_size(size)
    shown = name[:1000].replace("\0", "")
    mark = hashlib.sha256(
        f"{shown}\0{size}\0{modified[:40]}".encode("utf-8", "replace")
    ).hexdigest()
    values = {"name": shown[-300:], "size": size, "begun_at": now()}
    upload, _new = Upload.objects.get_or_create(
        office=office, staff=staff, fingerprint=mark, defaults=values
    )
    if upload.is_whole:
        finish(upload=upload, actor=actor)
    return upload


def add_part(*, upload: Upload, offset: int, content: bytes, actor: Actor) -> Item | None:
    """Store a part; the last one makes the item. Raises: WrongOffset, NoRoom.

    All parts are here and yet there is no item where the last step failed: then any part that
    is sent once more makes it, and nobody is told that a file arrived which did not.
    """
    if upload.is_whole:
        return finish(upload=upload, actor=actor)
    if offset != upload.offset or not content or offset + len(content) > upload.size:
        raise WrongOffset(upload.offset)
    blob = stored(content)
    try:
        with transaction.atomic():
            moved = Upload.objects.filter(pk=upload.pk, offset=offset)
            if not moved.update(offset=offset + len(content)):
                raise WrongOffset(offset)
            UploadPart.objects.create(upload=upload, start=offset, blob=blob)
    except IntegrityError as error:
        raise WrongOffset(offset) from error
    upload.offset = offset + len(content)
    return finish(upload=upload, actor=actor) if upload.is_whole else None


def finish(*, upload: Upload, actor: Actor) -> Item:
    """Put the parts together. Safe to repeat: the upload is the key of the delivery.

    Raises: MovedOn where another request has just done it, NoRoom.
    """
    parts = list(upload.parts.select_related("blob").order_by("start"))
    if sum(part.blob.size for part in parts) != upload.size:
        raise MovedOn
    item = receive(
        office=upload.office,
        source=Source.UPLOAD,
        name=upload.name.replace("\\", "/").rpartition("/")[2],
        content=b"".join(part.blob.read() for part in parts),
        actor=actor,
        source_detail=upload.name if "/" in upload.name else "",
        key=f"upload:{upload.public_id}",
    )
    purging.forget_upload(upload)
    return item
