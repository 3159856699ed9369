"""Where items come from: folders, mail boxes, devices. For operators."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rathaus.core.jobs import enqueue
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records.intake import actions, jobs
from rathaus.records.intake.errors import IntakeError, SourceRefused
from rathaus.records.intake.models import Folder, FolderKind, MailBox, MailTls, Token


@require_http_methods(["GET", "POST"])
def index(request: DeskRequest) -> HttpResponse:
    """All sources with their last run; new ones are set up below each list."""
    context: dict[str, Any] = {"typed": {}, "errors": {}, "new_token": ""}
    status = 200
    if request.method == "POST":
        what = params.text(request.POST, "act", 20)
        add = {"folder": _add_folder, "mailbox": _add_mailbox, "token": _add_token}.get(what)
        if add is None:
            raise Http404
        try:
            text = add(request)
        except IntakeError as error:
            context["errors"] = {what: str(error)}
            context["typed"] = {key: params.text(request.POST, key, 300) for key in request.POST}
            context["typed"].pop("password", None)
            status = 422
        else:
            if not text:
                messages.success(request, _("Eingerichtet."))
                return redirect("desk:intake_sources")
            context["new_token"] = text
    return render(request, "desk/intake/sources.html", {**_context(), **context}, status=status)


def _context() -> dict[str, Any]:
    return {
        "nav_current": "intake_sources",
        "folders": Folder.objects.select_related("office"),
        "mailboxes": MailBox.objects.select_related("office"),
        "tokens": Token.objects.select_related("office", "made_by"),
        "offices": organisation.offices(),
        "kinds": FolderKind.choices,
        "tls": MailTls.choices,
        "allowed_folders": settings.RATHAUS_INTAKE_FOLDERS,
        "allowed_hosts": settings.RATHAUS_INTAKE_MAIL_HOSTS,
        "clamd": settings.RATHAUS_CLAMD,
        "required": settings.RATHAUS_CLAMD_REQUIRED,
        "roots": settings.RATHAUS_SIGNATURE_ROOTS,
        "api_url": f"{settings.BASE_URL}/api/v1/eingang/",
    }


def _add_folder(request: DeskRequest) -> str:
    actions.add_folder(
        office=_office(request),
        kind=params.text(request.POST, "kind", 10),
        path=params.text(request.POST, "path", 300),
        actor=request.desk.actor(),
    )
    return ""


def _add_mailbox(request: DeskRequest) -> str:
    port = params.text(request.POST, "port", 5)
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise SourceRefused(_("Der Port ist eine Zahl, meist 993."))
    actions.add_mailbox(
        office=_office(request),
        host=params.text(request.POST, "host", 200),
        port=int(port),
        tls=params.text(request.POST, "tls", 10),
        user=params.text(request.POST, "user", 200),
        password=request.POST.get("password", "")[:200],
        folder=params.text(request.POST, "folder", 100),
        done=params.text(request.POST, "done", 100),
        actor=request.desk.actor(),
    )
    return ""


def _add_token(request: DeskRequest) -> str:
    _token, text = actions.make_token(
        office=_office(request),
        name=params.text(request.POST, "name", 120),
        staff=request.desk.staff,
        actor=request.desk.actor(),
    )
    return text


def _office(request: DeskRequest) -> Office:
    key = params.text(request.POST, "office", 60)
    for office in organisation.offices():
        if office.key == key:
            return office
    raise SourceRefused(_("Wählen Sie das Amt aus, in dessen Eingangskorb alles kommt."))


@require_POST
def change(request: DeskRequest, kind: str, ident: uuid.UUID) -> HttpResponse:
    """Look now, pause, go on, remove; take a token back."""
    actor = request.desk.actor()
    what = params.text(request.POST, "act", 20)
    if kind == "zugang":
        token = Token.objects.filter(public_id=ident).first()
        if token is None or what != "remove":
            raise Http404
        actions.revoke_token(token=token, actor=actor)
        messages.success(request, _("Der Zugang ist gesperrt."))
        return redirect("desk:intake_sources")
    source: Folder | MailBox | None
    if kind == "ordner":
        source = Folder.objects.filter(public_id=ident).first()
    else:
        source = MailBox.objects.filter(public_id=ident).first()
    if source is None:
        raise Http404
    if what == "remove":
        actions.remove_source(source=source, actor=actor)
        messages.success(request, _("Entfernt. Was von dort kam, bleibt."))
    elif what in {"pause", "resume"}:
        actions.switch(source=source, active=what == "resume", actor=actor)
    elif what == "look":
        _look(source)
        messages.success(request, _("Es wird gerade nachgesehen. Laden Sie die Seite gleich neu."))
    return redirect("desk:intake_sources")


def _look(source: Folder | MailBox) -> None:
    with transaction.atomic():
        if isinstance(source, Folder):
            key = f"intake.folder:{source.pk}"
            enqueue(jobs.look_into, dedupe_key=key, folder_id=source.pk)
        else:
            enqueue(jobs.fetch, dedupe_key=f"intake.mailbox:{source.pk}", mailbox_id=source.pk)
