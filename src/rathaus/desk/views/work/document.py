"""Work on a document: its versions, who works on it, comparing, comments, tags, links."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.core import virus
from rathaus.core.clock import now
from rathaus.core.storage import StorageFull
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.work import common
from rathaus.records.actions import RecordsError
from rathaus.records.models import Document, DocumentVersion
from rathaus.records.work import actions, comparing, kinds, queries
from rathaus.records.work.models import LinkKind, VersionNote
from rathaus.records.work.redaction.sources import has_pages

MOST_MEGABYTES = 40


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The page. Who holds the lock renews it by looking."""
    document = common.document(request, ident)
    lock = queries.lock_of(document)
    if lock is not None and lock.staff_id == request.desk.staff.pk:
        actor = request.desk.actor(document.case.office)
        actions.take_lock(document=document, staff=request.desk.staff, actor=actor)
    return page(request, document)


def page(
    request: DeskRequest, document: Document, errors: dict[str, str] | None = None
) -> HttpResponse:
    """The page, after a mistake with what was typed and what is wrong."""
    desk, case = request.desk, document.case
    can = desk.can("records.file", case.office)
    lock = queries.lock_of(document)
    versions = list(document.versions.all())
    notes = {
        row.version_id: row
        for row in VersionNote.objects.filter(version__in=versions).select_related("staff")
    }
    context: dict[str, Any] = {
        "nav_current": "files",
        "document": document,
        "case": case,
        "here": common.document_url(document),
        "rows": [
            {"version": version, "note": notes.get(version.pk), "older": version.number > 1}
            for version in versions
        ],
        "lock": lock,
        "mine": lock is not None and lock.staff_id == desk.staff.pk,
        "run": queries.run_over(document),
        "comments": queries.comments_of(case, document),
        "tags": [row.tag for row in document.work_tags.select_related("tag")],
        "all_tags": queries.tags_for([case.office_id]) if can else [],
        "links": queries.links_of(desk.staff, document),
        "link_kinds": [pair for pair in LinkKind.choices if pair[0] != LinkKind.REDACTED],
        "redactions": queries.redactions_of(document),
        "can_redact": can and has_pages(document.current),
        "can": can,
        "can_force": desk.can("records.lead", case.office),
        "me": desk.staff,
        "now": now(),
        "people": common.people() if can else [],
        "typed": request.POST if errors else {},
        "errors": errors or {},
    }
    return render(request, "desk/work/document.html", context, status=422 if errors else 200)


@require_POST
def lock(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Take, renew, give back, or as head take away the lock."""
    document = common.document(request, ident, "records.file")
    act = params.text(request.POST, "act", 10)
    staff, actor = request.desk.staff, request.desk.actor(document.case.office)
    try:
        if act == "release":
            if actions.release_lock(document=document, staff=staff, actor=actor):
                messages.success(request, _("Das Dokument ist wieder frei."))
        elif act == "force":
            request.desk.require("records.lead", document.case.office)
            reason = params.text(request.POST, "reason", 500)
            actions.force_release(document=document, reason=reason, staff=staff, actor=actor)
            messages.success(request, _("Die Sperre ist aufgehoben. Die Person bekommt Bescheid."))
        else:
            actions.take_lock(document=document, staff=staff, actor=actor)
            if request.headers.get("X-Requested-With") == "renew":
                return HttpResponse(status=204)
            messages.success(request, _("Das Dokument ist für Sie reserviert, 30 Minuten lang."))
    except RecordsError as error:
        if act == "force":
            return page(request, document, {"reason": common.sentence(error)})
        messages.warning(request, common.sentence(error))
    return redirect(common.document_url(document))


@require_POST
def add(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Add a newer version."""
    document = common.document(request, ident, "records.file")
    file = request.FILES.get("file")
    if file is None or not file.size:
        text = _("Wählen Sie die Datei mit der neuen Fassung aus. Leere Dateien zählen nicht.")
        return page(request, document, {"file": text})
    if file.size > MOST_MEGABYTES * 1_000_000:
        return page(request, document, {"file": _("Die Datei ist größer als 40 MB.")})
    content = file.read()
    if problem := _infected(content):
        return page(request, document, {"file": problem})
    based = params.text(request.POST, "based", 6)
    try:
        actions.add_version(
            document=document,
            content=content,
            name=file.name or "dokument",
            content_type=kinds.of(content, file.name or ""),
            reason=params.text(request.POST, "why", 500),
            staff=request.desk.staff,
            actor=request.desk.actor(document.case.office),
            based_on=int(based) if based.isdigit() else None,
        )
    except RecordsError as error:
        short = len(params.text(request.POST, "why", 500)) < 5
        return page(request, document, {"why" if short else "file": common.sentence(error)})
    except StorageFull as full:
        return page(request, document, {"file": str(full)})
    messages.success(request, _("Die neue Fassung ist abgelegt. Die alten bleiben erhalten."))
    return redirect(common.document_url(document))


@require_safe
def compare(request: DeskRequest, ident: uuid.UUID, number: int) -> HttpResponse:
    """A version beside the one before: size, pages, words, lines."""
    document = common.document(request, ident)
    versions = {version.number: version for version in document.versions.all()}
    if number not in versions or number - 1 not in versions:
        raise Http404
    before, after = versions[number - 1], versions[number]
    old, new = _text(before), _text(after)
    context = {
        "nav_current": "files",
        "document": document,
        "before": before,
        "after": after,
        "note": VersionNote.objects.filter(version=after).select_related("staff").first(),
        "older_note": VersionNote.objects.filter(version=before).first(),
        "lines": comparing.lines(old, new),
        "has_text": bool(old or new),
        "most": comparing.MOST_LINES,
    }
    return render(request, "desk/work/compare.html", context)


def _infected(content: bytes) -> str:
    """What the virus scanner says against the file; nothing is taken while it does not answer."""
    try:
        verdict = virus.scan(content)
    except virus.ScannerUnavailable:
        return _("Der Virenschutz antwortet nicht. Versuchen Sie es später noch einmal.")
    if verdict.state == "infected":
        return _("In der Datei wurde ein Schadprogramm gefunden. Nichts wurde abgelegt.")
    return ""


def _text(version: DocumentVersion) -> str:
    return comparing.text_of(version, most=comparing.READ_AT_ONCE)
