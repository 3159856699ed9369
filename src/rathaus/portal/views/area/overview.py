""" "Mein Bereich": must I do something, where does everything stand."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from rathaus.accounts import queries as accounts
from rathaus.portal import params, progress
from rathaus.portal.owner import signed_in
from rathaus.portal.views.area.guard import account_required
from rathaus.portal.views.area.page import page, tabs
from rathaus.proceedings import mailbox
from rathaus.proceedings.models import Draft
from rathaus.proceedings.queries import area

RECENT = 5
NEW = 4
SHOW = {
    "all": gettext_lazy("Alle"),
    "todo": gettext_lazy("Ich muss etwas tun"),
    "open": gettext_lazy("Laufend"),
    "done": gettext_lazy("Abgeschlossen"),
}
PAYMENTS = {
    "all": gettext_lazy("Alle"),
    "open": gettext_lazy("Offen"),
    "paid": gettext_lazy("Bezahlt"),
    "refunded": gettext_lazy("Erstattet"),
}
NEWS = frozenset({"uebernommen", "entwurf"})


@require_safe
@account_required
def overview(request: HttpRequest) -> HttpResponse:
    """Everything that matters now, on one page."""
    account = signed_in(request)
    begun = area.drafts(account)
    expiring = area.about_to_expire(begun)
    corrections = area.corrections(account)
    bills = area.open_bills(account)
    requests = accounts.waiting_requests(account)
    news = request.GET.get("neu", "")
    return page(
        request,
        "overview",
        "area",
        corrections=corrections,
        bills=bills,
        expiring=[_draft(row) for row in expiring],
        requests=requests,
        todo=len(corrections) + len(bills) + len(expiring) + len(requests),
        new=mailbox.newest(account, NEW),
        rows=area.recent(account, RECENT),
        drafts=[_draft(row) for row in begun],
        news=news if news in NEWS else "",
    )


@require_safe
@account_required
def applications(request: HttpRequest) -> HttpResponse:
    """All applications with filter and search, newest first."""
    account = signed_in(request)
    show = params.choice(request, "zeige", SHOW)
    text = params.text(request, "q")
    behalf = "me" if request.GET.get("fuer") == "me" else params.ident(request, "fuer")
    wanted = area.Wanted(show, behalf, text, params.cursor(request))  # type: ignore[arg-type]
    found = area.applications(account, wanted)
    kept = {"zeige": "" if show == "all" else show, "fuer": behalf, "q": text}
    return page(
        request,
        "applications",
        "applications",
        here=_("Anträge"),
        rows=found.rows,
        tabs=tabs(request, SHOW, show, fuer=behalf, q=text),
        mandates=[m for m in accounts.acting_for(account) if m.kind == "organisation"],
        show=show,
        behalf=behalf,
        text=text,
        is_filtered=bool(text or behalf or show != "all" or wanted.after),
        next_url=params.query(**kept, nach=found.next) if found.next else "",
        first_url=params.query(**kept) if wanted.after else "",
    )


@require_safe
@account_required
def payments(request: HttpRequest) -> HttpResponse:
    """Claims and receipts."""
    account = signed_in(request)
    show = params.choice(request, "zeige", PAYMENTS)
    after = params.cursor(request)
    found = area.bills(account, show, after)  # type: ignore[arg-type]
    return page(
        request,
        "payments",
        "payments",
        here=_("Zahlungen"),
        bills=found.rows,
        tabs=tabs(request, PAYMENTS, show),
        show=show,
        next_url=params.query(zeige=show, nach=found.next) if found.next else "",
        first_url=params.query(zeige=show) if after else "",
    )


def _draft(row: Draft) -> dict[str, Any]:
    """How far somebody got."""
    form = row.version.parsed.form
    where = progress.reached(row, form) if form else (0, 0)
    return {"draft": row, "title": row.version.parsed.title, "step": where[0], "total": where[1]}
