"""The pages of the form, filled in by staff for somebody: steps, check, send."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.core.clock import today
from rathaus.core.money import Money
from rathaus.desk import drafts, lookup
from rathaus.desk.access import DeskRequest
from rathaus.forms import engine, uploads
from rathaus.forms.definition import FormDefinition
from rathaus.payments import fees
from rathaus.proceedings import actions
from rathaus.proceedings.errors import (
    DraftAlreadySubmitted,
    DraftConflict,
    DraftIncomplete,
)
from rathaus.proceedings.models import Application, Channel, Draft, DraftState


@require_http_methods(["GET", "POST"])
def step(request: DeskRequest, ident: uuid.UUID, key: str) -> HttpResponse:
    """One page of the form, the same as residents fill in."""
    draft = drafts.find(request, ident)
    if draft.state == DraftState.SUBMITTED:
        return _submitted(request, draft)
    form = form_of(draft)
    visible = engine.visible_steps(form, draft.answers)
    current = next((one for one in visible if one.key == key), None)
    if current is None:
        missing = engine.first_incomplete_step(form, draft.answers)
        return _to_step(draft, missing.key if missing else visible[0].key)
    if request.method != "POST":
        return _step_page(request, draft, engine.bind(form, current, draft.answers))
    bound = engine.bind(
        form,
        current,
        draft.answers,
        data=request.POST,
        files=request.FILES,
        uploads=uploads.Box(draft.public_id),
    )
    if not bound.is_valid():
        return _step_page(request, draft, bound, status=422 if bound.errors else 200)
    try:
        _save(request, draft, bound)
    except DraftAlreadySubmitted as known:
        return to_case(request, known.application)
    except DraftConflict:
        draft.refresh_from_db()
        messages.warning(
            request,
            _("Der Entwurf wurde in einem anderen Fenster geändert. Prüfen Sie diese Seite noch "
              "einmal und senden Sie sie dann."),
        )  # fmt: skip
        return _step_page(request, draft, bound, status=409)
    following = engine.next_step(form, draft.answers, current.key)
    if "von" in request.GET or following is None:
        return redirect("desk:enter_check", draft.public_id)
    return _to_step(draft, following.key)


@require_http_methods(["GET", "POST"])
def check(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Read everything back to the person, then send."""
    draft = drafts.find(request, ident)
    if draft.state == DraftState.SUBMITTED:
        return _submitted(request, draft)
    if request.method == "POST":
        try:
            application = actions.submit(draft=draft, actor=request.desk.actor())
        except DraftAlreadySubmitted as known:
            return to_case(request, known.application)
        except DraftIncomplete as error:
            return _check_page(request, draft, error.problems, status=422)
        except DraftConflict:
            draft.refresh_from_db()
            messages.warning(request, _("Der Entwurf wurde gerade geändert. Prüfen Sie ihn noch "
                                        "einmal."))  # fmt: skip
            return _check_page(request, draft, [], status=409)
        messages.success(request, _("Der Antrag ist aufgenommen."))
        return to_case(request, application)
    return _check_page(request, draft, engine.problems(form_of(draft), draft.answers))


def _save(request: DeskRequest, draft: Draft, bound: engine.BoundStep) -> None:
    try:
        revision = int(request.POST.get("revision", "")[:9])
    except ValueError:
        revision = -1
    # An answer that was emptied has to go from the draft too.
    emptied = {field.key: None for field in bound.step.fields if field.key in draft.answers}
    actions.save_step(
        draft=draft,
        step_key=bound.key,
        answers={**emptied, **bound.cleaned},
        revision=revision,
        actor=request.desk.actor(),
    )


def _step_page(
    request: DeskRequest, draft: Draft, bound: engine.BoundStep, status: int = 200
) -> HttpResponse:
    form = form_of(draft)
    steps = engine.visible_steps(form, draft.answers)
    keys = [one.key for one in steps]
    before = engine.previous_step(form, draft.answers, bound.key)
    number = keys.index(bound.key) + 1 if bound.key in keys else 1
    context = {
        **_head(draft),
        "bound": bound,
        "number": number,
        "total": len(steps),
        "back": reverse("desk:enter_step", args=[draft.public_id, before.key]) if before else "",
        "steps": [
            {
                "title": one.title,
                "url": reverse("desk:enter_step", args=[draft.public_id, one.key]),
                "state": "now" if one.key == bound.key else "done" if n < number else "next",
            }
            for n, one in enumerate(steps, 1)
        ],
    }
    return render(request, "desk/enter_step.html", context, status=status)


def _check_page(
    request: DeskRequest, draft: Draft, problems: list[Any], status: int = 200
) -> HttpResponse:
    form, service = form_of(draft), draft.version.parsed
    lines = []
    if not problems and service.payment_policy != "none":
        lines = fees.assess(service.fees, engine.prune(form, draft.answers), on=today())
    change = reverse("desk:enter_step", args=[draft.public_id, "step"]).replace("/step/", "/STEP/")
    context = {
        **_head(draft),
        "sections": engine.summary(form, draft.answers),
        "change_url": f"{change}?von=pruefen",
        "problems": [
            {
                "message": problem.message,
                "url": reverse("desk:enter_step", args=[draft.public_id, problem.step_key])
                + f"?von=pruefen#{problem.anchor}",
            }
            for problem in problems
        ],
        "lines": lines,
        "total": Money(sum(line.total_cents for line in lines)),
    }
    return render(request, "desk/enter_check.html", context, status=status)


def _head(draft: Draft) -> dict[str, Any]:
    return {
        "nav_current": "enter",
        "draft": draft,
        "service": draft.version.parsed,
        "channel": dict(Channel.choices).get(draft.channel, draft.channel),
        "office": drafts.office_of(draft),
    }


def form_of(draft: Draft) -> FormDefinition:
    """The form of a draft. Raises: Http404 for a service without one."""
    form = draft.version.parsed.form
    if form is None:
        raise Http404
    return form


def onward(draft: Draft) -> str:
    """Where to go on: the first page with something missing, else the check page."""
    step = engine.first_incomplete_step(form_of(draft), draft.answers)
    if step is None:
        return reverse("desk:enter_check", args=[draft.public_id])
    return reverse("desk:enter_step", args=[draft.public_id, step.key])


def to_case(request: DeskRequest, application: Application) -> HttpResponse:
    """The case page, or a short word where it is another office's or closed to the person."""
    if lookup.applications(request.desk).filter(pk=application.pk).exists():
        return redirect("desk:case", application.public_id)
    messages.success(
        request,
        _("Der Antrag liegt beim zuständigen Amt: %(reference)s")
        % {"reference": application.reference},
    )
    return redirect("desk:enter")


def _to_step(draft: Draft, key: str) -> HttpResponse:
    return redirect("desk:enter_step", draft.public_id, key)


def _submitted(request: DeskRequest, draft: Draft) -> HttpResponse:
    application = Application.objects.filter(draft=draft).select_related("case__office").first()
    if application is None:
        raise Http404
    return to_case(request, application)
