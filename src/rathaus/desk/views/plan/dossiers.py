"""Dossiers: page, opening one by hand, describing, closing, moving."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.core.clock import today
from rathaus.desk import history, panels, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.plan import choosing, entries, things
from rathaus.desk.views.plan.form import Field, Form, sentence
from rathaus.records import actions, permissions, queries
from rathaus.records.models import Case, Dossier, FilingPlanEntry
from rathaus.records.states import Access, Medium

PAGE = 50


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Facts, sub-dossiers and cases of a dossier."""
    found = things.dossier(request, ident)
    actions.note_dossier_view(dossier=found, actor=things.actor(request, found))
    text, state = params.text(request.GET, "q", 100), params.text(request.GET, "stand", 10)
    rows = Case.objects.filter(dossier=found).annotate(pieces=Count("documents"))
    for word in text.split()[:6]:
        rows = rows.filter(title__icontains=word) | rows.filter(reference__icontains=word)
    if state in {"open", "closed"}:
        rows = rows.filter(state=state)
    rows = rows.order_by("-pk")
    after = params.cursor(request)
    if after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    cases = list(rows[: PAGE + 1])
    more = str(cases[PAGE - 1].pk) if len(cases) > PAGE else ""
    here = reverse("desk:dossier", args=[ident])
    scopes = queries.scopes_for(request.desk.staff)
    writes = permissions.may_write(request.desk.staff, found)
    context = {
        "nav_current": "files",
        "dossier": found,
        "crumbs": crumbs(found),
        "cases": cases[:PAGE],
        "below": list(found.children.filter(scope__in=scopes).order_by("reference")[:PAGE]),
        "next_url": here + params.query(q=text, stand=state, nach=more) if more else "",
        "text": text,
        "state": state,
        "filtered": bool(text or state),
        "access_note": access_note(found),
        "loan": found.loans.filter(back__isnull=True).first() if found.has_paper else None,
        "today": today(),
        "can_write": writes,
        "can_manage": permissions.may_manage(request.desk.staff, found),
        "events": history.history(found.chain)[-6:][::-1] if found.chain else [],
        "panels": panels.render("dossier", request, found),
        "acts": panels.actions("dossier", request, found),
    }
    return render(request, "desk/dossier.html", context)


def crumbs(dossier: Dossier, *, inside: bool = False) -> list[tuple[str, str]]:
    """Way to a dossier; `inside` adds the dossier itself."""
    entry = dossier.filing_plan_entry
    above: list[tuple[str, str]] = []
    one = dossier.parent
    while one is not None:
        above.insert(0, (one.reference, reverse("desk:dossier", args=[one.public_id])))
        one = one.parent
    place = (str(entry), reverse("desk:plan_entry", args=[entry.public_id]))
    found = [(_("E-Akten"), reverse("desk:files")), place, *above]
    if inside:
        found.append((dossier.reference, reverse("desk:dossier", args=[dossier.public_id])))
    return found


def access_note(dossier: Dossier) -> str:
    """Where the kind of access comes from."""
    if dossier.own_access:
        return ""
    if dossier.parent is not None:
        return _("geerbt von %(entry)s") % {"entry": dossier.parent.reference}
    entry = dossier.filing_plan_entry
    return entries.origin(entry, "own_access") or _("geerbt von %(entry)s") % {"entry": entry}


def paper_fields(dossier: Dossier | None = None) -> list[Field]:
    """Medium, place of the paper and note."""
    return [
        Field(
            "medium",
            _("Woraus besteht die Akte?"),
            "radio",
            value=dossier.medium if dossier else Medium.ELECTRONIC.value,
            options=[(str(value), str(label)) for value, label in Medium.choices],
        ),
        Field(
            "location",
            _("Wo steht das Papier?"),
            hint=_("Zum Beispiel: Keller, Regal 4, Fach B. Leer bei einer elektronischen Akte."),
            value=dossier.location if dossier else "",
            optional=True,
            limit=120,
        ),
        Field(
            "note",
            _("Vermerk zur Akte"),
            "lines",
            value=dossier.note if dossier else "",
            optional=True,
            limit=2000,
        ),
    ]


