"""Checking all answers, and sending them."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.accounts import assurance
from rathaus.accounts import queries as accounts
from rathaus.catalogue import queries
from rathaus.core import clock
from rathaus.forms import engine
from rathaus.forms.bound import Problem
from rathaus.payments import fees
from rathaus.portal import gates, grants, present, progress
from rathaus.portal.access import draft_for, personal
from rathaus.portal.views.apply import form_of, to_application
from rathaus.proceedings import actions, known
from rathaus.proceedings.errors import (
    DraftAlreadySubmitted,
    DraftConflict,
    DraftIncomplete,
    MandateEnded,
    NotConfirmed,
    TrustTooLow,
)
from rathaus.proceedings.models import Draft, DraftState


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def check(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Everything that will be sent, what it costs, and the button that sends it."""
    draft = draft_for(request, draft_id)
    if draft.state == DraftState.SUBMITTED:
        return to_application(request, draft)
    if "save" in request.POST:
        actions.issue_code(draft=draft)
        return redirect("portal:saved", draft_id=draft_id)
    if (closed := gates.closed(request, draft, "")) is not None:
        return closed
    if request.method != "POST":
        return _page(request, draft)
    if request.POST.get("_stand", "") != _stand(draft):
        return _page(request, draft, changed=True)
    try:
        application = actions.submit(
            draft=draft,
            actor=draft.actor,
            pay_by=_chosen_way(request.POST.get("zahlung", "")),
            assurance=assurance.current(request),
        )
    except DraftAlreadySubmitted as submitted:
        return to_application(request, draft, submitted.application)
    except DraftIncomplete:
        return _page(request, draft)
    except TrustTooLow as low:
        return gates.ask(request, draft, "", low.level)
    except NotConfirmed as other:
        text = _("Ihre Anmeldung nennt hier andere Angaben als gespeichert. Bitte prüfen Sie sie.")
        messages.warning(request, text)
        return redirect(progress.step_url(draft, other.step_key) + progress.BACK_TO_CHECK)
    except MandateEnded:
        messages.warning(request, _("Sie dürfen dafür nicht mehr handeln. Bitte wählen Sie neu."))
        return redirect("portal:on_behalf", draft_id=draft_id)
    except DraftConflict:
        return _page(request, draft_for(request, draft_id), changed=True)
    response = redirect("portal:confirmation", application_id=application.public_id)
    response.status_code = 303
    if application.account_id is None:
        grants.add(request, response, grants.APPLICATION, application.public_id)
    return response


def _chosen_way(text: str) -> str:
    """Only what people can choose here: PayPal asks them on a page of its own."""
    return text if text == "transfer" else ""


def _lines(draft: Draft) -> list[fees.FeeLine]:
    answers = engine.prune(form_of(draft), draft.answers)
    return fees.assess(draft.version.parsed.fees, answers, on=clock.today())


def _total(lines: list[fees.FeeLine]) -> int:
    return sum(line.total_cents for line in lines)


def _stand(draft: Draft) -> str:
    """What the page showed: nobody sends answers or a fee they have not seen."""
    return f"{draft.revision}.{_total(_lines(draft))}"


def _page(request: HttpRequest, draft: Draft, *, changed: bool = False) -> HttpResponse:
    definition, form = draft.version.parsed, form_of(draft)
    lines = _lines(draft)
    total = _total(lines)
    problems = engine.problems(form, draft.answers)
    fixed = known.fixed_paths(definition, draft.answers, assurance.current(request))
    facts = {
        "draft": draft,
        "service": definition,
        "sections": engine.summary(
            form, draft.answers, confirmed=_confirmed(request, draft), fixed=fixed
        ),
        "all_may_change": not fixed,
        "behalf": accounts.shown(draft.on_behalf),
        "may_choose": draft.account is not None and bool(accounts.acting_for(draft.account)),
        "change_url": progress.step_url(draft, "STEP") + progress.BACK_TO_CHECK,
        "problems": [_problem(draft, problem) for problem in problems[:20]],
        "lines": lines,
        "total": total,
        "payment_text": _payment_text(definition.payment_policy),
        "pays_now": total > 0 and definition.payment_policy in {"before", "optional"},
        "submit_label": present.submit_label(total),
        "stand": f"{draft.revision}.{total}",
        "changed": changed,
        "place": progress.place(draft, form, "", definition.slug),
        "office": queries.office_of(definition),
        "nav_current": "services",
    }
    return render(request, "portal/check.html", facts, status=409 if changed else 200)


def _confirmed(request: HttpRequest, draft: Draft) -> dict[str, str]:
    facts = known.confirmed_paths(draft.version.parsed, draft.answers, assurance.current(request))
    return {
        path: _("von %(source)s bestätigt") % {"source": known.label(fact.proof.source)}
        for path, fact in facts.items()
    }


def _problem(draft: Draft, problem: Problem) -> dict[str, str]:
    url = progress.step_url(draft, problem.step_key) + progress.BACK_TO_CHECK
    return {"message": problem.message, "url": f"{url}#{problem.anchor}"}


def _payment_text(policy: str) -> str:
    return {
        "before": _("Sie bezahlen nach dem Absenden. Danach beginnen wir mit der Bearbeitung."),
        "optional": _("Sie können gleich nach dem Absenden bezahlen oder später."),
        "after": _("Sie bezahlen erst, wenn wir entschieden haben. Sie bekommen eine Rechnung."),
    }.get(policy, "")
