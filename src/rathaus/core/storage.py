"""Write-once storage: content-addressed, encrypted per file, the key wrapped by the town's key.

A file is ``RB1`` + 8 bytes nonce prefix + frames of AES-256-GCM (NIST SP 800-38D). Each frame
authenticates its number and whether it is the last one, so a flipped byte, frames in another
order and a cut tail are all noticed. Destroying the wrapped key destroys the content.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import struct
import uuid
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from rathaus.core.durability import soft_atomic
from rathaus.core.models import Blob
from rathaus.core.prepared import Prepared
from rathaus.core.secrets import town_key

MAGIC = b"RB1"
FRAME = 1024 * 1024
INLINE_LIMIT = 8 * 1024
"""Contents up to this size (bytes) live in the database row: one durable write less."""
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class StorageDamaged(OSError):
    """Stored bytes were changed, cut or lost."""


class StorageShredded(OSError):
    """The key of this content was destroyed on purpose."""


class StorageFull(OSError):
    """The disk has no room for it, or a quota is used up: nothing was stored.

    ``str()`` is for the person who waits for it; the cause has the error of the system.
    """

    def __str__(self) -> str:
        return _(
            "Auf dem Server ist kein Speicherplatz mehr frei. Melden Sie das bitte sofort dem "
            "Betrieb. Diese Datei ist noch nicht angekommen."
        )


class DurableFileSystemStorage(FileSystemStorage):
    """Local folder that has written to the disk what it says it has stored."""

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """Store, then write file and folder through to the disk."""
        folder = os.path.dirname(self.path(name or ""))
        is_new = not os.path.isdir(folder)
        saved: str = super().save(name, content, max_length)
        path = self.path(saved)
        os.chmod(path, 0o400)
        _through(path, os.O_RDONLY)
        _through(folder, os.O_DIRECTORY)
        if is_new:
            _through(os.path.dirname(folder), os.O_DIRECTORY)
        return saved


def _through(path: str, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put(content: bytes | IO[bytes]) -> Blob:
    """Store bytes once and return their row; the same bytes give the same row.

    Call it before the transaction that uses it where the content is large: the transaction
    then does not wait for the disk. The row itself gets durable with that transaction.

    Raises: StorageFull.
    """
    data = content if isinstance(content, bytes) else content.read()
    sha256 = hashlib.sha256(data).hexdigest()
    existing = _known(sha256)
    if existing is not None and existing.wrapped_key:
        return existing
    key = AESGCM.generate_key(256)
    sealed = b"".join(_encrypt(key, data))
    row = Blob(sha256=sha256, size=len(data), wrapped_key=_wrap(key, sha256))
    if len(data) <= INLINE_LIMIT:
        row.inline = sealed
    else:
        row.name = _saved(sealed)
    if existing is not None:
        return _revive(existing, row)
    try:
        with soft_atomic(), transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        _delete_file(row.name)
        return Blob.objects.get(sha256=sha256)
    return row


def _saved(sealed: bytes) -> str:
    ident = uuid.uuid4().hex
    name = f"{ident[:2]}/{ident}"
    try:
        return storages["records"].save(name, ContentFile(sealed))
    except OSError as error:
        with contextlib.suppress(OSError):
            _delete_file(name)  # half a file would take the room that is missing
        if error.errno in _NO_ROOM:
            raise StorageFull(error.errno, os.strerror(error.errno)) from error
        raise


_by_content = Prepared(Blob.objects.all, "sha256")


def _known(sha256: str) -> Blob | None:
    try:
        return _by_content.get(sha256)
    except Blob.DoesNotExist:
        return None


def read(row: Blob) -> bytes:
    """The whole content, authenticated and compared with its digest.

    Raises: StorageShredded, StorageDamaged.
    """
    if not row.wrapped_key:
        raise StorageShredded(row.sha256)
    if row.inline is not None:
        sealed = bytes(row.inline)
    else:
        try:
            with storages["records"].open(row.name, "rb") as file:
                sealed = file.read()
        except FileNotFoundError as error:
            raise StorageDamaged(f"{row.sha256}: file {row.name} is missing") from error
    try:
        key = _unwrap(bytes(row.wrapped_key), row.sha256)
        data = b"".join(_decrypt(key, sealed))
    except (InvalidTag, ValueError) as error:
        raise StorageDamaged(f"{row.sha256}: stored bytes were changed") from error
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise StorageDamaged(f"{row.sha256}: content does not match its digest")
    return data


def stored_size(size: int) -> int:
    """Bytes that a content of `size` bytes takes as a file."""
    return len(MAGIC) + 8 + size + 16 * max(1, -(-size // FRAME))


def open_blob(row: Blob) -> IO[bytes]:
    """The content as a file."""
    return BytesIO(read(row))


def hold(row: Blob) -> None:
    """Let whoever would destroy this content wait until the caller's transaction has ended.

    For whoever refers to it anew: a record that used it may be destroyed at this very moment, and
    PostgreSQL looks at references only when a transaction ends. What has been destroyed already is
    refused by the guards of the database. SQLite has one writer at a time.
    """
    if connection.features.has_select_for_update:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM core_blob WHERE id = %s FOR KEY SHARE", [row.pk])


def shred(row: Blob) -> None:
    """Destroy the content: key and bytes. The row stays as a tombstone."""
    name = row.name
    Blob.objects.filter(pk=row.pk).update(wrapped_key=b"", inline=None, name="")
    transaction.on_commit(lambda: _delete_file(name))


def remove(row: Blob) -> None:
    """Remove bytes that no record uses (an upload thrown away before sending).

    Raises: django.db.models.ProtectedError while something refers to it.
    """
    name = row.name
    row.delete()
    transaction.on_commit(lambda: _delete_file(name))


def _revive(existing: Blob, fresh: Blob) -> Blob:
    Blob.objects.filter(pk=existing.pk).update(
        wrapped_key=fresh.wrapped_key, inline=fresh.inline, name=fresh.name
    )
    existing.refresh_from_db()
    return existing


def _delete_file(name: str) -> None:
    if name:
        storages["records"].delete(name)


def _wrap(key: bytes, sha256: str) -> bytes:
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(town_key("wrap")).encrypt(nonce, key, sha256.encode())


def opens(row: Blob) -> bool:
    """Whether the town's key is the one with which the key of this content is closed."""
    try:
        _unwrap(bytes(row.wrapped_key), row.sha256)
    except (InvalidTag, ValueError):
        return False
    return True


def _unwrap(wrapped: bytes, sha256: str) -> bytes:
    return AESGCM(town_key("wrap")).decrypt(wrapped[:12], wrapped[12:], sha256.encode())


def _encrypt(key: bytes, data: bytes) -> Iterator[bytes]:
    cipher, prefix = AESGCM(key), secrets.token_bytes(8)
    yield MAGIC + prefix
    count = max(1, -(-len(data) // FRAME))
    for number in range(count):
        last = number == count - 1
        frame = data[number * FRAME : (number + 1) * FRAME]
        yield cipher.encrypt(prefix + struct.pack(">I", number), frame, _label(number, last))


def _decrypt(key: bytes, sealed: bytes) -> Iterator[bytes]:
    if sealed[:3] != MAGIC or len(sealed) < 27:
        raise ValueError("no stored content")
    cipher, prefix, body = AESGCM(key), sealed[3:11], sealed[11:]
    step = FRAME + 16
    count = -(-len(body) // step)
    for number in range(count):
        frame = body[number * step : (number + 1) * step]
        last = number == count - 1
        yield cipher.decrypt(prefix + struct.pack(">I", number), frame, _label(number, last))


def _label(number: int, last: bool) -> bytes:
    return struct.pack(">I?", number, last)
