"""The form of a new run: a fixed number of lines, of which empty ones do not count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from rathaus.core.clock import today
from rathaus.desk import params
from rathaus.desk.views.work import common
from rathaus.organisation import calendar
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office, StaffMember
from rathaus.records.work.actions import StepPlan
from rathaus.records.work.models import RunTemplate
from rathaus.records.work.states import Ask

ASKS = Ask.choices
LINES = 6
MORE = 3
MOST = 20


@dataclass
class Line:
    """One line as typed."""

    number: int
    ask: str = Ask.COSIGN
    who: str = ""
    beside: bool = False
    """At the same time as the line above."""
    due: str = ""
    due_on: date | None = None


@dataclass
class Form:
    """All that was typed."""

    title: str = ""
    note: str = ""
    keep_as: str = ""
    lines: list[Line] = field(default_factory=list)
    documents: set[str] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)
    problem: str = ""

    def plans(self) -> list[StepPlan]:
        """The filled lines in order."""
        found: list[StepPlan] = []
        position = 0
        for line in self.lines:
            chosen = common.who(line.who)
            if not chosen.chosen:
                continue
            if not (line.beside and found):
                position += 1
            found.append(StepPlan(line.ask, position, chosen.staff, chosen.office, line.due_on))
        return found

    def as_template(self) -> list[dict[str, Any]]:
        """The filled lines without days, to be kept."""
        return [
            {"ask": line.ask, "who": line.who, "beside": line.beside}
            for line in self.lines
            if line.who
        ]


def read(request: HttpRequest, office: Office) -> Form:
    """The form as sent; with a template chosen, its lines instead."""
    form = Form(
        title=params.text(request.POST, "title", 200),
        note=params.lines(request.POST, "note", 2000),
        keep_as=params.text(request.POST, "keep_as", 120),
        documents=set(request.POST.getlist("document")),
    )
    count = params.text(request.POST, "count", 3)
    wanted = min(int(count), MOST) if count.isdigit() else LINES
    for number in range(1, wanted + 1):
        form.lines.append(_line(request, number, form))
    if request.POST.get("act") == "template":
        _fill(form, params.text(request.POST, "template", 40), office)
    elif request.POST.get("act") == "more":
        start = len(form.lines)
        form.lines += [Line(start + n) for n in range(1, MORE + 1) if start + n <= MOST]
        form.errors = {}
    return form


def _line(request: HttpRequest, number: int, form: Form) -> Line:
    ask = params.text(request.POST, f"ask{number}", 10)
    due = params.text(request.POST, f"due{number}", 20)
    line = Line(
        number=number,
        ask=ask if ask in Ask.values else Ask.COSIGN,
        who=params.text(request.POST, f"who{number}", 80),
        beside=f"beside{number}" in request.POST,
        due=due,
        due_on=params.day(request.POST, f"due{number}"),
    )
    if due and line.due_on is None:
        form.problem = _("Schritt %(n)s: Geben Sie die Frist als Datum an.") % {"n": number}
    elif line.due_on is not None and line.due_on < today():
        form.problem = _("Schritt %(n)s: Die Frist ist schon vorbei.") % {"n": number}
    elif line.who and not common.who(line.who).chosen:
        form.problem = _("Schritt %(n)s: Diese Person arbeitet nicht mehr hier.") % {"n": number}
    return line


def _fill(form: Form, key: str, office: Office) -> None:
    row = next(
        (one for one in RunTemplate.objects.filter(office=office) if str(one.public_id) == key),
        None,
    )
    if row is None:
        return
    soon = calendar.next_working_day(today() + timedelta(days=7))
    steps = [step for step in row.steps if isinstance(step, dict)][:MOST]
    form.lines = [
        Line(
            number,
            ask=str(step.get("ask", Ask.COSIGN)),
            who=str(step.get("who", "")),
            beside=bool(step.get("beside")),
            due=soon.isoformat(),
        )
        for number, step in enumerate(steps, 1)
    ]
    form.lines += [Line(len(steps) + 1 + n) for n in range(max(1, LINES - len(steps)))]


def described(steps: Sequence[dict[str, Any]]) -> list[str]:
    """The steps of a template in words."""
    asks = {key: str(label) for key, label in ASKS}
    people = {f"p:{one.public_id}": one.name for one in StaffMember.objects.all()}
    offices = {f"a:{one.key}": one.name for one in organisation.offices()}
    return [
        f"{asks.get(str(step.get('ask')), '')}: "
        f"{people.get(str(step.get('who'))) or offices.get(str(step.get('who'))) or '–'}"
        for step in steps
    ]
