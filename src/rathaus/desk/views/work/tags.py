"""Schlagwörter: all of them, what hangs on one, and many cases at once."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.work import common
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records import queries as records
from rathaus.records.work import actions, queries
from rathaus.records.work.errors import WorkError
from rathaus.records.work.models import Tag, Tone

PAGE = 50


@require_http_methods(["GET", "POST"])
def index(request: DeskRequest) -> HttpResponse:
    """Tags of the town and of one's offices; make, rename, colour, merge."""
    if request.method == "POST":
        try:
            _change(request)
        except WorkError as error:
            return _index_page(request, {"name": str(error)})
        return redirect("desk:tags")
    return _index_page(request)


def _index_page(request: DeskRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    cases = records.cases_for(request.desk.staff).order_by().values("pk")
    documents = records.documents_for(request.desk.staff).order_by().values("pk")
    rows = queries.tags_for(request.desk.office_ids("records.view")).annotate(
        cases=Count("on_cases", filter=Q(on_cases__case__in=cases), distinct=True),
        documents=Count(
            "on_documents", filter=Q(on_documents__document__in=documents), distinct=True
        ),
    )
    offices = request.desk.offices("records.file")
    found = [{"tag": tag, "can": _may(request, tag.office)} for tag in rows]
    context: dict[str, Any] = {
        "nav_current": "files",
        "rows": found,
        "tones": Tone.choices,
        "offices": offices,
        "can_town": request.desk.can("records.plan"),
        "typed": request.POST if errors else {},
        "errors": errors or {},
    }
    return render(request, "desk/work/tags.html", context, status=422 if errors else 200)


def _change(request: DeskRequest) -> None:
    act = params.text(request.POST, "act", 10)
    name, tone = params.text(request.POST, "name", 80), params.text(request.POST, "tone", 10)
    if act == "new":
        key = params.text(request.POST, "office", 60)
        office = next((one for one in organisation.offices() if one.key == key), None)
        if not _may(request, office):
            raise PermissionDenied
        actor = request.desk.actor(office)
        actions.create_tag(name=name, office=office, tone=tone, actor=actor)
        messages.success(request, _("Das Schlagwort ist angelegt."))
        return
    tag = _tag(request, request.POST.get("tag", ""))
    if not _may(request, tag.office):
        raise PermissionDenied
    actor = request.desk.actor(tag.office)
    if act == "merge":
        kept = _tag(request, request.POST.get("into", ""))
        actions.merge_tags(gone=tag, kept=kept, actor=actor)
        messages.success(request, _("Die Schlagwörter sind zusammengelegt."))
    else:
        actions.change_tag(tag=tag, name=name, tone=tone, actor=actor)
        messages.success(request, _("Das Schlagwort ist geändert."))


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Cases and documents with this tag that the person may read, newest first."""
    tag = _tag(request, str(ident))
    after = params.cursor(request)
    cases = records.cases_for(request.desk.staff).filter(work_tags__tag=tag).order_by("-pk")
    if after.isdigit() and len(after) < 18:
        cases = cases.filter(pk__lt=int(after))
    rows = list(cases[: PAGE + 1])
    documents = records.documents_for(request.desk.staff).filter(work_tags__tag=tag)
    more = rows[PAGE - 1].pk if len(rows) > PAGE else None
    here = reverse("desk:tag", args=[ident])
    context = {
        "nav_current": "files",
        "tag": tag,
        "cases": rows[:PAGE],
        "documents": list(documents.order_by("-pk")[:PAGE]),
        "next_url": here + params.query(nach=str(more)) if more else "",
    }
    return render(request, "desk/work/tag.html", context)


@require_http_methods(["GET", "POST"])
def bulk(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Put a tag on many cases of a dossier, or take it off; each case is asked for itself."""
    dossier = records.dossiers_for(request.desk.staff).filter(public_id=ident).first()
    if dossier is None:
        raise Http404
    rows = records.cases_for(request.desk.staff).filter(dossier=dossier)
    if request.method == "POST":
        tag = _tag(request, request.POST.get("tag", ""))
        act = actions.untag_case if request.POST.get("act") == "remove" else actions.tag_case
        done = refused = 0
        for case in rows.filter(public_id__in=common.idents(request, "pick")).select_related(
            "chain"
        ):
            if not request.desk.can("records.file", case.office):
                refused += 1
                continue
            try:
                done += act(case=case, tag=tag, actor=request.desk.actor(case.office))
            except WorkError:
                refused += 1
        text = ngettext("%(n)s Vorgang geändert.", "%(n)s Vorgänge geändert.", done) % {"n": done}
        if refused:
            text += " " + ngettext(
                "%(n)s gehört einem anderen Amt.", "%(n)s gehören einem anderen Amt.", refused
            ) % {"n": refused}
        messages.success(request, text)
        return redirect("desk:tags_bulk", ident)
    after = params.cursor(request)
    page = rows.prefetch_related("work_tags__tag").order_by("-pk")
    if after.isdigit() and len(after) < 18:
        page = page.filter(pk__lt=int(after))
    cases = list(page[: PAGE + 1])
    more = cases[PAGE - 1].pk if len(cases) > PAGE else None
    here = reverse("desk:tags_bulk", args=[ident])
    context = {
        "nav_current": "files",
        "dossier": dossier,
        "cases": cases[:PAGE],
        "tags": queries.tags_for([dossier.office_id]),
        "next_url": here + params.query(nach=str(more)) if more else "",
    }
    return render(request, "desk/work/tags_bulk.html", context)


def _may(request: DeskRequest, office: Office | None) -> bool:
    if office is None:
        return request.desk.can("records.plan")
    return request.desk.can("records.file", office)


def _tag(request: DeskRequest, key: str) -> Tag:
    try:
        ident = uuid.UUID(key)
    except ValueError:
        raise Http404 from None
    tags = queries.tags_for(request.desk.office_ids("records.view"))
    found: Tag | None = tags.filter(public_id=ident).first()
    if found is None:
        raise Http404
    return found
