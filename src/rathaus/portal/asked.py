"""Asking with a small form (see `fields`): bind what was sent, add an error of one's own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from rathaus.forms import engine, uploads
from rathaus.forms.bound import BoundStep, Problem
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


def fail(bound: BoundStep, key: str, message: str) -> None:
    """Add an error that only the view can know."""
    field = next(field for field in bound.fields if field.key == key)
    field.error = message
    bound.errors.append(Problem(bound.key, key, field.path, field.anchor, message))
