"""The case on one page: answers beside documents, money, questions, messages, history."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rathaus.core.money import Money
from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.desk import history, lookup, offers, rows
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import files
from rathaus.forms import engine
from rathaus.organisation.models import StaffMember
from rathaus.payments import queries as payments
from rathaus.payments.models import CounterReceipt
from rathaus.proceedings import actions, queries, vouching
from rathaus.proceedings.models import Application
from rathaus.proceedings.models.dialogue import CorrectionKind, CorrectionState
from rathaus.records import queries as records
from rathaus.records.models import Document, DocumentKind

NOTES = 20
"""Newest internal notes whose text is shown."""
BY_THE_WAY = {DocumentKind.APPLICATION_DATA, DocumentKind.MESSAGE, DocumentKind.NOTE}


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The page. Looking at it is an event.

    Messages count as read once the clerk saw them. Of a closed case they do not: nothing else
    keeps it on the desk, and whoever was called away would never come back to it.
    """
    application = lookup.application(request, ident)
    return page(request, application)


def page(
    request: DeskRequest,
    application: Application,
    *,
    status: int = 200,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> HttpResponse:
    """The case page, after a mistake with what was typed and what is wrong."""
    desk = request.desk
    office = application.case.office
    works = lookup.may_work(desk, application)
    actions.mark_viewed(application=application, actor=desk.actor(office))
    mine = application.is_open and application.assigned_to_id in {None, desk.staff.pk}
    if works and application.has_unread and mine:
        actions.mark_messages_read(application=application, incoming=True)
    found = offers.offers(application, desk)
    entries = history.history(application.case.chain)
    documents = list(records.documents_of(application.case))
    context = {
        "nav_current": "mine" if application.assigned_to_id == desk.staff.pk else "basket",
        "application": application,
        "service": application.service,
        "offers": found,
        "main": offers.main_offer(found),
        "facts": facts(application),
        "sections": sections(application),
        "log_in": vouching.log_in(application),
        "behalf": vouching.behalf(application),
        "documents": [files.listed(d) for d in documents if d.kind not in BY_THE_WAY],
        "others": [files.listed(d) for d in documents if d.kind in BY_THE_WAY],
        "notes": _notes(documents),
        "corrections": corrections(application, documents),
        "thread": (thread := list(application.messages.prefetch_related("documents__versions"))),
        "seen": max((message.pk for message in thread), default=0),
        "calls": application.has_unread and not application.is_open,
        "events": [entry for entry in entries if not entry.quiet][::-1],
        "all_events": entries[::-1],
        "decision": getattr(application, "decision", None),
        "letters": application.letters.select_related("document").all(),
        "colleagues": _colleagues(request, application),
        "works": works,
        "can_message": works and desk.can("case.message", office),
        "can_note": works and desk.can("records.file", office),
        "can_enter": works and desk.can("case.enter", office),
        "typed": typed or {},
        "errors": errors or {},
        **money(request, application, works),
    }
    return render(request, "desk/case.html", context, status=status)


def facts(application: Application) -> list[dict[str, Any]]:
    """The strip under the heading."""
    person = application.assigned_to
    entered = application.draft.entered_by if application.draft else None
    payment, _tone = rows.payment_text(application)
    return [
        {"icon": "event", "label": _("Frist"), "deadline": True},
        {"icon": "inbox", "label": _("Eingegangen"), "moment": application.submitted_at},
        {
            "icon": "devices",
            "label": _("Weg"),
            "value": application.get_channel_display(),
            "note": _("erfasst von %(name)s") % {"name": entered.name} if entered else "",
        },
        {
            "icon": "person",
            "label": _("Liegt bei"),
            "value": _holder(person) if person else _("noch niemandem"),
            "note": application.case.office.label,
        },
        {"icon": "payments", "label": _("Gebühr"), "value": payment},
    ]


def _holder(person: StaffMember) -> str:
    """Who has it; said so where nobody will go on with it."""
    if person.user.is_active:
        return person.name
    return _("%(name)s (Zugang gesperrt)") % {"name": person.name}


def sections(application: Application) -> list[engine.SummarySection]:
    """The answers in the order of the form."""
    form = application.service.form
    if form is None:
        return []
    confirmed = vouching.by_answer(application)
    return engine.summary(form, application.answers, confirmed=confirmed)


def corrections(application: Application, documents: list[Document]) -> list[dict[str, Any]]:
    """Requests with their items and answers, newest first."""
    by_pk = {document.pk: files.listed(document) for document in documents}
    kinds = dict(CorrectionKind.choices)
    found = []
    for request in application.corrections.select_related("created_by").order_by("-created_at"):
        items = []
        for item in request.items:
            answer = request.answers.get(item["id"], {})
            items.append(
                {
                    "kind": kinds.get(item["kind"], item["kind"]),
                    "text": item["text"],
                    "upload": item["upload"],
                    "answer": answer.get("text", ""),
                    "files": [by_pk[pk] for pk in answer.get("documents", []) if pk in by_pk],
                }
            )
        found.append(
            {"request": request, "items": items, "open": request.state == CorrectionState.OPEN}
        )
    return found


def money(request: DeskRequest, application: Application, works: bool) -> dict[str, Any]:
    """The claim with its account, and what may be done at the counter."""
    claim = application.claim
    if claim is None:
        return {"claim": None}
    desk, office = request.desk, application.case.office
    balance = payments.balance(claim)
    attempts = list(claim.attempts.select_related("counter_receipt").order_by("-number"))
    return {
        "claim": claim,
        "balance": balance,
        "attempts": attempts,
        "refunds": claim.refunds.order_by("-number"),
        "open_text": Money(balance.open_cents).format().replace("\u00a0€", ""),
        "methods": CounterReceipt.Method.choices,
        "can_record": works and desk.can("payment.record", office) and balance.open_cents > 0,
        "can_match": desk.can("payment.match"),
    }


def _colleagues(request: DeskRequest, application: Application) -> list[Any]:
    office = application.case.office
    desk = request.desk
    if not application.is_open or not desk.can("case.assign", office):
        return []
    if not lookup.may_work(desk, application):
        return []
    people = queries.colleagues(application.case)
    return [person for person in people if person.pk != application.assigned_to_id]


def _notes(documents: list[Document]) -> list[dict[str, Any]]:
    found = []
    for document in [d for d in documents if d.kind == DocumentKind.NOTE][: -NOTES - 1 : -1]:
        version = document.current
        if not version.content_type.startswith("text/plain"):
            continue
        try:
            text = version.read().decode("utf-8", "replace")
        except (StorageDamaged, StorageShredded):
            text = _("Der Text ist nicht mehr lesbar.")
        found.append({"title": document.title, "at": document.created_at, "text": text})
    return found
