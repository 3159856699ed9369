"""Moving and renaming: history on both sides, numbers, and verification that still proves all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from rathaus.core.models import Event
from rathaus.organisation.models import Office, StaffMember
from rathaus.records import actions, queries, verify
from rathaus.records.models import Case, Document, Dossier
from tests.records.conftest import CLERK, file, open_case
from tests.records.plan.conftest import place

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(offices: dict[str, Office], harms: StaffMember) -> Dossier:
    return actions.open_dossier(
        title="Grundstück Hauptstraße", entry=place("23.10"), office=offices["buergerbuero"],
        actor=CLERK,
    )  # fmt: skip


def intact() -> None:
    assert verify.run().findings == []


def found() -> set[str]:
    return {finding.what for finding in verify.run().findings}


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def types(chain: object) -> list[str]:
    rows = Event.objects.filter(chain=chain).order_by("seq")
    return list(rows.values_list("type", flat=True))


def test_documents_have_numbers_of_their_case(case: Case) -> None:
    second = open_case(case.office)
    numbers = [file(case).number, file(case).number, file(second).number, file(case).number]
    assert numbers == [1, 2, 1, 3]
    stored = Document.objects.filter(case=case).values_list("number", flat=True)
    assert sorted(stored) == [1, 2, 3]
    filed = Event.objects.filter(type="document.filed", chain=case.chain).order_by("seq")
    assert [event.data["number"] for event in filed] == [1, 2, 3]
    execute("UPDATE records_document SET number = 9 WHERE case_id = %s AND number = 3", case.pk)
    assert found() == {"number of document changed"}


def test_a_moved_document_has_a_new_number_and_the_old_one_leads_to_it(
    contract: Dossier, harms: StaffMember
) -> None:
    first = actions.open_case(dossier=contract, title="Eins", actor=CLERK)
    second = actions.open_case(dossier=contract, title="Zwei", actor=CLERK)
    file(second)
    document = file(first, b"%PDF-1.7", name="a.pdf", content_type="application/pdf", text="Pacht")
    actions.add_version(
        document=document, content=b"%PDF-1.7 b", name="b.pdf",
        content_type="application/pdf", actor=CLERK,
    )  # fmt: skip
    document = Document.objects.select_related("case__chain", "case__dossier").get(pk=document.pk)
    actions.move_document(
        document=document, target=second, reason="falsch abgelegt", staff=harms, actor=CLERK
    )
    document.refresh_from_db()
    assert (document.case, document.number) == (second, 2)
    assert queries.by_reference(harms, f"{first.reference}-01") == document
    assert queries.by_reference(harms, f"{second.reference}/2") == document
    assert file(first).number == 2  # the number is not given again
    assert types(first.chain)[-2:] == ["document.moved_out", "document.filed"]
    assert types(second.chain)[-1] == "document.moved_in"
    intact()
    actions.add_version(
        document=Document.objects.get(pk=document.pk), content=b"neu", name="c.txt",
        content_type="text/plain", actor=CLERK,
    )  # fmt: skip
    back = Document.objects.select_related("case__chain", "case__dossier").get(pk=document.pk)
    actions.move_document(
        document=back, target=Case.objects.get(pk=first.pk), reason="x", staff=harms, actor=CLERK
    )
    intact()


def test_a_move_made_up_in_one_chain_only_is_noticed(contract: Dossier) -> None:
    first = actions.open_case(dossier=contract, title="Eins", actor=CLERK)
    second = actions.open_case(dossier=contract, title="Zwei", actor=CLERK)
    document = file(first)
    actions.move_document(document=document, target=second, reason="x", staff=None, actor=CLERK)
    intact()
    execute("UPDATE records_document SET case_id = %s WHERE id = %s", first.pk, document.pk)
    assert {"document missing", "document was never filed"} <= found()


def test_documents_move_between_open_cases_only(contract: Dossier) -> None:
    first = actions.open_case(dossier=contract, title="Eins", actor=CLERK)
    second = actions.open_case(dossier=contract, title="Zwei", actor=CLERK)
    document = file(first)
    actions.close_case(case=second, actor=CLERK)
    with pytest.raises(actions.CaseIsClosed):
        actions.move_document(document=document, target=second, reason="x", staff=None, actor=CLERK)
    with pytest.raises(DatabaseError), transaction.atomic():
        execute("UPDATE records_document SET case_id = %s WHERE id = %s", second.pk, document.pk)


def test_a_refiled_case_keeps_its_reference_and_follows_its_dossier(
    case: Case, other: Dossier, harms: StaffMember
) -> None:
    file(case)
    old, reference = case.dossier, case.reference
    actions.refile_case(case=case, target=other, reason="gehört hierher", staff=harms, actor=CLERK)
    case.refresh_from_db()
    assert (case.reference, case.dossier, case.office) == (reference, other, other.office)
    assert (case.retention_years, case.disposal) == (30, "B")
    old.refresh_from_db()
    assert types(old.chain) == ["dossier.case_out"]
    assert types(other.chain)[-1] == "dossier.case_in"
    assert types(case.chain)[-1] == "case.refiled"
    refiled = Event.objects.get(type="case.refiled")
    assert "gehört" not in str(refiled.data)
    intact()
    execute("UPDATE records_case SET dossier_id = %s WHERE id = %s", old.pk, case.pk)
    assert {"dossier changed", "filing_code changed"} <= found()


def test_a_closed_case_is_never_kept_shorter(
    contract: Dossier, offices: dict[str, Office], other: Dossier
) -> None:
    with time_machine.travel(datetime(2026, 5, 4, tzinfo=UTC)):
        case = actions.open_case(dossier=other, title="Kauf", actor=CLERK)
        actions.close_case(case=case, actor=CLERK)
    until = case.retention_until
    actions.refile_case(case=case, target=contract, reason="x", staff=None, actor=CLERK)
    case.refresh_from_db()
    assert case.retention_until == until
    intact()


def test_rights_are_needed_at_both_ends(
    case: Case, contract: Dossier, offices: dict[str, Office], freese: StaffMember
) -> None:
    foreign = actions.open_dossier(
        title="Fundsachen", entry=place("32.50"), office=offices["ordnungsamt"], actor=CLERK
    )
    with pytest.raises(actions.NotAllowed):
        actions.refile_case(case=case, target=foreign, reason="x", staff=freese, actor=CLERK)
    mine = actions.open_case(dossier=foreign, title="Fahrrad", actor=CLERK)
    with pytest.raises(actions.NotAllowed):
        actions.refile_cases(cases=[mine], target=contract, reason="x", staff=freese, actor=CLERK)
    assert Case.objects.get(pk=mine.pk).dossier == foreign
    actions.give(dossier=contract, staff=freese, may_write=True, reason="x", actor=CLERK)
    count = actions.refile_cases(
        cases=[mine], target=contract, reason="x", staff=freese, actor=CLERK
    )
    assert count == 1
    intact()


def test_a_dossier_moves_with_everything_below(
    contract: Dossier, harms: StaffMember, freese: StaffMember
) -> None:
    inner = actions.open_dossier(title="Nachträge", parent=contract, staff=harms, actor=CLERK)
    case = actions.open_case(dossier=inner, title="Erster", actor=CLERK)
    file(case)
    assert case.retention_years == 10
    actions.move_dossier(
        dossier=contract, entry=place("60.30"), reason="Neuordnung", staff=harms, actor=CLERK
    )
    inner.refresh_from_db()
    case.refresh_from_db()
    assert inner.filing_plan_entry == place("60.30")
    assert (case.retention_years, case.disposal) == (30, "A")
    assert types(inner.chain)[-1] == "dossier.moved"
    intact()
    execute("UPDATE records_dossier SET filing_plan_entry_id = %s", place("10.10").pk)
    assert "filing_code changed" in found()


def test_an_automatic_dossier_leaves_its_place_to_a_new_one(case: Case, harms: StaffMember) -> None:
    old = case.dossier
    actions.move_dossier(
        dossier=old, entry=place("33.50"), reason="Neuordnung", staff=harms, actor=CLERK
    )
    fresh = open_case(case.office)
    assert fresh.dossier != old and fresh.dossier.filing_plan_entry.code == "33.20"
    intact()


def test_a_dossier_cannot_lie_in_itself_or_too_deep(contract: Dossier, harms: StaffMember) -> None:
    second = actions.open_dossier(title="2", parent=contract, staff=harms, actor=CLERK)
    third = actions.open_dossier(title="3", parent=second, staff=harms, actor=CLERK)
    with pytest.raises(actions.PlanRefused, match="drei Ebenen"):
        actions.open_dossier(title="4", parent=third, staff=harms, actor=CLERK)
    with pytest.raises(actions.PlanRefused, match="in sich selbst"):
        actions.move_dossier(
            dossier=contract, entry=place("23.20"), parent=third, reason="x", staff=harms,
            actor=CLERK,
        )  # fmt: skip


def test_titles_change_with_the_old_ones_in_the_history(contract: Dossier) -> None:
    case = actions.open_case(dossier=contract, title="Pahct", actor=CLERK)
    document = file(case)
    actions.add_version(
        document=document, content=b"zwei", name="b.txt", content_type="text/plain", actor=CLERK
    )
    actions.rename_case(case=case, title="Pacht", actor=CLERK)
    document = Document.objects.select_related("case__chain").get(pk=document.pk)
    actions.rename_document(document=document, title="Brief der Pächterin", actor=CLERK)
    actions.change_dossier(
        dossier=contract, title="Kiosk", medium="001", location="", note_text="", actor=CLERK
    )
    intact()
    renamed = Event.objects.get(type="case.renamed")
    assert renamed.personal == {"before": "Pahct", "after": "Pacht"}
    with pytest.raises(actions.PlanRefused):
        actions.rename_case(case=case, title="  ", actor=CLERK)
    execute("UPDATE records_dossier SET title = 'X'")
    assert found() == {"title changed"}


def test_who_may_see_cannot_be_changed_unnoticed(personnel: Dossier) -> None:
    actions.set_access(dossier=personnel, own_access="restricted", reason="x", actor=CLERK)
    intact()
    execute("UPDATE records_dossier SET own_access = 'town', scope = 'town', access = 'town'")
    assert found() == {"access changed"}


def test_a_dossier_made_by_hand_is_not_deleted(contract: Dossier) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Dossier.objects.filter(pk=contract.pk)._raw_delete("default")  # type: ignore[attr-defined]


def test_closing_waits_for_the_cases_and_starts_retention(contract: Dossier) -> None:
    case = actions.open_case(dossier=contract, title="Offen", actor=CLERK)
    with pytest.raises(actions.PlanRefused, match="offenen Vorgänge"):
        actions.close_dossier(dossier=contract, actor=CLERK)
    actions.close_case(case=case, actor=CLERK)
    with time_machine.travel(datetime(2026, 5, 4, tzinfo=UTC)):
        actions.close_dossier(dossier=contract, actor=CLERK)
    assert str(contract.retention_until) == "2036-12-31"
    with pytest.raises(actions.DossierIsClosed):
        actions.open_case(dossier=contract, title="Neu", actor=CLERK)
    intact()
    actions.reopen_dossier(dossier=contract, actor=CLERK)
    intact()
