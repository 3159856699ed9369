"""Paper that is out: list, hand out, take back."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.core.clock import today
from rathaus.desk import keyset, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.plan import dossiers, things
from rathaus.desk.views.plan.form import Field, Form, Wrong
from rathaus.records import actions, queries
from rathaus.records.models import Loan

PAGE = 50


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """What is out and what is overdue, earliest first."""
    tab = params.text(request.GET, "stand", 10)
    seen = Loan.objects.filter(dossier__scope__in=queries.scopes_for(request.desk.staff))
    seen = seen.select_related("dossier__office", "borrower")
    order = ("-back", "-pk") if tab == "back" else ("due", "pk")
    rows = seen.filter(back__isnull=tab != "back")
    if tab == "back":
        seen = rows
    elif tab == "late":
        rows = rows.filter(due__lt=today())
    home = reverse("desk:loans")
    tabs = [("", _("Ausgeliehen")), ("late", _("Überfällig")), ("back", _("Zurückgegeben"))]
    loans, following = keyset.page(rows, order, params.cursor(request), PAGE, seen)
    context = {
        "nav_current": "loans",
        "loans": loans,
        "tab": tab,
        "tabs": [
            {"url": home + params.query(stand=key), "label": label, "current": key == tab}
            for key, label in tabs
        ],
        "today": today(),
        "next_url": home + params.query(stand=tab, nach=following) if following else "",
    }
    return render(request, "desk/plan/loans.html", context)


@require_http_methods(["GET", "POST"])
def lend(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Hand the paper of a dossier to somebody."""
    found = things.dossier(request, ident, write=True)
    people = [(str(one.public_id), one.name) for one in things.people()]
    form = Form(
        title=_("Papierakte ausleihen"),
        small=str(found),
        fields=[
            Field(
                "person",
                _("An wen?"),
                "select",
                options=[("", _("jemand außerhalb des Rathauses")), *people],
                optional=True,
            ),
            Field(
                "name",
                _("Name, wenn außerhalb"),
                hint=_("Zum Beispiel: Amtsgericht Aurich, Geschäftsstelle 4"),
                optional=True,
                limit=120,
            ),
            Field("due", _("Zurück bis"), "date", limit=20),
            Field("purpose", _("Wozu?"), optional=True),
        ],
        button=_("Ausleihen"),
        back=reverse("desk:dossier", args=[ident]),
        crumbs=dossiers.crumbs(found, inside=True),
        lead=_("Standort: %(place)s") % {"place": found.location} if found.location else "",
    )

    def act(typed: dict[str, str]) -> HttpResponse:
        due = params.day(typed, "due")
        if due is None:
            raise Wrong("due", _("Geben Sie ein Datum wie 9.3.2027 ein."))
        actions.lend(
            dossier=found,
            borrower=things.person(typed["person"]) if typed["person"] else None,
            borrower_name=typed["name"],
            due=due,
            purpose=typed["purpose"],
            actor=things.actor(request, found),
        )
        messages.success(request, _("Die Ausleihe ist eingetragen."))
        return redirect("desk:dossier", ident)

    return form.answer(request, act)


@require_POST
def take_back(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The paper is back."""
    found = Loan.objects.select_related("dossier").filter(public_id=ident).first()
    if found is None:
        raise Http404
    dossier = things.dossier(request, found.dossier.public_id, write=True)
    actions.take_back(loan=found, actor=things.actor(request, dossier))
    messages.success(request, _("%(ref)s steht wieder am Standort.") % {"ref": dossier.reference})
    wants_list = params.text(request.POST, "liste", 5)
    return redirect("desk:loans") if wants_list else redirect("desk:dossier", dossier.public_id)
