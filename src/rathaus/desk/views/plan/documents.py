"""One document: versions, title, moving, a newer version."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rathaus.core.models import Event
from rathaus.desk import history, panels
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import files
from rathaus.desk.views.plan import choosing, things
from rathaus.desk.views.plan.cases import crumbs
from rathaus.desk.views.plan.form import Field, Form, Wrong
from rathaus.desk.views.plan.uploading import accepted
from rathaus.records import actions, patterns, permissions
from rathaus.records.models import Document


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """What it is, its versions, what happened to it."""
    document = things.document(request, ident)
    case = document.case
    context = {
        "nav_current": "files",
        "document": document,
        "row": files.listed(document),
        "case": case,
        "reference": patterns.of_document(document, patterns.current().document),
        "former": list(document.former_references.select_related("case")),
        "versions": sorted(document.versions.all(), key=lambda one: -one.number),
        "crumbs": crumbs(case),
        "events": _events(document)[::-1],
        "can_write": permissions.may_write(request.desk.staff, case.dossier),
        "panels": panels.render("document_page", request, document),
        "more_actions": panels.render("document_actions", request, document),
    }
    return render(request, "desk/plan/document.html", context)


def _events(document: Document) -> list[history.Entry]:
    rows = Event.objects.filter(
        chain=document.case.chain_id, data__document_id=str(document.public_id)
    )
    return [history.entry(row) for row in rows.order_by("seq").select_related("personal_row")]


@require_http_methods(["GET", "POST"])
def rename(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """A better title; the old one stays in the history."""
    document = things.document(request, ident, write=True)
    form = Form(
        title=_("Dokument umbenennen"),
        small=document.title,
        fields=[Field("title", _("Titel"), value=document.title, limit=250)],
        button=_("Speichern"),
        back=reverse("desk:record_document", args=[ident]),
        crumbs=crumbs(document.case),
        lead=_("Der alte Titel bleibt im Verlauf. Der Inhalt ändert sich nicht."),
    )

    def act(typed: dict[str, str]) -> HttpResponse:
        actor = things.actor(request, document.case.dossier)
        actions.rename_document(document=document, title=typed["title"], actor=actor)
        messages.success(request, _("Gespeichert."))
        return redirect("desk:record_document", ident)

    return form.answer(request, act)


@require_http_methods(["GET", "POST"])
def version(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """A newer version; the older ones stay."""
    document = things.document(request, ident, write=True)
    form = Form(
        title=_("Neue Fassung ablegen"),
        small=document.title,
        fields=[Field("files", _("Datei"), "files", hint=_("Genau eine Datei."))],
        button=_("Ablegen"),
        back=reverse("desk:record_document", args=[ident]),
        crumbs=crumbs(document.case),
        lead=_("Alle bisherigen Fassungen bleiben in der Akte."),
    )

    def act(typed: dict[str, str]) -> HttpResponse:
        file = accepted(request, most=1)[0]
        try:
            actions.add_version(
                document=document,
                content=file.content,
                name=file.name,
                content_type=file.content_type,
                actor=things.actor(request, document.case.dossier),
            )
        except IntegrityError:
            raise Wrong("files", _("Gerade wurde eine andere Fassung abgelegt.")) from None
        messages.success(request, _("Die neue Fassung liegt in der Akte."))
        return redirect("desk:record_document", ident)

    return form.answer(request, act)


@require_http_methods(["GET", "POST"])
def move(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Into another case."""
    document = things.document(request, ident, write=True)

    def act(key: str, reason: str) -> HttpResponse:
        target = things.case(request, things.key(key.partition(":")[2]))
        actions.move_document(
            document=document,
            target=target,
            reason=reason,
            staff=request.desk.staff,
            actor=things.actor(request, document.case.dossier),
        )
        messages.success(
            request, _("Das Dokument liegt jetzt in %(ref)s.") % {"ref": target.reference}
        )
        return redirect("desk:file_case", target.public_id)

    page = {
        "title": _("Dokument umhängen"),
        "small": document.title,
        "crumbs": crumbs(document.case),
        "back": reverse("desk:record_document", args=[ident]),
        "consequences": [
            _("Es zieht mit allen Fassungen um und bekommt im neuen Vorgang eine neue Nummer."),
            _("Die alte Nummer führt weiter zu ihm und wird nicht noch einmal vergeben."),
        ],
        "offers": choosing.cases,
    }
    return choosing.choose(request, page, act)


def described(request: DeskRequest, documents: list[Document]) -> list[dict[str, object]]:
    """Rows of the list on the page of a case; no query for each."""
    pattern = patterns.current().document
    added = panels.render_each("document", request, documents)
    links = panels.render_each("document_links", request, documents)
    return [
        {
            "document": document,
            "reference": patterns.of_document(document, pattern),
            "panels": added.get(document.pk, ""),
            "links": links.get(document.pk, ""),
            **files.listed(document),
        }
        for document in documents
    ]
