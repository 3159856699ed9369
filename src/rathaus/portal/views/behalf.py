""" "Für wen handeln Sie?": oneself, a company or association, a child."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.accounts import queries as accounts
from rathaus.accounts.queries import Mandate
from rathaus.catalogue import queries
from rathaus.forms.definition import Field, FieldType, FormDefinition, Option
from rathaus.portal import asked, fields, progress
from rathaus.portal.access import draft_for, personal
from rathaus.portal.owner import account_of
from rathaus.portal.views.apply import form_of, to_application
from rathaus.proceedings import actions
from rathaus.proceedings.errors import DraftAlreadySubmitted
from rathaus.proceedings.models import DraftState

SELF = "selbst"


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def on_behalf(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Asked at the start of a draft where there is something to choose; changed on the check."""
    draft, account = draft_for(request, draft_id), account_of(request)
    if draft.state == DraftState.SUBMITTED:
        return to_application(request, draft)
    mandates = accounts.acting_for(account) if account else []
    if account is None or not (mandates or draft.on_behalf):
        return redirect(progress.sensible_url(draft, form_of(draft)))
    chosen = _key(draft.on_behalf["kind"], draft.on_behalf["id"]) if draft.on_behalf else SELF
    question = asked.ask(_form(mandates), request, start={"handelt": chosen})
    if question.is_valid():
        kind, _dot, public_id = question.cleaned["handelt"].partition(".")
        mandate = accounts.mandate(account, kind, public_id) if public_id else None
        if public_id and mandate is None:
            messages.warning(
                request, _("Sie dürfen dafür nicht mehr handeln. Bitte wählen Sie neu.")
            )
            return redirect("portal:on_behalf", draft_id=draft_id)
        try:
            actions.act_for(draft=draft, mandate=mandate, actor=draft.actor)
        except DraftAlreadySubmitted as submitted:
            return to_application(request, draft, submitted.application)
        response = redirect(progress.sensible_url(draft, form_of(draft)))
        response.status_code = 303
        return response
    service = draft.version.parsed
    facts = {
        "draft": draft,
        "service": service,
        "bound": question,
        "office": queries.office_of(service),
        "nav_current": "services",
    }
    return render(request, "portal/on_behalf.html", facts)


def _form(mandates: list[Mandate]) -> FormDefinition:
    options = [Option(value=SELF, label=_("Für mich selbst"))]
    for mandate in mandates:
        hint = _("Ihr Kind") if mandate.kind == "child" else _("Organisation")
        key = _key(mandate.kind, str(mandate.id))
        options.append(Option(value=key, label=mandate.name or "–", hint=hint))
    return fields.form(
        Field(
            key="handelt",
            type=FieldType.CHOICE,
            label=_("Für wen stellen Sie den Antrag?"),
            missing_message=_("Wählen Sie aus, für wen Sie handeln."),
            options=tuple(options),
        )
    )


def _key(kind: str, public_id: str) -> str:
    return f"{kind}.{public_id}"
