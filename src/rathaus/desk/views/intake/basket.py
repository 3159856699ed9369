"""The staging area: what came in, and what to do with many at once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.intake import rows
from rathaus.records.intake import actions, planning, queries
from rathaus.records.intake.errors import IntakeError
from rathaus.records.intake.models import Item, Work
from rathaus.records.intake.queries import Filter
from rathaus.records.intake.states import Source


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The list with tabs, filter and bulk actions."""
    desk = request.desk
    wanted = _wanted(request)
    page = queries.listing(desk.staff, wanted)
    here = reverse("desk:intake")
    context = {
        "nav_current": "intake",
        "rows": [rows.row(item, page.hints) for item in page.items],
        "tabs": _tabs(wanted, queries.counts(desk.staff)),
        "wanted": wanted,
        "filtered": bool(wanted.office or wanted.source or wanted.text or wanted.oldest),
        "offices": desk.offices("intake.view"),
        "sources": Source.choices,
        "next_url": here + _question(wanted, nach=page.next) if page.next else "",
        "first_url": here + _question(wanted) if wanted.after else "",
        "here": _question(wanted, nach=wanted.after),
        "picked": set(rows.picked(request.GET.getlist("wahl"))),
        "can_work": desk.can("intake.work"),
        "unscanned": not settings.RATHAUS_CLAMD,
        "troubled": queries.troubled(desk.staff),
        "quarantined": queries.quarantined_for(desk.staff).count()
        if desk.can("intake.quarantine")
        else 0,
        "can_rules": desk.can("intake.rules"),
    }
    return render(request, "desk/intake/basket.html", context)


@require_POST
def bulk(request: DeskRequest) -> HttpResponse:
    """File, merge, discard or restore the ticked items; each is asked for its own state."""
    what = params.text(request.POST, "act", 20)
    ids = rows.picked(request.POST.getlist("pick"))
    back = _back(request)
    if not ids:
        messages.warning(request, _("Wählen Sie zuerst mindestens einen Eingang aus."))
        return redirect(back)
    if what == "file":
        question = QueryDict(mutable=True)
        question.setlist("i", [str(one) for one in ids])
        return redirect(f"{reverse('desk:intake_file')}?{question.urlencode()}")
    items = _items(request, ids)
    again = _still_ticked(back, ids)
    if what == "merge":
        return _merge(request, items, again)
    if what in {"discard", "restore"}:
        return redirect(back if _each(request, what, items) else again)
    messages.warning(request, _("Wählen Sie aus, was mit den Eingängen geschehen soll."))
    return redirect(back)


def _merge(request: DeskRequest, items: list[Item], back: str) -> HttpResponse:
    try:
        plan = planning.merge(items)
        made = actions.carry_out(plan=plan, actor=request.desk.actor(items[0].office))
    except IntakeError as error:
        messages.error(request, str(error))
        return redirect(back)
    if isinstance(made, Work):
        return redirect("desk:intake_work", made.public_id)
    messages.success(request, _("Zusammengefügt. Die Originale bleiben aufbewahrt."))
    return redirect("desk:intake_item", made[0].public_id)


def _each(request: DeskRequest, what: str, items: list[Item]) -> int:
    """How many it was done with."""
    reason = params.text(request.POST, "reason", 500)
    done, failed = 0, ""
    for item in items:
        actor = request.desk.actor(item.office)
        try:
            if what == "discard":
                actions.discard(item=item, reason=reason, actor=actor)
            else:
                actions.restore(item=item, actor=actor)
            done += 1
        except IntakeError as error:
            failed = str(error)
    words = {
        "discard": ngettext("%(n)s verworfen.", "%(n)s verworfen.", done),
        "restore": ngettext("%(n)s wiederhergestellt.", "%(n)s wiederhergestellt.", done),
    }[what] % {"n": done}
    if done:
        messages.success(request, words)
    if failed:
        messages.warning(request, failed)
    return done


def _items(request: DeskRequest, ids: list[Any]) -> list[Item]:
    """In the order they were ticked; only those the person may work on."""
    offices = request.desk.office_ids("intake.work")
    found = queries.items_for(request.desk.staff).visible_to(offices).filter(public_id__in=ids)
    by_id = {item.public_id: item for item in found.select_related("office", "chain", "blob")}
    return [by_id[one] for one in ids if one in by_id]


def _wanted(request: DeskRequest) -> Filter:
    tab = params.text(request.GET, "tab", 20)
    source = params.text(request.GET, "quelle", 20)
    return Filter(
        tab=tab if tab in queries.TABS else "open",
        office=params.text(request.GET, "amt", 60),
        source=source if source in Source.values else "",
        text=params.text(request.GET, "q", 100),
        oldest=request.GET.get("sort") == "oldest",
        after=params.cursor(request),
    )


def _question(wanted: Filter, **changes: str) -> str:
    values = {
        "tab": "" if wanted.tab == "open" else wanted.tab,
        "amt": wanted.office,
        "quelle": wanted.source,
        "q": wanted.text,
        "sort": "oldest" if wanted.oldest else "",
    }
    return params.query(**{**values, **changes})


def _tabs(wanted: Filter, numbers: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "open": _("Offen"),
        "ready": _("Bereit"),
        "busy": _("In Arbeit"),
        "failed": _("Gescheitert"),
        "filed": _("Abgelegt"),
        "replaced": _("Originale"),
        "discarded": _("Verworfen"),
    }
    home = reverse("desk:intake")
    return [
        {
            "label": label,
            "count": numbers.get(key),
            "current": key == wanted.tab,
            "url": home + _question(wanted, tab="" if key == "open" else key),
        }
        for key, label in labels.items()
    ]


def _still_ticked(back: str, ids: Sequence[uuid.UUID]) -> str:
    """The list as it was: who forgot the reason need not tick forty letters once more."""
    ticks = urlencode([("wahl", str(one)) for one in ids])
    return f"{back}{'&' if '?' in back else '?'}{ticks}"


def _back(request: DeskRequest) -> str:
    question = params.text(request.POST, "here", 600)
    return reverse("desk:intake") + (question if question.startswith("?") else "")
