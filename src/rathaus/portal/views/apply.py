"""Filling in: begin a draft, one step per page."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.accounts import assurance
from rathaus.accounts import queries as accounts
from rathaus.accounts.trust import TrustLevel
from rathaus.catalogue import queries
from rathaus.catalogue.models import ServiceVersion
from rathaus.core.actors import Actor
from rathaus.core.middleware import sender_key
from rathaus.forms import engine, uploads
from rathaus.forms.bound import BoundStep
from rathaus.forms.definition import Field, FormDefinition
from rathaus.portal import again, gates, grants, limits, progress, standing
from rathaus.portal.access import NoGrant, draft_for, never_stored, personal
from rathaus.portal.owner import account_of
from rathaus.proceedings import actions, known, trust
from rathaus.proceedings import queries as proceedings
from rathaus.proceedings.errors import DraftAlreadySubmitted, DraftConflict, ProceedingError
from rathaus.proceedings.models import Application, Draft, DraftState
from rathaus.theme.views import too_many

RETRIES = 5
BEGINNER = Actor.resident("new")


@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a draft on the current version and go to its first step."""
    try:
        version = queries.current(slug)
    except ServiceVersion.DoesNotExist:
        raise Http404 from None
    form = version.parsed.form
    if version.parsed.mode != "online" or form is None:
        return redirect("portal:service", slug=slug)
    if not limits.allow_begin(request):
        return too_many(request, retry_minutes=1)
    language = (get_language() or "de")[:5]
    account = account_of(request)
    draft = actions.start_draft(version=version, actor=BEGINNER, language=language, account=account)
    first = progress.step_url(draft, engine.visible_steps(form, {})[0].key)
    if account is not None and accounts.acting_for(account):
        first = reverse("portal:on_behalf", args=[draft.public_id])
    response = HttpResponseRedirect(first, status=303)
    if account is None:
        grants.add(request, response, grants.DRAFT, draft.public_id)
    return never_stored(response)


