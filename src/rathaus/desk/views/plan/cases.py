"""A case in the record: title, documents by hand, drafts, moving."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.files import attachment
from rathaus.desk.views.plan import choosing, things
from rathaus.desk.views.plan.dossiers import crumbs as dossier_crumbs
from rathaus.desk.views.plan.form import Field, Form, sentence
from rathaus.desk.views.plan.uploading import accepted
from rathaus.proceedings.models import Application
from rathaus.records import actions, queries
from rathaus.records.models import Case, Direction, DocumentKind

FILED_BY_HAND = (
    DocumentKind.LETTER,
    DocumentKind.UPLOAD,
    DocumentKind.MESSAGE,
    DocumentKind.NOTE,
)


def crumbs(case: Case) -> list[tuple[str, str]]:
    """Way to a case, with the case itself."""
    here = (case.reference, reverse("desk:file_case", args=[case.public_id]))
    return [*dossier_crumbs(case.dossier, inside=True), here]


@require_http_methods(["GET", "POST"])
def rename(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """A better title; the old one stays in the history."""
    case = things.case(request, ident, write=True)
    form = Form(
        title=_("Vorgang umbenennen"),
        small=str(case),
        fields=[Field("title", _("Worum geht es?"), value=case.title)],
        button=_("Speichern"),
        back=reverse("desk:file_case", args=[ident]),
        crumbs=crumbs(case),
        lead=_("Der alte Titel bleibt im Verlauf."),
    )

    def act(typed: dict[str, str]) -> HttpResponse:
        actor = things.actor(request, case.dossier)
        actions.rename_case(case=case, title=typed["title"], actor=actor)
        messages.success(request, _("Gespeichert."))
        return redirect("desk:file_case", ident)

    return form.answer(request, act)


@require_http_methods(["GET", "POST"])
def upload(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """File documents from the own computer, or lay them into the case as drafts."""
    case = things.case(request, ident, write=True)
    form = Form(
        title=_("Dokumente ablegen"),
        small=str(case),
        fields=[
            Field("files", _("Dateien"), "files", hint=_("Mehrere auf einmal sind möglich.")),
            Field(
                "title",
                _("Titel"),
                hint=_("Leer: der Name der Datei. Bei mehreren Dateien mit Nummer."),
                optional=True,
            ),
            Field(
                "kind",
                _("Art"),
                "select",
                value=DocumentKind.LETTER.value,
                options=[(kind.value, str(kind.label)) for kind in FILED_BY_HAND],
            ),
            Field(
                "direction",
                _("Richtung"),
                "radio",
                value=Direction.IN.value,
                options=[(one.value, str(one.label)) for one in Direction],
            ),
            Field(
                "draft",
                _("Als Entwurf ablegen"),
                "check",
                hint=_("Ohne Nummer und änderbar, bis jemand den Entwurf zur Akte nimmt."),
                optional=True,
            ),
        ],
        button=_("Ablegen"),
        back=reverse("desk:file_case", args=[ident]),
        crumbs=crumbs(case),
    )

    def act(typed: dict[str, str]) -> HttpResponse:
        actor = things.actor(request, case.dossier)
        files = accepted(request)
        for number, file in enumerate(files, 1):
            title = typed["title"] or file.stem
            if typed["title"] and len(files) > 1:
                title = f"{title} ({number})"
            common: dict[str, Any] = {
                "case": case,
                "title": title,
                "content": file.content,
                "name": file.name,
                "content_type": file.content_type,
                "actor": actor,
            }
            if typed["draft"]:
                actions.create_draft(staff=request.desk.staff, **common)
            else:
                actions.file_document(kind=typed["kind"], direction=typed["direction"], **common)
        text = ngettext(
            "%(n)s Dokument ist abgelegt.", "%(n)s Dokumente sind abgelegt.", len(files)
        )
        messages.success(request, text % {"n": len(files)})
        return redirect("desk:file_case", ident)

    return form.answer(request, act)


@require_http_methods(["GET", "POST"])
def note(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """A note as a document of the case."""
    case = things.case(request, ident, write=True)
    form = Form(
        title=_("Vermerk schreiben"),
        small=str(case),
        fields=[
            Field("title", _("Betreff"), value=_("Vermerk")),
            Field("text", _("Vermerk"), "lines", limit=20_000),
        ],
        button=_("Zur Akte nehmen"),
        back=reverse("desk:file_case", args=[ident]),
        crumbs=crumbs(case),
        lead=_("Ein Vermerk lässt sich danach nicht mehr ändern."),
    )

    def act(typed: dict[str, str]) -> HttpResponse:
        actions.file_document(
            case=case,
            title=typed["title"],
            kind=DocumentKind.NOTE,
            content=typed["text"].encode(),
            name="vermerk.txt",
            content_type="text/plain; charset=utf-8",
            direction=Direction.INTERNAL,
            actor=things.actor(request, case.dossier),
        )
        messages.success(request, _("Der Vermerk liegt in der Akte."))
        return redirect("desk:file_case", ident)

    return form.answer(request, act)


@require_POST
def close(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Close a case that came from no application, or open it again."""
    case = things.case(request, ident, write=True)
    if Application.objects.filter(case=case).exists():
        messages.error(request, _("Dieser Vorgang wird mit der Entscheidung abgeschlossen."))
        return redirect("desk:file_case", ident)
    actor = things.actor(request, case.dossier)
    try:
        if case.state == "open":
            actions.close_case(case=case, actor=actor)
            messages.success(request, _("Der Vorgang ist abgeschlossen."))
        else:
            actions.reopen_case(case=case, actor=actor)
            messages.success(request, _("Der Vorgang ist wieder offen."))
    except actions.RecordsError as error:
        messages.error(request, sentence(error))
    return redirect("desk:file_case", ident)


