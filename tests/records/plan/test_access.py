"""Who may read: by office, by name, by plan; in lists, in the search, in sentences."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rathaus.core.clock import today
from rathaus.core.events import type_of
from rathaus.core.jobs import run_pending
from rathaus.core.models import Event, Job
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office, StaffMember
from rathaus.records import accesslog, actions, permissions, queries, reasons
from rathaus.records.models import AccessGrant, Case, Document, DocumentVersion, Dossier
from rathaus.search.models import Entry
from tests.records.conftest import CLERK, file, staff
from tests.records.plan.conftest import place

pytestmark = pytest.mark.django_db


def sees(person: StaffMember, dossier: Dossier) -> bool:
    """The same answer from every read, or the test fails."""
    case = dossier.cases.get()
    document = case.documents.get()
    answers = {
        queries.dossiers_for(person).filter(pk=dossier.pk).exists(),
        queries.cases_for(person).filter(pk=case.pk).exists(),
        queries.documents_for(person).filter(pk=document.pk).exists(),
        bool(queries.why(person, dossier)),
        bool(queries.why(person, document)),
        person in [viewer.staff for viewer in reasons.audience(case)],
    }
    for read, key, missing in (
        (queries.dossier_for, dossier.public_id, Dossier.DoesNotExist),
        (queries.case_for, case.public_id, Case.DoesNotExist),
        (queries.document_for, document.public_id, Document.DoesNotExist),
        (queries.version_for, document.current.public_id, DocumentVersion.DoesNotExist),
    ):
        try:
            read(person, key)  # type: ignore[operator]
            answers.add(True)
        except missing:
            answers.add(False)
    answers.add(bool(queries.find(person, "Sonderurlaub").hits))
    answers.add(queries.by_reference(person, case.reference) == case)
    assert len(answers) == 1, answers
    return answers.pop()


def fill(dossier: Dossier) -> None:
    case = actions.open_case(dossier=dossier, title="Sonderurlaub", actor=CLERK)
    file(case, title="Antrag auf Sonderurlaub")
    index()


def index() -> None:
    Job.objects.update(run_at="2020-01-01T00:00Z")
    run_pending()


def test_by_default_the_keeping_office_reads(
    contract: Dossier, harms: StaffMember, freese: StaffMember, registry: StaffMember
) -> None:
    fill(contract)
    assert sees(harms, contract)
    assert not sees(freese, contract)
    assert sees(registry, contract)


def test_personnel_files_are_for_named_people_only(
    personnel: Dossier,
    offices: dict[str, Office],
    harms: StaffMember,
    freese: StaffMember,
    registry: StaffMember,
) -> None:
    colleague = staff("colleague", offices["buergerbuero"])
    fill(personnel)
    assert personnel.access == "restricted"
    assert sees(harms, personnel)  # opened it
    assert not sees(colleague, personnel)
    assert not sees(registry, personnel)
    grant = actions.give(dossier=personnel, staff=freese, reason="Prüfung der Zulage", actor=CLERK)
    index()
    assert sees(freese, personnel)
    assert not permissions.may_write(freese, personnel)
    actions.revoke(grant=grant, actor=CLERK)
    assert not sees(freese, personnel)


def test_a_grant_ends_on_its_last_day(
    contract: Dossier, harms: StaffMember, freese: StaffMember
) -> None:
    fill(contract)
    actions.give(
        dossier=contract, staff=freese, until=today(), may_write=True, reason="x", actor=CLERK
    )
    index()
    assert sees(freese, contract) and permissions.may_write(freese, contract)
    assert sees(harms, contract)  # sharing takes nothing away
    AccessGrant.objects.update(until=today() - timedelta(days=1))
    assert not sees(freese, contract) and not permissions.may_write(freese, contract)
    assert sees(harms, contract)


def test_a_grant_to_an_office_counts_for_its_people(
    personnel: Dossier, offices: dict[str, Office], freese: StaffMember, registry: StaffMember
) -> None:
    fill(personnel)
    actions.give(dossier=personnel, office=offices["ordnungsamt"], reason="x", actor=CLERK)
    index()
    assert sees(freese, personnel)
    assert not sees(registry, personnel)  # the town-wide role is no name


def test_a_place_of_the_plan_names_people_for_all_its_dossiers(
    personnel: Dossier, freese: StaffMember
) -> None:
    fill(personnel)
    actions.give(entry=place("11.10"), staff=freese, reason="Personalstelle", actor=CLERK)
    index()
    assert sees(freese, personnel)
    with pytest.raises(actions.PlanRefused):
        actions.give(entry=place("23.20"), staff=freese, reason="x", actor=CLERK)


def test_sub_dossiers_follow_until_they_say_otherwise(
    contract: Dossier, freese: StaffMember, harms: StaffMember
) -> None:
    inner = actions.open_dossier(title="Nachträge", parent=contract, staff=harms, actor=CLERK)
    fill(inner)
    assert not sees(freese, inner)
    actions.give(dossier=contract, staff=freese, reason="x", actor=CLERK)
    index()
    assert sees(freese, inner)
    inner = Dossier.objects.with_place().get(pk=inner.pk)
    actions.give(dossier=inner, staff=staff("third"), reason="x", actor=CLERK)
    index()
    assert sees(freese, inner)  # shared further, still what the dossier above gives
    actions.set_access(dossier=inner, own_access="restricted", reason="heikel", actor=CLERK)
    assert not sees(freese, inner)
    assert not sees(harms, inner)


def test_access_of_a_place_reaches_everything_below(
    contract: Dossier, harms: StaffMember, freese: StaffMember
) -> None:
    fill(contract)
    shared = actions.open_dossier(
        title="Geteilt", entry=place("23.20"), office=contract.office, actor=CLERK
    )
    actions.give(dossier=shared, staff=freese, reason="x", actor=CLERK)
    actions.change_entry(entry=place("23"), own_access="town", actor=CLERK)
    index()
    contract.refresh_from_db()
    assert (contract.access, contract.scope) == ("town", "town")
    assert sees(freese, contract)
    shared.refresh_from_db()
    assert (shared.access, shared.above_scope) == ("town", "town")
    actions.change_entry(entry=place("23.20"), own_access="restricted", actor=CLERK)
    index()
    contract = Dossier.objects.with_place().get(pk=contract.pk)
    assert not sees(freese, contract) and not sees(harms, contract)
    assert queries.dossiers_for(freese).filter(pk=shared.pk).exists()


def test_a_substitute_reads_with_the_names_of_the_colleague(
    personnel: Dossier, freese: StaffMember, harms: StaffMember
) -> None:
    fill(personnel)
    harms.substitute = freese
    harms.save()
    organisation.forget()
    assert sees(freese, personnel)
    assert "Vertretung für Harms Test" in queries.why(freese, personnel)[0].text


def test_who_left_sees_nothing(personnel: Dossier, harms: StaffMember) -> None:
    fill(personnel)
    harms.user.is_active = False
    harms.user.save()
    assert not sees(harms, personnel)


def test_the_search_learns_of_a_change_by_a_job(contract: Dossier) -> None:
    fill(contract)
    assert set(Entry.objects.values_list("scope", flat=True)) == {f"office:{contract.office_id}"}
    actions.set_access(dossier=contract, own_access="town", reason="Satzung", actor=CLERK)
    index()
    assert set(Entry.objects.values_list("scope", flat=True)) == {"town"}


def test_reads_ask_as_often_with_many_shared_dossiers(
    contract: Dossier, freese: StaffMember, harms: StaffMember
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            list(queries.cases_for(freese))
        return len(captured)

    fill(contract)
    actions.give(dossier=contract, staff=freese, reason="x", actor=CLERK)
    count()  # fills the cache of offices
    before = count()
    for number in range(5):
        more = actions.open_dossier(
            title=f"Weitere {number}", entry=place("11.10"), office=contract.office, actor=CLERK
        )
        actions.open_case(dossier=more, title="Sonderurlaub", actor=CLERK)
        actions.give(dossier=more, staff=freese, reason="x", actor=CLERK)
    assert count() == before
    assert queries.cases_for(freese).count() == 6


def test_grants_and_looks_are_in_the_history(personnel: Dossier, harms: StaffMember) -> None:
    actions.note_dossier_view(dossier=personnel, actor=CLERK)
    actions.note_dossier_view(dossier=personnel, actor=CLERK)
    types = list(
        Event.objects.filter(chain=personnel.chain).order_by("seq").values_list("type", flat=True)
    )
    assert types == ["dossier.opened", "access.granted", "dossier.viewed"]
    granted = Event.objects.get(type="access.granted")
    assert "Harms" not in str(granted.data) and granted.personal is not None


@pytest.mark.parametrize(
    "wrong",
    [{"reason": " "}, {"until": "yesterday"}, {"staff": None}],
)
def test_a_grant_without_sense_is_refused(
    contract: Dossier, freese: StaffMember, wrong: dict[str, object]
) -> None:
    values: dict[str, object] = {"staff": freese, "reason": "x", "until": None, **wrong}
    if values["until"]:
        values["until"] = today() - timedelta(days=1)
    with pytest.raises(actions.PlanRefused):
        actions.give(dossier=contract, actor=CLERK, **values)  # type: ignore[arg-type]


def test_the_log_of_looks_asks_for_events_that_exist() -> None:
    """A misspelt name would hide every look of that kind without anybody noticing."""
    for name in (*accesslog.LOOKED, *accesslog.EXPORTED):
        assert type_of(name) is not None, name
