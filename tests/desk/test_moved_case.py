"""A case whose record goes to another office: that office works on it, the old one no longer."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from rathaus.core.clock import today
from rathaus.organisation import queries as organisation
from rathaus.proceedings import actions, queries
from rathaus.proceedings.models import Application
from rathaus.records import actions as records
from rathaus.records import verify
from rathaus.records.models import Dossier, FilingPlanEntry
from tests.desk import making
from tests.desk.conftest import SignIn

BASKET = "/arbeit/"
REGISTRY = "meike.ulrichs"


def dossier_of(office: str) -> Dossier:
    """An open dossier kept by `office`."""
    return records.open_dossier(
        title="Sammelakte",
        entry=FilingPlanEntry.objects.get(code="23.20"),
        office=organisation.office(office),
        actor=making.acting(making.person(REGISTRY)),
    )


def move(application: Application, target: Dossier) -> Application:
    """By the page of the registry."""
    person = making.person(REGISTRY)
    records.refile_case(
        case=application.case,
        target=target,
        reason="Nicht zuständig",
        staff=person,
        actor=making.acting(person),
    )
    return Application.objects.select_related("office", "case__chain").get(pk=application.pk)


def page(application: Application, name: str = "case") -> str:
    return reverse(f"desk:{name}", args=[application.public_id])


def listed(client: Client, tab: str = "all") -> list[int]:
    return [row.application.pk for row in client.get(f"{BASKET}?tab={tab}").context["rows"]]


def test_the_new_office_finds_it_in_its_basket_and_decides(
    sign_in: SignIn, tax: Client, trade: Client
) -> None:
    dog, target = making.taken(), dossier_of("gewerbeamt")
    sign_in(REGISTRY).post(
        reverse("desk:case_move", args=[dog.case.public_id]),
        {"ziel": f"akte:{target.public_id}", "reason": "Nicht zuständig"},
    )
    dog.refresh_from_db()
    assert (dog.state, dog.assigned_to, dog.office.key) == ("received", None, "gewerbeamt")
    assert listed(trade, "new") == [dog.pk]
    trade.post(page(dog, "take"))
    assert trade.get(page(dog, "decide")).status_code == 200
    assert listed(tax) == []


def test_the_old_office_no_longer_sees_it_as_the_page_of_the_move_promises(tax: Client) -> None:
    dog = move(making.taken(), dossier_of("gewerbeamt"))
    assert tax.get(page(dog)).status_code == 404
    assert tax.post(page(dog, "put_back")).status_code == 404
    for tab in ("all", "mine", "done", "unpaid"):
        assert listed(tax, tab) == []
    assert tax.get(BASKET).context["numbers"]["mine"] == 0


def test_the_history_says_that_another_office_has_it(trade: Client) -> None:
    dog = move(making.taken(), dossier_of("gewerbeamt"))
    types = list(dog.case.chain.events.order_by("seq").values_list("type", "data", "actor_kind"))
    offices = {"from_office": "steueramt", "office": "gewerbeamt"}
    assert [row[0] for row in types[-2:]] == ["case.refiled", "application.passed_on"]
    assert types[-1][1:] == (offices, "system")
    text = trade.get(page(dog)).content.decode()
    assert "An ein anderes Amt gegeben" in text
    history = queries.timeline(dog, queries.what_now(dog))
    assert "An ein anderes Amt gegeben" in [entry.title for entry in history]
    assert verify.run().findings == []


@pytest.mark.parametrize("state", ["awaiting_payment", "awaiting_resident", "decided"])
def test_what_waits_or_has_ended_keeps_its_state(state: str) -> None:
    dog = making.taken()
    Application.objects.filter(pk=dog.pk).update(state=state)
    moved = move(dog, dossier_of("gewerbeamt"))
    assert (moved.state, moved.office.key, moved.assigned_to) == (state, "gewerbeamt", None)


def test_an_answer_after_the_move_reaches_the_new_office(trade: Client) -> None:
    dog, clerk = making.taken(), making.person("eilert.janssen")
    asked = actions.request_correction(
        application=dog,
        staff=clerk,
        items=[actions.CorrectionItem("missing", "Foto")],
        text="",
        due_on=today(),
        actor=making.acting(clerk),
    )
    dog = move(dog, dossier_of("gewerbeamt"))
    asked.refresh_from_db()
    owner, answers = uuid.uuid4(), {asked.items[0]["id"]: "Liegt bei."}
    actions.answer_correction(request=asked, answers=answers, owner=owner, actor=making.RESIDENT)
    assert listed(trade) == [dog.pk]
    assert trade.get(page(dog, "decide")).status_code == 200


def test_in_another_dossier_of_the_same_office_the_clerk_keeps_it(tax: Client) -> None:
    dog = move(making.taken(), dossier_of("steueramt"))
    assert (dog.state, dog.assigned_to) == ("in_progress", making.person("eilert.janssen"))
    assert listed(tax, "mine") == [dog.pk]
    assert not dog.case.chain.events.filter(type="application.passed_on").exists()


def test_a_case_without_application_moves_as_before() -> None:
    source = dossier_of("steueramt")
    actor = making.acting(making.person(REGISTRY))
    case = records.open_case(dossier=source, title="Kiosk", actor=actor)
    target = dossier_of("gewerbeamt")
    records.refile_case(case=case, target=target, reason="x", staff=None, actor=actor)
    case.refresh_from_db()
    assert case.office.key == "gewerbeamt"
