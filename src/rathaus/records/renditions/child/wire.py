"""Messages between the two processes: a JSON head, then parts of bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

HEAD_LIMIT = 64 * 1024 * 1024
PART_LIMIT = 512 * 1024 * 1024
Read = Callable[[int], bytes]


class Broken(EOFError):
    """The other side has gone, or talks nonsense."""


def pack(head: dict[str, Any], parts: Sequence[bytes] = ()) -> list[bytes]:
    """Pieces to write one after the other."""
    body = json.dumps({**head, "_parts": [len(part) for part in parts]}).encode()
    return [struct.pack(">I", len(body)), body, *parts]


def unpack(read: Read) -> tuple[dict[str, Any], list[bytes]]:
    """The next message; `read(n)` gives exactly n bytes. Raises: Broken."""
    (size,) = struct.unpack(">I", read(4))
    if size > HEAD_LIMIT:
        raise Broken("head too large")
    try:
        head = json.loads(read(size))
        sizes = head.pop("_parts")
        if any(not isinstance(part, int) or not 0 <= part <= PART_LIMIT for part in sizes):
            raise Broken("part too large")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Broken(f"no message: {type(error).__name__}") from error
    return head, [read(part) for part in sizes]
