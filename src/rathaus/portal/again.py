"""A step with mistakes is shown again by its own address, so that Back and Reload send nothing.

What was typed, wrong input included, waits sealed in the draft until the step is saved.
"""

from __future__ import annotations

from django.http import HttpRequest

from rathaus.accounts import assurance
from rathaus.accounts.trust import TrustLevel
from rathaus.forms.bound import BoundField, BoundStep
from rathaus.forms.definition import FieldType
from rathaus.portal import gates
from rathaus.proceedings import actions
from rathaus.proceedings.models import Draft
from rathaus.proceedings.models.draft import Typed


def keep(request: HttpRequest, draft: Draft, bound: BoundStep, level: TrustLevel) -> bool:
    """Keep the step as it was sent; False where the page has to answer it at once.

    That is so after a button inside the form, for a file that was refused (nothing of it is
    left to say why), for one inside a group (its place may move), and for very much text.
    """
    data = gates.posted(request)
    if bound.action or data is None or _is_lost(request, bound):
        return False
    for field in bound.fields:
        if field.field.type is FieldType.UPLOAD and field.name in request.FILES:
            data[f"{field.path}.files"] = [file["id"] for file in field.raw or ()]
    return actions.keep_typed(draft=draft, step_key=bound.key, typed=Typed(int(level), data))


def typed(request: HttpRequest, draft: Draft, step_key: str) -> dict[str, list[str]] | None:
    """What was kept of this step, for a session as sure as it had to be when it was sent."""
    kept = draft.typed_on(step_key)
    if kept is None or not assurance.current(request).reaches(TrustLevel(kept.level)):
        return None
    return kept.data


def _is_lost(request: HttpRequest, bound: BoundStep) -> bool:
    """Whether a file was sent that a second look at the same data would not find."""
    here: dict[str, BoundField] = {field.name: field for field in bound.fields}
    return any(name not in here or here[name].error for name in request.FILES)
