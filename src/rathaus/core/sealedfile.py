"""Large files that are written and read once, piece by piece, and lie encrypted meanwhile.

For what is made for somebody to fetch (a copy of their data), not for records. Memory stays
flat whatever the size. AES-256-GCM in frames; each frame knows its number and whether it is
the last one, so nothing can be left out, moved or cut off.
"""

from __future__ import annotations

import io
import secrets
import struct
from collections.abc import Iterator
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FRAME = 256 * 1024
MAGIC = b"RF1"


class Broken(ValueError):
    """The file was changed, cut off, or sealed with another key."""


def new_key() -> bytes:
    """A key for one file."""
    return AESGCM.generate_key(256)


class Writer(io.RawIOBase):
    """A file to write to, in one go; `close` seals the last frame. `size` counts plain bytes."""

    def __init__(self, out: IO[bytes], key: bytes) -> None:
        super().__init__()
        self._out = out
        self._cipher = AESGCM(key)
        self._prefix = secrets.token_bytes(8)
        self._buffer = bytearray()
        self._number = 0
        self.size = 0
        out.write(MAGIC + self._prefix)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Take bytes; whole frames go out at once."""
        piece = bytes(data)
        self._buffer += piece
        self.size += len(piece)
        while len(self._buffer) > FRAME:
            self._frame(bytes(self._buffer[:FRAME]), last=False)
            del self._buffer[:FRAME]
        return len(piece)

    def close(self) -> None:
        """Write what is left. The file below stays open."""
        if not self.closed:
            self._frame(bytes(self._buffer), last=True)
            super().close()

    def _frame(self, plain: bytes, *, last: bool) -> None:
        nonce = self._prefix + struct.pack(">I", self._number)
        self._out.write(self._cipher.encrypt(nonce, plain, _label(self._number, last)))
        self._number += 1


def read(source: IO[bytes], key: bytes) -> Iterator[bytes]:
    """The plain bytes, frame by frame. Raises: Broken."""
    head = source.read(11)
    if head[:3] != MAGIC or len(head) < 11:
        raise Broken("no sealed file")
    cipher, prefix, number = AESGCM(key), head[3:], 0
    piece = source.read(FRAME + 16)
    while True:
        following = source.read(FRAME + 16) if len(piece) == FRAME + 16 else b""
        try:
            nonce = prefix + struct.pack(">I", number)
            yield cipher.decrypt(nonce, piece, _label(number, not following))
        except InvalidTag:
            raise Broken("sealed file cannot be opened") from None
        if not following:
            return
        piece, number = following, number + 1


def _label(number: int, last: bool) -> bytes:
    return struct.pack(">I?", number, last)
