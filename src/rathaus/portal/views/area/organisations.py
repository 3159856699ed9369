"""For whom somebody acts: found an organisation, join one by code, declare a child."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rathaus.accounts import queries
from rathaus.accounts.actions import acting, children, invitations
from rathaus.accounts.errors import AlreadyActing, CodeWrong, OfAge, TooMany, TooManyTries
from rathaus.accounts.models import Account, Child, Representation, RepresentationState
from rathaus.accounts.sources import config
from rathaus.core.middleware import sender_key
from rathaus.portal import area_fields, asked
from rathaus.portal.owner import signed_in
from rathaus.portal.views.area.guard import account_required
from rathaus.portal.views.area.page import page, see_other
from rathaus.theme.views import too_many

NEWS = frozenset({"angelegt", "angefragt", "beendet", "kind", "kind-weg"})


@require_safe
@account_required
def overview(request: HttpRequest) -> HttpResponse:
    """Organisations, children, and what waits for a decision."""
    account = signed_in(request)
    held = Representation.objects.filter(
        account=account, state__in=[RepresentationState.ACTIVE, RepresentationState.REQUESTED]
    )
    rows = held.select_related("organisation").order_by("organisation__name", "pk")
    news = request.GET.get("neu", "")
    return page(
        request,
        "represent",
        "represent",
        here=_("Vertretung"),
        rows=[row for row in rows if acting.holds(row)],
        requests=queries.waiting_requests(account),
        children=queries.minors(account),
        company_sources=company_sources(),
        news=news if news in NEWS else "",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def found(request: HttpRequest) -> HttpResponse:
    """An organisation by one's own word."""
    account = signed_in(request)
    question = asked.ask(area_fields.organisation(), request, start={"register": "nein"})
    if question.is_valid():
        said = question.cleaned
        try:
            acting.found(
                account=account,
                name=said["name"],
                legal_form=said.get("rechtsform") or "",
                register=_register(said),
                address=said.get("anschrift") or {},
                actor=account.actor,
            )
        except TooMany:
            asked.fail(question, "name", _("Das sind sehr viele. Bitte rufen Sie uns an."))
        else:
            return _back("angelegt")
    return _form(
        request,
        question,
        _("Organisation anlegen"),
        lead=_("Im Rathaus steht dann dabei: nicht nachgewiesen. Mit „Mein Unternehmenskonto“ "
               "weisen Sie es nach."),
        submit=_("Organisation anlegen"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def join(request: HttpRequest) -> HttpResponse:
    """Ask to act for the organisation that handed out a code."""
    account = signed_in(request)
    question = asked.ask(area_fields.join(), request)
    if question.is_valid():
        try:
            invitations.ask(
                account=account,
                code=question.cleaned["code"],
                sender=sender_key(request),
                actor=account.actor,
            )
        except TooManyTries:
            return too_many(request, retry_minutes=30)
        except CodeWrong:
            text = _("Diesen Code gibt es nicht, oder er gilt nicht mehr.")
            asked.fail(question, "code", text)
        except AlreadyActing:
            text = _("Für diese Organisation handeln Sie schon, oder Sie haben schon gefragt.")
            asked.fail(question, "code", text)
        except TooMany:
            asked.fail(question, "code", _("Das sind sehr viele. Bitte rufen Sie uns an."))
        else:
            return _back("angefragt")
    return _form(
        request,
        question,
        _("Einer Organisation beitreten"),
        lead=_("Den Code bekommen Sie von der Organisation. Sie entscheidet danach über Ihre "
               "Anfrage und sieht dabei den Namen aus Ihrem Profil."),
        submit=_("Anfragen"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def child(request: HttpRequest) -> HttpResponse:
    """A child one has custody of."""
    account = signed_in(request)
    question = asked.ask(area_fields.child(), request)
    if question.is_valid():
        said = question.cleaned
        born = parse_date(said["birth_date"])
        try:
            if born is None:
                raise OfAge
            children.declare_child(
                account=account,
                first_names=said["first_names"],
                last_name=said["last_name"],
                birth_date=born,
                actor=account.actor,
            )
        except OfAge:
            text = _("Das geht nur für Kinder unter 18 Jahren.")
            asked.fail(question, "birth_date", text)
        except TooMany:
            asked.fail(question, "first_names", _("Das sind sehr viele. Bitte rufen Sie uns an."))
        else:
            return _back("kind")
    return _form(
        request,
        question,
        _("Kind eintragen"),
        lead=_("Dann können Sie Anträge für das Kind stellen. Am 18. Geburtstag endet das von "
               "selbst."),
        submit=_("Kind eintragen"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def child_end(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """Act for the child no more."""
    account = signed_in(request)
    row = Child.objects.filter(account=account, public_id=child_id).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        children.end_child(child=row, actor=account.actor)
        return _back("kind-weg")
    return page(
        request,
        "ask",
        "represent",
        here=_("Kind entfernen"),
        konto_parent=parent(),
        ask_title=_("%(name)s entfernen?") % {"name": row.name},
        ask_text=_("Sie handeln dann nicht mehr für das Kind. Gestellte Anträge bleiben."),
        submit_label=_("Entfernen"),
        back_url=reverse("portal:represent"),
    )


def company_sources() -> list[Any]:
    """Account systems that vouch for organisations."""
    return [source for source in config.for_residents() if source.organisations]


def parent() -> dict[str, str]:
    """The page above, for the breadcrumb."""
    return {"label": _("Vertretung"), "url": reverse("portal:represent")}


def named(account: Account) -> str:
    """How somebody calls themself; says so where they have not."""
    return account.name or _("Jemand ohne Namen im Profil")


def _register(said: dict[str, Any]) -> dict[str, str]:
    kind = said.get("register")
    if not kind or kind == "nein":
        return {}
    return {
        "kind": {"gnr": "GnR"}.get(kind, kind.upper()),
        "number": said.get("nummer") or "",
        "court": said.get("gericht") or "",
    }


def _form(
    request: HttpRequest, question: Any, title: str, *, lead: str, submit: str
) -> HttpResponse:
    return page(
        request,
        "form",
        "represent",
        here=title,
        konto_parent=parent(),
        form_title=title,
        form_lead=lead,
        bound=question,
        submit_label=submit,
        back_url=reverse("portal:represent"),
    )


def _back(news: str) -> HttpResponse:
    return see_other(f"{reverse('portal:represent')}?neu={news}")
