"""Numbers and amounts of money in German notation."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rathaus.core.money import Money
from rathaus.forms.kinds.base import JSON, Context, Invalid, Kind, Node

_GROUPED = re.compile(r"-?\d{1,3}([. \u00a0\u202f']\d{3})+(,\d+)?", re.ASCII)
_PLAIN = re.compile(r"-?\d{1,15}([,.]\d+)?", re.ASCII)


def parse_decimal(typed: str) -> Decimal | None:
    """``1.234,50``, ``1234,5``, ``1 234`` or ``1234.5``; None where it is no number.

    A single dot before exactly three digits groups thousands, as Germans write it.
    """
    typed = typed.strip().replace("−", "-").removeprefix("+")
    if len(typed) > 40:
        return None
    if _GROUPED.fullmatch(typed):
        return Decimal(re.sub(r"[. \u00a0\u202f']", "", typed).replace(",", "."))
    if _PLAIN.fullmatch(typed):
        return Decimal(typed.replace(",", "."))
    return None


def german(number: Decimal | int | float, decimals: int | None = None) -> str:
    """``1.234,5``; with `decimals` exactly that many places."""
    exact = Decimal(str(number))
    text = f"{exact:,f}" if decimals is None else f"{exact:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))


def _too_little(node: Node, least: str) -> Invalid:
    words = {"label": node.field.label, "least": least}
    return Invalid(_("Geben Sie bei „%(label)s“ mindestens %(least)s ein.") % words)


def _too_much(node: Node, most: str) -> Invalid:
    words = {"label": node.field.label, "most": most}
    return Invalid(_("Geben Sie bei „%(label)s“ höchstens %(most)s ein.") % words)


class NumberKind(Kind):
    """A number; whole unless the field allows `decimals`."""

    template = "number"

    def raw(self, node: Node, value: JSON) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= 1e15:
            return ""
        return german(value).replace(".", "")

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        field, number = node.field, parse_decimal(raw)
        if number is None:
            raise Invalid(_("Geben Sie bei „%s“ eine Zahl ein, nur mit Ziffern.") % field.label)
        if abs(number) >= 10**15:
            raise Invalid(_("Die Zahl bei „%s“ ist zu groß. Prüfen Sie sie.") % field.label)
        places = -int(number.normalize().as_tuple().exponent)
        if places > field.decimals:
            if not field.decimals:
                raise Invalid(_("Geben Sie bei „%s“ eine ganze Zahl ein.") % field.label)
            raise Invalid(
                ngettext(
                    "Geben Sie bei „%(label)s“ höchstens %(count)d Stelle nach dem Komma ein.",
                    "Geben Sie bei „%(label)s“ höchstens %(count)d Stellen nach dem Komma ein.",
                    field.decimals,
                )
                % {"label": field.label, "count": field.decimals}
            )
        if field.min is not None and number < Decimal(str(field.min)):
            raise _too_little(node, self._bound(node, field.min))
        if field.max is not None and number > Decimal(str(field.max)):
            raise _too_much(node, self._bound(node, field.max))
        return float(number) if field.decimals else int(number)

    @staticmethod
    def _bound(node: Node, bound: float) -> str:
        return f"{german(bound)} {node.field.unit}".rstrip()

    def display(self, node: Node, value: JSON) -> list[str]:
        text = german(value)
        text = text.removesuffix(",0") if isinstance(value, float) else text
        return [f"{text}\u00a0{node.field.unit}" if node.field.unit else text]

    def schema(self, node: Node) -> dict[str, Any]:
        shape: dict[str, Any] = {"type": "number" if node.field.decimals else "integer"}
        if node.field.min is not None:
            shape["minimum"] = node.field.min
        if node.field.max is not None:
            shape["maximum"] = node.field.max
        return shape


class MoneyKind(Kind):
    """An amount in euros, stored in cents; `min` and `max` are cents."""

    template = "number"

    def raw(self, node: Node, value: JSON) -> str:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**15:
            return ""
        return Money(value).format().removesuffix("\u00a0€")

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        field = node.field
        typed = re.sub(r"(?i)€|\beuro?\b", "", raw).strip()
        amount = parse_decimal(typed.removesuffix(",-").removesuffix(",–").removesuffix(",--"))
        if amount is None or abs(amount) >= 10**12:
            raise Invalid(
                _("Geben Sie bei „%s“ einen Betrag ein, zum Beispiel 1.234,50.") % field.label
            )
        cents = amount * 100
        if cents != int(cents):
            raise Invalid(
                _("Geben Sie bei „%s“ höchstens zwei Stellen nach dem Komma ein.") % field.label
            )
        least = field.min if field.min is not None else 0
        if cents < least:
            raise _too_little(node, Money(int(least)).format())
        if field.max is not None and cents > field.max:
            raise _too_much(node, Money(int(field.max)).format())
        return int(cents)

    def display(self, node: Node, value: JSON) -> list[str]:
        return [Money(value).format()]

    def schema(self, node: Node) -> dict[str, Any]:
        shape: dict[str, Any] = {"type": "integer", "minimum": int(node.field.min or 0)}
        if node.field.max is not None:
            shape["maximum"] = int(node.field.max)
        return shape
