"""Everything a page draws with: its resources and those of what it contains."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

Holder = tuple[pikepdf.Object, pikepdf.Dictionary]
"""Something with a content stream (page or form), and its resources."""
MAX_DEPTH = 12


def holders(page: pikepdf.Page) -> Iterator[Holder]:
    """The page, then forms, patterns, soft masks and Type 3 fonts inside it, each once."""
    seen: set[tuple[int, int]] = set()
    resources = page.obj.get("/Resources") or pikepdf.Dictionary()
    if not isinstance(resources, pikepdf.Dictionary):
        resources = pikepdf.Dictionary()
    waiting: list[tuple[pikepdf.Object, pikepdf.Dictionary, int]] = [(page.obj, resources, 0)]
    while waiting:
        thing, own, depth = waiting.pop()
        yield thing, own
        if depth >= MAX_DEPTH:
            continue
        for inner in _inside(own):
            if inner.objgen != (0, 0):
                if inner.objgen in seen:
                    continue
                seen.add(inner.objgen)
            below = inner.get("/Resources")
            resources = below if isinstance(below, pikepdf.Dictionary) else own
            waiting.append((inner, resources, depth + 1))


def _inside(resources: pikepdf.Dictionary) -> Iterator[pikepdf.Object]:
    for item in entries(resources, "/XObject"):
        if item.get("/Subtype") == pikepdf.Name.Form:
            yield item
    for item in entries(resources, "/Pattern"):
        if isinstance(item, pikepdf.Stream):
            yield item
    for item in entries(resources, "/ExtGState"):
        mask = item.get("/SMask")
        if isinstance(mask, pikepdf.Dictionary) and isinstance(mask.get("/G"), pikepdf.Stream):
            yield mask.G
    for item in entries(resources, "/Font"):
        if item.get("/Subtype") == pikepdf.Name.Type3 and _is_dict(item.get("/Resources")):
            yield item


def entries(resources: pikepdf.Dictionary, kind: str) -> list[pikepdf.Object]:
    """The dictionaries and streams of one kind of resource."""
    found = resources.get(kind)
    if not isinstance(found, pikepdf.Dictionary):
        return []
    return [
        item for item in found.values() if isinstance(item, pikepdf.Dictionary | pikepdf.Stream)
    ]


def _is_dict(value: object) -> bool:
    return isinstance(value, pikepdf.Dictionary)
