"""Dossiers whose last case went: closed out with a tombstone, named by the protocol."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction

from rathaus.core.clock import now
from rathaus.core.jobs import run_pending
from rathaus.core.models import Event, EventPersonalData
from rathaus.organisation.models import Office
from rathaus.records import actions as records
from rathaus.records import verify
from rathaus.records.disposal import actions, checks, emptied, jobs, protocol
from rathaus.records.disposal.models import DossierTombstone, Tombstone
from rathaus.records.models import Case, Document, Dossier, FilingPlanEntry
from tests.records.conftest import file, open_case
from tests.records.disposal.conftest import ANNA, BERND, CLOSED, old_case
from tests.support.tamper import without_guards

pytestmark = pytest.mark.django_db


def destroy(*cases: Case) -> Any:
    process = actions.begin(cases=list(cases), archive=None, waiver="Katalog", actor=ANNA)
    actions.decide(process=process, actor=ANNA)
    actions.propose(process=process, actor=ANNA)
    actions.release(process=process, actor=BERND)
    run_pending()
    process.refresh_from_db()
    assert process.state == "finished"
    return process


@pytest.fixture
def office(offices: dict[str, Office], plan: int) -> Office:
    return offices["ordnungsamt"]


def by_hand(office: Office, title: str = "Vertrag Meyer", **more: Any) -> Dossier:
    entry = FilingPlanEntry.objects.get(code="33.20")
    place = {} if "parent" in more else {"entry": entry, "office": office}
    with time_machine.travel(CLOSED, tick=False):
        return records.open_dossier(title=title, actor=ANNA, **place, **more)


def old_case_in(dossier: Dossier) -> Case:
    with time_machine.travel(CLOSED, tick=False):
        case = records.open_case(title="Alt", dossier=dossier, actor=ANNA)
        file(case, b"Vertrag")
    with time_machine.travel(CLOSED + timedelta(days=30), tick=False):
        records.close_case(case=case, actor=ANNA)
        records.close_dossier(dossier=dossier, actor=ANNA)
    return Case.objects.get(pk=case.pk)


def test_it_goes_with_its_last_case_and_the_protocol_names_it(office: Office) -> None:
    one, two = old_case(office, "eins"), old_case(office, "zwei")
    dossier = one.dossier
    assert two.dossier == dossier
    destroy(one)
    assert Dossier.objects.filter(pk=dossier.pk).exists()
    process = destroy(two)
    assert not Dossier.objects.filter(pk=dossier.pk).exists()
    stone = DossierTombstone.objects.get()
    assert (stone.reference, stone.cases) == (dossier.reference, 2)
    assert stone.process_reference == process.reference
    text = Document.objects.get(pk=process.protocol_id).current.read()
    assert text.startswith(b"%PDF")
    assert Event.objects.get(type="dossier.destroyed").chain == stone.chain
    report = verify.run()
    assert report.ok, report.findings


def test_the_protocol_tells_it_without_the_title(office: Office) -> None:
    dossier = by_hand(office)
    case = old_case_in(dossier)
    dossier.refresh_from_db()
    said = str(protocol.data(destroy(case), [dossier]).model_dump())
    assert "Aufgelöste leere Akten (1)" in said
    assert dossier.reference in said
    assert "Meyer" not in said
    stone = DossierTombstone.objects.get()
    assert not EventPersonalData.objects.filter(event__chain=stone.chain).exists()
    assert stone.retention_until is not None
    assert verify.run().ok


def test_from_the_lowest_to_the_dossier_above(office: Office) -> None:
    above = by_hand(office)
    below = by_hand(office, "Nachtrag", parent=above)
    case = old_case_in(below)
    with time_machine.travel(CLOSED + timedelta(days=40), tick=False):
        records.close_dossier(dossier=above, actor=ANNA)
    destroy(case)
    assert not Dossier.objects.filter(automatic=False).exists()
    stones = DossierTombstone.objects.order_by("pk")
    assert [stone.parent_uuid for stone in stones] == [above.public_id, None]
    assert verify.run().ok


def test_what_stands_against_it(office: Office) -> None:
    held = old_case(office)
    hold_above = by_hand(office)
    inner = by_hand(office, "innen", parent=hold_above)
    paper = by_hand(office, "Papier", medium="002", location="Keller 3")
    full = by_hand(office, "noch einer")
    cases = [old_case_in(one) for one in (inner, paper)]
    kept = old_case_in(full)
    destroy(held, *cases)
    assert set(Dossier.objects.filter(automatic=False)) == {hold_above, paper, full}
    assert not DossierTombstone.objects.filter(dossier_uuid=paper.public_id).exists()
    assert kept.dossier == full


def test_later_with_a_protocol_of_its_own_and_only_once(office: Office) -> None:
    paper = by_hand(office, "Papier", medium="002", location="Keller 3")
    destroy(old_case_in(paper))
    jobs.close_out_emptied()
    assert Dossier.objects.filter(pk=paper.pk).exists()
    Dossier.objects.filter(pk=paper.pk).update(medium="001", location="")
    paper.refresh_from_db()
    hold = actions.set_hold(dossier=paper, reason="Klage", actor=ANNA)
    jobs.close_out_emptied()
    assert Dossier.objects.filter(pk=paper.pk).exists()
    actions.release_hold(hold=hold, reason="Klage zurückgenommen", actor=BERND)
    before = Document.objects.filter(title__startswith="Protokoll").count()
    jobs.close_out_emptied()
    jobs.close_out_emptied()
    assert Document.objects.filter(title__startswith="Protokoll").count() == before + 1
    assert DossierTombstone.objects.get(dossier_uuid=paper.public_id).process_reference.startswith(
        "AKTEN-"
    )


def test_of_this_year_it_stays_until_the_year_is_over(office: Office) -> None:
    case = old_case(office)
    Dossier.objects.filter(pk=case.dossier_id).update(year=now().year)
    destroy(case)
    assert emptied.later() == []
    with time_machine.travel(now() + timedelta(days=60)):
        assert [one.pk for one in emptied.later()] == [case.dossier_id]
        jobs.close_out_emptied()
    assert not Dossier.objects.filter(pk=case.dossier_id).exists()


def test_a_dossier_that_is_merely_empty_stays(office: Office) -> None:
    with time_machine.travel(CLOSED, tick=False):
        case = open_case(office, title="umgezogen")
    target = by_hand(office)
    old = case.dossier
    Case.objects.filter(pk=case.pk).update(dossier=target)
    jobs.close_out_emptied()
    assert Dossier.objects.filter(pk=old.pk).exists()


def test_somebody_files_meanwhile(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = old_case(office)
    dossier = Dossier.objects.select_related("chain").get(pk=case.dossier_id)
    other = open_case(office, title="neu")
    render = protocol.render

    def meanwhile(*args: Any, **more: Any) -> bytes:
        Case.objects.filter(pk=other.pk).update(dossier=dossier)
        return render(*args, **more)

    monkeypatch.setattr(protocol, "render", meanwhile)
    process = actions.begin(cases=[case], archive=None, waiver="Katalog", actor=ANNA)
    actions.decide(process=process, actor=ANNA)
    actions.propose(process=process, actor=ANNA)
    actions.release(process=process, actor=BERND)
    jobs.destroy(process_id=process.pk)
    with pytest.raises(emptied.NotEmptyAnyMore):
        jobs.finish(process_id=process.pk)
    monkeypatch.undo()
    jobs.finish(process_id=process.pk)
    process.refresh_from_db()
    assert process.state == "finished"
    assert Dossier.objects.filter(pk=dossier.pk).exists()


def test_tampering_with_a_tombstone_is_refused_and_seen(office: Office) -> None:
    destroy(old_case(office))
    stone = DossierTombstone.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        DossierTombstone.objects.update(reference="x")
    with without_guards(), transaction.atomic():
        DossierTombstone.objects.filter(pk=stone.pk).update(chain_head="0" * 64)
    problems = {problem.what for problem in verify.run().findings}
    assert "history went on after destruction" in problems
    with without_guards(), transaction.atomic():
        DossierTombstone.objects.all().delete()
    assert "dossier missing" in {problem.what for problem in verify.run().findings}
    assert Tombstone.objects.count() == 1


def test_proofs_are_checked_piece_by_piece(office: Office) -> None:
    destroy(old_case(office, "eins"), old_case(office, "zwei"), old_case(office, "drei"))
    keys = list(Tombstone.objects.order_by("pk").values_list("pk", flat=True))
    with without_guards(), transaction.atomic():
        Tombstone.objects.filter(pk=keys[2]).update(chain_head="0" * 64)
    found: list[str] = []

    def add(where: str, what: str, expected: object, got: object) -> None:
        found.append(what)

    assert checks.verify_tombstones(add, 0, 2) == (2, keys[1])
    assert found == []
    assert checks.verify_tombstones(add, keys[1], 2) == (1, keys[2])
    assert "history went on after destruction" in found
    assert checks.verify_tombstones(add, keys[2], 2) == (0, keys[2])
