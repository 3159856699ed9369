"""What every page of "Mein Bereich" has in common."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from rathaus.accounts import queries as accounts
from rathaus.portal import params
from rathaus.portal.owner import signed_in
from rathaus.proceedings import mailbox


def page(
    request: HttpRequest, template: str, current: str, *, here: str = "", **facts: Any
) -> HttpResponse:
    """Render ``portal/konto/<template>.html`` in the frame; `here` ends the breadcrumb."""
    status = facts.pop("status", 200)
    account = signed_in(request)
    new = mailbox.count_new(account)
    context = {
        "konto_current": current,
        "konto_here": here,
        "konto_counts": {
            "inbox": f"{mailbox.COUNTED}+" if new > mailbox.COUNTED else new,
            "represent": len(accounts.waiting_requests(account)),
        },
        "account": account,
        "nav_current": "area",
        **facts,
    }
    return render(request, f"portal/konto/{template}.html", context, status=status)


def tabs(
    request: HttpRequest, known: dict[str, Any], current: str, **kept: str
) -> list[dict[str, Any]]:
    """Filters of a list as links; the first of `known` is the default."""
    first = next(iter(known))
    return [
        {
            "label": label,
            "url": request.path + params.query(zeige="" if key == first else key, **kept),
            "is_current": key == current,
        }
        for key, label in known.items()
    ]


def see_other(way: str) -> HttpResponse:
    """After something was done: on with GET. `way` is one of our own addresses."""
    return HttpResponseRedirect(way, status=303)
