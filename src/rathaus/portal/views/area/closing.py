"""Deleting one's account: what goes, what the law keeps, and a last question."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rathaus.accounts import queries, signing
from rathaus.accounts.actions import acting, closing
from rathaus.accounts.errors import Changed
from rathaus.accounts.models import Account, RepresentationRole
from rathaus.core import secrets
from rathaus.portal import area_fields, asked, grants
from rathaus.portal.access import never_stored
from rathaus.portal.owner import signed_in
from rathaus.portal.views.area.page import page, see_other
from rathaus.portal.views.area.privacy import parent
from rathaus.portal.views.konto.fresh import fresh
from rathaus.proceedings.personal import holdings

SHOWN = 50
RECEIPT = "account_closed"
"""Key in the session: what the receipt page says; nothing that names a person."""


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
def close_account(request: HttpRequest) -> HttpResponse:
    """Overview, check box, done. Fresh proof comes before."""
    account = signed_in(request)
    numbers = holdings.numbers(account)
    cases = holdings.own_cases(account, SHOWN)
    question = asked.ask(area_fields.farewell(), request)
    if question.is_valid():
        try:
            closing.close(account=account, actor=account.actor)
        except Changed:
            return see_other(reverse("portal:start"))
        signing.sign_out(request)
        request.session[RECEIPT] = [_line(case) for case in cases]
        response = see_other(reverse("portal:account_closed"))
        grants.drop(request, response)
        return response
    return page(
        request,
        "close_account",
        "privacy_account",
        here=_("Konto löschen"),
        konto_parent=parent(),
        bound=question,
        numbers=numbers,
        cases=cases,
        orphaned=_orphaned(account),
        back_url=reverse("portal:privacy_account"),
    )


@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """The receipt: what is kept and until when. Shown once, without an account."""
    kept = request.session.pop(RECEIPT, None)
    if kept is None:
        return see_other(reverse("portal:start"))
    for line in kept:
        line["code"] = secrets.unseal(line["code"]) if line["code"] else ""
    facts = {"kept": kept, "going_on": any(line["code"] for line in kept)}
    return never_stored(render(request, "portal/konto/closed.html", facts))


def _orphaned(account: Account) -> list[dict[str, Any]]:
    """Organisations that nobody looks after once this account is gone."""
    rows = queries.active_representations(account).filter(role=RepresentationRole.ADMIN)
    found = []
    for row in rows.select_related("organisation"):
        others = queries.people_of(row.organisation).exclude(pk=row.pk).count()
        if others and acting.is_last_admin(row):
            found.append({"organisation": row.organisation, "others": others})
    return found


def _line(case: holdings.Kept) -> dict[str, Any]:
    application = case.application
    goes_on = application.is_open and application.represented_id is None
    return {
        "code": application.code_sealed if goes_on else "",
        "reference": case.application.reference,
        "title": case.application.case.title,
        "until": case.until.isoformat() if case.until else "",
        "years": case.years,
        "basis": case.basis,
    }