CONSEQUENCES = (
    gettext_lazy("Das Aktenzeichen des Vorgangs bleibt."),
    gettext_lazy(
        "Zuständig ist dann das Amt, das die neue Akte führt. Es sieht den Vorgang, andere nicht."
    ),
    gettext_lazy("Eine Frist wird nie kürzer, wenn der Vorgang schon abgeschlossen ist."),
)


@require_http_methods(["GET", "POST"])
def move(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Into another dossier."""
    case = things.case(request, ident, write=True)

    def act(key: str, reason: str) -> HttpResponse:
        target = things.dossier(request, things.key(key.partition(":")[2]))
        actions.refile_case(
            case=case,
            target=target,
            reason=reason,
            staff=request.desk.staff,
            actor=things.actor(request, case.dossier),
        )
        messages.success(request, _("Der Vorgang liegt jetzt in %(ref)s.") % {"ref": target})
        return redirect("desk:dossier", target.public_id)

    page = {
        "title": _("Vorgang umhängen"),
        "small": str(case),
        "crumbs": crumbs(case),
        "back": reverse("desk:file_case", args=[ident]),
        "consequences": CONSEQUENCES,
        "offers": choosing.dossiers,
    }
    return choosing.choose(request, page, act)


@require_http_methods(["POST"])
def move_selected(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Several cases of a dossier into another one: first choose, then do."""
    source = things.dossier(request, ident, write=True)
    picked = [things.key(key) for key in request.POST.getlist("pick")[:500]]
    cases = list(
        queries.cases_for(request.desk.staff)
        .select_related("chain")
        .filter(dossier=source, public_id__in=picked)
    )
    if not cases:
        messages.error(request, _("Wählen Sie zuerst Vorgänge aus."))
        return redirect("desk:dossier", ident)

    def act(key: str, reason: str) -> HttpResponse:
        target = things.dossier(request, things.key(key.partition(":")[2]))
        moved = actions.refile_cases(
            cases=cases,
            target=target,
            reason=reason,
            staff=request.desk.staff,
            actor=things.actor(request, source),
        )
        text = ngettext(
            "%(n)s Vorgang liegt jetzt in %(ref)s.",
            "%(n)s Vorgänge liegen jetzt in %(ref)s.",
            moved,
        )
        messages.success(request, text % {"n": moved, "ref": target})
        return redirect("desk:dossier", target.public_id)

    page = {
        "title": ngettext("%(n)s Vorgang umhängen", "%(n)s Vorgänge umhängen", len(cases))
        % {"n": len(cases)},
        "small": str(source),
        "crumbs": dossier_crumbs(source, inside=True),
        "back": reverse("desk:dossier", args=[ident]),
        "consequences": CONSEQUENCES,
        "picked": cases,
        "offers": choosing.dossiers,
        "post_search": True,
        "typed": params.text(request.POST, "q", 100),
    }
    return choosing.choose(request, page, act)


@require_POST
def draft_file(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Take a draft into the record, as it was when the page was shown."""
    draft = things.draft(request, ident, write=True)
    try:
        revision = int(params.text(request.POST, "revision", 9))
    except ValueError:
        raise Http404 from None
    try:
        document = actions.file_draft(
            draft=draft,
            revision=revision,
            direction=params.text(request.POST, "direction", 10)
            if params.text(request.POST, "direction", 10) in Direction.values
            else Direction.INTERNAL,
            actor=things.actor(request, draft.case.dossier),
        )
        messages.success(
            request, _("„%(title)s“ ist zur Akte genommen.") % {"title": document.title}
        )
    except actions.RecordsError as error:
        messages.error(request, sentence(error))
    return redirect("desk:file_case", draft.case.public_id)


@require_POST
def draft_discard(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Throw a draft away."""
    draft = things.draft(request, ident, write=True)
    actions.discard_draft(draft=draft, actor=things.actor(request, draft.case.dossier))
    messages.success(request, _("Der Entwurf ist verworfen."))
    return redirect("desk:file_case", draft.case.public_id)


@require_safe
def draft_load(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The present state of a draft."""
    draft = things.draft(request, ident)
    return attachment(draft.blob.read(), draft.name, draft.content_type)


@require_http_methods(["GET", "POST"])
def draft_replace(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """A newer state of a draft; refused if a colleague saved in between."""
    draft = things.draft(request, ident, write=True)
    revision = params.text(request.POST, "revision", 9) or str(draft.revision)
    form = Form(
        title=_("Entwurf ersetzen"),
        small=draft.title,
        fields=[Field("files", _("Datei"), "files", hint=_("Genau eine Datei."))],
        button=_("Speichern"),
        back=reverse("desk:file_case", args=[draft.case.public_id]),
        crumbs=crumbs(draft.case),
        hidden={"revision": revision},
    )

    def act(typed: dict[str, str]) -> HttpResponse:
        file = accepted(request, most=1)[0]
        actions.replace_draft(
            draft=draft,
            content=file.content,
            name=file.name,
            content_type=file.content_type,
            revision=int(revision) if revision.isdigit() else 0,
            actor=things.actor(request, draft.case.dossier),
        )
        messages.success(request, _("Der Entwurf ist gespeichert."))
        return redirect("desk:file_case", draft.case.public_id)

    return form.answer(request, act)
