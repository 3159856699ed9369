"""Who a case is about, told by the rooms above: the record itself keeps no list of names.

A room registers a function from primary keys of cases to names. It is asked whenever a case
is put into the search, so an erased name is gone with the next look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

Names = Callable[[Iterable[int]], Mapping[int, Iterable[str]]]
_sources: list[Names] = []


def register(source: Names) -> Names:
    """Ask `source` too. Decorator; twice is once."""
    if source not in _sources:
        _sources.append(source)
    return source


def of_case(case_id: int) -> list[str]:
    """Names of the people of a case."""
    found: dict[str, None] = {}
    for source in _sources:
        found.update(dict.fromkeys(filter(None, source([case_id]).get(case_id, ()))))
    return list(found)
