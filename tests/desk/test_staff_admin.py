"""Who works here: created, changed, closed by the operator; substitutes with dates."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from rathaus.core.actors import Actor
from rathaus.core.clock import today
from rathaus.core.models import Event
from rathaus.organisation import actions, permissions, queries
from rathaus.organisation.models import StaffMember
from tests.desk import making
from tests.desk.conftest import SignIn
from tests.desk.making import person
from tests.support.desk import sign_in as sign_in_here
from tests.support.desk import with_app

STAFF, SUBSTITUTES = "/arbeit/beschaeftigte/", "/arbeit/vertretung/"
NEW = {
    "login": "Antje.Eilers", "first_name": "Antje", "last_name": "Eilers",
    "email": "antje@stadt.example", "office": "standesamt", "role": "clerk",
}  # fmt: skip


def last() -> Event:
    return Event.objects.order_by("-pk")[0]


def member(login: str) -> str:
    return f"{STAFF}{person(login).public_id}/"


def test_everybody_is_listed(operator: Client) -> None:
    page = operator.get(STAFF).content.decode()
    for staff in StaffMember.objects.all():
        assert staff.name in page


def test_a_new_colleague_logs_in_with_the_password_shown_once(operator: Client) -> None:
    page = operator.post(f"{STAFF}neu/", NEW).content.decode()
    (password,) = re.findall(r"<samp>([0-9a-f]{6}(?:-[0-9a-f]{6}){3})</samp>", page)
    staff = person("antje.eilers")
    assert permissions.can(staff, "case.view", queries.office("standesamt"))
    client = Client()
    answer = client.post("/arbeit/anmelden/", {"login": "antje.eilers", "password": password})
    assert answer["Location"] == "/arbeit/anmelden/einrichten/"
    assert password not in operator.get(f"{STAFF}{staff.public_id}/").content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"login": "insa.cordes"}, "login"),
        ({"login": ""}, "login"),
        ({"last_name": ""}, "last_name"),
        ({"email": "keine Adresse"}, "email"),
        ({"office": "gibt-es-nicht"}, "office"),
        ({"role": "king"}, "office"),
    ],
)
def test_mistakes_are_told_and_nothing_typed_is_lost(
    operator: Client, changes: dict[str, str], field: str
) -> None:
    before = StaffMember.objects.count()
    response = operator.post(f"{STAFF}neu/", {**NEW, **changes})
    assert response.status_code == 422
    page = response.content.decode()
    assert f'href="#{field}"' in page
    assert "Antje" in page
    assert StaffMember.objects.count() == before


def test_names_and_ways_to_reach_are_changed(operator: Client) -> None:
    operator.post(member("insa.cordes"), {"first_name": "Insa", "last_name": "Cordes-Behn",
                                          "phone": "04944 1"})  # fmt: skip
    assert person("insa.cordes").last_name == "Cordes-Behn"
    assert last().type == "organisation.staff_changed"


def test_roles_are_given_and_taken(operator: Client) -> None:
    staff = person("insa.cordes")
    operator.post(f"{member('insa.cordes')}rolle/", {"office": "standesamt", "role": "clerk"})
    row = staff.memberships.get(office__key="standesamt")
    assert permissions.can(staff, "case.view", queries.office("standesamt"))
    operator.post(f"{member('insa.cordes')}rolle/{row.pk}/")
    assert not permissions.can(staff, "case.view", queries.office("standesamt"))
    assert last().type == "organisation.role_revoked"


def test_a_role_of_somebody_else_is_not_reached_by_number(operator: Client) -> None:
    row = person("eilert.janssen").memberships.first()
    assert row is not None
    assert operator.post(f"{member('insa.cordes')}rolle/{row.pk}/").status_code == 404


def test_operators_do_not_shut_themselves_out(operator: Client) -> None:
    me = person("lars.poppinga")
    own = me.memberships.get(role="operator")
    operator.post(f"{member('lars.poppinga')}rolle/{own.pk}/")
    operator.post(f"{member('lars.poppinga')}zugang/", {"active": "no"})
    assert operator.get(STAFF).status_code == 200


def test_a_closed_access_is_out_at_once_and_stays_out_when_reopened(
    operator: Client, sign_in: SignIn
) -> None:
    with_app(person("insa.cordes"))
    client = sign_in("insa.cordes")
    operator.post(f"{member('insa.cordes')}zugang/", {"active": "no"})
    assert client.get("/arbeit/").status_code == 302
    answer = Client().post(
        "/arbeit/anmelden/", {"login": "insa.cordes", "password": making.PASSWORD}
    )
    assert answer.status_code == 422
    operator.post(f"{member('insa.cordes')}zugang/", {"active": "yes"})
    answer = Client().post(
        "/arbeit/anmelden/", {"login": "insa.cordes", "password": making.PASSWORD}
    )
    assert answer.status_code == 302


def test_a_new_password_ends_the_old_one(operator: Client, sign_in: SignIn) -> None:
    client = sign_in("insa.cordes")
    operator.post(f"{member('insa.cordes')}kennwort/")
    assert client.get("/arbeit/").status_code == 302
    assert not person("insa.cordes").user.check_password(making.PASSWORD)


@pytest.mark.parametrize("path", ["", "neu/"])
def test_only_operators_see_it(trade: Client, path: str) -> None:
    assert trade.get(f"{STAFF}{path}").status_code == 403
    assert trade.get(member("eilert.janssen")).status_code == 403


# --- substitutes --------------------------------------------------------------------------------


def stands_in(day: date | None = None) -> bool:
    """Whether Renko Folkerts may act for Fenna Wilken in the Standesamt."""
    return permissions.can(person("renko.folkerts"), "case.view", queries.office("standesamt"))


@pytest.mark.parametrize(
    ("first", "last_day", "holds"),
    [
        (None, None, True),
        (0, 0, True),
        (-3, 3, True),
        (1, 5, False),
        (-5, -1, False),
        (None, -1, False),
        (1, None, False),
        (0, None, True),
    ],
)
def test_a_substitution_holds_on_its_days_only(
    first: int | None, last_day: int | None, holds: bool
) -> None:
    def day(shift: int | None) -> date | None:
        return None if shift is None else today() + timedelta(days=shift)

    assert not stands_in()
    actions.set_substitute(
        staff=person("fenna.wilken"),
        substitute=person("renko.folkerts"),
        first_day=day(first),
        last_day=day(last_day),
        actor=Actor.system("test"),
    )
    assert stands_in() is holds


def test_i_name_my_substitute_and_see_it(sign_in: SignIn) -> None:
    client = sign_in("fenna.wilken")
    wanted = str(person("renko.folkerts").public_id)
    first = today().isoformat()
    client.post(SUBSTITUTES, {"substitute": wanted, "from": first, "until": ""})
    assert stands_in()
    assert "Fenna Wilken" in sign_in("renko.folkerts").get(SUBSTITUTES).content.decode()
    client.post(SUBSTITUTES, {"substitute": ""})
    assert not stands_in()


@pytest.mark.parametrize(
    "data",
    [
        {"from": "2027-03-09", "until": "2027-03-01"},
        {"from": "morgen"},
        {"substitute": str(uuid.uuid4())},
    ],
)
def test_what_cannot_be_changes_nothing(sign_in: SignIn, data: dict[str, str]) -> None:
    client = sign_in("fenna.wilken")
    before = person("fenna.wilken").substitute_id
    wanted = {"substitute": str(person("renko.folkerts").public_id), **data}
    page = client.post(SUBSTITUTES, wanted, follow=True)
    assert person("fenna.wilken").substitute_id == before
    assert "rh-" in page.content.decode()


def test_a_head_sees_and_sets_it_for_the_own_offices_only(sign_in: SignIn) -> None:
    head = sign_in("habbo.freese")
    clerk = person("renko.folkerts")
    assert clerk.name in head.get(SUBSTITUTES).content.decode()
    url = reverse("desk:substitute", args=[clerk.public_id])
    head.post(url, {"substitute": str(person("insa.cordes").public_id)})
    assert person("renko.folkerts").substitute == person("insa.cordes")
    foreign = reverse("desk:substitute", args=[person("fenna.wilken").public_id])
    assert head.get(foreign).status_code == 403
    assert head.post(foreign, {"substitute": ""}).status_code == 403


def test_whoever_leaves_leaves_no_work_unseen(operator: Client, tax: Client) -> None:
    """The operator is told what is left; the head finds it by name and hands it on."""
    application = making.taken("insa.cordes", "gewerbe-anmelden")
    page = operator.post(f"{member('insa.cordes')}zugang/", {"active": "no"}, follow=True)
    assert "offene Vorgänge (1) und Wiedervorlagen (0)" in page.content.decode()
    page = operator.post(f"{member('eilert.janssen')}zugang/", {"active": "no"}, follow=True)
    assert "offene Vorgänge" not in page.content.decode()
    head = Client()
    sign_in_here(head, person("habbo.freese").user)
    page = head.get("/arbeit/", {"bei": str(person("insa.cordes").public_id)})
    assert [row.application.pk for row in page.context["rows"]] == [application.pk]
    assert "Insa Cordes (gesperrt)" in page.content.decode()
    assert person("insa.cordes") not in page.context["colleagues"]
    assert not head.get("/arbeit/", {"bei": "nobody"}).context["rows"]
    assert len(head.get("/arbeit/", {"bei": "unsinn"}).context["rows"]) == 1


def test_a_wrong_day_keeps_what_was_chosen(tax: Client) -> None:
    chosen = person("theda.saathoff")
    data = {"substitute": str(chosen.public_id), "from": "2027-03-09", "until": "2027-03-01"}
    page = tax.post(SUBSTITUTES, data)
    text = page.content.decode()
    assert page.status_code == 422
    assert "Der letzte Tag liegt vor dem ersten." in text
    assert f'<option value="{chosen.public_id}" selected>' in text
    assert 'value="2027-03-09"' in text
    assert person("eilert.janssen").substitute_from is None
