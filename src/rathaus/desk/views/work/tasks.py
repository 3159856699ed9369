"""Meine Aufgaben: what to look at again, what to sign, who asks me, what I ordered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rathaus.core.clock import today
from rathaus.desk import navigation, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.work import common
from rathaus.organisation import calendar
from rathaus.records.work import actions, queries
from rathaus.records.work.errors import WorkError
from rathaus.records.work.models import ReminderState

SHOWN = ("due", "ahead", "sign", "asked", "packages", "done")
LISTS = frozenset({"due", "ahead", "done"})


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """One list at a time; the tabs tell how much waits in each."""
    who = common.me(request)
    numbers = navigation.work_counts(request)
    show = params.text(request.GET, "zeige", 10)
    show = show if show in SHOWN else "due"
    text = params.text(request.GET, "q", 100)
    context: dict[str, Any] = {
        "nav_current": "tasks",
        "show": show,
        "text": text,
        "tabs": _tabs(show, numbers),
        "numbers": numbers,
        "me": request.desk.staff,
        "here": request.get_full_path()[:600],
        "offers": offered_days(),
    }
    if show in LISTS:
        rows, after = queries.reminder_page(who, show=show, text=text, after=params.cursor(request))
        home = reverse("desk:tasks")
        later = params.query(zeige=show, q=text, nach=after)
        context |= {"reminders": rows, "next_url": home + later if after else ""}
    elif show == "sign":
        context["steps"] = list(queries.steps(who)[: queries.PAGE])
    elif show == "asked":
        context["mentions"] = list(queries.mentions(who)[: queries.PAGE])
    else:
        context["exports"] = list(queries.exports_of(request.desk.staff)[: queries.PAGE])
    return render(request, "desk/work/tasks.html", context)


@require_POST
def reminders(request: DeskRequest) -> HttpResponse:
    """Finish or postpone the ticked reminders; only those that are the person's."""
    what = params.text(request.POST, "act", 20)
    home = reverse("desk:tasks")
    mine = queries.reminders(common.me(request)).filter(state=ReminderState.OPEN)
    picked = list(mine.filter(public_id__in=common.idents(request, "pick")))
    if not picked:
        messages.warning(request, _("Wählen Sie zuerst mindestens eine Wiedervorlage aus."))
        return common.back(request, home)
    due = params.day(request.POST, "day")
    if what == "move" and due is None:
        messages.warning(request, _("Geben Sie den neuen Tag an, zum Beispiel 9.3.2027."))
        return common.back(request, home)
    done = 0
    for row in picked:
        actor = request.desk.actor(row.case.office)
        try:
            if what == "move" and due is not None:
                actions.move_reminder(reminder=row, due_on=due, actor=actor)
            elif what == "done":
                actions.finish_reminder(reminder=row, staff=request.desk.staff, actor=actor)
            else:
                messages.warning(request, _("Wählen Sie aus, was geschehen soll."))
                return common.back(request, home)
            done += 1
        except WorkError as error:
            messages.warning(request, str(error))
            break
    if done:
        text = (
            ngettext("%(n)s Wiedervorlage verschoben.", "%(n)s Wiedervorlagen verschoben.", done)
            if what == "move"
            else ngettext("%(n)s Wiedervorlage erledigt.", "%(n)s Wiedervorlagen erledigt.", done)
        )
        messages.success(request, text % {"n": done})
    return common.back(request, home)


@require_POST
def mention_done(request: DeskRequest, pk: int) -> HttpResponse:
    """Tick off that a colleague asked me to look."""
    who = common.me(request)
    row = queries.mentions(who).filter(pk=pk).first() if pk < 2**62 else None
    if row is None:
        raise Http404
    actor = request.desk.actor(row.comment.case.office)
    actions.finish_mention(mention=row, people=who.people, actor=actor)
    messages.success(request, _("Der Hinweis ist erledigt."))
    return redirect(reverse("desk:tasks") + "?zeige=asked")


def offered_days() -> list[dict[str, Any]]:
    """Usual days for a reminder, always working days in Niedersachsen."""
    start = today()
    wanted = [
        (_("morgen"), calendar.add_working_days(start, 1)),
        (_("in 1 Woche"), calendar.next_working_day(start + timedelta(days=7))),
        (_("in 2 Wochen"), calendar.next_working_day(start + timedelta(days=14))),
        (_("in 1 Monat"), calendar.next_working_day(start + timedelta(days=30))),
        (_("in 3 Monaten"), calendar.next_working_day(start + timedelta(days=91))),
    ]
    return [{"label": label, "day": day, "value": day.isoformat()} for label, day in wanted]


def _tabs(show: str, numbers: queries.Counts) -> list[dict[str, Any]]:
    home = reverse("desk:tasks")
    labels = {
        "due": (_("Fällig"), numbers.reminders),
        "sign": (_("Zu zeichnen"), numbers.steps),
        "asked": (_("Hinweise"), numbers.mentions),
        "ahead": (_("Später"), None),
        "packages": (_("Meine Pakete"), None),
        "done": (_("Erledigte"), None),
    }
    return [
        {
            "label": label,
            "count": count,
            "current": key == show,
            "url": home + ("" if key == "due" else f"?zeige={key}"),
        }
        for key, (label, count) in labels.items()
    ]
