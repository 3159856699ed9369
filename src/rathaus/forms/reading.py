"""Reading a page: what was stored, what was posted, and the buttons inside the form."""

from __future__ import annotations

from typing import Any

from rathaus.forms.bound import Action, BoundField, BoundItem
from rathaus.forms.definition import FieldType
from rathaus.forms.kinds import Context, Node, Source
from rathaus.forms.kinds.composite import GroupKind, ObjectKind
from rathaus.forms.kinds.files import UploadKind
from rathaus.forms.rejection import UploadRejected


def load(node: Node, value: Any, path: str) -> BoundField:
    """A field filled with a stored answer; an answer of the wrong shape counts as none."""
    bound = BoundField(node, path)
    kind = node.kind
    if isinstance(kind, ObjectKind):
        values = value if isinstance(value, dict) else kind.initial
        bound.parts = [
            load(part, values.get(part.key), f"{path}.{part.key}") for part in node.children
        ]
    elif isinstance(kind, GroupKind):
        items = (
            [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
        )
        least = kind.least(node.field) if value is None else 0
        items = (items + [{}] * max(0, least - len(items)))[: node.field.max_items]
        bound.items = [_load_item(bound, item, index) for index, item in enumerate(items)]
        _renumber(bound)
    else:
        bound.raw = kind.raw(node, value)
    return bound


def read(node: Node, source: Source, path: str, stored: Any, context: Context) -> BoundField:
    """A field filled with what was posted."""
    bound = BoundField(node, path)
    kind = node.kind
    if isinstance(kind, ObjectKind):
        bound.parts = [
            read(part, source, f"{path}.{part.key}", None, context) for part in node.children
        ]
    elif isinstance(kind, GroupKind):
        bound.items = [
            _read_item(bound, source, index, stored, context)
            for index in range(_posted_count(bound, source))
        ]
        _drop_blank_items(bound, source)
        _renumber(bound)
    elif isinstance(kind, UploadKind):
        _read_uploads(bound, source, stored, context)
    else:
        bound.raw = kind.read(node, source, path)
    return bound


# --- groups -------------------------------------------------------------------------------


def _load_item(group: BoundField, item: dict[str, Any], index: int) -> BoundItem:
    path = f"{group.path}.{index}"
    fields = [load(n, item.get(n.key), f"{path}.{n.key}") for n in group.node.children]
    return BoundItem(group, index, fields)


def _read_item(
    group: BoundField, source: Source, index: int, stored: Any, context: Context
) -> BoundItem:
    path = f"{group.path}.{index}"
    items = stored if isinstance(stored, list) else []
    old = {file["id"]: file for item in items for file in _files_of(group, item)}
    fields = [
        read(n, source, f"{path}.{n.key}", list(old.values()), context) for n in group.node.children
    ]
    return BoundItem(group, index, fields)


def _files_of(group: BoundField, item: Any) -> list[dict[str, Any]]:
    if not isinstance(item, dict):
        return []
    found: list[dict[str, Any]] = []
    for node in group.node.children:
        if isinstance(node.kind, UploadKind):
            found += node.kind.raw(node, item.get(node.key))
    return found


def _posted_count(group: BoundField, source: Source) -> int:
    """How many items were posted; the page says it, otherwise the names of the inputs do."""
    said = source.one(f"{group.path}.count", 6)
    most = group.field.max_items
    if said.isascii() and said.isdecimal():
        return min(int(said), most)
    prefix = f"{group.path}."
    seen = -1
    for name in (*source.data, *source.files):
        index = name.removeprefix(prefix).partition(".")[0] if name.startswith(prefix) else ""
        if index.isascii() and index.isdecimal() and len(index) < 4:
            seen = max(seen, int(index))
    return min(seen + 1, most)


def _is_blank(field: BoundField) -> bool:
    if field.parts:
        initial = field.node.kind.initial if isinstance(field.node.kind, ObjectKind) else {}
        return all(_is_blank(part) for part in field.parts if part.key not in initial)
    if field.field.type is FieldType.INFORMATION:
        return True
    return field.node.kind.is_empty(field.raw)


def _drop_blank_items(group: BoundField, source: Source) -> None:
    """Items nobody filled in go away when the page is sent, as far as the group allows."""
    if source.one("_add") or source.one("_remove") or source.one("_delete_file"):
        return
    kind = group.node.kind
    least = kind.least(group.field) if isinstance(kind, GroupKind) else 0
    for item in reversed(list(group.items)):
        if len(group.items) > least and all(_is_blank(f) for f in item.fields):
            group.items.remove(item)


def _renumber(group: BoundField) -> None:
    """Give items their place: paths, ids, and whether they may be removed."""
    kind = group.node.kind
    least = kind.least(group.field) if isinstance(kind, GroupKind) else 0
    for index, item in enumerate(group.items):
        item.can_remove = len(group.items) > least
        if item.index != index:
            old, new = f"{group.path}.{item.index}.", f"{group.path}.{index}."
            item.index = index
            for field in item.fields:
                _move(field, old, new)


def _move(field: BoundField, old: str, new: str) -> None:
    field.path = field.name = new + field.path.removeprefix(old)
    field.id = field.path.replace(".", "-")
    for part in field.parts:
        _move(part, old, new)


# --- uploads ------------------------------------------------------------------------------


def _read_uploads(bound: BoundField, source: Source, stored: Any, context: Context) -> None:
    node, path = bound.node, bound.path
    most = node.field.max_files
    ids = list(dict.fromkeys(source.many(f"{path}.files", 100)))
    known = {file["id"]: file for file in node.kind.raw(node, stored)}
    if context.uploads and not known.keys() >= set(ids):
        known |= context.uploads.known([one for one in ids if one not in known], node.field)
    files = [known[one] for one in ids if one in known]
    for file in source.uploaded(path):
        if not getattr(file, "name", "") or context.uploads is None:
            continue
        if most == 1:
            files = []  # a new file takes the place of the old one
        elif len(files) >= most:
            bound.error = UploadKind.too_many(most)
            break
        try:
            files.append(context.uploads.accept(file, node.field))
        except UploadRejected as rejected:
            bound.error = bound.error or rejected.message
    bound.raw = files


# --- buttons ------------------------------------------------------------------------------


def apply_action(fields: list[BoundField], source: Source) -> Action | None:
    """Carry out ``_add=key``, ``_remove=key.2`` or ``_delete_file=id``; others are ignored."""
    groups = {f.path: f for f in fields if isinstance(f.node.kind, GroupKind)}
    if group := groups.get(source.one("_add", 100)):
        if group.can_add:
            group.items.append(_load_item(group, {}, len(group.items)))
            _renumber(group)
        return Action("add", group.path)
    path, _dot, index = source.one("_remove", 100).rpartition(".")
    if (group := groups.get(path)) and index.isascii() and index.isdecimal():
        position = int(index[:6])
        if position < len(group.items) and group.items[position].can_remove:
            del group.items[position]
            _renumber(group)
        return Action("remove", group.path)
    if unwanted := source.one("_delete_file", 60):
        for field in _uploads(fields):
            kept = [file for file in field.raw if file["id"] != unwanted]
            if len(kept) != len(field.raw):
                field.raw = kept
                return Action("delete_file", field.path)
    return None


def _uploads(fields: list[BoundField]) -> list[BoundField]:
    found = [field for field in fields if isinstance(field.node.kind, UploadKind)]
    for field in fields:
        for item in field.items:
            found += _uploads(item.fields)
    return found
