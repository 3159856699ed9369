"""From the staging area into a case: suggestions, search, or a new case. A person decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.intake import rows
from rathaus.records import actions as records
from rathaus.records import permissions
from rathaus.records import queries as cases
from rathaus.records.actions import RecordsError
from rathaus.records.intake import actions, queries
from rathaus.records.intake.errors import IntakeError
from rathaus.records.intake.models import Item
from rathaus.records.intake.states import ItemState
from rathaus.records.models import Case, DocumentKind, Dossier, FilingPlanEntry

KINDS = (DocumentKind.LETTER, DocumentKind.UPLOAD, DocumentKind.MESSAGE, DocumentKind.APPLICATION,
         DocumentKind.NOTE)  # fmt: skip
ONWARD = "intake_onward"
"""In the session: whoever files a morning's post ticks it once."""


@dataclass
class Choice:
    """What is typed on the page; it survives searching and errors."""

    items: list[Item]
    title: str = ""
    kind: str = ""
    children: bool = True
    onward: bool = False
    """To the next item afterwards, not into the case."""
    text: str = ""
    new_title: str = ""
    place: str = ""
    error: str = ""


@require_http_methods(["GET", "POST"])
def choose(request: DeskRequest) -> HttpResponse:
    """One page for one item or many: where do they go?"""
    source = request.POST if request.method == "POST" else request.GET
    choice = Choice(_items(request, source.getlist("i")))
    if not choice.items:
        messages.warning(request, _("Keiner der ausgewählten Eingänge ist bereit zum Ablegen."))
        return redirect("desk:intake")
    _read(request, choice)
    if request.method != "POST":
        return _render(request, choice)
    if params.text(request.POST, "act", 20) == "new" and not request.POST.get("case"):
        return _file_in_new(request, choice)
    case = _chosen(request)
    if case is None:
        return _render(request, choice)
    done, problem = _file(request, choice, case)
    if not done:
        return _nothing(request, choice, problem)
    return _filed(request, choice, case, done, problem)


def _read(request: DeskRequest, choice: Choice) -> None:
    source = request.POST if request.method == "POST" else request.GET
    first = choice.items[0]
    single = len(choice.items) == 1
    choice.title = params.text(source, "title", 250) or (first.title[:250] if single else "")
    kind = params.text(source, "kind", 20)
    default = actions.kind_of(first) if single else ""
    choice.kind = kind if kind in KINDS else default
    choice.children = request.method != "POST" or "children" in request.POST
    choice.onward = request.session.get(ONWARD, False)
    if request.method == "POST":
        choice.onward = "onward" in request.POST
        if choice.onward != request.session.get(ONWARD, False):
            request.session[ONWARD] = choice.onward
    choice.text = params.text(source, "q", 100)
    choice.new_title = params.text(source, "new_title", 200)
    choice.place = params.text(source, "place", 60)


def _chosen(request: DeskRequest) -> Case | None:
    """The case of the button that was pressed; None for searching again."""
    wanted = params.text(request.POST, "case", 40)
    if not wanted:
        return None
    for ident in rows.picked([wanted]):
        for case in cases.cases_for(request.desk.staff).filter(public_id=ident):
            return case
    raise Http404


class _NothingFiled(Exception):
    """None of the items came in: the new case must not stay behind empty."""


def _file_in_new(request: DeskRequest, choice: Choice) -> HttpResponse:
    try:
        with transaction.atomic():
            case = _new_case(request, choice)
            done, problem = _file(request, choice, case)
            if not done:
                raise _NothingFiled(problem)
    except _NothingFiled as nothing:
        return _nothing(request, choice, str(nothing))
    except (IntakeError, RecordsError) as error:
        choice.error = str(error) if isinstance(error, IntakeError) else _closed()
        return _render(request, choice)
    return _filed(request, choice, case, done, problem)


def _new_case(request: DeskRequest, choice: Choice) -> Case:
    """A new case in a dossier that is there, or at a place of the filing plan."""
    if len(choice.new_title) < 3:
        raise IntakeError(_("Geben Sie dem neuen Vorgang einen Titel."))
    office = choice.items[0].office
    actor = request.desk.actor(office)
    kind, _sep, ident = choice.place.partition(":")
    if kind == "dossier":
        dossier = _dossier(request, ident)
        if not permissions.may_write(request.desk.staff, dossier):
            raise IntakeError(_may_not())
        return records.open_case(title=choice.new_title, dossier=dossier, actor=actor)
    if kind == "entry" and FilingPlanEntry.objects.filter(code=ident).exists():
        request.desk.require("records.file", office)
        return records.open_case(
            filing_code=ident, title=choice.new_title, office=office, actor=actor
        )
    raise IntakeError(_("Wählen Sie aus, wo im Aktenplan der neue Vorgang liegen soll."))


