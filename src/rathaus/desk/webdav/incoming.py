"""Bytes on their way in: counted, and on the disk when there are many."""

from __future__ import annotations

import tempfile

from django.conf import settings
from django.utils.translation import gettext as _

from rathaus.desk.webdav.refusing import refusal

IN_MEMORY = 1024 * 1024


class Incoming:
    """What a PUT writes to."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - dropped
        self._size = 0

    def write(self, data: bytes) -> None:
        """Take some bytes. Raises: DAVError (413) beyond the limit for requests."""
        self._size += len(data)
        if self._size > settings.MAX_REQUEST_BYTES:
            limit = settings.MAX_REQUEST_BYTES // (1024 * 1024)
            raise refusal(413, _("Die Datei ist größer als %(n)s MB.") % {"n": limit})
        self._file.write(data)

    def close(self) -> None:
        """The sender is done; the bytes stay until `drop`."""

    def content(self) -> bytes:
        """Everything that came."""
        self._file.seek(0)
        return self._file.read()

    def drop(self) -> None:
        """Forget it."""
        self._file.close()
