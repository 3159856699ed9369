"""Fields where one picks: yes or no, one of some, some of some, one of many, consent."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from rathaus.forms.kinds.base import JSON, Context, Invalid, Kind, Node, Source
from rathaus.forms.text import one_line
from rathaus.theme import text

_YES = frozenset(("yes", "ja", "true", "on", "1"))
_NO = frozenset(("no", "nein", "false", "0"))


@lru_cache(maxsize=256)
def _declared(source: str) -> tuple[str, ...]:
    """The words of a declaration; those of a service are the same each time."""
    return tuple(text.plain(source))


class YesNoKind(Kind):
    """Two radio buttons; none is chosen beforehand."""

    template = "yes_no"
    grouped = True

    def raw(self, node: Node, value: JSON) -> str:
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else ""

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        typed = one_line(raw).lower()
        if typed in _YES or typed in _NO:
            return typed in _YES
        raise self.missing(node)

    def missing(self, node: Node) -> Invalid:
        if node.field.missing_message:
            return Invalid(node.field.missing_message)
        return Invalid(_("Wählen Sie bei „%s“ Ja oder Nein aus.") % node.field.label)

    def display(self, node: Node, value: JSON) -> list[str]:
        return [_("Ja") if value else _("Nein")]

    def schema(self, node: Node) -> dict[str, Any]:
        return {"type": "boolean"}


class ChoiceKind(Kind):
    """Radio buttons over the field's options."""

    template = "choice"
    grouped = True

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        code = node.codes.match(one_line(raw))
        if code is None:
            raise self.missing(node)
        return code

    def missing(self, node: Node) -> Invalid:
        if node.field.missing_message:
            return Invalid(node.field.missing_message)
        return Invalid(_("Wählen Sie bei „%s“ eine Möglichkeit aus.") % node.field.label)

    def display(self, node: Node, value: JSON) -> list[str]:
        return [node.codes.labels.get(value, str(value))]

    def schema(self, node: Node) -> dict[str, Any]:
        return {"enum": list(node.codes.labels)}


class SelectKind(ChoiceKind):
    """One of many, as a native ``<select>``.

    Native, because it cannot hold a wrong value, every phone and screen reader knows it, and
    typing the first letters searches it without a script; `select-search.js` adds a search box.
    A posted label instead of a code is understood too, forgiving of umlauts ("oesterreich").
    """

    template = "select"
    grouped = False

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        typed = one_line(raw)
        code = node.codes.match(typed)
        if code is not None:
            return code
        suggestions = node.codes.suggestions(typed)
        if suggestions:
            names = ", ".join(f"„{name}“" for name in suggestions)
            raise Invalid(
                _("„%(typed)s“ steht nicht in der Liste. Meinten Sie %(names)s?")
                % {"typed": typed[:60], "names": names}
            )
        raise Invalid(_("Wählen Sie bei „%s“ einen Eintrag der Liste aus.") % node.field.label)


class ChoicesKind(ChoiceKind):
    """Check boxes; `min` and `max` of the field limit how many."""

    template = "choices"

    def read(self, node: Node, source: Source, path: str) -> list[str]:
        return [value for value in source.many(path) if value.strip()]

    def raw(self, node: Node, value: JSON) -> list[str]:
        if not isinstance(value, list):
            return []
        return [item for item in value if isinstance(item, str)]

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        picked = {node.codes.match(one_line(item)) for item in raw}
        if None in picked:
            raise self.missing(node)
        field, chosen = node.field, [code for code in node.codes.labels if code in picked]
        if field.min is not None and len(chosen) < field.min:
            raise Invalid(
                _("Wählen Sie bei „%(label)s“ mindestens %(count)d Möglichkeiten aus.")
                % {"label": field.label, "count": field.min}
            )
        if field.max is not None and len(chosen) > field.max:
            raise Invalid(
                _("Wählen Sie bei „%(label)s“ höchstens %(count)d Möglichkeiten aus.")
                % {"label": field.label, "count": field.max}
            )
        return chosen

    def missing(self, node: Node) -> Invalid:
        if node.field.missing_message:
            return Invalid(node.field.missing_message)
        return Invalid(_("Wählen Sie bei „%s“ mindestens eine Möglichkeit aus.") % node.field.label)

    def display(self, node: Node, value: JSON) -> list[str]:
        return [node.codes.labels.get(code, str(code)) for code in value]

    def schema(self, node: Node) -> dict[str, Any]:
        items = {"enum": list(node.codes.labels)}
        return {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}


class ConsentKind(Kind):
    """One check box with a text; the only possible answer is true."""

    template = "consent"

    def raw(self, node: Node, value: JSON) -> str:
        return "yes" if value is True else ""

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        if one_line(raw).lower() not in _YES:
            raise self.missing(node)
        return True

    def missing(self, node: Node) -> Invalid:
        default = _("Bestätigen Sie „%s“, um fortzufahren.") % node.field.label
        return Invalid(node.field.missing_message or default)

    def display(self, node: Node, value: JSON) -> list[str]:
        # What was declared counts, not its heading: it is what the person signed.
        return [_("Ja"), *_declared(node.field.text)]

    def schema(self, node: Node) -> dict[str, Any]:
        return {"const": True}


class InformationKind(Kind):
    """A text to read; takes no answer."""

    template = "information"

    def read(self, node: Node, source: Source, path: str) -> str:
        return ""

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        return None
