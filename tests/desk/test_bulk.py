"""Many cases at once, and races between two clerks."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rathaus.organisation.models import Membership, Role
from rathaus.proceedings import actions, queries
from rathaus.proceedings.models import Application
from rathaus.proceedings.queries import worklist
from tests.desk import making
from tests.desk.conftest import SignIn

BULK = "/arbeit/auswahl/"


def said(response: HttpResponse) -> str:
    """The message the page shows next."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))  # type: ignore[attr-defined]


def ids(*rows: Application) -> list[str]:
    return [str(row.public_id) for row in rows]


def test_take_over_says_what_was_already_gone(tax: Client) -> None:
    free = [making.new_case() for _ in range(3)]
    gone = making.taken("theda.saathoff")
    response = tax.post(BULK, {"act": "take", "pick": ids(*free, gone)})
    assert said(response) == "3 übernommen, 1 war schon vergeben."
    for row in free:
        row.refresh_from_db()
        assert (row.state, row.assigned_to) == ("in_progress", making.person("eilert.janssen"))
    gone.refresh_from_db()
    assert gone.assigned_to == making.person("theda.saathoff")


@pytest.fixture
def renko(sign_in: SignIn) -> Client:
    """Renko Folkerts: clerk of the Gewerbeamt, head of nothing."""
    return sign_in("renko.folkerts")


def test_put_back_takes_only_the_own_ones_from_a_clerk(renko: Client) -> None:
    mine = making.taken("renko.folkerts", "gewerbe-abmelden")
    other = making.taken("insa.cordes", "gewerbe-abmelden")
    response = renko.post(BULK, {"act": "put_back", "pick": ids(mine, other)})
    assert said(response).startswith("1 zurückgelegt, 1 liegt nicht bei Ihnen")
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.state, other.state) == ("received", "in_progress")


def test_cases_of_other_offices_are_not_touched(tax: Client) -> None:
    foreign, own = making.new_case("osterfeuer-anzeigen"), making.new_case()
    tax.post(BULK, {"act": "take", "pick": ids(foreign, own)})
    foreign.refresh_from_db()
    own.refresh_from_db()
    assert (foreign.state, own.state) == ("received", "in_progress")


def test_a_clerk_cannot_assign_in_bulk(renko: Client) -> None:
    row = making.new_case("gewerbe-abmelden")
    to = making.person("renko.folkerts")
    renko.post(BULK, {"act": "assign", "pick": ids(row), "to": str(to.public_id)})
    row.refresh_from_db()
    assert row.assigned_to is None


def test_the_head_assigns_only_to_people_of_the_office(tax: Client) -> None:
    row = making.new_case()
    outside = making.person("insa.cordes")
    response = tax.post(BULK, {"act": "assign", "pick": ids(row), "to": str(outside.public_id)})
    assert "nicht zuweisen" in said(response)
    inside = making.person("eilert.janssen")
    tax.post(BULK, {"act": "assign", "pick": ids(row), "to": str(inside.public_id)})
    row.refresh_from_db()
    assert row.assigned_to == inside


def test_who_works_where_is_asked_once_for_all_ticked_cases(tax: Client) -> None:
    to = making.person("theda.saathoff")

    def asked(rows: list[Application]) -> int:
        """Questions about people: who they are, and where they work."""
        with CaptureQueriesContext(connection) as found:
            answer = tax.post(BULK, {"act": "assign", "pick": ids(*rows), "to": str(to.public_id)})
        assert said(answer).endswith(f"{len(rows)} zugewiesen.")
        about = ("organisation_membership", "records_accessgrant", 'FROM "organisation_staffm')
        return sum(any(name in one["sql"] for name in about) for one in found)

    few, many = ([making.new_case() for _ in range(n)] for n in (2, 6))
    Membership.objects.create(staff=to, role=Role.CLERK, office=few[0].case.office)
    assert asked(many) == asked(few)


def test_nonsense_is_answered_and_changes_nothing(tax: Client) -> None:
    row = making.new_case()
    for data in (
        {},
        {"act": "take"},
        {"act": "take", "pick": ["rubbish", "\x00", str(uuid.uuid4())]},
        {"act": "explode", "pick": ids(row)},
        {"act": "assign", "pick": ids(row)},
        {"act": "assign", "pick": ids(row), "to": "\x00"},
        {"act": "take", "pick": ["x"] * 1500, "here": "//evil.example/?a"},
    ):
        response = tax.post(BULK, data)
        assert response.status_code == 302
        assert response["Location"].startswith("/arbeit/")
        assert said(response)
    row.refresh_from_db()
    assert row.state == "received"


def test_the_list_comes_back_as_it_was(tax: Client) -> None:
    row = making.new_case()
    here = "?tab=new&sort=oldest"
    response = tax.post(BULK, {"act": "take", "pick": ids(row), "here": here})
    assert response["Location"] == f"/arbeit/{here}"


def test_take_next_takes_the_oldest_deadline(tax: Client) -> None:
    rows = [making.new_case() for _ in range(2)]
    Application.objects.filter(pk=rows[1].pk).update(due_on="2020-01-02")
    response = tax.post("/arbeit/naechster/")
    assert response["Location"] == reverse("desk:case", args=[rows[1].public_id])
    tax.post("/arbeit/naechster/")
    response = tax.post("/arbeit/naechster/")
    assert "keinen neuen Vorgang" in said(response)


def test_take_next_leaves_what_is_meant_for_a_colleague(tax: Client) -> None:
    row = making.new_case()
    actions.assign(
        application=row,
        staff=making.person("theda.saathoff"),
        actor=making.acting(making.person("eilert.janssen")),
    )
    tax.post("/arbeit/naechster/")
    row.refresh_from_db()
    assert (row.state, row.assigned_to) == ("received", making.person("theda.saathoff"))


def test_what_is_meant_for_a_colleague_is_neither_taken_in_bulk_nor_in_the_way(
    tax: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole page of new cases given to somebody does not hide the free ones behind it."""
    monkeypatch.setattr(worklist, "PAGE", 1)
    meant, free = making.new_case(), making.new_case()
    Application.objects.filter(pk=meant.pk).update(due_on="2020-01-02")
    colleague, head = making.person("theda.saathoff"), making.person("eilert.janssen")
    actions.assign(application=meant, staff=colleague, actor=making.acting(head))
    response = tax.post(BULK, {"act": "take", "pick": ids(meant)})
    assert "1 war schon vergeben" in said(response)
    response = tax.post("/arbeit/naechster/")
    assert response["Location"] == reverse("desk:case", args=[free.public_id])
    meant.refresh_from_db()
    assert (meant.state, meant.assigned_to) == ("received", colleague)


def test_the_record_says_who_was_given_the_case(tax: Client) -> None:
    """Handing on is no work yet: residents are not told so, and the record names the person."""
    row = making.new_case()
    to = making.person("eilert.janssen")
    tax.post(BULK, {"act": "assign", "pick": ids(row), "to": str(to.public_id)})
    text = tax.get(reverse("desk:case", args=[row.public_id])).content.decode()
    assert "Zugewiesen" in text
    assert f"an {to.name}" in text
    row.refresh_from_db()
    titles = [entry.title for entry in queries.timeline(row, queries.what_now(row))]
    assert "In Bearbeitung" not in titles


def test_the_second_of_two_clicks_is_told_the_state(tax: Client) -> None:
    row = making.new_case()
    url = reverse("desk:take", args=[row.public_id])
    tax.post(url)
    response = tax.post(url)
    assert "In Bearbeitung" in said(response)
    assert row.case.chain.events.filter(type="application.taken_over").count() == 1
