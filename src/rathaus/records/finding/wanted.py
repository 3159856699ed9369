"""A search as a person wants it: box, form and order. Lives in the address of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from rathaus.records.finding import syntax
from rathaus.records.finding.syntax import BY_KEY, Condition

ORDERS = ("relevance", "newest", "oldest")
MAX_VALUE = 120
MAX_ADDRESS = 2000
_WITHOUT = "-"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to find. `fields` are those of the form, by key of `syntax.FIELDS`."""

    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    order: str = "relevance"
    single: bool = False
    """Documents one by one instead of under their case."""

    @classmethod
    def of(cls, source: Mapping[str, str]) -> Wanted:
        """Read an address. What is no field of ours is left out; nothing raises."""
        fields = {
            key: value
            for key in BY_KEY
            if (value := _line(source.get(key) or "", MAX_VALUE)) and value != _WITHOUT
        }
        order = source.get("sort") or ""
        return cls(
            text=_line(source.get("q") or "", syntax.MAX_TEXT),
            fields=fields,
            order=order if order in ORDERS else "relevance",
            single=source.get("einzeln") == "1",
        )

    @classmethod
    def from_address(cls, address: str) -> Wanted:
        """Of a saved search."""
        return cls.of(dict(parse_qsl(address[:MAX_ADDRESS])))

    @property
    def typed(self) -> syntax.Typed:
        """The search box, understood."""
        return syntax.read(self.text)

    @property
    def conditions(self) -> list[Condition]:
        """Fields of box and form together."""
        form = [Condition(BY_KEY[key], value, typed=False) for key, value in self.fields.items()]
        return [*self.typed.conditions, *form]

    @property
    def asks(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.text or self.fields)

    def address(self, **changes: str) -> str:
        """The same search as the part of an address behind the "?", in one order always."""
        values = {
            "q": self.text,
            **{key: self.fields.get(key, "") for key in BY_KEY},
            "sort": "" if self.order == "relevance" else self.order,
            "einzeln": "1" if self.single else "",
            **changes,
        }
        return urlencode({key: value for key, value in values.items() if value})

    def without(self, condition: Condition) -> Wanted:
        """The same search with one condition less."""
        if not condition.typed:
            fields = {k: v for k, v in self.fields.items() if k != condition.field.key}
            return Wanted(self.text, fields, self.order, self.single)
        typed = self.typed
        rest = [one.text for one in typed.conditions if one != condition]
        text = " ".join(filter(None, [typed.words, *rest]))
        return Wanted(text, self.fields, self.order, self.single)


def _line(text: str, limit: int) -> str:
    """One line without control characters and half letters."""
    kept = "".join(c if c.isprintable() else " " for c in text[: limit * 4])
    return " ".join(kept.split())[:limit]
