"""Small forms of the record: fields as data, one template, nothing typed gets lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from rathaus.core.storage import StorageFull
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.records.actions import (
    CaseIsClosed,
    DossierIsClosed,
    NotAllowed,
    Outdated,
    PlanRefused,
    RecordsError,
)
from rathaus.records.patterns import PatternError
from rathaus.records.work.errors import WorkError

Choices = Sequence[tuple[str, str]]


@dataclass
class Field:
    """One question. `kind` is text, lines, select, radio, date, number, check or files."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    value: str = ""
    options: Choices = ()
    optional: bool = False
    error: str = ""
    limit: int = 200

    @property
    def described_by(self) -> str:
        """The ids of hint and error, for ``aria-describedby``."""
        parts = (("h", self.hint), ("e", self.error))
        return " ".join(f"{self.name}-{mark}" for mark, text in parts if text)

    def read(self, source: Mapping[str, str]) -> str:
        """What was typed, cleaned."""
        if self.kind == "lines":
            return params.lines(source, self.name, self.limit)
        return params.text(source, self.name, self.limit)


@dataclass
class Form:
    """A page with one form."""

    title: str
    fields: list[Field]
    button: str
    back: str
    lead: str = ""
    consequences: Iterable[str] = ()
    crumbs: list[tuple[str, str]] = field(default_factory=list)
    danger: bool = False
    hidden: dict[str, str] = field(default_factory=dict)
    small: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    template: str = "desk/plan/form.html"

    def answer(
        self, request: DeskRequest, act: Callable[[dict[str, str]], HttpResponse]
    ) -> HttpResponse:
        """Show the form; on POST call `act` with what was typed, or say what is wrong with it."""
        if request.method != "POST":
            return self.page(request)
        for one in self.fields:
            one.value = one.read(request.POST)
        self._required()
        if not any(one.error for one in self.fields):
            try:
                return act({one.name: one.value for one in self.fields})
            except NotAllowed:
                raise PermissionDenied from None
            except (RecordsError, PatternError, StorageFull, Wrong) as error:
                name = error.name if isinstance(error, Wrong) else "files"
                target = next((one for one in self.fields if one.name == name), self.fields[0])
                target.error = sentence(error)
        return self.page(request, 400)

    def page(self, request: DeskRequest, status: int = 200) -> HttpResponse:
        """The page as it is."""
        errors = {one.name: one.error for one in self.fields if one.error}
        context = {"nav_current": "files", "form": self, "errors": errors, **self.extra}
        return render(request, self.template, context, status=status)

    def _required(self) -> None:
        for one in self.fields:
            if one.kind in {"check", "files"}:
                continue
            if not one.value and not one.optional:
                one.error = _("Bitte füllen Sie „%(label)s“ aus.") % {"label": one.label}
            elif one.options and one.value and one.value not in dict(one.options):
                one.error = _("Bitte wählen Sie bei „%(label)s“ aus.") % {"label": one.label}


class Wrong(Exception):
    """What was typed in the field `name` cannot be used; the message says why."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


def sentence(error: Exception) -> str:
    """What went wrong, for people."""
    if isinstance(error, CaseIsClosed):
        return _("Der Vorgang %(ref)s ist abgeschlossen.") % {"ref": error}
    if isinstance(error, DossierIsClosed):
        return _("Die Akte %(ref)s ist abgeschlossen.") % {"ref": error}
    if isinstance(error, Outdated):
        return _("Das wurde inzwischen geändert. Laden Sie die Seite neu.")
    if isinstance(error, NotAllowed):
        return _("In der Akte %(ref)s dürfen Sie nichts ablegen.") % {"ref": error}
    if isinstance(error, PlanRefused | PatternError | StorageFull | Wrong | WorkError):
        return str(error)
    return _("Das geht hier nicht.")
