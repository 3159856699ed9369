"""Where somebody is in a form: the step before, the number, the list beside the page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from rathaus.forms import engine
from rathaus.forms.definition import FormDefinition, Step
from rathaus.proceedings.models import Draft

BACK_TO_CHECK = "?pruefen=1"


@dataclass(frozen=True)
class Place:
    """For ``{% progress %}``, the back link and the list of steps."""

    number: int
    total: int
    back_url: str
    steps: list[dict[str, str]]


def place(draft: Draft, form: FormDefinition, key: str, service_slug: str) -> Place:
    """The place of step `key`; an empty key is the check page."""
    steps = engine.visible_steps(form, draft.answers)
    keys = [step.key for step in steps]
    index = keys.index(key) if key else len(keys)
    if index == 0:
        back = reverse("portal:service", args=[service_slug])
    else:
        back = step_url(draft, keys[index - 1])
    return Place(index + 1, len(keys) + 1, back, _list(draft, steps, index))


def reached(draft: Draft, form: FormDefinition) -> tuple[int, int]:
    """How many steps are complete, and of how many, the check page included."""
    steps = engine.visible_steps(form, draft.answers)
    missing = engine.first_incomplete_step(form, draft.answers)
    keys = [step.key for step in steps]
    return (keys.index(missing.key) if missing else len(keys)), len(keys) + 1


def step_url(draft: Draft, key: str) -> str:
    """Address of a step. A page has many of them, so the resolver is asked once."""
    before, between, after = _address()
    return f"{before}{draft.public_id}{between}{key}{after}"


@cache
def _address() -> tuple[str, str, str]:
    """What stands before, between and after the id of the draft and the key of the step."""
    ident, key = str(UUID(int=0)), "schritt-name"
    before, found, rest = reverse("portal:step", args=[ident, key]).partition(ident)
    between, also, after = rest.partition(key)
    if not (found and also):
        raise ValueError("the address of a step does not name draft and step")
    return before, between, after


def check_url(draft: Draft) -> str:
    """Address of the check page."""
    return reverse("portal:check", args=[draft.public_id])


def next_url(draft: Draft, form: FormDefinition, key: str, *, from_check: bool) -> str:
    """Where to go after step `key` was saved."""
    if from_check:
        missing = engine.first_incomplete_step(form, draft.answers)
        if missing is not None:
            return step_url(draft, missing.key) + BACK_TO_CHECK
        return f"{check_url(draft)}#angaben-{key}"  # the section just changed, not the top
    following = engine.next_step(form, draft.answers, key)
    return step_url(draft, following.key) if following else check_url(draft)


def sensible_url(draft: Draft, form: FormDefinition) -> str:
    """Where somebody goes on: the first step with something missing, else the check page."""
    missing = engine.first_incomplete_step(form, draft.answers)
    return step_url(draft, missing.key) if missing else check_url(draft)


def _list(draft: Draft, steps: list[Step], current: int) -> list[dict[str, Any]]:
    rows = []
    for index, step in enumerate(steps):
        answered = any(draft.answers.get(field.key) is not None for field in step.fields)
        state = "now" if index == current else "done" if answered or index < current else "next"
        url = step_url(draft, step.key) if state == "done" else ""
        rows.append({"title": step.title, "state": state, "url": url})
    last = "now" if current == len(steps) else "next"
    rows.append({"title": _("Prüfen und absenden"), "state": last, "url": ""})
    return rows
