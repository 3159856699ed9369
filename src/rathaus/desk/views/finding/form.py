"""The form beside the results: the same fields that can be typed into the box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from rathaus.desk.access import Desk
from rathaus.records.finding import marks
from rathaus.records.finding.syntax import BY_KEY
from rathaus.records.finding.wanted import Wanted
from rathaus.records.models import Direction, DocumentKind, FilingPlanEntry
from rathaus.records.work.models import Tag

MAX_PLACES = 400
MAX_TAGS = 200


@dataclass(frozen=True)
class Field:
    """A control of the form; without choices it is a line to type into."""

    key: str
    label: str
    value: str
    choices: list[tuple[str, str]]
    hint: str = ""

    @property
    def unknown(self) -> bool:
        """Whether the value is none of the choices: it is kept as one, nothing is lost."""
        return bool(self.value and self.choices) and self.value not in dict(self.choices)


def fields(desk: Desk, wanted: Wanted) -> list[Field]:
    """All controls with what is set (three queries)."""
    offices = [(office.key, office.label) for office in desk.offices("records.view")]
    places = [
        (code, f"{code} {title}")
        for code, title in FilingPlanEntry.objects.values_list("code", "title")[:MAX_PLACES]
    ]
    mine = [office.pk for office in desk.offices("records.view")]
    tags = Tag.objects.filter(office__in=mine) | Tag.objects.filter(office=None)
    names = tags.order_by("name").values_list("name", flat=True).distinct()[:MAX_TAGS]
    rows: list[tuple[str, str, list[tuple[str, str]], str]] = [
        ("in", _("Worin"), [("case", _("nur Vorgänge")), ("document", _("nur Dokumente"))], ""),
        ("az", _("Aktenzeichen"), [], _("auch ein Teil davon, auch ein früheres")),
        ("titel", _("Wörter im Titel"), [], ""),
        ("plan", _("Aktenplan"), places, _("mit allem, was darunter liegt")),
        ("amt", _("Amt"), offices, ""),
        ("von", _("Von"), [], _("Tag, Monat oder Jahr")),
        ("bis", _("Bis"), [], ""),
        ("person", _("Antragstellerin oder Absender"), [], ""),
        ("durch", _("Abgelegt durch"), [], ""),
        ("stand", _("Stand"), [("open", _("offen")), ("closed", _("abgeschlossen"))], ""),
        ("art", _("Art des Dokuments"), _choices(DocumentKind.choices), ""),
        ("richtung", _("Richtung"), _choices(Direction.choices), ""),
        ("typ", _("Dateityp"), [(one.key, str(one.label)) for one in marks.FILES], ""),
        ("groesse", _("Dateigröße"), [(key, str(label)) for key, _end, label in marks.SIZES], ""),
        ("tag", _("Schlagwort"), [(name, name) for name in names], ""),
    ]
    unused = {"amt"} if len(offices) < 2 else set()
    if not names:
        unused.add("tag")
    return [
        Field(key, label, wanted.fields.get(key, ""), choices, hint)
        for key, label, choices, hint in rows
        if key not in unused or wanted.fields.get(key)
    ]


def _choices(pairs: Any) -> list[tuple[str, str]]:
    return [(str(key), str(label)) for key, label in pairs]


def chips(wanted: Wanted, controls: list[Field]) -> list[dict[str, str]]:
    """What narrows the search, each with the address of the search without it."""
    labels = {control.key: dict(control.choices) for control in controls}
    found = []
    for condition in wanted.conditions:
        key = condition.field.key
        value = labels.get(key, {}).get(condition.value, condition.value)
        name = _short(key)
        found.append(
            {
                "label": f"{_('nicht')} {name}: {value}"
                if condition.without
                else f"{name}: {value}",
                "url": "?" + wanted.without(condition).address(),
            }
        )
    return found


def _short(key: str) -> str:
    """The name of a field for a chip."""
    short = {"von": _("ab"), "bis": _("bis"), "zeit": _("Zeit"), "in": _("nur"), "plan": _("Plan")}
    short |= {"titel": _("Titel"), "person": _("Person"), "durch": _("abgelegt durch")}
    short |= {"art": _("Art"), "richtung": _("Richtung")}
    return short.get(key) or str(BY_KEY[key].label)
