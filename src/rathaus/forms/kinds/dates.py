"""Dates, entered as day, month and year."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rathaus.forms.codelists import fold
from rathaus.forms.kinds.base import JSON, Context, Invalid, Kind, Node, Source
from rathaus.forms.text import one_line

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
_RELATIVE = re.compile(r"today(?:([+-])(\d{1,4})([dwmy]))?")
PARTS = ("day", "month", "year")
LONGEST_PART = 40


def written(day: date) -> str:
    """``4. März 2027``, on English pages ``4 March 2027``."""
    if get_language() == "en":
        return f"{day.day} {calendar.month_name[day.month]} {day.year}"
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"


def boundary(expression: str, today: date) -> date:
    """The day meant by ``today``, ``today-28d``, ``today+2y`` or an ISO date.

    Raises ValueError for anything else; the publish gate finds that.
    """
    match = _RELATIVE.fullmatch(expression)
    if match is None:
        return date.fromisoformat(expression)
    sign, amount, unit = match.groups()
    if not unit:
        return today
    count = int(amount) * (-1 if sign == "-" else 1)
    if unit in "dw":
        return today + timedelta(days=count * (7 if unit == "w" else 1))
    months = today.year * 12 + today.month - 1 + count * (12 if unit == "y" else 1)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


def _tidy(typed: str) -> str:
    """What may be a part of a date on one line; anything longer as it was typed."""
    return one_line(typed) if len(typed) <= LONGEST_PART else typed


def _month(typed: str) -> int:
    """Number of a month given as number, German or English name; 0 where it is none."""
    if len(typed) > LONGEST_PART:
        return 0
    if typed.isascii() and typed.isdecimal() and len(typed) <= 2:
        return int(typed) if 1 <= int(typed) <= 12 else 0
    name = fold(typed).rstrip(".")
    if len(name) >= 3:
        for names in (MONTHS, calendar.month_name[1:]):
            for number, month in enumerate(names, 1):
                if fold(month).startswith(name) or (name == "mrz" and number == 3):
                    return number
    return 0


class DateKind(Kind):
    """A calendar date; raw is ``{"day", "month", "year"}``."""

    template = "date"
    grouped = True

    def read(self, node: Node, source: Source, path: str) -> dict[str, str]:
        raw = {part: _tidy(source.one(f"{path}.{part}").strip()) for part in PARTS}
        if not any(raw.values()):
            raw = self.raw(node, one_line(source.one(path, 40)))
        return raw

    def raw(self, node: Node, value: JSON) -> dict[str, str]:
        match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value) if isinstance(value, str) else None
        if not match:
            return dict.fromkeys(PARTS, "")
        year, month, day = match.groups()
        return {"day": day.lstrip("0"), "month": month.lstrip("0"), "year": year}

    def is_empty(self, raw: Any) -> bool:
        return not any(raw.values())

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        label = node.field.label
        absent = [part for part in PARTS if not raw[part]]
        if absent:
            names = {"day": _("den Tag"), "month": _("den Monat"), "year": _("das Jahr")}
            wanted = _(" und ").join(names[part] for part in absent)
            raise Invalid(
                _("Geben Sie bei „%(label)s“ auch %(parts)s ein.")
                % {"label": label, "parts": wanted},
                *absent,
            )
        day_text = raw["day"].rstrip(".")
        number = int(day_text) if re.fullmatch(r"[0-9]{1,2}", day_text) else 0
        month = _month(raw["month"])
        if not 1 <= number <= 31:
            raise Invalid(_("Geben Sie den Tag als Zahl von 1 bis 31 ein."), "day")
        if not month:
            raise Invalid(_("Geben Sie den Monat als Zahl von 1 bis 12 ein."), "month")
        if not re.fullmatch(r"[0-9]{4}", raw["year"]):
            raise Invalid(_("Geben Sie das Jahr mit vier Ziffern ein, zum Beispiel 1985."), "year")
        year = int(raw["year"])
        if not 1800 <= year <= 2200:
            raise Invalid(_("Prüfen Sie das Jahr."), "year")
        if number > calendar.monthrange(year, month)[1]:
            raise Invalid(self._no_such_day(number, month, year), "day", "month")
        value = date(year, month, number)
        self._check_range(node, value, context.today)
        return value.isoformat()

    @staticmethod
    def _no_such_day(day: int, month: int, year: int) -> str:
        if (day, month) == (29, 2):
            return _("Den 29. Februar gibt es im Jahr %d nicht. Prüfen Sie das Datum.") % year
        return _("Den %(day)d. %(month)s gibt es nicht. Prüfen Sie Tag und Monat.") % {
            "day": day,
            "month": written(date(year, month, 1)).split()[1],
        }

    @staticmethod
    def _check_range(node: Node, value: date, today: date) -> None:
        field = node.field
        words = {"label": field.label}
        if field.not_before and value < (first := boundary(field.not_before, today)):
            if first == today:
                text = _("„%(label)s“ darf nicht in der Vergangenheit liegen.")
            else:
                text = _("„%(label)s“ darf nicht vor dem %(day)s liegen.")
            raise Invalid(text % (words | {"day": written(first)}), *PARTS)
        if field.not_after and value > (last := boundary(field.not_after, today)):
            if last == today:
                text = _("„%(label)s“ darf nicht in der Zukunft liegen.")
            else:
                text = _("„%(label)s“ darf nicht nach dem %(day)s liegen.")
            raise Invalid(text % (words | {"day": written(last)}), *PARTS)

    def missing(self, node: Node) -> Invalid:
        if node.field.missing_message:
            return Invalid(node.field.missing_message)
        return Invalid(_("Geben Sie bei „%s“ Tag, Monat und Jahr ein.") % node.field.label)

    def display(self, node: Node, value: JSON) -> list[str]:
        return [written(date.fromisoformat(value))]

    def schema(self, node: Node) -> dict[str, Any]:
        return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}

    def control_id(self, node: Node, field_id: str) -> str:
        return f"{field_id}-day"
