"""A step filled with what was stored or typed, ready for the template and for saving."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from rathaus.forms.definition import Field, FieldType, Step
from rathaus.forms.kinds import Node
from rathaus.forms.kinds.files import formats
from rathaus.forms.kinds.texts import thousands


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend: where, and what to do. The same words in the summary and at the field."""

    step_key: str
    field_key: str
    path: str
    anchor: str
    """Id of the control to jump to."""
    message: str


@dataclass(frozen=True, slots=True)
class Action:
    """The page has to be shown again because a button inside the form was pressed."""

    kind: str
    """``add`` or ``remove`` (an item of a group), ``delete_file``."""
    target: str
    """Path of the group or upload field."""


class BoundField:
    """One field with what was typed, its answer and its error."""

    def __init__(self, node: Node, path: str, raw: Any = None) -> None:
        self.node = node
        self.field: Field = node.field
        self.key = node.key
        self.path = path
        self.name = path
        self.id = path.replace(".", "-")
        self.raw = raw
        self.value: Any = None
        self.error = ""
        self.error_parts: tuple[str, ...] = ()
        self.hint = node.field.hint
        self.notice = ""
        """A question that blocks nothing, e.g. on a mistyped e-mail provider."""
        self.required = node.field.required
        self.visible = True
        self.revealed = False
        """Became visible by what was just sent; nobody could have answered it yet."""
        self.fixed = False
        """Known beforehand and not to be changed: shown as text."""
        self.confirmed = ""
        """Who vouches for this answer, e.g. "BundID"."""
        self.autofocus = False
        self.around: Any = None
        """Answers its condition may read besides those on the page; None outside a page."""
        self.siblings: Mapping[str, bool] = {}
        """Fields on the same page, and whether the browser can read their answer."""
        self.parts: list[BoundField] = []
        self.items: list[BoundItem] = []

    @property
    def template(self) -> str:
        return self.node.template

    @property
    def conditional(self) -> bool:
        return self.node.condition is not None

    @property
    def anchor(self) -> str:
        """Id of the control that an error link and a change link lead to."""
        if self.parts:
            wrong = [part for part in self.parts if part.error]
            return (wrong or self.parts)[0].anchor
        if self.field.type is FieldType.GROUP:
            return f"{self.id}-add" if self.can_add else self.id
        if self.field.type is FieldType.DATE and self.error_parts:
            return f"{self.id}-{self.error_parts[0]}"
        return self.node.kind.control_id(self.node, self.id)

    @property
    def described_by(self) -> str:
        ids = [f"{self.id}-h"] if self.hint or self.field.type is FieldType.UPLOAD else []
        ids += [f"{self.id}-k"] if self.fixed_by else []
        ids += [f"{self.id}-n"] if self.notice else []
        ids += [f"{self.id}-e"] if self.error else []
        return " ".join(ids)

    @property
    def rows(self) -> int:
        return 3 if (self.field.max_length or 4000) <= 500 else 6

    @property
    def limit(self) -> str:
        """Longest possible answer for people, where the field sets one."""
        return thousands(self.field.max_length) if self.field.max_length else ""

    @property
    def options_html(self) -> SafeString:
        return self.node.codes.options_html(self.raw if isinstance(self.raw, str) else "")

    @property
    def searchable(self) -> bool:
        return len(self.node.codes.labels) > 15

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Options of radio buttons and check boxes with id and state."""
        picked = self.raw if isinstance(self.raw, list) else [self.raw]
        return [
            {
                "value": option.value,
                "label": option.label,
                "hint": option.hint,
                "id": f"{self.id}-{number}" if number else self.id,
                "checked": option.value in picked,
            }
            for number, option in enumerate(self.field.options)
        ]

    @property
    def date_parts(self) -> list[dict[str, Any]]:
        """Day, month and year with id, width and state."""
        tokens = {"bday": "bday-"}
        prefix = tokens.get(self.field.autocomplete, "")
        names = (("day", _("Tag"), 2), ("month", _("Monat"), 2), ("year", _("Jahr"), 4))
        raw = self.raw or {}
        return [
            {
                "name": f"{self.path}.{part}",
                "id": f"{self.id}-{part}",
                "label": label,
                "width": width,
                "value": raw.get(part, ""),
                "wrong": bool(self.error) and (not self.error_parts or part in self.error_parts),
                "autocomplete": prefix and prefix + part,
                "autofocus": self.autofocus and part == "day",
            }
            for part, label, width in names
        ]

    @property
    def lines(self) -> list[str]:
        """The answer as people read it, where it is shown as text."""
        return self.node.kind.display(self.node, self.value) if self.value is not None else []

    @property
    def fixed_by(self) -> str:
        """Who vouches for the parts that cannot be changed here; empty where all of them can."""
        return next((part.confirmed for part in self.parts if part.fixed), "")

    @property
    def width_class(self) -> str:
        return _WIDTHS.get(self.field.width, "")

    @property
    def unit(self) -> str:
        return "€" if self.field.type is FieldType.MONEY else self.field.unit

    @property
    def inputmode(self) -> str:
        whole = self.field.type is FieldType.NUMBER and not self.field.decimals
        return "numeric" if whole and (self.field.min or 0) >= 0 else "decimal"

    @property
    def add_label(self) -> str:
        label = self.field.item_label or self.field.label
        if not self.items:
            return _("%s hinzufügen") % label
        return _("%s hinzufügen") % f"{label} {len(self.items) + 1}"

    @property
    def can_upload(self) -> bool:
        return self.field.max_files == 1 or len(self.raw or ()) < self.field.max_files

    @property
    def scope(self) -> str:
        """Prefix of the names of the fields beside it, inside a group."""
        prefix, dot, _key = self.path.rpartition(".")
        return prefix + dot

    @property
    def accept(self) -> str:
        """The ``accept`` attribute of a file input."""
        suffixes = {"pdf": ".pdf", "jpeg": ".jpg,.jpeg", "png": ".png"}
        return ",".join(suffixes[name] for name in self.field.accept)

    @property
    def formats(self) -> str:
        return formats(self.field.accept)

    @property
    def can_add(self) -> bool:
        return len(self.items) < self.field.max_items

    @property
    def script_condition(self) -> str:
        """The condition for the browser, answers of other pages filled in; empty if it cannot."""
        if self.around is None or self.node.condition is None:
            return ""
        rule = _localise(self.node.condition, self.siblings, self.around)
        return "" if rule is _SERVER_ONLY else json.dumps(rule, ensure_ascii=False)

    def walk(self) -> Iterator[BoundField]:
        """This field and the visible ones inside it."""
        yield self
        for part in self.parts:
            yield from part.walk()
        for item in self.items:
            for inner in item.fields:
                if inner.visible:
                    yield from inner.walk()


@dataclass(slots=True)
class BoundItem:
    """One repetition of a group."""

    group: BoundField
    index: int
    fields: list[BoundField]
    can_remove: bool = False

    @property
    def legend(self) -> str:
        """``Person 2``."""
        label = self.group.field.item_label or self.group.field.label
        return f"{label} {self.index + 1}"

    @property
    def path(self) -> str:
        return f"{self.group.path}.{self.index}"


@dataclass(slots=True)
class BoundStep:
    """A step as it is shown: fields, errors, and the answers once it is valid."""

    step: Step
    fields: list[BoundField]
    errors: list[Problem]
    cleaned: dict[str, Any]
    """Answers of all visible fields without error; complete where `is_valid()`."""
    other_answers: dict[str, Any]
    posted: bool = False
    action: Action | None = None
    revealed: list[BoundField] = field(default_factory=list)
    untouched: str = ""
    """Same for everybody who has not answered anything here: names the rendered fields.
    Empty where something is answered, typed, wrong or read from another step."""

    @property
    def key(self) -> str:
        return self.step.key

    @property
    def title(self) -> str:
        return self.step.title

    @property
    def has_uploads(self) -> bool:
        """Whether the form element needs ``enctype="multipart/form-data"``."""
        return any(
            node.field.type is FieldType.UPLOAD
            for bound in self.fields
            for node in (bound.node, *bound.node.children)
        )

    @property
    def has_buttons(self) -> bool:
        """Whether there are buttons for files or groups among the fields."""
        return any((f.raw and f.field.type is FieldType.UPLOAD) or f.node.kind.container
                   for f in self.fields)  # fmt: skip

    @property
    def answers(self) -> dict[str, Any]:
        """All answers of the draft with those of this step replaced by `cleaned`."""
        return {**self.other_answers, **self.cleaned}

    def is_valid(self) -> bool:
        """Sent, complete and correct, so the next step may come."""
        return self.posted and not (self.errors or self.action or self.revealed)


_WIDTHS = {
    "2": "kern-form-input__input--width-2",
    "4": "kern-form-input__input--width-4",
    "10": "rh-width-10",
    "20": "rh-width-20",
}
READ_BY_BROWSER = frozenset(
    (FieldType.TEXT, FieldType.NUMBER, FieldType.YES_NO, FieldType.CHOICE, FieldType.CHOICES,
     FieldType.SELECT, FieldType.CONSENT, FieldType.EMAIL)
)  # fmt: skip
_SERVER_ONLY = object()
_BROWSER = frozenset(("==", "!=", "===", "!==", "<", "<=", ">", ">=", "and", "or", "!", "!!", "in"))


def _localise(rule: Any, here: Mapping[str, bool], around: Any) -> Any:
    """`rule` with answers that are not on this page replaced by their values."""
    if isinstance(rule, list | tuple):
        items = [_localise(item, here, around) for item in rule]
        return _SERVER_ONLY if _SERVER_ONLY in items else items
    if not isinstance(rule, dict):
        return rule
    name, raw = next(iter(rule.items()))
    arguments = raw if isinstance(raw, list | tuple) else [raw]
    if name == "var":
        root, _dot, rest = str(arguments[0]).partition(".")
        if root in here:
            return rule if here[root] and not rest and len(arguments) == 1 else _SERVER_ONLY
        value = around.get(root)
        for key in rest.split(".") if rest else ():
            value = value.get(key) if isinstance(value, dict) else None
        return value if value is None or isinstance(value, str | int | float) else _SERVER_ONLY
    if name not in _BROWSER:
        return _SERVER_ONLY
    inner = _localise(list(arguments), here, around)
    return _SERVER_ONLY if inner is _SERVER_ONLY else {name: inner}
