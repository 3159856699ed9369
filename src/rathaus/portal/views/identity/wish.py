"""What somebody wants a log-in for, read from the form that was sent.

A form names a purpose and, for a draft, which one: never an address, never a level. Both follow
from what the service demands and from the table of targets.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import HttpRequest

from rathaus.accounts.models.login import Purpose
from rathaus.accounts.targets import CONFIRMED, Target, UnknownTarget, area, or_area, target
from rathaus.accounts.trust import TrustLevel
from rathaus.portal import gates
from rathaus.portal.access import draft_for
from rathaus.portal.owner import account_of
from rathaus.portal.views.area.guard import AFTER_LOGIN


class NotAWish(ValueError):
    """The form was not one of ours."""


@dataclass(frozen=True)
class Wish:
    """For `accounts.flow.begin`."""

    purpose: Purpose
    level: TrustLevel
    target: Target


def read(request: HttpRequest) -> Wish:
    """The wish of this request. Raises: NotAWish, NoGrant (a draft of somebody else)."""
    try:
        purpose = Purpose(request.POST.get("zweck", Purpose.LOGIN))
    except ValueError:
        raise NotAWish from None
    if purpose == Purpose.STEP_UP:
        return _for_draft(request)
    if purpose == Purpose.LOGIN:
        wanted = request.session.get(AFTER_LOGIN) or {}
        where = or_area(wanted.get("view"), wanted.get("args")) if wanted else area()
        return Wish(purpose, TrustLevel.BASIC, where)
    if account_of(request) is None:
        raise NotAWish
    if purpose == Purpose.CONFIRM and "ziel" not in request.POST:
        return Wish(purpose, TrustLevel.BASIC, target(CONFIRMED))
    return Wish(purpose, TrustLevel.BASIC, _named(request.POST.get("ziel", "identities")))


def remember_draft(request: HttpRequest) -> None:
    """Keep the page of a draft, and what was typed on it, over a log-in that comes first.

    Nothing is told about the draft here: whether it may be opened is asked afterwards. The same
    for an application.
    """
    step = request.POST.get("_schritt", "")[:60]
    names = {"draft_id": request.POST.get("_antrag", "")[:40]}
    view = "portal:step" if step else "portal:draft"
    if "_vorgang" in request.POST:
        names, view = {"application_id": request.POST["_vorgang"][:40]}, "portal:status"
        step = ""
    try:
        where = target(view, {**names, "step_key": step} if step else names)
    except UnknownTarget:
        return
    request.session[AFTER_LOGIN] = {"view": where.view, "args": dict(where.args)}
    if step:
        gates.keep_typed(request, where.args["draft_id"], step)


def _for_draft(request: HttpRequest) -> Wish:
    try:
        draft = draft_for(request, uuid.UUID(request.POST.get("_antrag", "")))
        step = request.POST.get("_schritt", "")[:60]
        names = {"draft_id": str(draft.public_id)}
        where = target("portal:step", {**names, "step_key": step}) if step else target(
            "portal:check", names
        )  # fmt: skip
    except (ValueError, UnknownTarget):
        raise NotAWish from None
    level = gates.needed(request, draft, step)
    return Wish(Purpose.STEP_UP, max(level, TrustLevel.BASIC), where)


def _named(name: str) -> Target:
    try:
        return target(f"portal:{name[:40]}")
    except UnknownTarget:
        raise NotAWish from None
