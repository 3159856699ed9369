"""Legal holds and demands for deletion."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rathaus.core.clock import today
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office, Role
from rathaus.records import actions as records
from rathaus.records.disposal import actions, erasure, queries
from rathaus.records.disposal.errors import DisposalRefused
from rathaus.records.disposal.models import ErasureRequest, LegalHold, Process
from rathaus.records.disposal.queries import Wanted
from rathaus.records.models import Case, Document
from rathaus.search.models import Entry
from tests.records.conftest import open_case, staff
from tests.records.disposal.conftest import ANNA, BERND, item, make_archive, old_case

pytestmark = pytest.mark.django_db


def due(manager: object, **wanted: object) -> set[str]:
    rows = queries.due_cases(manager, Wanted(**wanted))  # type: ignore[arg-type]
    return {case.title for case in rows}


def test_what_is_due_and_its_filters(old: list[Case], offices: dict[str, Office]) -> None:
    manager = staff("meike", offices["ordnungsamt"], role=Role.RECORDS_MANAGER)
    open_case(offices["ordnungsamt"], title="läuft noch")
    fresh = open_case(offices["ordnungsamt"], title="Frist läuft")
    records.close_case(case=fresh, actor=ANNA)
    assert due(manager) == {"Fall 32.10", "Fall 10.20", "Fall 33.20"}
    assert due(manager, kind="A") == {"Fall 10.20"}
    assert due(manager, plan_code="32") == {"Fall 32.10"}
    assert due(manager, plan_code="3") == set()
    assert due(manager, year=1992) == {"Fall 33.20"}
    assert due(manager, office="buergerbuero") == set()
    assert due(manager, text="fall 33") == {"Fall 33.20"}


def test_others_see_only_their_own(old: list[Case], offices: dict[str, Office]) -> None:
    assert due(staff("fremd", offices["buergerbuero"])) == set()
    assert due(None) == set()


def test_a_held_case_is_neither_offered_nor_listed(
    old: list[Case], offices: dict[str, Office]
) -> None:
    manager = staff("meike", offices["ordnungsamt"], role=Role.RECORDS_MANAGER)
    actions.set_hold(case=old[0], reason="Klage", actor=BERND)
    assert "Fall 32.10" not in due(manager)
    assert due(manager, tab="held") == {"Fall 32.10"}
    assert queries.disposable(manager, [old[0].public_id]) == []
    with pytest.raises(DisposalRefused, match="kann nicht ausgesondert"):
        actions.begin(cases=[old[0]], archive=make_archive(), actor=ANNA)


def test_a_hold_on_the_dossier_counts_below(old: list[Case]) -> None:
    hold = actions.set_hold(dossier=old[0].dossier, reason="Prüfung", actor=BERND)
    assert queries.holds_on(old[0]) == [hold]
    actions.release_hold(hold=hold, reason="Prüfung beendet", actor=BERND)
    assert queries.holds_on(old[0]) == []
    with pytest.raises(DisposalRefused, match="schon aufgehoben"):
        actions.release_hold(hold=hold, reason="nochmal", actor=BERND)


def test_a_hold_takes_the_case_out_of_its_process(offered: Process, old: list[Case]) -> None:
    actions.set_hold(case=old[0], reason="Klage", actor=BERND)
    assert item(offered, "32.10").state == "withdrawn"
    assert item(offered, "10.20").state == "offered"


def test_a_hold_stops_a_released_destruction(old: list[Case]) -> None:
    process = actions.begin(cases=old[2:], archive=None, waiver="Katalog", actor=ANNA)
    actions.decide(process=process, actor=ANNA)
    actions.propose(process=process, actor=ANNA)
    actions.release(process=process, actor=BERND)
    actions.set_hold(case=old[2], reason="Klage", actor=BERND)
    run_pending()
    assert Case.objects.filter(pk=old[2].pk).exists()
    process.refresh_from_db()
    assert item(process, "33.20").state == "withdrawn"


@pytest.mark.parametrize(
    ("reason", "days", "match"), [("", 5, "Grund"), ("   ", 5, "Grund"), ("x", -1, "Vergangenheit")]
)
def test_a_hold_needs_a_reason_and_a_future(
    old: list[Case], reason: str, days: int, match: str
) -> None:
    until = today() + timedelta(days=days)
    with pytest.raises(DisposalRefused, match=match):
        actions.set_hold(case=old[0], reason=reason, until=until, actor=BERND)
    assert not LegalHold.objects.exists()


def test_a_hold_with_an_end_ends_by_itself(old: list[Case]) -> None:
    actions.set_hold(case=old[0], reason="Klage", until=today(), actor=BERND)
    assert queries.holds_on(old[0])
    assert not queries.holds_on(old[0], today() + timedelta(days=1))


RULES = [("32.10", "offer"), ("10.20", "offer"), ("33.20", "destroy")]


@pytest.mark.parametrize(("code", "key"), RULES)
def test_the_rule_for_a_demanded_deletion(old: list[Case], code: str, key: str) -> None:
    case = next(case for case in old if case.dossier.filing_plan_entry.code == code)
    assert erasure.rule_for(case).key == key
    actions.set_hold(case=case, reason="Klage", actor=BERND)
    assert erasure.rule_for(case).key == "hold"


def test_while_retention_runs_the_case_stays(case: Case) -> None:
    records.close_case(case=case, actor=ANNA)
    rule = erasure.rule_for(case)
    assert rule.key == "retention" and rule.until == case.retention_until


def test_a_demand_restricts_until_it_is_taken_back(old: list[Case]) -> None:
    run_pending()
    keys = [str(old[2].public_id), *map(str, old[2].documents.values_list("public_id", flat=True))]
    assert Entry.objects.filter(key__in=keys).count() == len(keys)
    request = actions.request_erasure(case=old[2], received_on=today(), actor=BERND)
    assert not Entry.objects.filter(key__in=keys).exists()
    with pytest.raises(DisposalRefused, match="schon ein offenes"):
        actions.request_erasure(case=old[2], received_on=today(), actor=BERND)
    actions.close_request(request=request, note="zurückgenommen", actor=BERND)
    run_pending()
    assert Entry.objects.filter(key__in=keys).count() == len(keys)


def test_a_demand_is_settled_by_destruction(old: list[Case]) -> None:
    actions.request_erasure(case=old[2], received_on=today(), actor=BERND)
    process = actions.begin(cases=old[2:], archive=None, waiver="Katalog", actor=ANNA)
    actions.decide(process=process, actor=ANNA)
    actions.propose(process=process, actor=ANNA)
    actions.release(process=process, actor=BERND)
    run_pending()
    assert not ErasureRequest.objects.exists(), "it named the person, so it went with the case"
    assert not Document.objects.filter(case=old[2]).exists()


def test_a_day_in_the_future_is_refused(old: list[Case]) -> None:
    with pytest.raises(DisposalRefused, match="Zukunft"):
        actions.request_erasure(case=old[2], received_on=today() + timedelta(days=2), actor=BERND)


def test_a_dossier_made_by_hand_goes_as_a_whole(offices: dict[str, Office], plan: int) -> None:
    case = old_case(offices["ordnungsamt"], "Teil einer Handakte")
    dossier = case.dossier
    type(dossier).objects.filter(pk=dossier.pk).update(automatic=False)
    past = Case.objects.filter(queries.past_retention(today()))
    assert case not in past
    type(dossier).objects.filter(pk=dossier.pk).update(
        state="closed", closed_at=case.closed_at, retention_until=case.retention_until
    )
    assert case in past.all()