@require_http_methods(["GET", "POST"])
def create(request: DeskRequest) -> HttpResponse:
    """A dossier for a subject, or a sub-dossier."""
    inside, at = params.text(request.GET, "in", 40), params.text(request.GET, "stelle", 40)
    parent = things.dossier(request, things.key(inside), write=True) if inside else None
    fields = [
        Field("title", _("Worum geht es?"), hint=_("So steht es in Listen und in der Suche."))
    ]
    if parent is None:
        places = FilingPlanEntry.objects.filter(retired_at__isnull=True).order_by("code")
        offices = things.writing_offices(request)
        own = set(request.desk.staff.memberships.values_list("office_id", flat=True))
        first = next((one for one in offices if one.pk in own), offices[0] if offices else None)
        fields += [
            Field(
                "entry",
                _("Stelle im Aktenplan"),
                "select",
                value=at,
                options=[(str(place.public_id), str(place)) for place in places],
            ),
            Field(
                "office",
                _("Welches Amt führt die Akte?"),
                "select",
                value=first.key if first else "",
                options=[(one.key, one.name) for one in offices],
            ),
        ]
    fields.append(
        Field(
            "access",
            _("Wer darf die Akte sehen?"),
            "select",
            options=[
                ("", _("wie die Akte darüber") if parent else _("wie der Aktenplan es vorsieht")),
                *((str(value), str(label)) for value, label in Access.choices),
            ],
            optional=True,
            hint=_("Bei „nur namentlich Berechtigte“ sind zuerst nur Sie berechtigt."),
        )
    )
    back = reverse("desk:dossier", args=[parent.public_id]) if parent else reverse("desk:files")
    form = Form(
        title=_("Teilakte anlegen") if parent else _("Akte anlegen"),
        small=str(parent or ""),
        fields=[*fields, *paper_fields()],
        button=_("Akte anlegen"),
        back=back,
        crumbs=crumbs(parent, inside=True) if parent else [(_("E-Akten"), reverse("desk:files"))],
        lead=_("Das Aktenzeichen wird von selbst vergeben."),
    )

    def act(typed: dict[str, str]) -> HttpResponse:
        place = None if parent else things.entry(typed["entry"])
        office = parent.office if parent else things.office(typed["office"])
        dossier = actions.open_dossier(
            title=typed["title"],
            entry=place,
            office=office,
            parent=parent,
            own_access=typed["access"],
            medium=typed["medium"],
            location=typed["location"],
            note_text=typed["note"],
            staff=request.desk.staff,
            actor=request.desk.actor(office),
        )
        messages.success(request, _("Die Akte %(ref)s ist angelegt.") % {"ref": dossier.reference})
        return redirect("desk:dossier", dossier.public_id)

    return form.answer(request, act)


@require_http_methods(["GET", "POST"])
def change(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Title, medium, place of the paper, note."""
    found = things.dossier(request, ident, write=True)
    form = Form(
        title=_("Angaben zur Akte ändern"),
        small=str(found),
        fields=[Field("title", _("Worum geht es?"), value=found.title), *paper_fields(found)],
        button=_("Speichern"),
        back=reverse("desk:dossier", args=[ident]),
        crumbs=crumbs(found, inside=True),
        lead=_("Was vorher dort stand, bleibt im Verlauf."),
    )

    def act(typed: dict[str, str]) -> HttpResponse:
        actions.change_dossier(
            dossier=found,
            title=typed["title"],
            medium=typed["medium"],
            location=typed["location"],
            note_text=typed["note"],
            actor=things.actor(request, found),
        )
        messages.success(request, _("Gespeichert."))
        return redirect("desk:dossier", ident)

    return form.answer(request, act)


@require_POST
def close(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Close the dossier, or open it again."""
    found = things.dossier(request, ident, write=True)
    actor = things.actor(request, found)
    try:
        if found.is_open:
            actions.close_dossier(dossier=found, actor=actor)
            messages.success(request, _("Die Akte ist abgeschlossen."))
        else:
            actions.reopen_dossier(dossier=found, actor=actor)
            messages.success(request, _("Die Akte ist wieder offen."))
    except actions.RecordsError as error:
        messages.error(request, sentence(error))
    return redirect("desk:dossier", ident)


@require_http_methods(["GET", "POST"])
def new_case(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """A case by hand."""
    found = things.dossier(request, ident, write=True)
    form = Form(
        title=_("Vorgang anlegen"),
        small=str(found),
        fields=[Field("title", _("Worum geht es?"))],
        button=_("Vorgang anlegen"),
        back=reverse("desk:dossier", args=[ident]),
        crumbs=crumbs(found, inside=True),
        lead=_("Das Aktenzeichen wird von selbst vergeben. Danach legen Sie Dokumente ab."),
    )

    def act(typed: dict[str, str]) -> HttpResponse:
        actor = things.actor(request, found)
        case = actions.open_case(dossier=found, title=typed["title"], actor=actor)
        messages.success(request, _("Der Vorgang %(ref)s ist angelegt.") % {"ref": case.reference})
        return redirect("desk:file_case", case.public_id)

    return form.answer(request, act)


@require_http_methods(["GET", "POST"])
def move(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """To another place of the plan, or below another dossier."""
    found = things.dossier(request, ident, write=True)

    def act(key: str, reason: str) -> HttpResponse:
        kind, _sep, target = key.partition(":")
        parent = things.dossier(request, things.key(target)) if kind == "akte" else None
        entry = parent.filing_plan_entry if parent else things.entry(things.key(target))
        actions.move_dossier(
            dossier=found,
            entry=entry,
            parent=parent,
            reason=reason,
            staff=request.desk.staff,
            actor=things.actor(request, found),
        )
        messages.success(request, _("Die Akte ist umgehängt."))
        return redirect("desk:dossier", ident)

    page: dict[str, Any] = {
        "title": _("Akte umhängen"),
        "small": str(found),
        "crumbs": crumbs(found, inside=True),
        "back": reverse("desk:dossier", args=[ident]),
        "consequences": [
            _("Das Aktenzeichen bleibt. Alles, was in der Akte liegt, zieht mit um."),
            _("Fristen und Zugriff richten sich nach der neuen Stelle, laufende Fristen bleiben."),
        ],
        "offers": choosing.places_and_dossiers,
    }
    return choosing.choose(request, page, act)
