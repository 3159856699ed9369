"""Files of Outlook for tests: compound files with storages (MS-CFB), messages, winmail.dat."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

SECTOR, CUTOFF = 512, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Tree = dict[str, "bytes | Tree"]  # type: ignore[misc]  # a folder holds files and folders


@dataclass
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    child: int = FREE
    right: int = FREE
    start: int = END
    size: int = 0


@dataclass
class _File:
    entries: list[_Entry] = field(default_factory=list)

    def add(self, tree: Tree) -> int:
        """Entries of a folder; which one is its first."""
        first = previous = FREE
        for name in sorted(tree, key=lambda one: (len(one), one.upper())):
            inside = tree[name]
            number = len(self.entries)
            entry = _Entry(name, 2 if isinstance(inside, bytes) else 1)
            self.entries.append(entry)
            if isinstance(inside, bytes):
                entry.data = inside
            else:
                entry.child = self.add(inside)
            if previous == FREE:
                first = number
            else:
                self.entries[previous].right = number
            previous = number
        return first


def compound(tree: Tree) -> bytes:
    """A compound file with a mini stream for what is small."""
    file = _File([_Entry("Root Entry", 5)])
    file.entries[0].child = file.add(tree)
    fat: list[int] = []
    body = b""

    def put(data: bytes) -> int:
        nonlocal body
        start, count = len(fat), max(1, -(-len(data) // SECTOR))
        fat.extend([*(start + n + 1 for n in range(count - 1)), END])
        body += data.ljust(count * SECTOR, b"\0")
        return start

    small, small_fat = b"", list[int]()
    for entry in file.entries:
        if len(entry.data) >= CUTOFF:
            entry.start = put(entry.data)
        elif entry.data:
            entry.start, count = len(small_fat), -(-len(entry.data) // 64)
            small_fat += [*(entry.start + n + 1 for n in range(count - 1)), END]
            small += entry.data.ljust(count * 64, b"\0")
    file.entries[0].start, file.entries[0].size = put(small), len(small)
    smalls = put(b"".join(struct.pack("<I", one) for one in small_fat).ljust(SECTOR, b"\xff"))
    directory = put(b"".join(_packed(entry) for entry in file.entries))
    sectors = 1
    while sectors * 128 < len(fat) + sectors:
        sectors += 1
    places = [len(fat) + n for n in range(sectors)]
    fat += [FAT] * sectors
    body += b"".join(struct.pack("<I", one) for one in fat).ljust(sectors * SECTOR, b"\xff")
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
        b"", 0, sectors, directory, 0,
        CUTOFF, smalls, -(-len(small_fat) // 128), END, 0,
    )  # fmt: skip
    header += b"".join(struct.pack("<I", one) for one in places).ljust(436, b"\xff")
    return header + body


def _packed(entry: _Entry) -> bytes:
    raw = (entry.name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sI8s8sIQ", raw, len(raw), entry.kind, 1, FREE, entry.right, entry.child,
        b"", 0, b"", b"", entry.start if entry.kind != 1 else 0, entry.size or len(entry.data),
    )  # fmt: skip


def storage(head: int, *folders: Tree, **values: str | bytes | int) -> Tree:
    """Properties by ``_XXXX`` (their number), and what lies beside them."""
    rows, tree = b"", Tree()
    for key, value in values.items():
        number = int(key[1:], 16)
        if isinstance(value, int):
            rows += struct.pack("<HHIII", 0x0003, number, 6, value, 0)
            continue
        kind = 0x001F if isinstance(value, str) else 0x0102
        data = value.encode("utf-16-le") if isinstance(value, str) else value
        tree[f"__substg1.0_{number:04X}{kind:04X}"] = data
        rows += struct.pack("<HHIII", kind, number, 6, len(data) + 2 * (kind == 0x1F), 0)
    for folder in folders:
        tree |= folder
    tree["__properties_version1.0"] = (
        struct.pack("<8x4I", 0, 0, 0, 0).ljust(head, b"\0")[:head] + rows
    )
    return tree


def attached(number: int, *folders: Tree, **values: str | bytes | int) -> Tree:
    """An attachment of a message."""
    return {f"__attach_version1.0_#{number:08X}": storage(8, *folders, **values)}


def received(number: int, **values: str | bytes | int) -> Tree:
    """A recipient of a message."""
    return {f"__recip_version1.0_#{number:08X}": storage(8, **values)}


def winmail(*attributes: tuple[int, bytes]) -> bytes:
    """A file of Outlook's own transport (MS-OXTNEF)."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    for kind, data in attributes:
        level = 2 if kind in (0x00069002, 0x00018010, 0x0006800F, 0x00069005) else 1
        out += struct.pack("<BII", level, kind, len(data)) + data
        out += struct.pack("<H", sum(data) & 0xFFFF)
    return out


def properties(*values: tuple[int, int, bytes]) -> bytes:
    """Number, type and value of MAPI properties, as winmail.dat has them."""
    out = struct.pack("<I", len(values))
    for number, kind, data in values:
        out += struct.pack("<HH", kind, number)
        if kind in (0x0D, 0x1E, 0x1F, 0x102):
            out += struct.pack("<II", 1, len(data)) + data + b"\0" * (-len(data) % 4)
        else:
            out += data
    return out
