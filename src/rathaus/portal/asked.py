"""Asking with a small form (see `fields`): bind what was sent, add what only the view knows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

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
    return engine.bind(form, step, {}, data=request.POST, files=request.FILES, uploads=box)


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