@require_safe
@personal
def go_on(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The draft's own address: to where it goes on."""
    draft = draft_for(request, draft_id)
    if draft.state == DraftState.SUBMITTED:
        return to_application(request, draft)
    return redirect(progress.sensible_url(draft, form_of(draft)))


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def step(request: HttpRequest, draft_id: uuid.UUID, step_key: str) -> HttpResponse:
    """One step: show it, or save what was sent."""
    draft = _open(request, draft_id)
    if draft.state == DraftState.SUBMITTED:
        return to_application(request, draft)
    form = form_of(draft)
    if all(visible.key != step_key for visible in engine.visible_steps(form, draft.answers)):
        return redirect(progress.sensible_url(draft, form))
    if request.method != "POST":
        if (closed := gates.closed(request, draft, step_key)) is not None:
            return closed
        typed = gates.take_typed(request, draft, step_key) or again.typed(request, draft, step_key)
        return _page(request, draft, _bind(request, draft, step_key, typed))
    if not limits.allow_upload(request):
        return too_many(request, retry_minutes=30)
    return _sent(request, draft, form, step_key)


def _sent(request: HttpRequest, draft: Draft, form: FormDefinition, step_key: str) -> HttpResponse:
    """Save the step and go on; with mistakes, come back to it."""
    bound = _bind(request, draft, step_key, request.POST)
    demanded = max(gates.needed(request, draft, step_key),
                   trust.of_bound(draft.version.parsed, bound))  # fmt: skip
    if (refused := _not_sure(request, draft, bound, demanded)) is not None:
        return refused
    leaving = "save" in request.POST
    if not (bound.is_valid() or leaving):
        if not again.keep(request, draft, bound, demanded):
            return _page(request, draft, bound)
        return _back_here(request, draft, step_key)
    account = account_of(request)
    if account is not None and draft.account_id is None:
        actions.join_account(draft=draft, account=account)
    try:
        saved = save(draft, bound, sent=request.POST.get("_stand", "")[:80])
    except DraftAlreadySubmitted as submitted:
        return to_application(request, draft, submitted.application)
    except DraftConflict:
        draft.refresh_from_db(fields=["answers", "typed", "revision", "state"])
        return _page(request, draft, bound, conflict=True)
    if leaving:
        if bound.errors:
            again.keep(request, saved, bound, demanded)
        actions.issue_code(draft=saved)
        response = redirect("portal:saved", draft_id=draft.public_id)
    else:
        from_check = "pruefen" in request.GET
        way = progress.next_url(saved, form, step_key, from_check=from_check)
        response = HttpResponseRedirect(way)
    response.status_code = 303
    keep_access(request, response, draft)
    return response


def _bind(
    request: HttpRequest, draft: Draft, step_key: str, data: Mapping[str, Any] | None
) -> BoundStep:
    """The step as stored or as sent, with what a log-in knows."""
    service = draft.version.parsed
    return engine.bind(
        form_of(draft),
        step_key,
        draft.answers,
        data=data,
        files=request.FILES,
        uploads=uploads.Box(draft.public_id),
        givens=known.givens(service, step_key, assurance.current(request), account_of(request)),
    )


def _not_sure(
    request: HttpRequest, draft: Draft, bound: BoundStep, demanded: TrustLevel
) -> HttpResponse | None:
    """Where the session does not know well enough who sends this: the log-in, nothing lost."""
    sure = assurance.current(request)
    if not sure.reaches(demanded):
        return _log_in_first(request, draft, bound, sure.level)
    if gates.is_silent(request, draft, bound.key):
        gates.keep_typed(request, draft.public_id, bound.key)
        return gates.ask(request, draft, bound.key, demanded, silent=True)
    return None


def _log_in_first(
    request: HttpRequest, draft: Draft, bound: BoundStep, level: TrustLevel
) -> HttpResponse:
    """The level ran out while somebody typed: keep everything, then ask for the log-in.

    Answers that demand more than holds now wait in the session, not in the draft.
    """
    service = draft.version.parsed
    gates.keep_typed(request, draft.public_id, bound.key)
    with suppress(DraftConflict, DraftAlreadySubmitted):
        save(
            draft,
            bound,
            sent=request.POST.get("_stand", "")[:80],
            allowed=lambda field: trust.of_field(service, field) <= level,
        )
    if "save" in request.POST:
        actions.issue_code(draft=draft)
        response = redirect("portal:saved", draft_id=draft.public_id)
    else:
        return _back_here(request, draft, bound.key)
    response.status_code = 303
    keep_access(request, response, draft)
    return response


def _back_here(request: HttpRequest, draft: Draft, step_key: str) -> HttpResponse:
    """To the page of the same step, which then was not sent: Back and Reload send nothing."""
    back = progress.BACK_TO_CHECK if "pruefen" in request.GET else ""
    response = HttpResponseRedirect(progress.step_url(draft, step_key) + back, status=303)
    keep_access(request, response, draft)
    return response


def save(
    draft: Draft,
    bound: BoundStep,
    *,
    sent: str,
    allowed: Callable[[Field], bool] = lambda field: True,
) -> Draft:
    """Save the right answers of a step, unless another window changed the same step.

    Raises: DraftAlreadySubmitted, DraftConflict.
    """
    answers = {
        field.key: bound.cleaned.get(field.key)
        for field in bound.fields
        if field.visible and allowed(field.field) and not any(inner.error for inner in field.walk())
    }
    keys = [field.key for field in bound.fields]
    for _try in range(RETRIES):
        if standing.conflicts(sent, draft.revision, draft.answers, answers, keys):
            raise DraftConflict(str(draft.public_id))
        try:
            return actions.save_step(
                draft=draft,
                step_key=bound.key,
                answers=answers,
                revision=draft.revision,
                actor=draft.actor,
            )
        except DraftConflict:
            # Another window saved another step, or the same thing: look again.
            draft.refresh_from_db(fields=["answers", "typed", "revision", "state"])
    raise DraftConflict(str(draft.public_id))


def form_of(draft: Draft) -> FormDefinition:
    """The form the draft was begun with. Raises: Http404 where there is none."""
    form = draft.version.parsed.form
    if form is None:
        raise Http404
    return form


def keep_access(request: HttpRequest, response: HttpResponse, draft: Draft) -> None:
    """Whoever came by code gets access for this browser; whoever works on keeps it."""
    if draft.account_id is not None:
        return  # the account opens it, nothing else
    if grants.has(request, grants.DRAFT, draft.public_id):
        grants.renew(request, response, grants.DRAFT, draft.public_id)
    else:
        grants.add(request, response, grants.DRAFT, draft.public_id)


def to_application(
    request: HttpRequest, draft: Draft, application: Application | None = None
) -> HttpResponse:
    """The draft was sent already: to its confirmation."""
    found = application or Application.objects.filter(draft=draft).only("public_id").first()
    if found is None:
        raise NoGrant(grants.DRAFT, draft.public_id)
    response = redirect("portal:confirmation", application_id=found.public_id)
    response.status_code = 303
    if draft.account_id is None:
        grants.add(request, response, grants.APPLICATION, found.public_id)
    return response


def _open(request: HttpRequest, draft_id: uuid.UUID) -> Draft:
    """By grant, or by the code that the page after an expired grant asks for."""
    try:
        return draft_for(request, draft_id)
    except NoGrant:
        code = request.POST.get("_code", "")[:60]
        if not code:
            raise
    try:
        return proceedings.open_draft(str(draft_id), code, sender=sender_key(request))
    except DraftAlreadySubmitted as submitted:
        if submitted.application.draft is None:
            raise NoGrant(grants.DRAFT, draft_id) from None
        return submitted.application.draft
    except ProceedingError:
        raise NoGrant(grants.DRAFT, draft_id) from None


def _page(
    request: HttpRequest, draft: Draft, bound: BoundStep, *, conflict: bool = False
) -> HttpResponse:
    definition = draft.version.parsed
    keys = [field.key for field in bound.fields]
    facts: Mapping[str, Any] = {
        "draft": draft,
        "service": definition,
        "bound": bound,
        "conflict": conflict,
        "place": progress.place(draft, form_of(draft), bound.key, definition.slug),
        "stand": standing.mark(draft.revision, draft.answers, keys),
        "from_check": "pruefen" in request.GET,
        "login_ahead": gates.ahead(request, draft, bound.key),
        "office": queries.office_of(definition),
        "nav_current": "services",
    }
    return render(request, "portal/step.html", facts, status=409 if conflict else 200)
