"""The filing plan and its dossiers by words: spelling, stems, compounds, rights, changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus.organisation.models import Office, StaffMember
from rathaus.records import actions, queries
from rathaus.records.finding import plan_search
from rathaus.records.finding.models import DossierTerm
from rathaus.records.models import Dossier, FilingPlanEntry
from tests.records.conftest import CLERK, open_case, staff
from tests.records.plan.conftest import contract, harms, personnel  # noqa: F401

pytestmark = pytest.mark.django_db


def titles(text: str) -> list[str]:
    rows = {entry.pk: entry.title for entry in FilingPlanEntry.objects.all()}
    return [rows[pk] for pk in plan_search.places(text)]


def entry(code: str, title: str) -> FilingPlanEntry:
    return actions.create_entry(code=code, title=title, own_years=10, own_disposal="B", actor=CLERK)


@pytest.mark.parametrize(
    "text",
    ["Straße", "strasse", "STRASSEN", "Straßenbau", "bau", "Baumaßnahmen Straßen", "66.9", "maß"],
)
def test_a_place_is_found_however_it_is_written(plan: int, text: str) -> None:
    entry("66.9X", "Straßenbaumaßnahmen")
    assert "Straßenbaumaßnahmen" in titles(text)


@pytest.mark.parametrize("text", ["Gebühren", "gebuehr", "GEBUHREN"])
def test_umlauts_in_every_spelling(plan: int, text: str) -> None:
    entry("66.9Y", "Gebühr für Sondernutzung")
    assert "Gebühr für Sondernutzung" in titles(text)


def test_every_word_counts_and_nothing_is_found_by_nothing(plan: int) -> None:
    entry("66.9X", "Straßenbau")
    assert titles("Straße Quittenmus") == []
    assert titles("") == titles("   ") == titles("…/%_") == []


def test_a_change_is_seen_at_once_also_by_another_process(plan: int) -> None:
    made = entry("66.9X", "Straßenbau")
    assert titles("Straßenbau")
    known: Any = plan_search._known
    actions.change_entry(entry=made, title="Wegebau", actor=CLERK)
    plan_search._known = known  # as a process that was not told
    assert "Wegebau" in titles("wegebau")
    assert "Straßenbau" not in titles("Straßenbau")


def test_the_second_question_reads_no_place(plan: int, django_assert_num_queries: Any) -> None:
    titles("Steuer")
    with django_assert_num_queries(2):
        plan_search.places("Gewerbe")


def found(who: StaffMember, text: str) -> list[Dossier]:
    return list(plan_search.dossiers(queries.dossiers_for(who), text))


@pytest.mark.parametrize(
    "text", ["Pacht", "pachtvertraege", "KIOSK", "vertrag", "Marktplatz kiosk", "23.20-0", "markt"]
)
def test_a_dossier_is_found_by_title_and_reference(
    harms: StaffMember,  # noqa: F811
    contract: Dossier,  # noqa: F811
    text: str,
) -> None:
    assert contract in found(harms, text)
    assert contract not in found(harms, f"{text} Quittenmus")


def test_its_new_title_counts_and_the_old_no_more(
    harms: StaffMember,  # noqa: F811
    contract: Dossier,  # noqa: F811
) -> None:
    actions.change_dossier(
        dossier=contract, title="Mietvertrag Bude", medium=contract.medium, location="",
        note_text="", actor=CLERK,
    )  # fmt: skip
    assert contract in found(harms, "Bude")
    assert contract not in found(harms, "Kiosk")
    assert DossierTerm.objects.filter(dossier=contract, term="miet").exists()


def test_one_made_by_itself_is_called_like_place_and_year(
    offices: dict[str, Office], plan: int
) -> None:
    who = staff("anke", offices["buergerbuero"])
    case = open_case(offices["buergerbuero"])
    year = case.dossier.year
    for text in (f"Melderegister {year}", f"33.20/{year}", "33.20/2", f"33.2 {year}", "33.20"):
        assert case.dossier in found(who, text), text
    assert case.dossier not in found(who, "33.20/1999")
    assert case.dossier not in found(who, "Melderegister 1999")


def test_nobody_finds_what_is_not_theirs(
    offices: dict[str, Office],
    contract: Dossier,  # noqa: F811
    personnel: Dossier,  # noqa: F811
) -> None:
    stranger = staff("fremd", offices["ordnungsamt"])
    assert found(stranger, "Kiosk") == []
    assert found(stranger, "Personalakte") == []


@given(st.text(max_size=60))
def test_whatever_is_typed_is_answered(text: str) -> None:
    plan_search._matches(plan_search._place(1, "1", "Straße", ""), plan_search._typed(text))
    plan_search._by_itself(plan_search._typed(text.replace("\x00", " ")))