def _dossier(request: DeskRequest, ident: str) -> Dossier:
    for dossier in cases.dossiers_for(request.desk.staff).filter(
        public_id__in=rows.picked([ident])
    ):
        return dossier
    raise IntakeError(_("Diese Akte gibt es nicht mehr. Wählen Sie eine andere."))


def _file(request: DeskRequest, choice: Choice, case: Case) -> tuple[int, str]:
    """How many came in, and what was in the way of others."""
    if not permissions.may_write(request.desk.staff, case.dossier):
        return 0, _may_not()
    actor = request.desk.actor(case.office)
    done, problem = 0, ""
    single = len(choice.items) == 1
    for item in choice.items:
        try:
            actions.file_item(
                item=item,
                case=case,
                actor=actor,
                title=choice.title if single else "",
                kind=choice.kind,
                with_children=choice.children,
            )
            done += 1
        except IntakeError as error:
            problem = str(error)
        except RecordsError:
            problem = _closed()
    return done, problem


def _nothing(request: DeskRequest, choice: Choice, problem: str) -> HttpResponse:
    """What is typed stays, as long as there is still something to file."""
    choice.items = _items(request, [str(item.public_id) for item in choice.items])
    messages.error(request, problem)
    if not choice.items:
        return redirect("desk:intake")
    return _render(request, choice, status=422)


def _filed(
    request: DeskRequest, choice: Choice, case: Case, done: int, problem: str
) -> HttpResponse:
    if problem:
        messages.warning(request, problem)
    words = ngettext(
        "%(n)s Eingang liegt jetzt in %(ref)s.", "%(n)s Eingänge liegen jetzt in %(ref)s.", done
    )
    messages.success(request, words % {"n": done, "ref": case.reference})
    if not choice.onward or problem:
        return redirect("desk:file_case", case.public_id)
    offices = request.desk.office_ids("intake.work")
    following = queries.next_ready(request.desk.staff, offices, choice.items[-1])
    if following is None:
        messages.info(request, _("Im Eingangskorb liegt nichts mehr, was Sie ablegen können."))
        return redirect("desk:intake")
    return redirect("desk:intake_item", following.public_id)


def _closed() -> str:
    return _("Dieser Vorgang ist abgeschlossen. Nehmen Sie ihn erst wieder auf.")


def _may_not() -> str:
    return _("Dort dürfen Sie nichts ablegen. Wählen Sie einen anderen Ort.")


def _items(request: DeskRequest, values: list[str]) -> list[Item]:
    ids = rows.picked(values)
    offices = request.desk.office_ids("intake.work")
    found = queries.items_for(request.desk.staff).visible_to(offices)
    found = found.filter(public_id__in=ids, state=ItemState.READY)
    by_id = {one.public_id: one for one in found.select_related("office", "chain", "blob", "view")}
    return [by_id[one] for one in ids if one in by_id]


def _render(request: DeskRequest, choice: Choice, status: int = 200) -> HttpResponse:
    staff, first = request.desk.staff, choice.items[0]
    single = len(choice.items) == 1
    below = queries.items_for(staff).filter(parent__in=choice.items, state=ItemState.READY)
    suggestions = [rows.suggested(one) for one in queries.suggestions_for(staff, first)]
    place = choice.place or next(
        (f"{one['target']}:{one['id']}" for one in suggestions if one["target"] != "case"), ""
    )
    context: dict[str, Any] = {
        "nav_current": "intake",
        "choice": choice,
        "single": single,
        "first": first,
        "suggestions": suggestions,
        "cases": queries.cases_to_choose(staff, choice.text, first.office_id),
        "kinds": [(kind.value, kind.label) for kind in KINDS],
        "children": below.count(),
        "left_behind": queries.left_behind(choice.items),
        "entries": FilingPlanEntry.objects.order_by("code"),
        "dossiers": _dossiers(request, first, place),
        "place": place,
    }
    status = 422 if choice.error else status
    return render(request, "desk/intake/file.html", context, status=status)


def _dossiers(request: DeskRequest, item: Item, place: str) -> list[tuple[str, Dossier]]:
    """The newest of the office, and the one that is suggested, each with its value."""
    visible = cases.dossiers_for(request.desk.staff)
    found = list(visible.filter(office=item.office).order_by("-year", "reference")[:40])
    kind, _sep, ident = place.partition(":")
    if kind == "dossier" and not any(str(one.public_id) == ident for one in found):
        found += list(visible.filter(public_id__in=rows.picked([ident])))
    return [(f"dossier:{one.public_id}", one) for one in found]
