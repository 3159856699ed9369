"""Rules of an office: what is suggested, in which order, and what they would do now."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.intake import rows
from rathaus.organisation.models import Office
from rathaus.records import queries as records
from rathaus.records.intake import actions, queries
from rathaus.records.intake.errors import IntakeError
from rathaus.records.intake.models import Rule
from rathaus.records.intake.states import Source
from rathaus.records.intake.suggesting import rules as matching
from rathaus.records.models import Case, Dossier, FilingPlanEntry

TRIED = 50


@require_http_methods(["GET", "POST"])
def index(request: DeskRequest) -> HttpResponse:
    """Rules in their order, a form for a new one, and what fits the open items."""
    offices = request.desk.offices("intake.rules")
    source = request.POST if request.method == "POST" else request.GET
    key = params.text(source, "amt", 60)
    office = next((one for one in offices if one.key == key), offices[0])
    rule = _rule(request, params.text(source, "regel", 40), office)
    context: dict[str, Any] = {"error": "", "typed": _typed_of(rule)}
    status = 200
    if request.method == "POST":
        typed = {
            n: params.text(request.POST, n, 300) for n in ("name", "sender", "words", "source")
        }
        typed["place"] = params.text(request.POST, "place", 60)
        try:
            actions.save_rule(
                office=office,
                name=typed["name"],
                sender=typed["sender"],
                words=typed["words"],
                source=typed["source"],
                place=_place(request, typed["place"]),
                actor=request.desk.actor(office),
                rule=rule,
            )
        except IntakeError as error:
            context, status = {"error": str(error), "typed": typed}, 422
        else:
            messages.success(request, _("Die Regel ist gespeichert."))
            return redirect(f"{request.path}?amt={office.key}")
    context |= _context(request, office, rule)
    return render(request, "desk/intake/rules.html", context, status=status)


def _context(request: DeskRequest, office: Office, rule: Rule | None) -> dict[str, Any]:
    rules = list(Rule.objects.filter(office=office).select_related("case", "dossier", "entry"))
    return {
        "nav_current": "intake",
        "office": office,
        "offices": request.desk.offices("intake.rules"),
        "rules": rules,
        "hidden": _out_of_sight(request, rules),
        "rule": rule,
        "sources": Source.choices,
        "entries": FilingPlanEntry.objects.order_by("code"),
        "trial": _trial(request, office, rules),
    }


def _out_of_sight(request: DeskRequest, rules: list[Rule]) -> set[int]:
    """Rules to a case or dossier that the person may not read: those are not named."""
    staff = request.desk.staff
    cases = records.cases_for(staff).filter(pk__in=[one.case_id for one in rules if one.case_id])
    dossiers = records.dossiers_for(staff).filter(
        pk__in=[one.dossier_id for one in rules if one.dossier_id]
    )
    seen = set(cases.values_list("pk", flat=True))
    opened = set(dossiers.values_list("pk", flat=True))
    return {
        one.pk
        for one in rules
        if (one.case_id and one.case_id not in seen)
        or (one.dossier_id and one.dossier_id not in opened)
    }


def _trial(request: DeskRequest, office: Office, rules: list[Rule]) -> list[dict[str, Any]]:
    """What the rules would suggest for the newest open items."""
    items = queries.items_for(request.desk.staff).filter(office=office, state="ready")
    found = []
    for item in items.select_related("blob").order_by("-received_at")[:TRIED]:
        facts = matching.Facts.of(item)
        first = next((one for one in rules if one.active and matching.fits(one, facts)), None)
        found.append({"item": item, "rule": first})
    return found


def _typed_of(rule: Rule | None) -> dict[str, str]:
    if rule is None:
        return {}
    place = ""
    if rule.case is not None:
        place = rule.case.reference
    elif rule.dossier is not None:
        place = rule.dossier.reference
    elif rule.entry is not None:
        place = rule.entry.code
    return {
        "name": rule.name,
        "sender": rule.sender,
        "words": rule.words,
        "source": rule.source,
        "place": place,
    }


def _place(request: DeskRequest, text: str) -> Case | Dossier | FilingPlanEntry:
    """A reference of a case or dossier the person may see, or a code of the filing plan."""
    staff = request.desk.staff
    for rows_of in (
        records.cases_for(staff).filter(reference=text),
        records.dossiers_for(staff).filter(reference=text).order_by("-year"),
        FilingPlanEntry.objects.filter(code=text),
    ):
        found = rows_of.first()
        if found is not None:
            return found
    raise IntakeError(
        _("Diesen Ort gibt es nicht. Geben Sie ein Aktenzeichen oder eine Stelle im Aktenplan ein.")
    )


@require_POST
def change(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Up, down, rest, use again, delete."""
    offices = request.desk.offices("intake.rules")
    rule = Rule.objects.filter(public_id=ident, office__in=offices).select_related("office").first()
    if rule is None:
        raise Http404
    actor, what = request.desk.actor(rule.office), params.text(request.POST, "act", 20)
    if what in {"up", "down"}:
        actions.move_rule(rule=rule, up=what == "up", actor=actor)
    elif what in {"on", "off"}:
        actions.switch_rule(rule=rule, active=what == "on", actor=actor)
    elif what == "remove":
        actions.remove_rule(rule=rule, actor=actor)
        messages.success(request, _("Die Regel ist gelöscht."))
    return redirect(f"{reverse('desk:intake_rules')}?amt={rule.office.key}")


def _rule(request: DeskRequest, ident: str, office: Office) -> Rule | None:
    for found in Rule.objects.filter(office=office, public_id__in=rows.picked([ident])):
        return found
    return None
