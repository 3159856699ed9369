"""Entering for somebody: the same form, the channel and the person kept."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from rathaus.forms import engine
from rathaus.proceedings import actions
from rathaus.proceedings.errors import TrustTooLow
from rathaus.proceedings.models import Application, Draft
from tests.desk import making
from tests.desk.conftest import SignIn

ENTER = "/arbeit/erfassen/"
CITIZENS = "fenna.wilken"


def begin(client: Client, slug: str = "hund-anmelden", channel: str = "phone") -> Draft:
    response = client.post(f"{ENTER}beginnen/", {"service": slug, "channel": channel})
    assert response.status_code == 302, response.content.decode()[:500]
    return Draft.objects.latest("pk")


def fill(client: Client, draft: Draft) -> None:
    """All steps with the answers of the sample, as the browser sends them."""
    form = draft.version.parsed.form
    assert form is not None
    answers = making.sample(draft.version.service.slug)
    for step in engine.visible_steps(form, answers):
        draft.refresh_from_db()
        address = reverse("desk:enter_step", args=[draft.public_id, step.key])
        data = {**making.posted(step, answers), "revision": draft.revision}
        response = client.post(address, data)
        assert response.status_code == 302, re.findall(
            r"<li><a href=\"#[^>]+>([^<]+)", response.content.decode()
        )


def test_on_the_phone_from_the_list_to_the_case(tax: Client) -> None:
    draft = begin(tax)
    fill(tax, draft)
    check = reverse("desk:enter_check", args=[draft.public_id])
    assert "Angaben prüfen" in tax.get(check).content.decode()
    response = tax.post(check)
    application = Application.objects.get()
    assert response["Location"] == reverse("desk:case", args=[application.public_id])
    assert application.channel == "phone"
    assert application.draft is not None
    assert application.draft.entered_by == making.person("eilert.janssen")
    event = application.case.chain.events.get(type="application.submitted")
    assert (event.actor_kind, event.actor_label) == ("staff", "Eilert Janssen")
    assert "erfasst von Eilert Janssen" in tax.get(response["Location"]).content.decode()


def test_sending_twice_makes_one_case(tax: Client) -> None:
    draft = begin(tax)
    fill(tax, draft)
    check = reverse("desk:enter_check", args=[draft.public_id])
    first, second = tax.post(check), tax.post(check)
    assert first["Location"] == second["Location"]
    assert Application.objects.count() == 1


def test_an_incomplete_form_is_not_sent(tax: Client) -> None:
    draft = begin(tax)
    response = tax.post(reverse("desk:enter_check", args=[draft.public_id]))
    assert response.status_code == 422
    assert "Es fehlen noch" in response.content.decode()
    assert not Application.objects.exists()


def test_two_windows_do_not_overwrite_each_other(tax: Client) -> None:
    draft = begin(tax)
    form = draft.version.parsed.form
    assert form is not None
    step = form.steps[0]
    address = reverse("desk:enter_step", args=[draft.public_id, step.key])
    data = making.posted(step, making.sample("hund-anmelden"))
    assert tax.post(address, {**data, "revision": 0}).status_code == 302
    before = Draft.objects.get(pk=draft.pk).answers
    response = tax.post(address, {**data, "revision": 0})
    assert response.status_code == 409
    assert Draft.objects.get(pk=draft.pk).answers == before
    for rubbish in ("", "x", "-5", "9" * 99):
        assert tax.post(address, {**data, "revision": rubbish}).status_code == 409


def test_only_services_of_the_own_offices_are_offered(trade: Client) -> None:
    page = trade.get(ENTER).content.decode()
    assert "Gewerbe anmelden" in page
    assert "Hund anmelden" not in page
    data = {"service": "hund-anmelden", "channel": "phone"}
    assert trade.post(f"{ENTER}beginnen/", data).status_code == 403
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"service": "hund-anmelden"},
        {"service": "hund-anmelden", "channel": "online"},
        {"service": "gibt-es-nicht", "channel": "phone"},
        {"service": "\x00", "channel": "\x00"},
        {"service": "personalausweis", "channel": "phone"},
    ],
)
def test_a_wrong_beginning_makes_no_draft(tax: Client, data: dict[str, str]) -> None:
    assert tax.post(f"{ENTER}beginnen/", data).status_code in {403, 422}
    assert not Draft.objects.exists()


def test_a_draft_from_home_goes_on_with_its_code_only(tax: Client) -> None:
    draft = making.new_draft()
    code = actions.issue_code(draft=draft)
    step = reverse("desk:enter_step", args=[draft.public_id, "hund"])
    check = reverse("desk:enter_check", args=[draft.public_id])
    assert tax.get(check).status_code == 404
    for ident, wrong in (
        (str(draft.public_id), "AAAA-BBBB-CCCC"),
        (str(uuid.uuid4()), code),
        ("rubbish", "\x00"),
        ("", ""),
    ):
        response = tax.post(f"{ENTER}fortsetzen/", {"draft": ident, "code": wrong})
        assert response.status_code == 422
        assert "passen nicht zusammen" in response.content.decode()
    assert tax.get(check).status_code == 404
    response = tax.post(
        f"{ENTER}fortsetzen/", {"draft": str(draft.public_id), "code": code.lower()}
    )
    assert response["Location"] == check
    assert tax.get(check).status_code == 200
    assert tax.get(step).status_code in {200, 302}


def test_who_began_at_home_without_a_log_in_is_served_at_the_counter(sign_in: SignIn) -> None:
    """The service demands one online; at the counter the clerk looks at the identity card."""
    clerk = sign_in(CITIZENS)
    draft = making.new_draft("meldebescheinigung-erweitert")
    code = actions.issue_code(draft=draft)
    data = {"draft": str(draft.public_id), "code": code}
    page = clerk.post(f"{ENTER}fortsetzen/", data, follow=True).content.decode()
    assert "Lassen Sie sich den Ausweis zeigen" in page
    response = clerk.post(reverse("desk:enter_check", args=[draft.public_id]))
    assert response.status_code == 302
    application = Application.objects.get()
    assert application.channel == "counter"
    assert application.verified == {}
    event = application.case.chain.events.get(type="application.submitted")
    assert (event.actor_kind, event.data["channel"]) == ("staff", "counter")


def test_the_counter_does_not_open_the_way_from_home(sign_in: SignIn) -> None:
    """Who leaves the counter and sends at home still has to show who they are."""
    draft = making.new_draft("meldebescheinigung-erweitert")
    code = actions.issue_code(draft=draft)
    data = {"draft": str(draft.public_id), "code": code}
    sign_in(CITIZENS).post(f"{ENTER}fortsetzen/", data)
    draft.refresh_from_db()
    with pytest.raises(TrustTooLow):
        actions.submit(draft=draft, actor=draft.actor)
    assert not Application.objects.exists()


def test_what_is_sent_from_home_came_online(tax: Client) -> None:
    draft = making.new_draft()
    code = actions.issue_code(draft=draft)
    tax.post(f"{ENTER}fortsetzen/", {"draft": str(draft.public_id), "code": code})
    draft.refresh_from_db()
    assert actions.submit(draft=draft, actor=draft.actor).channel == "online"


def test_guessing_codes_is_stopped(tax: Client) -> None:
    draft = making.new_draft()
    actions.issue_code(draft=draft)
    data = {"draft": str(draft.public_id), "code": "AAAA"}
    codes = [tax.post(f"{ENTER}fortsetzen/", data).status_code for _ in range(12)]
    assert codes[-1] == 429


def test_a_sent_draft_leads_to_its_case(tax: Client, sign_in: SignIn) -> None:
    draft = making.new_draft()
    code = actions.issue_code(draft=draft)
    application = actions.submit(draft=draft, actor=making.RESIDENT)
    data = {"draft": str(draft.public_id), "code": code}
    response = tax.post(f"{ENTER}fortsetzen/", data)
    assert response["Location"] == reverse("desk:case", args=[application.public_id])
    elsewhere = sign_in("insa.cordes").post(f"{ENTER}fortsetzen/", data, follow=True)
    assert application.reference in elsewhere.content.decode()


def test_colleagues_of_the_office_may_go_on_others_not(sign_in: SignIn) -> None:
    draft = begin(sign_in("eilert.janssen"))
    check = reverse("desk:enter_check", args=[draft.public_id])
    assert sign_in("theda.saathoff").get(check).status_code == 200  # stands in
    assert sign_in("insa.cordes").get(check).status_code == 404


def test_unknown_steps_lead_to_one_that_exists(tax: Client) -> None:
    draft = begin(tax)
    response = tax.get(reverse("desk:enter_step", args=[draft.public_id, "gibt-es-nicht"]))
    assert response.status_code == 302


def test_a_draft_can_be_thrown_away(tax: Client) -> None:
    draft = begin(tax)
    tax.post(reverse("desk:enter_discard", args=[draft.public_id]))
    assert not Draft.objects.exists()


def test_begun_drafts_are_listed_for_their_author(tax: Client, sign_in: SignIn) -> None:
    begin(tax)
    assert "Von Ihnen begonnen" in tax.get(ENTER).content.decode()
    assert "Von Ihnen begonnen" not in sign_in("theda.saathoff").get(ENTER).content.decode()


def test_an_emptied_answer_goes_from_the_draft(tax: Client) -> None:
    draft = begin(tax)
    fill(tax, draft)
    draft.refresh_from_db()
    form = draft.version.parsed.form
    assert form is not None
    optional = [
        (step, field)
        for step in form.steps
        for field in step.fields
        if not field.required and field.type in {"text", "long_text", "phone"}
    ]
    emptied = False
    for step, field in optional:
        address = reverse("desk:enter_step", args=[draft.public_id, step.key])
        full = making.posted(step, {**draft.answers, field.key: "04944 1234"})
        tax.post(address, {**full, "revision": draft.revision})
        draft.refresh_from_db()
        empty = {**full, field.key: "", "revision": draft.revision}
        if field.key in draft.answers and tax.post(address, empty).status_code == 302:
            draft.refresh_from_db()
            assert not draft.answers.get(field.key)
            emptied = True
    assert emptied
