"""Comments, tags and links: small forms on the pages of cases and documents."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.work import case as case_page
from rathaus.desk.views.work import common
from rathaus.records import queries as records
from rathaus.records.models import Case, Document, Dossier
from rathaus.records.work import actions, queries
from rathaus.records.work.errors import WorkError
from rathaus.records.work.models import Comment, Link, LinkKind, Tag

MOST_MENTIONS = 10


@require_POST
def comment(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Write a comment on a case, or on a document of it, or answer one."""
    case = common.case(request, ident, "records.file")
    document = None
    if key := params.text(request.POST, "document", 40):
        document = _document_in(request, case, key)
    parent = _comment(case, params.text(request.POST, "parent", 40))
    asked = [common.person(key) for key in request.POST.getlist("mention")[:MOST_MENTIONS]]
    try:
        actions.comment(
            case=case,
            document=document,
            parent=parent,
            text=params.lines(request.POST, "comment", 6000),
            author=request.desk.staff,
            mentions=[person for person in asked if person is not None],
            actor=request.desk.actor(case.office),
        )
    except WorkError as error:
        if document is None and parent is None:
            return case_page.page(request, case, {"comment": str(error)})
        messages.warning(request, str(error))
    return common.back(request, common.case_url(case))


@require_POST
def tag_case(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Put a tag on a case, or take one off."""
    case = common.case(request, ident, "records.file")
    tag = _tag(request, case)
    try:
        if tag is not None and request.POST.get("act") == "remove":
            actions.untag_case(case=case, tag=tag, actor=request.desk.actor(case.office))
        elif tag is not None:
            actions.tag_case(case=case, tag=tag, actor=request.desk.actor(case.office))
    except WorkError as error:
        messages.warning(request, str(error))
    return common.back(request, common.case_url(case))


@require_POST
def tag_document(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Put a tag on a document, or take one off."""
    document = common.document(request, ident, "records.file")
    tag = _tag(request, document.case)
    actor = request.desk.actor(document.case.office)
    try:
        if tag is not None and request.POST.get("act") == "remove":
            actions.untag_document(document=document, tag=tag, actor=actor)
        elif tag is not None:
            actions.tag_document(document=document, tag=tag, actor=actor)
    except WorkError as error:
        messages.warning(request, str(error))
    return common.back(request, common.document_url(document))


@require_POST
def link(request: DeskRequest, kind: str, ident: uuid.UUID) -> HttpResponse:
    """Link a case or a document with something that the person may read."""
    source: Case | Document
    if kind == "dokument":
        source = common.document(request, ident, "records.file")
        home, office = common.document_url(source), source.case.office
    else:
        source = common.case(request, ident, "records.file")
        home, office = common.case_url(source), source.office
    target = find(request, params.text(request.POST, "target", 80))
    wanted = params.text(request.POST, "kind", 12)
    if target is None:
        text = _("Dieses Aktenzeichen gibt es nicht, oder Sie dürfen es nicht sehen.")
        messages.warning(request, text)
    elif wanted == LinkKind.REDACTED:
        messages.warning(request, _("Wählen Sie, wie beides zueinander steht."))
    else:
        try:
            actions.link(
                source=source,
                target=target,
                kind=wanted,
                staff=request.desk.staff,
                actor=request.desk.actor(office),
            )
            messages.success(request, _("Die Verknüpfung ist angelegt."))
        except WorkError as error:
            messages.warning(request, str(error))
    return redirect(home)


@require_POST
def unlink(request: DeskRequest, kind: str, ident: uuid.UUID, key: uuid.UUID) -> HttpResponse:
    """Take a link away; both ends must be readable."""
    source: Case | Document
    if kind == "dokument":
        source = common.document(request, ident, "records.file")
        home, office = common.document_url(source), source.case.office
    else:
        source = common.case(request, ident, "records.file")
        home, office = common.case_url(source), source.office
    seen = {row.link.public_id for row in queries.links_of(request.desk.staff, source)}
    if key not in seen:
        raise Http404
    row = Link.objects.select_related(
        "from_case__chain", "from_document__case__chain", "from_dossier",
        "to_case__chain", "to_document__case__chain", "to_dossier",
    ).get(public_id=key)  # fmt: skip
    try:
        actions.unlink(row=row, actor=request.desk.actor(office))
        messages.success(request, _("Die Verknüpfung ist entfernt."))
    except WorkError as error:
        messages.warning(request, str(error))
    return redirect(home)


def find(request: DeskRequest, typed: str) -> Dossier | Case | Document | None:
    """A case or dossier by its reference, or a document by its id; only what may be read."""
    staff = request.desk.staff
    if not typed:
        return None
    case = records.cases_for(staff).select_related("chain").filter(reference=typed).first()
    if case is not None:
        return case
    dossier = records.dossiers_for(staff).filter(reference=typed).first()
    if dossier is not None:
        return dossier
    try:
        ident = uuid.UUID(typed.rstrip("/").rsplit("/", 1)[-1])
    except ValueError:
        return None
    rows = records.documents_for(staff).select_related("case__chain")
    return rows.filter(public_id=ident).first()


def _document_in(request: DeskRequest, case: Case, key: str) -> Document:
    try:
        ident = uuid.UUID(key)
    except ValueError:
        raise Http404 from None
    document = common.document(request, ident)
    if document.case_id != case.pk:
        raise Http404
    return document


def _comment(case: Case, key: str) -> Comment | None:
    try:
        ident = uuid.UUID(key)
    except ValueError:
        return None
    rows = Comment.objects.select_related("parent", "document")
    return rows.filter(case=case, public_id=ident).first()


def _tag(request: DeskRequest, case: Case) -> Tag | None:
    try:
        ident = uuid.UUID(request.POST.get("tag", ""))
    except ValueError:
        messages.warning(request, _("Wählen Sie ein Schlagwort aus."))
        return None
    return queries.tags_for([case.office_id]).filter(public_id=ident).first()
