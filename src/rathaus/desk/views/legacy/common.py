"""What the pages of legacy files share."""

from __future__ import annotations

import os
import re
import uuid
from pathlib import Path

from django.conf import settings
from django.http import Http404
from django.utils.formats import number_format

from rathaus.desk.access import DeskRequest
from rathaus.records.legacy import queries
from rathaus.records.legacy.models import ImportRun, Shelf
from rathaus.records.legacy.states import RunState

NAV = {"nav_current": "legacy"}
TONES = {
    RunState.DRAFT: "new",
    RunState.READING: "work",
    RunState.BROKEN: "bad",
    RunState.CHECKED: "wait",
    RunState.RUNNING: "work",
    RunState.PAUSED: "wait",
    RunState.DONE: "done",
    RunState.CANCELLED: "off",
}
FOLDERS = 300
LEVELS = 2
_METRES = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?(?:\s*m)?")


def run_of(request: DeskRequest, ident: uuid.UUID) -> ImportRun:
    """Raises: Http404."""
    try:
        return queries.run_for(request.desk.staff, ident)
    except ImportRun.DoesNotExist:
        raise Http404 from None


def shelf_of(request: DeskRequest, ident: uuid.UUID, *, removed: bool | None = False) -> Shelf:
    """A shelf of the inventory, of what left it, or (None) of both. Raises: Http404."""
    found = queries.shelves_for(request.desk.staff, removed=removed).filter(public_id=ident).first()
    if found is None:
        raise Http404
    return found


def metres(centimetres: float) -> str:
    """180 → "1,8"."""
    return number_format(_tenths(centimetres) / 10, 1)


def rest(total: float, done: float) -> str:
    """What is left, so that it adds up with `total` and `done` as `metres` shows them."""
    return number_format((_tenths(total) - _tenths(done)) / 10, 1)


def left_on(shelf: Shelf) -> str:
    """What is left on a shelf; nothing where the paper stays."""
    return rest(shelf.centimetres, shelf.cleared) if shelf.left else metres(0)


def _tenths(centimetres: float) -> int:
    return int(centimetres / 10 + 0.5)


def centimetres(text: str) -> int:
    """ "1,8 m" → 180; 0 for what is no length."""
    match = _METRES.fullmatch(text.strip())
    if match is None:
        return 0
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))


def base_folder() -> str:
    """The folder below which one may import; "" where the operator has set none."""
    place = settings.RATHAUS_LEGACY_FOLDER
    return os.path.realpath(place) if place and os.path.isdir(place) else ""


def folders() -> list[str]:
    """Folders to choose from, two levels deep, without links; "." is the base itself."""
    base = base_folder()
    if not base:
        return []
    found = ["."]
    for level in range(1, LEVELS + 1):
        for path in sorted(Path(base).glob("/".join(["*"] * level))):
            linked = any(one.is_symlink() for one in (path, *path.parents) if str(one) > base)
            if path.is_dir() and not linked and len(found) < FOLDERS:
                name = str(path.relative_to(base))
                if name.isprintable():
                    found.append(name)
    return sorted(found)


def chosen_folder(name: str) -> str:
    """The absolute path of one of `folders`; "" for anything else."""
    return os.path.join(base_folder(), name) if name in folders() else ""
