"""Who a case is about, told by the rooms above: the record itself keeps no list of names.

A room registers a function from primary keys of cases to names. It is asked whenever a case
is put into the search, so an erased name is gone with the next look.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

Names = Callable[[Iterable[int]], Mapping[int, Iterable[str]]]
_sources: list[Names] = []


def register(source: Names) -> Names:
    """Ask `source` too. Decorator; twice is once."""
    if source not in _sources:
        _sources.append(source)
    return source


def of_cases(case_ids: Collection[int]) -> dict[int, list[str]]:
    """Names of the people of cases, by primary key of the case."""
    found: dict[int, dict[str, None]] = {key: {} for key in case_ids}
    for source in _sources:
        for key, names in source(case_ids).items():
            found[key].update(dict.fromkeys(filter(None, names)))
    return {key: list(names) for key, names in found.items()}
