"""Asking with a small form (see `fields`): bind what was sent, add what only the view knows."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from rathaus.forms import engine, uploads
from rathaus.forms.bound import BoundField, BoundStep, Problem
from rathaus.forms.definition import FormDefinition


def ask(
    form: FormDefinition,
    request: HttpRequest,
    *,
    start: Mapping[str, Any] | None = None,
    owner: uuid.UUID | None = None,
) -> BoundStep:
    """The form as shown, or as sent. `owner` is where files are kept (see `forms.uploads`)."""
    step = form.steps[0].key
    if request.method != "POST":
        return engine.bind(form, step, start or {})
    box = uploads.Box(owner) if owner else None
    bound = engine.bind(form, step, {}, data=request.POST, files=request.FILES, uploads=box)
    if owner:
        uploads.remove(owner, request.POST.get("_delete_file", ""))
    return bound


def file_ids(bound: BoundStep, keys: Iterable[str]) -> set[str]:
    """Ids of the files that this page sends in these fields."""
    return {file["id"] for key in keys for file in bound.cleaned.get(key) or ()}


def require_files(bound: BoundStep, request: HttpRequest, keys: Iterable[str]) -> None:
    """Add an error where the page named a file that is gone: nothing goes without it unsaid."""
    for key in keys:
        if set(request.POST.getlist(f"{key}.files")) - file_ids(bound, [key]):
            fail(
                bound,
                key,
                _("Eine Ihrer Dateien ist nicht mehr da. Vielleicht ist sie schon gesendet. Sehen "
                  "Sie beim Vorgang nach, oder wählen Sie die Datei noch einmal aus."),
            )  # fmt: skip


def demand(bound: BoundStep, key: str) -> None:
    """Show as needed what the form alone would take as optional; the view checks it."""
    field(bound, key).required = True


def fail(bound: BoundStep, key: str, message: str) -> None:
    """Add an error that only the view can know."""
    wrong = field(bound, key)
    wrong.error = message
    bound.errors.append(Problem(bound.key, key, wrong.path, wrong.anchor, message))


def field(bound: BoundStep, key: str) -> BoundField:
    """The field with this key, which the form has."""
    return next(found for found in bound.fields if found.key == key)
