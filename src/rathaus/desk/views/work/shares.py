"""Letting somebody outside read, and the guided way to it (Akteneinsicht)."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rathaus.core.clock import today
from rathaus.core.sealedfile import Broken
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import files
from rathaus.desk.views.work import common
from rathaus.records import actions as records
from rathaus.records import queries as record_queries
from rathaus.records.actions import RecordsError
from rathaus.records.models import Case, Document
from rathaus.records.work import actions, packages, queries
from rathaus.records.work.models import (
    ExportFormat,
    ExportState,
    Link,
    LinkKind,
    Redaction,
    RedactionState,
    Share,
)
from rathaus.records.work.redaction.sources import PICTURES, kind_of

DAYS = 14


@require_http_methods(["GET", "POST"])
def share(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Choose documents, recipient and end; the code is shown once on the answer."""
    case = common.case(request, ident, "records.share")
    documents = list(record_queries.documents_of(case))
    redacted = _redacted(case)
    only = "only" in (request.POST or request.GET)
    offered = [row for row in documents if row.pk in redacted] if only else documents
    errors: dict[str, str] = {}
    if request.method == "POST":
        picked = set(common.idents(request, "document"))
        versions = [row.current for row in offered if row.public_id in picked]
        for version in versions:
            version.document.case = case
        expires = params.day(request.POST, "until")
        email = params.text(request.POST, "email", 254)
        errors = _problems(request, expires is None, email)
        if not errors and expires is not None:
            try:
                made, code = actions.open_share(
                    case=case,
                    versions=versions,
                    recipient=params.text(request.POST, "recipient", 160),
                    purpose=params.text(request.POST, "purpose", 300),
                    email=email,
                    expires_on=expires,
                    staff=request.desk.staff,
                    actor=request.desk.actor(case.office),
                    address=address,
                )
            except RecordsError as error:
                errors = {"documents" if not versions else "until": common.sentence(error)}
            else:
                context = {"share": made, "code": code, "link": address(made.public_id)}
                context |= {"case": case, "nav_current": "files"}
                return render(request, "desk/work/share_made.html", context)
    context = {
        "nav_current": "files",
        "case": case,
        "documents": offered,
        "redacted": redacted,
        "only": only,
        "until": today() + timedelta(days=DAYS),
        "typed": request.POST,
        "picked": set(request.POST.getlist("document")) | set(request.GET.getlist("dokument")),
        "errors": errors,
    }
    return render(request, "desk/work/share_new.html", context, status=422 if errors else 200)


@require_POST
def revoke(request: DeskRequest, ident: uuid.UUID, key: uuid.UUID) -> HttpResponse:
    """End a share at once."""
    case = common.case(request, ident, "records.share")
    row = Share.objects.filter(case=case, public_id=key).select_related("case__chain").first()
    if row is None:
        raise Http404
    try:
        actions.revoke_share(share=row, actor=request.desk.actor(case.office))
        messages.success(request, _("Die Freigabe ist beendet. Der Link gilt nicht mehr."))
    except RecordsError as error:
        messages.info(request, str(error))
    return redirect(common.case_url(case))


@require_http_methods(["GET", "POST"])
def insight(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Akteneinsicht step by step: choose, redact, hand out, note."""
    case = common.case(request, ident, "records.share")
    if request.method == "POST":
        text = params.lines(request.POST, "note", 5000)
        if len(text) < 10:
            return _insight_page(
                request, case, {"note": _("Halten Sie fest, wer wann was eingesehen hat.")}
            )
        try:
            records.file_document(
                case=case,
                title=_("Vermerk über Akteneinsicht"),
                kind="note",
                content=text.encode(),
                name=_("akteneinsicht.txt"),
                content_type="text/plain",
                direction="internal",
                actor=request.desk.actor(case.office),
            )
        except RecordsError as error:
            return _insight_page(request, case, {"note": common.sentence(error)})
        messages.success(request, _("Der Vermerk liegt in der Akte."))
        return redirect("desk:insight", ident)
    return _insight_page(request, case)


def _insight_page(
    request: DeskRequest, case: Case, errors: dict[str, str] | None = None
) -> HttpResponse:
    documents = list(record_queries.documents_of(case))
    redacted = _redacted(case)
    under_way: dict[int, Redaction] = {
        row.version.document_id: row
        for row in Redaction.objects.filter(
            version__document__in=documents,
            state__in=[RedactionState.PREPARING, RedactionState.OPEN, RedactionState.MAKING],
        ).select_related("version")
    }
    by_original: dict[int, list[Document]] = {}
    for row in documents:
        if row.pk in redacted:
            by_original.setdefault(redacted[row.pk], []).append(row)
    rows = [
        {
            "document": row,
            "version": row.current,
            "drawable": kind_of(row.current) in {"application/pdf", *PICTURES},
            "redacted": by_original.get(row.pk, []),
            "under_way": under_way.get(row.pk),
        }
        for row in documents
        if row.pk not in redacted
    ]
    context: dict[str, Any] = {
        "nav_current": "files",
        "case": case,
        "rows": rows,
        "shares": [row for row in queries.shares_of(case) if row.revoked_at is None],
        "today": today(),
        "pdf": ExportFormat.PDF,
        "typed": request.POST,
        "errors": errors or {},
    }
    return render(request, "desk/work/insight.html", context, status=422 if errors else 200)


@require_http_methods(["GET"])
def fetch(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """One's own package; leaving the town hall is an event."""
    order = queries.exports_of(request.desk.staff).filter(public_id=ident).first()
    if order is None or order.state != ExportState.READY:
        raise Http404
    scope = order.case or order.dossier
    actions.note_taken(order=order, actor=request.desk.actor())
    name = f"{scope.reference.replace('/', '-')}.{order.format}" if scope else "paket"
    kind = "application/pdf" if order.format == ExportFormat.PDF else "application/zip"
    try:
        return files.attachment(packages.content(order), name, kind)
    except (Broken, FileNotFoundError):
        messages.error(request, _("Das Paket ist nicht mehr da. Bestellen Sie es noch einmal."))
        return redirect(reverse("desk:tasks") + "?zeige=packages")


def address(ident: uuid.UUID) -> str:
    """The link for outside."""
    return settings.BASE_URL + reverse("portal:share", args=[ident])


def _problems(request: DeskRequest, no_day: bool, email: str) -> dict[str, str]:
    errors = {}
    if not params.text(request.POST, "recipient", 160):
        errors["recipient"] = _("Geben Sie an, wer lesen darf.")
    if not params.text(request.POST, "purpose", 300):
        errors["purpose"] = _(
            "Geben Sie den Anlass an, zum Beispiel „Akteneinsicht nach § 29 VwVfG“."
        )
    if no_day:
        errors["until"] = _("Geben Sie den letzten Tag an, zum Beispiel 9.3.2027.")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            errors["email"] = _("Diese E-Mail-Adresse stimmt nicht, zum Beispiel name@kanzlei.de.")
    return errors


def _redacted(case: Case) -> dict[int, int]:
    """Redacted documents of a case, each with its original (one query)."""
    rows = Link.objects.filter(kind=LinkKind.REDACTED, from_document__case=case)
    return dict(rows.values_list("from_document_id", "to_document_id"))
