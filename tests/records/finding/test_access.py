"""Nobody finds what (s)he may not read: restricted, other offices, substitutes, grants."""

from __future__ import annotations

import pytest

from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office, Role, StaffMember
from rathaus.records import actions
from rathaus.records.finding import actions as saving
from rathaus.records.finding import queries
from rathaus.records.finding.wanted import Wanted
from rathaus.records.models import Case, Dossier, FilingPlanEntry
from rathaus.search.models import Entry
from tests.records.conftest import CLERK, file, staff
from tests.records.finding.conftest import titles

pytestmark = pytest.mark.django_db
WAYS = ("geheim", "az:11", "plan:11", "in:dokumente", "typ:text", "zeit:heute", "durch:harms")


@pytest.fixture
def personnel(offices: dict[str, Office], harms: StaffMember) -> Dossier:
    """A dossier only named people may read, with one document."""
    dossier = actions.open_dossier(
        title="Personalakte Janßen",
        entry=FilingPlanEntry.objects.get(code="11.10"),
        office=offices["buergerbuero"],
        staff=harms,
        actor=CLERK,
    )
    actions.set_access(dossier=dossier, own_access="restricted", reason="Personal", actor=CLERK)
    case = actions.open_case(dossier=dossier, title="Abmahnung", actor=CLERK)
    file(case, b"Sehr geheim", title="Vermerk", actor=CLERK)
    run_pending()
    return dossier


def test_other_offices(record: dict[str, Case], harms: StaffMember, freese: StaffMember) -> None:
    for text in ("hund", "anhörung", "in:dokumente", f"az:{record['secret'].reference}"):
        assert "Anhörung" not in titles(harms, text)
    assert "Anhörung" in titles(freese, "anhörung")
    assert titles(freese, "bello") == []
    assert titles(harms, "amt:ordnungsamt") == []


def test_restricted_dossiers(
    personnel: Dossier, offices: dict[str, Office], harms: StaffMember
) -> None:
    other = staff("other", offices["buergerbuero"])
    registry = staff("registry", offices["ordnungsamt"], role=Role.RECORDS_MANAGER)
    for person in (other, registry):
        for text in WAYS:
            assert titles(person, text) == []
        assert queries.find(person, Wanted("geheimm")).suggestion == ""
    actions.give(dossier=personnel, staff=other, reason="Vertretung", actor=CLERK)
    run_pending()
    assert titles(other, "geheim") == ["Vermerk"]
    assert titles(registry, "geheim") == []


def test_a_grant_to_another_office_begins_and_ends(
    record: dict[str, Case], harms: StaffMember, freese: StaffMember
) -> None:
    dossier = record["fair"].dossier
    office = freese.memberships.get().office
    assert titles(freese, "pachtvertrag") == []
    grant = actions.give(dossier=dossier, office=office, reason="Amtshilfe", actor=CLERK)
    run_pending()
    assert titles(freese, "pachtvertrag") == ["Pachtvertrag"]
    assert titles(harms, "pachtvertrag") == ["Pachtvertrag"]
    assert titles(freese, "bello") == []
    actions.revoke(grant=grant, actor=CLERK)
    run_pending()
    assert titles(freese, "pachtvertrag") == []
    assert titles(harms, "pachtvertrag") == ["Pachtvertrag"]


def test_between_change_and_index_nothing_is_given_away(
    record: dict[str, Case], freese: StaffMember
) -> None:
    """Rights count at once, the index follows by job."""
    office = freese.memberships.get().office
    dossier = record["fair"].dossier
    grant = actions.give(dossier=dossier, office=office, reason="Amtshilfe", actor=CLERK)
    run_pending()
    actions.revoke(grant=grant, actor=CLERK)
    assert titles(freese, "pachtvertrag") == []


def test_substitutes_see_what_the_absent_may(
    record: dict[str, Case], harms: StaffMember, freese: StaffMember
) -> None:
    freese.substitute = harms
    freese.save()
    assert "Anhörung" in titles(harms, "anhörung")
    assert titles(freese, "bello") == []


@pytest.mark.parametrize("role", [Role.CASHIER, Role.DESIGNER, Role.OPERATOR])
def test_roles_without_records(
    record: dict[str, Case], offices: dict[str, Office], role: Role
) -> None:
    person = staff("other", *offices.values(), role=role)
    for text in ("hund", "in:dokumente", "zeit:heute"):
        assert titles(person, text) == []


def test_nobody_and_the_inactive(record: dict[str, Case], harms: StaffMember) -> None:
    harms.user.is_active = False
    for somebody in (None, harms):
        assert titles(somebody, "hund") == []
        assert titles(somebody, "in:dokumente") == []


def test_a_false_index_gives_nothing_away(
    record: dict[str, Case], offices: dict[str, Office], harms: StaffMember
) -> None:
    for entry in Entry.objects.all():
        marks = entry.tokens.split()
        marks[1] = f"s=office:{offices['buergerbuero'].pk}"
        Entry.objects.filter(pk=entry.pk).update(tokens=" ".join(marks))
    assert "Anhörung" not in titles(harms, "anhörung")


def test_a_shared_search_shows_each_what_each_may_see(
    record: dict[str, Case], offices: dict[str, Office], harms: StaffMember, freese: StaffMember
) -> None:
    both = staff("both", *offices.values())
    saved = saving.save(
        staff=both, name="Hunde", wanted=Wanted("hund"), office=offices["ordnungsamt"]
    )
    assert [one.name for one in queries.saved_for(freese)] == ["Hunde"]
    assert not queries.saved_for(harms).exists()
    assert not saving.delete(staff=freese, public_id=saved.public_id)
    found = Wanted.from_address(saved.address)
    seen = {hit.case.title for hit in queries.find(freese, found).hits}
    assert seen == {"Bußgeld"}
    assert {hit.case.title for hit in queries.find(both, found).hits} > seen
