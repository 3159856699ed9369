"""Reference numbers of our cases in what people write."""

from __future__ import annotations

import re

from rathaus.records.models import Case

MOST = 60
_CANDIDATE = re.compile(r"[0-9A-Za-zÄÖÜäöüß][\w.\-]{0,30}(?:/[\w.\-]{1,30}){1,4}")


def candidates(text: str) -> list[str]:
    """What could be a reference, in order of appearance."""
    found: dict[str, None] = {}
    for match in _CANDIDATE.finditer(text):
        value = match[0].rstrip(".-_")
        if any(c.isdigit() for c in value) and len(value) <= 60:
            found[value] = None
            if len(found) >= MOST:
                break
    return list(found)


def find(text: str) -> list[Case]:
    """Cases whose references are in `text`, in order of appearance."""
    wanted = candidates(text)
    if not wanted:
        return []
    rows = {case.reference: case for case in Case.objects.filter(reference__in=wanted)}
    return [rows[value] for value in wanted if value in rows]
