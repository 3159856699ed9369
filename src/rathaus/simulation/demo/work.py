"""What the staff of the demo town write to each other, sign, remember and let others read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from rathaus.core import clock
from rathaus.core.jobs import run_pending
from rathaus.records.models import Case, Document, DocumentKind
from rathaus.records.states import CaseState
from rathaus.records.work import actions
from rathaus.records.work.actions import StepPlan
from rathaus.records.work.models import Reminder, RunStep
from rathaus.records.work.states import Ask, StepStatus
from rathaus.simulation.demo import times
from rathaus.simulation.demo.cast import Cast

TRADE, TAX = "gewerbeamt", "steueramt"


@dataclass(frozen=True)
class Matter:
    """A case with a document that came in."""

    case: Case
    document: Document


def furnish(almanac: times.Almanac) -> int:
    """Play it once; returns how many things were done."""
    if Reminder.objects.exists():
        return 0
    cast = Cast()
    begun = almanac.moment("7 08:00")  # nothing happens in a case before there is one
    trade, tax = _matters(TRADE, begun), _matters(TAX, begun)
    acts: list[tuple[str, Callable[[], object]]] = []
    if trade:
        acts += _trade(trade, cast, almanac)
    if tax:
        acts += _tax(tax[0], cast, almanac)
    for mark, act in sorted(acts, key=lambda pair: almanac.moment(pair[0])):
        with clock.shifted(almanac.moment(mark)):
            act()
            run_pending()
    return len(acts)


def _matters(office: str, before: datetime) -> list[Matter]:
    rows = Document.objects.filter(
        case__office__key=office,
        case__opened_at__lt=before,
        case__state=CaseState.OPEN,
        kind__in=[DocumentKind.UPLOAD, DocumentKind.APPLICATION],
    ).select_related("case__chain", "case__office")
    found: dict[int, Matter] = {}
    for document in rows.order_by("case_id", "-kind", "pk"):
        found.setdefault(document.case_id, Matter(document.case, document))
    return list(found.values())


def _trade(
    matters: list[Matter], cast: Cast, almanac: times.Almanac
) -> list[tuple[str, Callable[[], object]]]:
    first, last = matters[0], matters[-1]
    insa, habbo, renko = (cast.staff(name) for name in ("insa.cordes", "habbo.freese",
                                                        "renko.folkerts"))  # fmt: skip

    def by(login: str, matter: Matter = first) -> dict[str, Any]:
        return {"case": matter.case, "actor": cast.actor(login, matter.case.office)}

    def tags() -> None:
        actor = cast.actor("habbo.freese", first.case.office)
        town = cast.actor("meike.ulrichs")
        urgent = actions.create_tag(name="eilig", office=first.case.office, tone="bad", actor=actor)
        site = actions.create_tag(name="Ortstermin", office=None, tone="new", actor=town)
        actions.tag_case(case=first.case, tag=urgent, actor=actor)
        actions.tag_case(case=last.case, tag=site, actor=actor)
        actions.tag_document(document=first.document, tag=site, actor=actor)

    def talk() -> None:
        actions.comment(
            **by("insa.cordes"),
            author=insa,
            text="Die Unterlage ist schlecht lesbar. Reicht sie uns so?",
            mentions=[habbo],
        )

    def answer() -> None:
        actions.comment(
            **by("habbo.freese"),
            author=habbo,
            parent=first.case.work_comments.earliest("created_at"),
            text="Ja, die Nummer ist zu erkennen. Bitte im Vermerk festhalten.",
            mentions=[insa],
        )

    def remind() -> None:
        actions.set_reminder(
            **by("insa.cordes"),
            due_on=almanac.day(0),
            text="Nachfragen, ob die Handwerkskarte da ist",
            author=insa,
            staff=insa,
        )
        actions.set_reminder(
            **by("renko.folkerts", last),
            due_on=almanac.day(0) + timedelta(days=14),
            text="Ortstermin vereinbaren",
            author=renko,
            office=last.case.office,
        )

    def run() -> None:
        actions.start_run(
            **by("insa.cordes"),
            title="Zuverlässigkeit prüfen",
            note="Bitte ansehen, ob aus Sicht der Ordnung etwas dagegen spricht.",
            versions=[first.document.current],
            steps=[
                StepPlan(Ask.COSIGN, 1, staff=renko),
                StepPlan(Ask.COSIGN, 2, staff=habbo, due_on=almanac.day(0)),
                StepPlan(
                    Ask.NOTE, 2, office=cast.staff("wiebke.onken").memberships.all()[0].office
                ),
                StepPlan(Ask.FINAL, 3, staff=cast.staff("hilke.tammena")),
            ],
            owner=insa,
        )

    def sign() -> None:
        _sign(first.case, "renko.folkerts", cast, "Keine Bedenken.")

    return [
        ("6 09:10", tags), ("5 10:20", talk), ("4 08:40", answer), ("4 11:05", remind),
        ("3 09:30", run), ("2 14:15", sign),
    ]  # fmt: skip


def _tax(
    matter: Matter, cast: Cast, almanac: times.Almanac
) -> list[tuple[str, Callable[[], object]]]:
    case, document = matter.case, matter.document
    eilert = cast.staff("eilert.janssen")
    actor = cast.actor("eilert.janssen", case.office)

    def run() -> None:
        actions.start_run(
            case=case,
            title="Ermäßigung der Hundesteuer",
            versions=[document.current],
            steps=[
                StepPlan(Ask.COSIGN, 1, staff=cast.staff("theda.saathoff")),
                StepPlan(Ask.FINAL, 2, staff=cast.staff("hilke.tammena")),
            ],
            owner=eilert,
            actor=actor,
        )

    def share() -> None:
        actions.open_share(
            case=case,
            versions=[document.current],
            recipient="Rechtsanwältin Deichmann",
            purpose="Akteneinsicht nach § 29 VwVfG",
            expires_on=almanac.day(0) + timedelta(days=10),
            staff=eilert,
            actor=actor,
            address=lambda ident: f"{settings.BASE_URL}/einsicht/{ident}/",
        )

    return [
        ("5 08:15", run),
        ("4 13:20", lambda: _sign(case, "theda.saathoff", cast, "")),
        ("3 16:05", lambda: _sign(case, "hilke.tammena", cast, "Einverstanden.")),
        ("2 10:45", share),
    ]


def _sign(case: Case, login: str, cast: Cast, comment: str) -> None:
    step = RunStep.objects.select_related("run", "staff").get(
        run__case=case, staff=cast.staff(login), status=StepStatus.CURRENT
    )
    actions.do_step(step=step, staff=cast.staff(login), actor=cast.actor(login), comment=comment)
