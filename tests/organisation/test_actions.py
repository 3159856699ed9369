"""Staff accounts."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError

from rathaus.core.actors import Actor
from rathaus.core.events import verify_chain
from rathaus.core.models import Event, User
from rathaus.organisation import actions, queries
from rathaus.organisation.models import Office, StaffMember, Town

GOOD = "Torfkahn-Hochmoor-7"


def create(actor: Actor, **changes: object) -> StaffMember:
    values: dict[str, object] = {
        "login": "Enno.Duis",
        "first_name": "Enno",
        "last_name": "Duis",
        "password": GOOD,
        "memberships": [(Office.objects.get(key="gewerbeamt"), "clerk")],
        **changes,
    }
    return actions.create_staff(actor=actor, **values)  # type: ignore[arg-type]


def test_new_staff_can_log_in_and_is_in_the_history(town: Town, actor: Actor) -> None:
    staff = create(actor)
    assert authenticate(username="enno.duis", password=GOOD) == staff.user
    assert [office.key for office in queries.offices_of(staff)] == ["gewerbeamt"]
    assert queries.staff_of(staff.user) == staff
    event = Event.objects.get(
        type="organisation.staff_created", data__staff_id=str(staff.public_id)
    )
    assert event.data["roles"] == ["gewerbeamt:clerk"]
    assert "Enno" not in str(event.data) and event.personal["full_name"] == "Enno Duis"
    assert verify_chain(actions.site_chain()) == []


def test_a_login_is_given_once_whatever_its_case(town: Town, actor: Actor) -> None:
    create(actor)
    with pytest.raises(actions.LoginTaken):
        create(actor, login=" ENNO.DUIS ")
    assert User.objects.filter(login="enno.duis").count() == 1


@pytest.mark.parametrize(
    "password", ["", "kurz", "passwordpassword"[:11], "1234567890123", "EnnoDuis-EnnoDuis-1"]
)
def test_weak_passwords_are_refused_and_nobody_is_created(
    town: Town, actor: Actor, password: str
) -> None:
    before = User.objects.count()
    with pytest.raises(ValidationError):
        create(actor, password=password)
    assert User.objects.count() == before


@pytest.mark.parametrize("change", [{"login": "  "}, {"email": "kein at"}, {"first_name": ""}])
def test_bad_fields_are_refused(town: Town, actor: Actor, change: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        create(actor, **change)


def test_an_unknown_role_is_refused_as_a_whole(town: Town, actor: Actor) -> None:
    with pytest.raises(ValueError):
        create(actor, memberships=[(Office.objects.get(key="gewerbeamt"), "king")])
    assert not User.objects.filter(login="enno.duis").exists()


def test_without_password_nobody_gets_in(town: Town, actor: Actor) -> None:
    staff = create(actor, password=None)
    assert not staff.user.has_usable_password()
    actions.set_password(staff=staff, password=GOOD, actor=actor)
    assert authenticate(username="enno.duis", password=GOOD) is not None
    assert GOOD not in str(list(Event.objects.values_list("data", flat=True)))


def test_deactivated_staff_cannot_log_in_and_stays_in_the_list_of_the_past(
    town: Town, actor: Actor
) -> None:
    staff = create(actor)
    actions.deactivate_staff(staff=staff, actor=actor)
    actions.deactivate_staff(staff=staff, actor=actor)
    assert authenticate(username="enno.duis", password=GOOD) is None
    assert queries.staff_of(staff.user) is None
    assert staff not in queries.members([Office.objects.get(key="gewerbeamt")])
    assert Event.objects.filter(type="organisation.staff_deactivated").count() == 1


def test_roles_are_granted_and_revoked_once(town: Town, actor: Actor) -> None:
    staff, office = create(actor), Office.objects.get(key="steueramt")
    for _ in range(2):
        actions.grant_role(staff=staff, office=office, role="clerk", actor=actor)
    assert Event.objects.filter(type="organisation.role_granted").count() == 1
    assert actions.revoke_role(staff=staff, office=office, role="clerk", actor=actor)
    assert not actions.revoke_role(staff=staff, office=office, role="clerk", actor=actor)


def test_nobody_stands_in_for_oneself(town: Town, actor: Actor) -> None:
    staff = create(actor)
    with pytest.raises(ValidationError):
        actions.set_substitute(staff=staff, substitute=staff, actor=actor)


def test_a_closure_shows_at_once(town: Town, actor: Actor) -> None:
    queries.town_closures()
    actions.add_closure(day=date(2027, 3, 1), reason="Sturmschaden", actor=actor)
    actions.add_closure(day=date(2027, 3, 1), reason="Stromausfall", actor=actor)
    assert queries.town_closures()[date(2027, 3, 1)] == "Stromausfall"


def test_no_town_no_staff(db: None, actor: Actor) -> None:
    with pytest.raises(actions.TownMissing):
        actions.create_staff(login="x", first_name="A", last_name="B", actor=actor)
