"""A place of the filing plan: its page, and creating, changing, moving, retiring it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.desk import history, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.plan import things, tree
from rathaus.desk.views.plan.form import Field, Form, Wrong, sentence
from rathaus.records import actions, queries
from rathaus.records.actions.histories import plan_chain
from rathaus.records.finding import plan_search
from rathaus.records.models import Dossier, FilingPlanEntry
from rathaus.records.states import Access, Disposal

PAGE = 50
MANY = 1000


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """What counts here and where it comes from, places below, dossiers."""
    entry = things.entry(ident)
    text = params.text(request.GET, "q", 100)
    state = params.text(request.GET, "stand", 10)
    rows = queries.dossiers_for(request.desk.staff).filter(
        filing_plan_entry=entry, parent__isnull=True
    )
    rows = plan_search.dossiers(rows, text)
    if state in {"open", "closed"}:
        rows = rows.filter(state=state)
    rows = rows.order_by("-pk")
    after = params.cursor(request)
    if after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    dossiers = list(rows[: PAGE + 1])
    here = reverse("desk:plan_entry", args=[ident])
    more = str(dossiers[PAGE - 1].pk) if len(dossiers) > PAGE else ""
    manages = request.desk.can("records.plan")
    context = {
        "nav_current": "files",
        "entry": entry,
        "anchor": tree.anchor(entry.code),
        "facts": facts(entry),
        "crumbs": crumbs(entry),
        "below": list(entry.children.order_by("code")[:MANY]),
        "dossiers": dossiers[:PAGE],
        "next_url": here + params.query(q=text, stand=state, nach=more) if more else "",
        "text": text,
        "state": state,
        "filtered": bool(text or state),
        "can_plan": manages,
        "can_file": request.desk.can("records.file") and entry.retired_at is None,
        "hidden": _hidden(request, entry) if manages else [],
    }
    return render(request, "desk/plan/entry.html", context)


def facts(entry: FilingPlanEntry) -> list[dict[str, str]]:
    """Retention, disposal and access with "geerbt von 11 Personal"."""
    years = entry.retention_years
    found = (
        ("schedule", _("Aufbewahren"), ngettext("%(n)s Jahr", "%(n)s Jahre", years) % {"n": years},
         "own_years"),
        ("archive", _("Danach"), entry.get_disposal_display(), "own_disposal"),
        ("visibility", _("Wer darf sehen?"), entry.get_access_display(), "own_access"),
    )  # fmt: skip
    return [
        {"icon": icon, "label": label, "value": str(value), "note": origin(entry, name)}
        for icon, label, value, name in found
    ]


def origin(entry: FilingPlanEntry, name: str) -> str:
    """Where a value comes from; empty if it was set here."""
    one: FilingPlanEntry | None = entry
    while one is not None:
        if getattr(one, name) not in {None, ""}:
            return "" if one.pk == entry.pk else _("geerbt von %(entry)s") % {"entry": one}
        one = one.parent
    return _("Voreinstellung")


def crumbs(entry: FilingPlanEntry) -> list[tuple[str, str]]:
    """Names and addresses of the places above, from the top."""
    found: list[tuple[str, str]] = []
    one = entry.parent
    while one is not None:
        found.insert(0, (str(one), reverse("desk:plan_entry", args=[one.public_id])))
        one = one.parent
    return [(_("E-Akten"), reverse("desk:files")), *found]


def _hidden(request: DeskRequest, entry: FilingPlanEntry) -> list[Dossier]:
    """Dossiers the registry may not read but whose access it manages: reference only."""
    scopes = queries.scopes_for(request.desk.staff)
    rows = Dossier.objects.filter(filing_plan_entry=entry).exclude(scope__in=scopes)
    return list(rows.only("reference", "public_id").order_by("-pk")[:PAGE])


def _fields(entry: FilingPlanEntry | None, parent: FilingPlanEntry | None) -> list[Field]:
    inherit = _("wie %(entry)s") % {"entry": parent} if parent else ""
    disposal = [("", inherit)] if parent else []
    access = [("", inherit or _("Voreinstellung: nur das zuständige Amt"))]
    years = entry.own_years if entry else None
    prefix = f"{parent.code}." if parent and entry is None else ""
    return [
        Field(
            "code",
            _("Kennzeichen"),
            hint=_("Ziffern und Großbuchstaben, mit Punkten getrennt, zum Beispiel 23.20"),
            value=entry.code if entry else prefix,
            limit=20,
        ),
        Field("title", _("Bezeichnung"), value=entry.title if entry else ""),
        Field(
            "own_years",
            _("Aufbewahren, in Jahren"),
            hint=_("Gerechnet ab dem Ende des Jahres, in dem abgeschlossen wird.")
            + (" " + _("Leer: %(like)s.") % {"like": inherit} if parent else ""),
            value="" if years is None else str(years),
            optional=parent is not None,
            limit=3,
        ),
        Field(
            "own_disposal",
            _("Was geschieht danach?"),
            "select",
            value=entry.own_disposal if entry else "",
            options=[*disposal, *((str(v), str(label)) for v, label in Disposal.choices)],
            optional=parent is not None,
        ),
        Field(
            "own_access",
            _("Wer darf die Akten sehen?"),
            "select",
            hint=_("Gilt sofort für alles darunter, was nichts anderes sagt."),
            value=entry.own_access if entry else "",
            options=[*access, *((str(v), str(label)) for v, label in Access.choices)],
            optional=True,
        ),
        Field(
            "note",
            _("Hinweis"),
            hint=_("Was gehört hierher, was nicht?"),
            value=entry.note if entry else "",
            optional=True,
            limit=300,
        ),
    ]


def _values(typed: dict[str, str]) -> dict[str, Any]:
    years = typed["own_years"]
    if years and not (years.isascii() and years.isdigit() and int(years) <= 200):
        raise Wrong("own_years", _("Geben Sie die Frist als Zahl von 0 bis 200 ein."))
    names = ("code", "title", "own_disposal", "own_access", "note")
    return {**{n: typed[n] for n in names}, "own_years": int(years) if years else None}


@require_http_methods(["GET", "POST"])
def create(request: DeskRequest) -> HttpResponse:
    """A new place, at the top or below another one."""
    above = params.text(request.GET, "oben", 40)
    parent = things.entry(things.key(above)) if above else None
    back = reverse("desk:plan_entry", args=[parent.public_id]) if parent else reverse("desk:files")
    form = Form(
        title=_("Stelle anlegen"),
        small=str(parent or ""),
        fields=_fields(None, parent),
        button=_("Anlegen"),
        back=back,
        crumbs=[*(crumbs(parent) if parent else [(_("E-Akten"), reverse("desk:files"))])],
    )

    def act(typed: dict[str, str]) -> HttpResponse:
        entry = actions.create_entry(parent=parent, actor=request.desk.actor(), **_values(typed))
        messages.success(request, _("Die Stelle ist angelegt."))
        return redirect("desk:plan_entry", entry.public_id)

    return form.answer(request, act)


@require_http_methods(["GET", "POST"])
def change(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Change what a place says, or where it lies."""
    entry = things.entry(ident)
    places = FilingPlanEntry.objects.exclude(pk=entry.pk).order_by("code")
    options = [("-", _("ganz oben")), *((str(p.public_id), str(p)) for p in places)]
    form = Form(
        title=_("Stelle ändern"),
        small=str(entry),
        fields=[
            *_fields(entry, entry.parent),
            Field(
                "parent",
                _("Liegt unter"),
                "select",
                value=str(entry.parent.public_id) if entry.parent else "-",
                options=options,
            ),
            Field("reason", _("Grund der Änderung"), optional=True),
        ],
        button=_("Speichern"),
        back=reverse("desk:plan_entry", args=[ident]),
        crumbs=crumbs(entry),
        consequences=[
            _("Neue Fristen gelten für Akten und Vorgänge, die ab jetzt angelegt werden."),
            _("Zugriffsrechte gelten sofort."),
            _("Alte Kennzeichen und Aktenzeichen bleiben gültig."),
        ],
    )

    def act(typed: dict[str, str]) -> HttpResponse:
        chosen = typed["parent"]
        parent = None if chosen == "-" else things.entry(chosen)
        actions.change_entry(
            entry=entry,
            parent=parent,
            reason=typed["reason"],
            actor=request.desk.actor(),
            **_values(typed),
        )
        messages.success(request, _("Die Stelle ist geändert."))
        return redirect("desk:plan_entry", ident)

    return form.answer(request, act)


@require_POST
def retire(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Stop, or allow again, that dossiers are made here by hand."""
    entry = things.entry(ident)
    if entry.retired_at is None:
        actions.retire_entry(entry=entry, actor=request.desk.actor())
        messages.success(request, _("Die Stelle ist stillgelegt. Vorhandene Akten bleiben."))
    else:
        actions.revive_entry(entry=entry, actor=request.desk.actor())
        messages.success(request, _("Die Stelle kann wieder benutzt werden."))
    return redirect("desk:plan_entry", ident)


@require_POST
def remove(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Delete a place that was never used."""
    entry = things.entry(ident)
    try:
        actions.remove_entry(entry=entry, actor=request.desk.actor())
    except actions.PlanRefused as error:
        messages.error(request, sentence(error))
        return redirect("desk:plan_entry", ident)
    messages.success(request, _("Die Stelle ist gelöscht."))
    return redirect("desk:files")


@require_safe
def changes(request: DeskRequest) -> HttpResponse:
    """The history of the plan."""
    context = {
        "nav_current": "files",
        "events": history.history(plan_chain())[::-1],
        "crumbs": [(_("E-Akten"), reverse("desk:files"))],
    }
    return render(request, "desk/plan/changes.html", context)
