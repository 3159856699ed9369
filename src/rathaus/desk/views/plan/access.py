"""Wer darf das sehen und warum: people with reasons, grants, and the access log."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.core.clock import today
from rathaus.desk import history, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.plan import cases, dossiers, entries, things
from rathaus.desk.views.plan.form import Field, Form, Wrong
from rathaus.organisation import queries as organisation
from rathaus.proceedings import rights
from rathaus.records import accesslog, actions, permissions, queries, reasons
from rathaus.records.models import AccessGrant, Case, Document, Dossier, FilingPlanEntry
from rathaus.records.states import Access

PAGE = 100


@require_safe
def of_dossier(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Who may see a dossier. The registry may look at this page of every dossier."""
    found = _manageable(request, ident)
    return _page(request, found, found)


@require_safe
def of_case(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Who may see a case."""
    found = things.case(request, ident)
    return _page(request, found, found.dossier)


@require_safe
def of_document(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Who may see a document."""
    found = things.document(request, ident)
    return _page(request, found, found.case.dossier)


def _manageable(request: DeskRequest, ident: uuid.UUID) -> Dossier:
    try:
        return queries.dossier_for(request.desk.staff, ident)
    except Dossier.DoesNotExist:
        if not request.desk.can("records.plan"):
            raise Http404 from None
    found = Dossier.objects.with_place().filter(public_id=ident).first()
    if found is None:
        raise Http404
    return found


def _page(request: DeskRequest, about: Dossier | Case | Document, dossier: Dossier) -> HttpResponse:
    mine = queries.why(request.desk.staff, dossier)
    if isinstance(about, Document):
        crumbs, title = cases.crumbs(about.case), about.title
        log = ""
    elif isinstance(about, Case):
        crumbs, title = cases.crumbs(about), str(about)
        log = reverse("desk:case_log", args=[about.public_id])
    else:
        # Whoever manages access without being named sees no title.
        title = str(dossier) if mine else dossier.reference
        crumbs = dossiers.crumbs(dossier, inside=bool(mine))
        log = reverse("desk:dossier_log", args=[dossier.public_id]) if mine else ""
    viewers = reasons.audience(dossier)
    manages = permissions.may_manage(request.desk.staff, dossier)
    text = params.text(request.GET, "q", 60).casefold()
    context = {
        "nav_current": "files",
        "title": title,
        "dossier": dossier,
        "crumbs": crumbs,
        "mine": mine,
        "viewers": [one for one in viewers if text in one.staff.name.casefold()],
        "total": len(viewers),
        "text": text,
        "access_note": dossiers.access_note(dossier),
        "grants": permissions.grants_on(dossier),
        "can_manage": manages,
        "log": log,
        "unattended": rights.unattended(dossier, viewers) if manages else [],
        "today": today(),
    }
    return render(request, "desk/plan/access.html", context)


@require_http_methods(["GET", "POST"])
def change(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """What kind of access a dossier has."""
    found = _managed(request, ident)
    form = Form(
        title=_("Zugriff ändern"),
        small=found.reference,
        fields=[
            Field(
                "access",
                _("Wer darf die Akte sehen?"),
                "radio",
                value=found.own_access or "-",
                options=[
                    ("-", _("wie darüber: %(label)s") % {"label": found.get_access_display()}
                     if not found.own_access else _("wie der Aktenplan oder die Akte darüber")),
                    *((str(value), str(label)) for value, label in Access.choices),
                ],
            ),
            Field("reason", _("Grund"), hint=_("Er steht im Verlauf der Akte.")),
        ],
        button=_("Zugriff ändern"),
        back=reverse("desk:dossier_access", args=[ident]),
        consequences=[
            _("Gilt sofort, auch in der Suche und für alle Vorgänge und Dokumente der Akte."),
            _("Geschützte Akten sehen nur die Personen und Ämter, die Sie eintragen."),
        ],
    )  # fmt: skip

    def act(typed: dict[str, str]) -> HttpResponse:
        own = "" if typed["access"] == "-" else typed["access"]
        protects = own == Access.RESTRICTED and not found.grants.active(today()).exists()
        if protects and request.desk.staff:
            actions.give(
                dossier=found,
                staff=request.desk.staff,
                may_write=True,
                reason=_("hat die Akte geschützt"),
                actor=things.actor(request, found),
            )
        actions.set_access(
            dossier=found,
            own_access=own,
            reason=typed["reason"],
            actor=things.actor(request, found),
        )
        messages.success(request, _("Der Zugriff ist geändert."))
        return redirect("desk:dossier_access", ident)

    return form.answer(request, act)


def _grant_form(title: str, small: str, back: str) -> Form:
    people = [(f"p:{one.public_id}", one.name) for one in things.people()]
    offices = [
        (f"a:{one.key}", _("Amt: %(name)s") % {"name": one.name}) for one in organisation.offices()
    ]
    return Form(
        title=title,
        small=small,
        fields=[
            Field("who", _("Wer?"), "select", options=[("", _("Bitte wählen")), *people, *offices]),
            Field(
                "level",
                _("Was?"),
                "radio",
                value="read",
                options=[("read", _("nur lesen")), ("write", _("lesen und ablegen"))],
                hint=_("Wer in einer geschützten Akte nur liest, bearbeitet dort keine Vorgänge."),
            ),
            Field(
                "until",
                _("Bis wann?"),
                "date",
                hint=_("Letzter Tag. Leer: bis Sie die Berechtigung entziehen."),
                optional=True,
                limit=20,
            ),
            Field("reason", _("Grund"), hint=_("Zum Beispiel: Prüfung, Vertretung, Rechtsstreit")),
        ],
        button=_("Berechtigen"),
        back=back,
    )


def _grant_values(typed: dict[str, str]) -> dict[str, Any]:
    kind, _sep, key = typed["who"].partition(":")
    until = params.day(typed, "until")
    if typed["until"] and until is None:
        raise Wrong("until", _("Geben Sie ein Datum wie 9.3.2027 ein."))
    return {
        "staff": things.person(key) if kind == "p" else None,
        "office": things.office(key) if kind == "a" else None,
        "may_write": typed["level"] == "write",
        "until": until,
        "reason": typed["reason"],
    }


@require_http_methods(["GET", "POST"])
def grant(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Let somebody into a dossier."""
    found = _managed(request, ident)
    back = reverse("desk:dossier_access", args=[ident])
    form = _grant_form(_("Berechtigung erteilen"), found.reference, back)

    def act(typed: dict[str, str]) -> HttpResponse:
        actor = things.actor(request, found)
        actions.give(dossier=found, actor=actor, **_grant_values(typed))
        messages.success(request, _("Die Berechtigung ist erteilt."))
        return redirect(back)

    return form.answer(request, act)


@require_POST
def revoke(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Take a grant back, of a dossier or of a place."""
    rows = AccessGrant.objects.select_related("dossier__office", "entry", "staff", "office")
    found = rows.filter(public_id=ident).first()
    if found is None:
        raise Http404
    if found.dossier is not None:
        _managed(request, found.dossier.public_id)
        back = reverse("desk:dossier_access", args=[found.dossier.public_id])
    elif found.entry is None or not request.desk.can("records.plan"):
        raise PermissionDenied
    else:
        back = reverse("desk:plan_access", args=[found.entry.public_id])
    actions.revoke(grant=found, actor=request.desk.actor())
    messages.success(request, _("Die Berechtigung ist entzogen."))
    return redirect(back)


def _managed(request: DeskRequest, ident: uuid.UUID) -> Dossier:
    found = _manageable(request, ident)
    if not permissions.may_manage(request.desk.staff, found):
        raise PermissionDenied
    return found


@require_http_methods(["GET", "POST"])
def of_entry(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Who is named for all dossiers of a restricted place."""
    entry: FilingPlanEntry = things.entry(ident)
    form = _grant_form(
        _("Berechtigte der Stelle"),
        str(entry),
        reverse("desk:plan_entry", args=[ident]),
    )
    form.template = "desk/plan/entry_access.html"
    form.crumbs = [
        *entries.crumbs(entry),
        (str(entry), reverse("desk:plan_entry", args=[ident])),
    ]
    form.extra = {
        "entry": entry,
        "grants": list(
            AccessGrant.objects.active(today())
            .filter(entry=entry)
            .select_related("staff", "office")
        ),
        "fits": entry.own_access == Access.RESTRICTED,
        "today": today(),
    }

    def act(typed: dict[str, str]) -> HttpResponse:
        actions.give(entry=entry, actor=request.desk.actor(), **_grant_values(typed))
        messages.success(request, _("Die Berechtigung ist erteilt."))
        return redirect("desk:plan_access", ident)

    return form.answer(request, act)


@require_safe
def dossier_log(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Who looked, wrote and took away in a dossier and its cases."""
    found = things.dossier(request, ident)
    here = reverse("desk:dossier_log", args=[ident])
    return _log(request, accesslog.of_dossier(found), str(found), here,
                dossiers.crumbs(found, inside=True))  # fmt: skip


@require_safe
def case_log(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The same for one case."""
    found = things.case(request, ident)
    here = reverse("desk:case_log", args=[ident])
    return _log(request, accesslog.of_case(found), str(found), here, cases.crumbs(found))


def _log(
    request: DeskRequest, chains: Any, title: str, here: str, crumbs: list[tuple[str, str]]
) -> HttpResponse:
    kind = params.text(request.GET, "art", 10)
    after = params.cursor(request)
    before = int(after) if after.isdigit() and len(after) < 18 else None
    rows = accesslog.entries(chains, kind=kind, after=before, limit=PAGE + 1)
    names = _names([row.chain_id for row in rows])
    more = str(rows[PAGE - 1].pk) if len(rows) > PAGE else ""
    kinds = [
        ("", _("Alles")),
        ("looked", _("Angesehen")),
        ("wrote", _("Geschrieben")),
        ("exported", _("Herausgegeben")),
    ]
    context = {
        "nav_current": "files",
        "title": title,
        "crumbs": crumbs,
        "rows": [
            {"event": history.entry(row), "thing": names.get(row.chain_id, "")}
            for row in rows[:PAGE]
        ],
        "tabs": [
            {"url": here + params.query(art=key), "label": label, "current": key == kind}
            for key, label in kinds
        ],
        "next_url": here + params.query(art=kind, nach=more) if more else "",
    }
    return render(request, "desk/plan/log.html", context)


def _names(chains: list[Any]) -> dict[Any, str]:
    found: dict[Any, str] = {}
    found |= dict(Dossier.objects.filter(chain__in=chains).values_list("chain", "reference"))
    found |= dict(Case.objects.filter(chain__in=chains).values_list("chain", "reference"))
    return found
