"""Changing the filing plan, references by pattern, loans, drafts."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from rathaus.core.clock import today
from rathaus.core.models import Event
from rathaus.organisation.models import Office, StaffMember
from rathaus.records import actions, patterns, verify
from rathaus.records.actions.histories import plan_chain
from rathaus.records.models import (
    Case,
    Document,
    Dossier,
    DraftDocument,
    FilingPlanEntry,
    Loan,
)
from tests.records.conftest import CLERK, file, open_case
from tests.records.plan.conftest import place

pytestmark = pytest.mark.django_db


def test_what_is_above_is_inherited_until_said_otherwise(plan: int) -> None:
    new = actions.create_entry(code="23.30", title="Wald", parent=place("23"), actor=CLERK)
    assert (new.retention_years, new.disposal, new.access) == (30, "B", "office")
    actions.change_entry(entry=place("23"), own_years=12, own_access="town", actor=CLERK)
    new.refresh_from_db()
    assert (new.retention_years, new.access, new.scope) == (12, "town", "town")
    assert place("23.20").retention_years == 10  # said so itself


def test_an_old_code_still_opens_cases(offices: dict[str, Office], plan: int) -> None:
    before = open_case(offices["buergerbuero"])
    actions.change_entry(entry=place("33.20"), code="33.25", actor=CLERK)
    after = open_case(offices["buergerbuero"])
    assert after.dossier == before.dossier
    assert after.reference.startswith("33.25/")
    assert verify.run().findings == []
    with pytest.raises(actions.PlanRefused, match="früher eine andere"):
        actions.create_entry(code="33.20", title="Neu", parent=place("33"), actor=CLERK)
    actions.change_entry(entry=place("33.25"), code="33.20", actor=CLERK)
    assert open_case(offices["buergerbuero"]).reference.startswith("33.20/")
    assert verify.run().findings == []


def test_a_code_changed_without_trace_is_noticed(case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_filingplanentry SET code = '99.1' WHERE code = '33.20'")
    assert {f.what for f in verify.run().findings} == {"filing_code changed"}


def test_what_is_used_is_retired_not_deleted(case: Case, offices: dict[str, Office]) -> None:
    entry = case.dossier.filing_plan_entry
    with pytest.raises(actions.PlanRefused, match="benutzt"):
        actions.remove_entry(entry=entry, actor=CLERK)
    actions.retire_entry(entry=entry, actor=CLERK, reason="aufgeteilt")
    with pytest.raises(actions.PlanRefused, match="stillgelegt"):
        actions.open_dossier(
            title="x", entry=place("33.20"), office=offices["buergerbuero"], actor=CLERK
        )
    assert open_case(offices["buergerbuero"]).dossier == case.dossier  # services go on
    actions.revive_entry(entry=entry, actor=CLERK)
    unused = actions.create_entry(code="33.90", title="Irrtum", parent=place("33"), actor=CLERK)
    actions.remove_entry(entry=unused, actor=CLERK)
    log = Event.objects.filter(chain=plan_chain()).order_by("seq")
    types = log.values_list("type", flat=True)
    assert list(types) == ["plan.retired", "plan.revived", "plan.created", "plan.removed"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"code": "23.20"}, "gibt es schon"),
        ({"code": "23,1"}, "Ziffern und Großbuchstaben"),
        ({"code": "<script>"}, "Ziffern und Großbuchstaben"),
        ({"title": " "}, "Bezeichnung"),
        ({"own_years": 999}, "0 und 200"),
        ({"own_disposal": "X"}, "nach Ablauf"),
        ({"own_access": "all"}, "wer die Akten"),
        ({"parent": None}, "Ganz oben"),
    ],
)
def test_nonsense_is_refused(plan: int, values: dict[str, Any], message: str) -> None:
    good = {"code": "23.40", "title": "Neu", "parent": place("23"), **values}
    with pytest.raises(actions.PlanRefused, match=message):
        actions.create_entry(actor=CLERK, **good)


def test_the_tree_has_no_rings_and_five_levels(plan: int) -> None:
    entry = place("23.20")
    for level in range(3):
        entry = actions.create_entry(
            code=f"{entry.code}.{level}", title="tiefer", parent=entry, actor=CLERK
        )
    with pytest.raises(actions.PlanRefused, match="fünf Ebenen"):
        actions.create_entry(code="23.20.0.1.2.9"[:13], title="x", parent=entry, actor=CLERK)
    with pytest.raises(actions.PlanRefused, match="unter sich selbst"):
        actions.change_entry(entry=place("23"), parent=entry, actor=CLERK)
    with pytest.raises(actions.PlanRefused, match="fünf Ebenen"):
        actions.change_entry(entry=place("23"), parent=place("10"), actor=CLERK)


def test_a_moved_place_takes_over_from_its_new_parent(plan: int, contract: Dossier) -> None:
    actions.change_entry(entry=place("23.20"), own_years=None, parent=place("20"), actor=CLERK)
    moved = place("23.20")
    assert (moved.parent, moved.retention_years, moved.disposal) == (place("20"), 10, "V")


def test_references_follow_the_pattern_of_the_town(
    offices: dict[str, Office], plan: int, contract: Dossier
) -> None:
    old = open_case(offices["buergerbuero"])
    actions.set_patterns(
        case="{Amt}-{JJ}/{Nr:5}", dossier="{Plan}_{Nr:2}", document="{Vorgang}#{Nr:3}", actor=CLERK
    )
    first, second = open_case(offices["buergerbuero"]), open_case(offices["ordnungsamt"])
    year = f"{today().year % 100:02d}"
    assert first.reference == f"buergerbuero-{year}/00001"
    assert second.reference == f"ordnungsamt-{year}/00001"
    contract = Dossier.objects.with_place().get(pk=contract.pk)
    assert actions.open_case(dossier=contract, title="x", actor=CLERK).reference.endswith("/00002")
    assert Case.objects.filter(reference=old.reference).exists()
    document = file(first)
    assert patterns.of_document(document, patterns.current().document).endswith("/00001#001")
    new = actions.create_entry(code="23.30", title="Wald", parent=place("23"), actor=CLERK)
    assert new.case_pattern == "{Amt}-{JJ}/{Nr:5}"
    assert verify.run().findings == []


@pytest.mark.parametrize(
    ("kind", "pattern", "message"),
    [
        ("case", "", "Muster"),
        ("case", "{Plan}/{Jahr}", "genau einmal"),
        ("case", "{Nr}-{Nr}", "genau einmal"),
        ("case", "{Plan}{Nr}", "Zwischen zwei"),
        ("case", "{Plan}7{Nr}", "Zwischen zwei"),
        ("case", "{Vorgang}-{Nr}", "gibt es hier nicht"),
        ("case", "{__class__}-{Nr}", "gibt es hier nicht"),
        ("case", "{Plan!r}-{Nr}", "Erlaubt sind"),
        ("case", "{Plan}-{Nr}<b>", "Erlaubt sind"),
        ("case", "{Jahr:4}-{Nr}", "nur zu"),
        ("case", "x" * 81, "80 Zeichen"),
        ("case", "Aktenzeichen der Stadt mit vielen Worten {Akte}/{Plan}-{Nr}", "60 Zeichen"),
        ("document", "{Nr}", "beginnt mit"),
        ("document", "D {Vorgang}-{Nr}", "beginnt mit"),
    ],
)
def test_a_pattern_that_is_not_unique_is_refused(kind: str, pattern: str, message: str) -> None:
    with pytest.raises(patterns.PatternError, match=message):
        patterns.check(kind, pattern)


@given(st.text(max_size=90))
@pytest.mark.one_database
def test_every_pattern_is_either_refused_or_renders_differently_for_each_number(text: str) -> None:
    try:
        pattern = patterns.check("case", text)
    except patterns.PatternError:
        return
    values = {"Plan": "1", "Jahr": "2026", "JJ": "26", "Amt": "a", "Akte": "1-1"}
    assert patterns.render(pattern, values, 1) != patterns.render(pattern, values, 12)


def test_paper_is_lent_once_and_comes_back(contract: Dossier, harms: StaffMember) -> None:
    with pytest.raises(actions.PlanRefused, match="kein Papier"):
        actions.lend(dossier=contract, borrower=harms, due=today(), actor=CLERK)
    with pytest.raises(actions.PlanRefused, match="wo das Papier"):
        actions.change_dossier(
            dossier=contract, title="x", medium="002", location="", note_text="", actor=CLERK
        )
    actions.change_dossier(
        dossier=contract, title="x", medium="002", location="Keller", note_text="", actor=CLERK
    )
    with pytest.raises(actions.PlanRefused, match="Vergangenheit"):
        actions.lend(dossier=contract, borrower=harms, due=today() - timedelta(days=1), actor=CLERK)
    loan = actions.lend(dossier=contract, borrower=harms, due=today(), actor=CLERK)
    assert not loan.is_overdue(today()) and loan.is_overdue(today() + timedelta(days=1))
    with pytest.raises(actions.PlanRefused, match="schon ausgeliehen"):
        actions.lend(dossier=contract, borrower_name="Gericht", due=today(), actor=CLERK)
    with pytest.raises(actions.PlanRefused, match="noch ausgeliehen"):
        actions.change_dossier(
            dossier=contract, title="x", medium="001", location="", note_text="", actor=CLERK
        )
    actions.take_back(loan=loan, actor=CLERK)
    actions.take_back(loan=loan, actor=CLERK)
    assert Loan.objects.get().back == today()
    assert Event.objects.filter(type="dossier.returned").count() == 1
    assert verify.run().findings == []


def draft(case: Case) -> DraftDocument:
    return actions.create_draft(
        case=case, title="Entwurf", content=b"eins", name="e.txt", content_type="text/plain",
        actor=CLERK,
    )  # fmt: skip


def test_a_draft_becomes_a_document_when_it_is_filed(contract: Dossier) -> None:
    case = actions.open_case(dossier=contract, title="x", actor=CLERK)
    mine = draft(case)
    length = case.chain.length
    actions.replace_draft(draft=mine, content=b"zwei", revision=1, actor=CLERK)
    with pytest.raises(actions.Outdated):
        actions.replace_draft(draft=mine, content=b"drei", revision=1, actor=CLERK)
    with pytest.raises(actions.Outdated):
        actions.file_draft(draft=mine, revision=1, actor=CLERK)
    case.chain.refresh_from_db()
    assert case.chain.length == length and not Document.objects.exists()
    document = actions.file_draft(draft=mine, revision=2, actor=CLERK)
    assert document.number == 1 and document.current.read() == b"zwei"
    with pytest.raises(actions.Outdated):
        actions.file_draft(draft=mine, revision=2, actor=CLERK)
    assert not DraftDocument.objects.exists()


def test_drafts_need_an_open_case_and_can_be_thrown_away(contract: Dossier) -> None:
    case = actions.open_case(dossier=contract, title="x", actor=CLERK)
    actions.discard_draft(draft=draft(case), actor=CLERK)
    left = draft(case)
    actions.close_case(case=case, actor=CLERK)
    with pytest.raises(actions.CaseIsClosed):
        draft(case)
    with pytest.raises(actions.CaseIsClosed):
        actions.file_draft(draft=left, revision=1, actor=CLERK)
    assert DraftDocument.objects.filter(pk=left.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_filing_at_once_get_different_numbers(offices: dict[str, Office]) -> None:
    actions.load_filing_plan()
    case = open_case(offices["buergerbuero"])
    failed: list[Exception] = []

    def work() -> None:
        try:
            mine = Case.objects.select_related("chain").get(pk=case.pk)
            for _ in range(3):
                file(mine)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(Document.objects.values_list("number", flat=True)) == list(range(1, 10))
    assert FilingPlanEntry.objects.count() > 10
