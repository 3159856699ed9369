"""Archives and what was agreed with them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.records.disposal import actions, exchange
from rathaus.records.disposal.actions.archives import Problem
from rathaus.records.disposal.models import Archive, Kind, Unappraised
from rathaus.records.xdomea.versions import VERSIONS

FIELDS = ("name", "key", "own_key", "version", "kind", "unappraised", "folder", "webdav_url")


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """All archives with their folders."""
    rows = [
        {"archive": archive, "outbox": exchange.outbox(archive), "inbox": exchange.inbox(archive)}
        for archive in Archive.objects.all()
    ]
    return render(request, "desk/disposal/archives.html", {"nav_current": "disposal", "rows": rows})


@require_http_methods(["GET", "POST"])
def edit(request: DeskRequest, ident: uuid.UUID | None = None) -> HttpResponse:
    """Create or change an archive."""
    archive = Archive.objects.filter(public_id=ident).first() if ident else None
    if ident and archive is None:
        raise Http404
    values: dict[str, Any] = (
        {name: getattr(archive, name) for name in (*FIELDS, "answer_days", "active")}
        if archive
        else {
            "version": "3.1.0",
            "kind": Kind.FULL,
            "unappraised": Unappraised.ASK,
            "answer_days": 180,
            "active": True,
        }
    )
    errors: dict[str, str] = {}
    if request.method == "POST":
        values = {name: params.text(request.POST, name, 310) for name in (*FIELDS, "answer_days")}
        values["active"] = request.POST.get("active") == "1" or archive is None
        try:
            saved = actions.save_archive(archive=archive, values=values, actor=request.desk.actor())
        except Problem as problem:
            errors = {problem.field: str(problem.reason)}
        else:
            messages.success(request, _("%(name)s ist gespeichert.") % {"name": saved.name})
            return redirect("desk:archives")
    context = {
        "nav_current": "disposal",
        "archive": archive,
        "values": values,
        "errors": errors,
        "versions": list(VERSIONS),
        "kinds": Kind.choices,
        "rules": Unappraised.choices,
        "base": exchange.base(),
        "hosts": exchange.allowed_hosts(),
    }
    return render(
        request, "desk/disposal/archive_edit.html", context, status=422 if errors else 200
    )
