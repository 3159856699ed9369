"""Acting for an organisation or a child: who lets whom in, and that an end is an end."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from rathaus.accounts import jobs, queries
from rathaus.accounts.actions import acting, children, invitations
from rathaus.accounts.actions.representation import from_verified
from rathaus.accounts.errors import (
    AlreadyActing,
    Changed,
    CodeWrong,
    LastAdmin,
    NotAllowed,
    OfAge,
    TooManyTries,
)
from rathaus.accounts.models import Account, Child, Organisation, Representation
from rathaus.core.clock import shifted, today
from rathaus.core.events import verify_chain
from rathaus.core.models import Event, EventPersonalData
from tests.support.logins import make_account, verified

pytestmark = pytest.mark.django_db

COMPANY = {
    "organisation_name": "Blumenwerkstatt Ostfriesland GmbH",
    "organisation_legal_form": "GmbH",
    "organisation_register_kind": "HRB",
    "organisation_register_number": "204711",
    "organisation_register_court": "Aurich",
    "organisation_street": "Hauptstraße",
    "organisation_city": "Wiesmoor",
}


def founder(name: str = "Gartenfreunde e. V.") -> tuple[Account, Organisation]:
    account = make_account(first_names="Insa", last_name="Eilers")
    return account, acting.found(account=account, name=name, actor=account.actor)


def join(
    organisation: Organisation, admin: Account, **terms: Any
) -> tuple[Account, Representation]:
    """Somebody comes with a code and is let in."""
    account, row = asked(organisation, admin)
    acting.approve(representation=row, by=admin, actor=admin.actor, **terms)
    return account, row


def asked(organisation: Organisation, admin: Account) -> tuple[Account, Representation]:
    account = make_account()
    code = invitations.invite(organisation=organisation, by=admin, actor=admin.actor).code
    row = invitations.ask(account=account, code=code, sender=str(account.pk), actor=account.actor)
    return account, row


def names(account: Account) -> list[str]:
    return [mandate.name for mandate in queries.acting_for(account)]


def company(account: Account, subject: str = "du-1") -> Any:
    login = verified(source="unternehmenskonto", organisation=subject, values=COMPANY)
    return from_verified(account, login, account.actor)


# --- by one's own word -----------------------------------------------------------------


def test_founding_is_only_a_statement() -> None:
    account, organisation = founder()
    [mandate] = queries.acting_for(account)
    assert mandate.on_behalf == {
        "kind": "organisation",
        "id": str(organisation.public_id),
        "name": "Gartenfreunde e. V.",
        "role": "admin",
        "proof": "",
    }
    assert mandate.organisation_id == organisation.pk
    assert queries.mandate(account, "organisation", organisation.public_id) == mandate
    assert queries.mandate(make_account(), "organisation", organisation.public_id) is None


def test_both_chains_tell_it() -> None:
    account, organisation = founder()
    other, _row = join(organisation, account)
    for chain in (account.chain, other.chain, organisation.chain):
        chain.refresh_from_db()
        assert verify_chain(chain) == []
    told = Event.objects.filter(chain=other.chain).order_by("seq").values_list("type", flat=True)
    assert list(told)[-2:] == [
        "accounts.representation_requested",
        "accounts.representation_began",
    ]


def test_asking_is_not_being_let_in() -> None:
    admin, organisation = founder()
    other, row = asked(organisation, admin)
    assert names(other) == []
    acting.approve(representation=row, by=admin, actor=admin.actor)
    assert names(other) == ["Gartenfreunde e. V."]


def test_refused_stays_out() -> None:
    admin, organisation = founder()
    other, row = asked(organisation, admin)
    acting.refuse(representation=row, by=admin, actor=admin.actor)
    assert names(other) == []
    with pytest.raises(Changed):
        acting.approve(representation=row, by=admin, actor=admin.actor)


def test_a_code_is_good_once() -> None:
    admin, organisation = founder()
    code = invitations.invite(organisation=organisation, by=admin, actor=admin.actor).code
    first, second = make_account(), make_account()
    typed = code.lower().replace("-", " ")
    invitations.ask(account=first, code=typed, sender="a", actor=first.actor)
    with pytest.raises(CodeWrong):
        invitations.ask(account=second, code=code, sender="b", actor=second.actor)


def test_a_code_runs_out_and_can_be_taken_back() -> None:
    admin, organisation = founder()
    row = invitations.invite(organisation=organisation, by=admin, actor=admin.actor)
    other = make_account()
    with shifted(datetime.now(UTC) + timedelta(days=15)), pytest.raises(CodeWrong):
        invitations.ask(account=other, code=row.code, sender="a", actor=other.actor)
    invitations.withdraw_invitation(invitation=row, by=admin, actor=admin.actor)
    with pytest.raises(CodeWrong):
        invitations.ask(account=other, code=row.code, sender="a", actor=other.actor)


def test_codes_cannot_be_tried_out() -> None:
    account = make_account()
    for _ in range(invitations.TRIES):
        with pytest.raises(CodeWrong):
            invitations.ask(account=account, code="AAAA", sender="s", actor=account.actor)
    with pytest.raises(TooManyTries):
        invitations.ask(account=account, code="AAAA", sender="s", actor=account.actor)


def test_asking_twice_costs_no_code() -> None:
    admin, organisation = founder()
    other, _row = asked(organisation, admin)
    code = invitations.invite(organisation=organisation, by=admin, actor=admin.actor).code
    with pytest.raises(AlreadyActing):
        invitations.ask(account=other, code=code, sender="x", actor=other.actor)
    third = make_account()
    invitations.ask(account=third, code=code, sender="y", actor=third.actor)


# --- who may decide ----------------------------------------------------------------------


@pytest.mark.parametrize("act", [acting.approve, acting.refuse])
def test_only_admins_decide(act: Any) -> None:
    admin, organisation = founder()
    member, _ = join(organisation, admin)
    _other, row = asked(organisation, admin)
    stranger, _elsewhere = founder("Fremde GmbH")
    for nobody in (member, stranger):
        with pytest.raises(NotAllowed):
            act(representation=row, by=nobody, actor=nobody.actor)


def test_members_hand_out_no_codes() -> None:
    admin, organisation = founder()
    member, _ = join(organisation, admin)
    with pytest.raises(NotAllowed):
        invitations.invite(organisation=organisation, by=member, actor=member.actor)


def test_an_admin_whose_time_is_over_decides_nothing() -> None:
    admin, organisation = founder()
    second, _ = join(organisation, admin, role="admin", valid_until=today() + timedelta(days=3))
    _other, row = asked(organisation, admin)
    later = datetime.now(UTC) + timedelta(days=5)
    with shifted(later), pytest.raises(NotAllowed):
        acting.approve(representation=row, by=second, actor=second.actor)


def test_the_last_admin_needs_a_successor() -> None:
    admin, organisation = founder()
    own = Representation.objects.get(account=admin)
    _member, row = join(organisation, admin)
    with pytest.raises(LastAdmin):
        acting.end(representation=own, by=admin, actor=admin.actor)
    with pytest.raises(LastAdmin):
        acting.change(
            representation=own, by=admin, role="member", valid_until=None, actor=admin.actor
        )
    with pytest.raises(LastAdmin):
        acting.change(
            representation=own, by=admin, role="admin", valid_until=today(), actor=admin.actor
        )
    acting.change(representation=row, by=admin, role="admin", valid_until=None, actor=admin.actor)
    acting.end(representation=own, by=admin, actor=admin.actor)
    assert names(admin) == []


def test_a_successor_with_a_last_day_is_none() -> None:
    admin, organisation = founder()
    join(organisation, admin, role="admin", valid_until=today() + timedelta(days=30))
    own = Representation.objects.get(account=admin, state="active")
    with pytest.raises(LastAdmin):
        acting.end(representation=own, by=admin, actor=admin.actor)


def test_alone_one_may_go() -> None:
    admin, _organisation = founder()
    own = Representation.objects.get(account=admin)
    acting.end(representation=own, by=admin, actor=admin.actor)
    assert names(admin) == []


def test_a_last_day_is_the_last_day() -> None:
    admin, organisation = founder()
    other, row = join(organisation, admin, valid_until=today() + timedelta(days=1))
    assert names(other) == ["Gartenfreunde e. V."]
    with shifted(datetime.now(UTC) + timedelta(days=2, hours=3)):
        assert names(other) == []
        jobs.end_what_is_over()
        row.refresh_from_db()
        assert row.state == "ended"


def test_removed_at_once() -> None:
    admin, organisation = founder()
    other, row = join(organisation, admin)
    acting.end(representation=row, by=admin, actor=admin.actor)
    assert names(other) == []
    assert queries.represented_by(other) == []


@pytest.mark.django_db(transaction=True)
def test_two_last_admins_leave_at_the_same_moment() -> None:
    first, organisation = founder()
    second, _ = join(organisation, first, role="admin")
    join(organisation, first)
    outcome: list[str] = []
    gate = threading.Barrier(2)

    def leave(account: Account) -> None:
        row = Representation.objects.get(account=account, state="active")
        gate.wait()
        try:
            acting.end(representation=row, by=account, actor=account.actor)
            outcome.append("left")
        except LastAdmin:
            outcome.append("kept")
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[account]) for account in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["kept", "left"]


@pytest.mark.django_db(transaction=True)
def test_one_code_in_two_hands() -> None:
    admin, organisation = founder()
    code = invitations.invite(organisation=organisation, by=admin, actor=admin.actor).code
    people = [make_account(), make_account()]
    outcome: list[str] = []
    gate = threading.Barrier(2)

    def ask(account: Account) -> None:
        gate.wait()
        try:
            invitations.ask(account=account, code=code, sender=str(account.pk), actor=account.actor)
            outcome.append("asked")
        except CodeWrong:
            outcome.append("wrong")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[account]) for account in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["asked", "wrong"]


# --- by a log-in of the organisation --------------------------------------------------------


def test_company_account_proves_it() -> None:
    account = make_account()
    organisation, row = company(account)
    assert (organisation.name, organisation.legal_form) == (
        "Blumenwerkstatt Ostfriesland GmbH",
        "GmbH",
    )
    assert organisation.register == {"kind": "HRB", "number": "204711", "court": "Aurich"}
    assert row.state == "active" and row.role == "admin"
    assert queries.acting_for(account)[0].proof == "unternehmenskonto"
    assert "du-1" not in organisation.subject_digest


def test_same_company_is_found_again() -> None:
    first, second = make_account(), make_account()
    one, _ = company(first)
    two, row = company(second)
    assert one == two
    assert row.role == "member"
    again, same = company(second)
    assert (again, same) == (two, row)


def test_same_name_is_not_the_same_company() -> None:
    account, organisation = founder("Blumenwerkstatt Ostfriesland GmbH")
    proved, _ = company(make_account())
    assert proved != organisation
    assert len(names(account)) == 1


def test_another_source_is_another_company() -> None:
    account = make_account()
    one, _ = company(account)
    login = verified(source="elsewhere", organisation="du-1", values=COMPANY)
    found = from_verified(account, login, account.actor)
    assert found is not None and found[0] != one


def test_a_person_is_no_company() -> None:
    account = make_account()
    assert from_verified(account, verified(), account.actor) is None


def test_who_was_removed_does_not_come_back_by_logging_in() -> None:
    admin, other = make_account(), make_account()
    company(admin)
    _organisation, row = company(other)
    acting.end(representation=row, by=admin, actor=admin.actor)
    _again, asked_again = company(other)
    assert asked_again.state == "requested"
    assert names(other) == []


def test_who_left_may_come_back() -> None:
    admin, other = make_account(), make_account()
    company(admin)
    _organisation, row = company(other)
    acting.end(representation=row, by=other, actor=other.actor)
    assert company(other)[1].state == "active"


# --- children --------------------------------------------------------------------------------


def declare(account: Account, born: date) -> Child:
    return children.declare_child(
        account=account,
        first_names="Enno",
        last_name="Eilers",
        birth_date=born,
        actor=account.actor,
    )


def test_child_until_the_eighteenth_birthday() -> None:
    account = make_account()
    with shifted(datetime(2026, 3, 9, 12, tzinfo=UTC)):
        declare(account, date(2008, 3, 10))
        assert names(account) == ["Enno Eilers"]
        with pytest.raises(OfAge):
            declare(account, date(2008, 3, 9))
    with shifted(datetime(2026, 3, 10, 12, tzinfo=UTC)):
        assert names(account) == []
        jobs.end_what_is_over()
    assert not Child.objects.filter(account=account).exists()


def test_leap_day_child_is_of_age_on_the_first_of_march_at_the_latest() -> None:
    account = make_account()
    with shifted(datetime(2026, 2, 28, 12, tzinfo=UTC)):
        declare(account, date(2008, 2, 29))
        assert names(account) == ["Enno Eilers"]
    with shifted(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        assert names(account) == []


@pytest.mark.parametrize("born", [date(2900, 1, 1), date(1850, 1, 1)])
def test_no_child(born: date) -> None:
    with pytest.raises(OfAge):
        declare(make_account(), born)


def test_what_was_said_about_a_child_goes_with_it() -> None:
    account = make_account()
    child = declare(account, today() - timedelta(days=400))
    told = EventPersonalData.objects.filter(event__chain=account.chain)
    assert told.count() == 1
    children.end_child(child=child, actor=account.actor)
    assert told.count() == 0
    account.chain.refresh_from_db()
    assert verify_chain(account.chain) == []
