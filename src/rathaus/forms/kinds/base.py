"""What every kind of field can do. A kind has no state; a `Node` is one field, compiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from rathaus.core import logic
from rathaus.forms.codelists import CodeList, code_list
from rathaus.forms.definition import Field, Rule
from rathaus.forms.text import scrub

JSON = Any


class Invalid(Exception):
    """What was typed cannot be taken. The message says what to do about it.

    `parts` names the inputs that are wrong where a field has several (``day``, ``month``).
    """

    def __init__(self, message: str, *parts: str) -> None:
        super().__init__(message)
        self.message = message
        self.parts = parts


class Uploads(Protocol):
    """Where a form puts files; `rathaus.forms.uploads.Box` for one draft or application."""

    def accept(self, file: Any, field: Field) -> dict[str, Any]:
        """Store a file and return its answer. Raises UploadRejected."""

    def known(self, ids: Iterable[str], field: Field) -> dict[str, dict[str, Any]]:
        """Answers for those ids that belong to this box and field."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a check may depend on besides the field."""

    today: date
    uploads: Uploads | None = None


class Source:
    """Posted data. Every text that leaves here is scrubbed and of bounded length.

    The bound is what a request may carry: whoever typed too much gets it back to shorten it.
    """

    __slots__ = ("data", "files")

    def __init__(self, data: Mapping[str, Any], files: Mapping[str, Any] | None) -> None:
        self.data = data
        self.files = files or {}

    def one(self, name: str, limit: int = 0) -> str:
        """The last value posted under this name, cut where a `limit` is given, or an empty text."""
        value = self.data.get(name, "")
        if isinstance(value, list | tuple):
            value = value[-1] if value else ""
        most = limit or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return scrub(value, most) if isinstance(value, str) else ""

    def many(self, name: str, most: int = 500) -> list[str]:
        """All values posted under this name."""
        values = self._all(self.data, name)
        return [scrub(value, 200) for value in values[:most] if isinstance(value, str)]

    def uploaded(self, name: str, most: int = 50) -> list[Any]:
        """All files posted under this name."""
        return self._all(self.files, name)[:most]

    @staticmethod
    def _all(data: Mapping[str, Any], name: str) -> list[Any]:
        if hasattr(data, "getlist"):
            return list(data.getlist(name))
        value = data.get(name, [])
        return list(value) if isinstance(value, list | tuple) else [value]


class Kind:
    """One kind of field. Raw is what was typed (text, or a small structure of texts)."""

    template: ClassVar[str] = "text"
    """Widget: ``forms/fields/<template>.html``."""
    grouped: ClassVar[bool] = False
    """Several controls, so a fieldset with legend instead of a label."""
    container: ClassVar[bool] = False

    def read(self, node: Node, source: Source, path: str) -> Any:
        """What was posted for the field at `path`."""
        return source.one(path)

    def raw(self, node: Node, value: JSON) -> Any:
        """What one would have typed for a stored answer."""
        return value if isinstance(value, str) else ""

    def is_empty(self, raw: Any) -> bool:
        """Nothing was entered."""
        return not raw or (isinstance(raw, str) and not raw.strip())

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:
        """The answer for what was typed (never called when empty). Raises Invalid."""
        raise NotImplementedError

    def missing(self, node: Node) -> Invalid:
        """What to say when a required answer was not given."""
        label = node.field.label
        if node.field.missing_message:
            return Invalid(node.field.missing_message)
        if label.endswith("?"):
            return Invalid(_("Beantworten Sie die Frage „%s“.") % label)
        return Invalid(_("Füllen Sie das Feld „%s“ aus.") % label)

    def display(self, node: Node, value: JSON) -> list[str]:
        """Lines to read on the check page, in the PDF, at the desk."""
        return [str(value)]

    def schema(self, node: Node) -> dict[str, Any]:
        """JSON Schema of the answer."""
        return {"type": "string"}

    def control_id(self, node: Node, field_id: str) -> str:
        """Id of the first control, the target of an error link."""
        return field_id


class CompiledRule:
    """A rule over several fields of a step or of a group; `reads` are their keys."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.reads = {name.partition(".")[0] for name in logic.variables(rule.require)}

    @cached_property
    def holds(self) -> logic.Compiled:
        """What it requires, as a function."""
        return logic.compiled(self.rule.require)


class Node:
    """One field, compiled once per form definition."""

    def __init__(self, field: Field, kind: Kind, children: tuple[Node, ...] = ()) -> None:
        self.field = field
        self.kind = kind
        self.children = children
        self.key = field.key
        self.condition = field.visible_if
        self.rules = [CompiledRule(rule) for rule in field.rules]
        self.template = f"forms/fields/{kind.template}.html"

    @cached_property
    def holds(self) -> logic.Compiled:
        """The condition as a function."""
        return logic.compiled(self.condition)

    @cached_property
    def codes(self) -> CodeList:
        """The choices, from the options of the field or from a code list."""
        if self.field.source:
            return code_list(self.field.source)
        return CodeList({option.value: option.label for option in self.field.options})

    def __repr__(self) -> str:
        return f"<Node {self.key} {self.field.type}>"
