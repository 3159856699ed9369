"""The mailbox over all cases."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from rathaus.portal import params
from rathaus.portal.owner import signed_in
from rathaus.portal.views.area.guard import account_required
from rathaus.portal.views.area.page import page, see_other, tabs
from rathaus.proceedings import mailbox

SHOW = {
    "all": gettext_lazy("Alles"),
    "new": gettext_lazy("Neu"),
    "letters": gettext_lazy("Schreiben"),
    "receipts": gettext_lazy("Belege"),
    "messages": gettext_lazy("Nachrichten"),
}


@require_safe
@account_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Everything that came, newest first."""
    account = signed_in(request)
    show = params.choice(request, "zeige", SHOW)
    text = params.text(request, "q")
    after = params.cursor(request)
    found = mailbox.page(account, mailbox.Wanted(show, text, after))  # type: ignore[arg-type]
    kept = {"zeige": "" if show == "all" else show, "q": text}
    return page(
        request,
        "inbox",
        "inbox",
        here=_("Postfach"),
        items=found.items,
        tabs=tabs(request, SHOW, show, q=text),
        show=show,
        text=text,
        marked="gespeichert" in request.GET,
        is_filtered=bool(text or show != "all" or after),
        next_url=params.query(**kept, nach=found.next) if found.next else "",
        first_url=params.query(**kept) if after else "",
    )


@require_POST
@account_required
def mark(request: HttpRequest) -> HttpResponse:
    """Mark what was ticked as read or new, then back to the same list."""
    account = signed_in(request)
    keys = request.POST.getlist("ausgewaehlt")[: mailbox.MOST_AT_ONCE]
    mailbox.mark(account=account, keys=keys, read=request.POST.get("gelesen") == "1")
    show = request.POST.get("zeige", "")
    chosen = show if show in SHOW and show != "all" else ""
    way = reverse("portal:inbox") + params.query(zeige=chosen, gespeichert="1")
    return see_other(way)
