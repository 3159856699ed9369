"""The gate in front of a step: is this session sure enough of who is there?

Whoever fills in begins without a log-in and steps up where it is needed. A draft that holds
verified answers opens in another browser, or after signing out, only to somebody who proves
their identity again (TR-03172-3 A3.16.03).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rathaus.accounts import assurance
from rathaus.accounts.trust import TrustLevel
from rathaus.catalogue import queries
from rathaus.portal import present, progress
from rathaus.proceedings import known, trust
from rathaus.proceedings.models import Draft

PROVED = "proved_drafts"
"""Key in the session: drafts for which somebody proved their identity in it."""
TYPED = "typed"
"""Key in the session: what was typed when the level ran out, for one step."""
MOST_DRAFTS = 20
MOST_TYPED = 60_000


def needed(request: HttpRequest, draft: Draft, step_key: str) -> TrustLevel:
    """What the step demands (an empty key: checking and sending), with what lies in the draft."""
    service = draft.version.parsed
    held = trust.of_content(service, draft.answers)
    if not step_key:
        return max(trust.of_sending(service, draft.answers), held)
    level = trust.of_step(service, step_key, draft.answers)
    return level if _is_home(request, draft) else max(level, held)


def closed(request: HttpRequest, draft: Draft, step_key: str) -> HttpResponse | None:
    """The page that asks for a log-in, or None where the way is free."""
    level = needed(request, draft, step_key)
    if not assurance.current(request).reaches(level):
        return ask(request, draft, step_key, level)
    if is_silent(request, draft, step_key):
        return ask(request, draft, step_key, level, silent=True)
    return None


def is_silent(request: HttpRequest, draft: Draft, step_key: str) -> bool:
    """Whether the level holds, but no log-in says who the person is where the step asks it."""
    sure = assurance.current(request)
    return bool(known.unproved(draft.version.parsed, draft.answers, sure, step_key))


def ask(
    request: HttpRequest, draft: Draft, step_key: str, level: TrustLevel, *, silent: bool = False
) -> HttpResponse:
    """Why, how, what else there is; 403 because nothing is shown before."""
    service = draft.version.parsed
    place = progress.place(draft, service.online_form, step_key, service.slug)
    facts: dict[str, Any] = {
        "draft": draft,
        "service": service,
        "step_key": step_key,
        "step": next((s for s in service.online_form.steps if s.key == step_key), None),
        "level": level,
        "silent": known.label(assurance.current(request).proofs[0].source) if silent else "",
        "was_there": _is_home(request, draft) or _has_typed(request, draft),
        "channels": present.channels(service),
        "place": place,
        "back_url": place.back_url,
        "office": queries.office_of(service),
        "nav_current": "services",
    }
    return render(request, "portal/identity/needed.html", facts, status=403)


def ahead(request: HttpRequest, draft: Draft, step_key: str) -> dict[str, Any] | None:
    """On the first step: what log-in will be needed later, while it does not hold yet."""
    service = draft.version.parsed
    level = trust.highest(service)
    if not level or service.online_form.steps[0].key != step_key:
        return None
    if assurance.current(request).reaches(level):
        return None
    return {"level": level, "step": trust.first_step(service, draft.answers)}


def proved(request: HttpRequest, draft: Draft) -> None:
    """Somebody proved their identity for this draft in this session."""
    others = [one for one in request.session.get(PROVED, []) if one != str(draft.public_id)]
    request.session[PROVED] = [str(draft.public_id), *others][:MOST_DRAFTS]


def keep_typed(request: HttpRequest, draft_id: object, step_key: str) -> None:
    """Keep what was typed over a log-in, so that nobody types it twice."""
    data = posted(request)
    if data is not None:
        kept = {"draft": str(draft_id), "step": step_key, "data": data}
        request.session[TYPED] = kept


def posted(request: HttpRequest) -> dict[str, list[str]] | None:
    """What was sent from a step, without what belongs to the page; None if it is very much."""
    names = {"csrfmiddlewaretoken", "_code", "save", "_antrag", "_schritt"}
    data = {name: values for name, values in request.POST.lists() if name not in names}
    size = sum(len(name) + sum(map(len, values)) for name, values in data.items())
    return data if size <= MOST_TYPED else None


def take_typed(request: HttpRequest, draft: Draft, step_key: str) -> dict[str, list[str]] | None:
    """What was typed on this step before the log-in; once."""
    if not request.session.session_key:
        return None
    kept = request.session.get(TYPED)
    if not kept or kept["draft"] != str(draft.public_id) or kept["step"] != step_key:
        return None
    del request.session[TYPED]
    data: dict[str, list[str]] = kept["data"]
    return data


def _has_typed(request: HttpRequest, draft: Draft) -> bool:
    kept = request.session.get(TYPED) if request.session.session_key else None
    return bool(kept and kept["draft"] == str(draft.public_id))


def _is_home(request: HttpRequest, draft: Draft) -> bool:
    if not request.session.session_key:
        return False
    return str(draft.public_id) in request.session.get(PROVED, [])
