"""What the histories of shelves and imports say, in words."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records.legacy.models import ShelfState
from rathaus.records.legacy.states import RunState
from rathaus.theme import formats

NAMES: dict[str, str | Promise] = {
    "office": gettext_lazy("Amt"),
    "room": gettext_lazy("Raum"),
    "cabinet": gettext_lazy("Schrank"),
    "name": gettext_lazy("Regal oder Fach"),
    "content": gettext_lazy("Inhalt"),
    "centimetres": gettext_lazy("Meter Papier"),
    "priority": gettext_lazy("Reihenfolge"),
    "state": gettext_lazy("Stand"),
}


def facts(kind: str, data: dict[str, Any]) -> str:
    """The second line of an event of a shelf; "" where there is nothing to add."""
    if kind == "legacy.shelf_made":
        values = data.get("values") or {}
        return ", ".join(_value(key, values[key]) for key in NAMES if values.get(key))
    if kind == "legacy.shelf_changed":
        before, after = data.get("before") or {}, data.get("after") or {}
        return " · ".join(
            _("%(what)s: %(before)s → %(after)s")
            % {
                "what": NAMES[key],
                "before": _value(key, before.get(key, "")) or "–",
                "after": _value(key, after[key]) or "–",
            }
            for key in NAMES
            if key in after
        )
    if kind == "legacy.shelf_cleared":
        said = _("%(n)s m am %(day)s, noch %(left)s m") % {
            "n": _metres(data.get("centimetres")),
            "day": formats.numeric_day(str(data.get("day") or "")),
            "left": _metres(data.get("left")),
        }
        return " · ".join(part for part in (said, str(data.get("by") or "")) if part)
    return str(data.get("reason") or "")


def _value(key: str, value: Any) -> str:
    if key == "centimetres":
        return f"{_metres(value)} m"
    if key == "office":
        with suppress(Office.DoesNotExist):
            return organisation.office(str(value)).label
    if key == "state" and value in ShelfState.values:
        return str(ShelfState(value).label)
    return str(value)


def _metres(value: Any) -> str:
    text = str(value)
    if not (text.isascii() and text.isdigit()):
        return "–"
    return f"{int(text) / 100:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def run(data: dict[str, Any]) -> str:
    """Where an import went, and how far it was: "angehalten · 31 übernommen, 8 Probleme"."""
    states = {str(value): str(label) for value, label in RunState.choices}
    label = states.get(str(data.get("state")), "")
    total, done, bad = (int(data.get(key) or 0) for key in ("total", "done", "problems"))
    if not total:
        return label
    numbers = _("%(total)s Dateien gelesen, %(done)s übernommen, %(bad)s mit Problem")
    return f"{label} · {numbers % {'total': total, 'done': done, 'bad': bad}}"
