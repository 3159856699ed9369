"""Who acts for an organisation: codes, requests, roles, ends. For its admins."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.accounts import queries
from rathaus.accounts.actions import acting, invitations
from rathaus.accounts.errors import Changed, LastAdmin, NotAllowed, TooMany
from rathaus.accounts.models import (
    Account,
    Invitation,
    Organisation,
    Representation,
    RepresentationRole,
    RepresentationState,
)
from rathaus.portal import area_fields, asked
from rathaus.portal.owner import signed_in
from rathaus.portal.views.area.guard import account_required
from rathaus.portal.views.area.organisations import named, parent
from rathaus.portal.views.area.page import page, see_other
from rathaus.proceedings.models import Application

NEWS = frozenset({"code", "zurueck", "zugelassen", "abgelehnt", "geaendert", "beendet", "anders"})


@require_safe
@account_required
def organisation(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """For everybody who acts for it; people and codes for admins only."""
    own = _own(request, organisation_id)
    is_admin = own.role == RepresentationRole.ADMIN
    people = list(queries.people_of(own.organisation)) if is_admin else []
    news = request.GET.get("neu", "")
    return page(
        request,
        "organisation",
        "represent",
        here=own.organisation.name,
        konto_parent=parent(),
        organisation=own.organisation,
        own=own,
        is_admin=is_admin,
        requests=[row for row in people if row.state == RepresentationState.REQUESTED],
        people=[row for row in people if row.state == RepresentationState.ACTIVE],
        invitations=invitations.open_invitations(own.organisation) if is_admin else [],
        cases=Application.objects.filter(represented=own.organisation).count(),
        news=news if news in NEWS else "",
    )


@require_POST
@account_required
def invite(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """A new code."""
    own = _own(request, organisation_id)
    account = signed_in(request)
    try:
        invitations.invite(organisation=own.organisation, by=account, actor=account.actor)
    except (NotAllowed, TooMany):
        return _back(own.organisation, "anders")
    return _back(own.organisation, "code")


@require_POST
@account_required
def withdraw(
    request: HttpRequest, organisation_id: uuid.UUID, invitation_id: uuid.UUID
) -> HttpResponse:
    """Take a code back."""
    own = _own(request, organisation_id)
    account = signed_in(request)
    rows = Invitation.objects.filter(organisation=own.organisation, public_id=invitation_id)
    row = rows.select_related("organisation__chain").first()
    if row is None:
        raise Http404
    try:
        invitations.withdraw_invitation(invitation=row, by=account, actor=account.actor)
    except NotAllowed:
        raise Http404 from None
    return _back(own.organisation, "zurueck")


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def person(request: HttpRequest, representation_id: uuid.UUID) -> HttpResponse:
    """Let somebody in, say no, or change role and last day."""
    account = signed_in(request)
    row = _looked_after(account, representation_id)
    is_request = row.state == RepresentationState.REQUESTED
    if request.method == "POST" and "ablehnen" in request.POST and is_request:
        return _refuse(row, account)
    start = {
        "rolle": row.role,
        "bis": row.valid_until.isoformat() if row.valid_until else None,
    }
    question = asked.ask(area_fields.terms(), request, start=start)
    if question.is_valid():
        terms: dict[str, Any] = {
            "role": question.cleaned["rolle"],
            "valid_until": parse_date(question.cleaned.get("bis") or ""),
        }
        act = acting.approve if is_request else acting.change
        try:
            act(representation=row, by=account, actor=account.actor, **terms)
        except LastAdmin:
            text = _("Eine Person muss die Organisation unbefristet verwalten. Bestimmen Sie "
                     "zuerst eine andere.")  # fmt: skip
            asked.fail(question, "rolle", text)
        except (Changed, NotAllowed):
            return _back(row.organisation, "anders")
        else:
            return _back(row.organisation, "zugelassen" if is_request else "geaendert")
    return page(
        request,
        "representative",
        "represent",
        here=named(row.account),
        konto_parent={"label": row.organisation.name, "url": _url(row.organisation)},
        row=row,
        name=named(row.account),
        is_request=is_request,
        bound=question,
        back_url=_url(row.organisation),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def end(request: HttpRequest, representation_id: uuid.UUID) -> HttpResponse:
    """Leave, take back one's own request, or remove somebody."""
    account = signed_in(request)
    row = _own_or_looked_after(account, representation_id)
    own = row.account_id == account.pk
    problem = ""
    if request.method == "POST":
        try:
            if row.state == RepresentationState.REQUESTED:
                acting.refuse(representation=row, by=account, actor=account.actor)
            else:
                acting.end(representation=row, by=account, actor=account.actor)
        except LastAdmin:
            problem = _("Bestimmen Sie zuerst eine andere Person zur Verwaltung.")
        except (Changed, NotAllowed):
            return see_other(reverse("portal:represent"))
        else:
            if own:
                return see_other(f"{reverse('portal:represent')}?neu=beendet")
            return _back(row.organisation, "beendet")
    facts = {"organisation": row.organisation.name, "name": named(row.account)}
    if own:
        title = _("Vertretung von %(organisation)s beenden?") % facts
        text = _("Sie sehen ihre Vorgänge dann sofort nicht mehr.")
    else:
        title = _("Vertretung durch %(name)s beenden?") % facts
        text = _("Die Person sieht die Vorgänge der Organisation dann sofort nicht mehr.")
    return page(
        request,
        "ask",
        "represent",
        here=_("Vertretung beenden"),
        konto_parent=parent(),
        ask_title=title,
        ask_text=text,
        ask_problem=problem,
        submit_label=_("Beenden"),
        back_url=reverse("portal:represent") if own else _url(row.organisation),
        status=409 if problem else 200,
    )


def _refuse(row: Representation, account: Account) -> HttpResponse:
    try:
        acting.refuse(representation=row, by=account, actor=account.actor)
    except (Changed, NotAllowed):
        return _back(row.organisation, "anders")
    return _back(row.organisation, "abgelehnt")


def _own(request: HttpRequest, organisation_id: uuid.UUID) -> Representation:
    """One's own representation that holds; what is not one's own looks as if it were not there."""
    held = queries.active_representations(signed_in(request))
    rows = held.filter(organisation__public_id=organisation_id)
    row = rows.select_related("organisation__chain").first()
    if row is None:
        raise Http404
    return row


def _looked_after(account: Account, representation_id: uuid.UUID) -> Representation:
    admin = queries.active_representations(account).filter(role=RepresentationRole.ADMIN)
    rows = Representation.objects.filter(
        public_id=representation_id,
        organisation_id__in=admin.values("organisation_id"),
        state__in=[RepresentationState.ACTIVE, RepresentationState.REQUESTED],
    )
    row = rows.select_related("organisation__chain", "account__chain").first()
    if row is None:
        raise Http404
    return row


def _own_or_looked_after(account: Account, representation_id: uuid.UUID) -> Representation:
    rows = Representation.objects.filter(
        public_id=representation_id,
        account=account,
        state__in=[RepresentationState.ACTIVE, RepresentationState.REQUESTED],
    )
    row = rows.select_related("organisation__chain", "account__chain").first()
    return row or _looked_after(account, representation_id)


def _url(place: Organisation) -> str:
    return reverse("portal:organisation", args=[place.public_id])


def _back(place: Organisation, news: str) -> HttpResponse:
    return see_other(f"{_url(place)}?neu={news}")
