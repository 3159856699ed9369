"""The case page and its steps."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rathaus.core.clock import today
from rathaus.core.jobs import run_pending
from rathaus.core.money import Money
from rathaus.organisation import actions as organisation
from rathaus.payments import actions as payments
from rathaus.payments import queries as payment_queries
from rathaus.payments.models import CounterReceipt
from rathaus.proceedings import actions
from rathaus.proceedings.models import Application
from rathaus.records.models import Document
from tests.desk import making
from tests.desk.conftest import SignIn


def url(name: str, application: Application) -> str:
    return reverse(f"desk:{name}", args=[application.public_id])


def body(client: Client, application: Application) -> str:
    response = client.get(url("case", application))
    assert response.status_code == 200
    return str(response.content.decode())


def test_one_page_has_all_that_is_needed_to_decide(trade: Client) -> None:
    application = making.taken("insa.cordes", "gewerbe-anmelden")
    run_pending()
    text = body(trade, application)
    for part in (
        application.reference,
        application.applicant_name,
        "Angaben",
        "Dokumente",
        "Eingangsbestätigung",
        "Kassenzeichen",
        "Nachrichten",
        "Verlauf",
        "Vermerke",
        "Rückfrage stellen",
        "Entscheiden",
    ):
        assert part in text, part


def test_the_clerk_reads_what_the_person_declared(tax: Client) -> None:
    text = body(tax, making.taken())
    assert "Ich melde es innerhalb von zwei Wochen, wenn ich den Hund nicht mehr halte." in text


def test_text_of_residents_is_never_markup(tax: Client) -> None:
    application = making.taken()
    evil = "<script>alert(1)</script>"
    Application.objects.filter(pk=application.pk).update(applicant_name=evil)
    actions.send_message(application=application, text=evil, actor=making.RESIDENT)
    assert evil not in body(tax, application)


def test_the_number_of_queries_does_not_grow_with_the_history(tax: Client) -> None:
    application = making.taken()

    def count() -> int:
        tax.get(url("case", application))
        with CaptureQueriesContext(connection) as found:
            tax.get(url("case", application))
        return len(found)

    actions.send_message(application=application, text="Eins", actor=making.RESIDENT)
    few = count()
    for number in range(10):
        actions.send_message(application=application, text=str(number), actor=making.RESIDENT)
    assert count() == few <= 35


def test_looking_leaves_a_trace_once_an_hour(tax: Client) -> None:
    application = making.taken()
    body(tax, application)
    text = body(tax, application)
    assert application.case.chain.events.filter(type="application.viewed").count() == 1
    assert "Eilert Janssen" in text


def test_it_says_why_something_is_not_possible(sign_in: SignIn) -> None:
    client = sign_in("fenna.wilken")
    unpaid = making.new_case("geburtsurkunde")
    assert "Die Gebühr ist noch nicht bezahlt." in body(client, unpaid)
    making.pay(unpaid)
    assert "Übernehmen Sie den Vorgang zuerst." in body(client, unpaid)
    assert client.get(url("decide", unpaid)).status_code == 302
    assert client.get(url("ask", unpaid)).status_code == 302


def test_somebody_elses_case_is_not_put_back_by_a_clerk(sign_in: SignIn) -> None:
    application = making.taken("insa.cordes", "gewerbe-abmelden")
    sign_in("renko.folkerts").post(url("put_back", application))
    application.refresh_from_db()
    assert application.state == "in_progress"
    sign_in("habbo.freese").post(url("put_back", application))
    application.refresh_from_db()
    assert (application.state, application.assigned_to) == ("received", None)


@pytest.mark.parametrize("how", ["left", "moved", "many"])
def test_the_case_of_somebody_who_left_is_put_back_by_any_colleague(
    sign_in: SignIn, how: str
) -> None:
    application = making.taken("insa.cordes", "gewerbe-abmelden")
    insa, renko = making.person("insa.cordes"), sign_in("renko.folkerts")
    if how == "moved":
        for row in insa.memberships.select_related("office"):
            actor = making.acting(insa)
            organisation.revoke_role(staff=insa, office=row.office, role=row.role, actor=actor)
    else:
        organisation.deactivate_staff(staff=insa, actor=making.acting(insa))
        page = body(renko, application)
        assert "Insa Cordes (Zugang gesperrt)" in page
    if how == "many":
        many = {"act": "put_back", "pick": str(application.public_id)}
        renko.post("/arbeit/auswahl/", many)
    else:
        renko.post(url("put_back", application))
    application.refresh_from_db()
    assert (application.state, application.assigned_to) == ("received", None)


def test_a_message_is_sent_and_filed(tax: Client) -> None:
    application = making.taken()
    tax.post(url("message", application), {"message": "Guten Tag\r\n\r\nwie groß ist der Hund?"})
    message = application.messages.get()
    assert (message.text, message.incoming) == ("Guten Tag\n\nwie groß ist der Hund?", False)
    assert Document.objects.filter(case=application.case, direction="out").exists()


@pytest.mark.parametrize("text", ["", "   ", "\x00", "x" * 5001])
def test_a_message_that_cannot_be_sent_is_still_there(tax: Client, text: str) -> None:
    application = making.taken()
    response = tax.post(url("message", application), {"message": text})
    assert response.status_code == 422
    assert not application.messages.exists()
    assert text.strip("\x00 ")[:5000] in response.content.decode()


def test_notes_stay_inside(tax: Client) -> None:
    application = making.taken()
    tax.post(url("note", application), {"note": "Hund ist\x00 wohl kein Listenhund."})
    document = Document.objects.get(case=application.case, kind="note")
    assert document.direction == "internal"
    text = body(tax, application)
    assert "Hund ist wohl kein Listenhund." in text
    assert "Vermerk von Eilert Janssen" in text


def test_cash_at_the_counter_releases_the_application(sign_in: SignIn) -> None:
    client = sign_in("fenna.wilken")
    application = making.new_case("geburtsurkunde")
    claim = application.claim
    assert claim is not None
    amount = claim.amount.format().replace("\u00a0€", "")
    data = {"amount": amount, "method": "cash", "open": str(claim.amount_cents)}
    client.post(url("counter_payment", application), data)
    application.refresh_from_db()
    assert application.state == "received"
    assert payment_queries.balance(claim).is_paid
    assert "Q-" in body(client, application)


def test_the_second_click_on_a_part_payment_books_nothing(sign_in: SignIn) -> None:
    client = sign_in("fenna.wilken")
    application = making.new_case("geburtsurkunde")
    claim = application.claim
    assert claim is not None
    assert f'name="open" value="{claim.amount_cents}"' in body(client, application)
    data = {"amount": "1,00", "method": "cash", "open": str(claim.amount_cents)}
    client.post(url("counter_payment", application), data)
    page = client.post(url("counter_payment", application), data, follow=True)
    receipt = CounterReceipt.objects.get()
    assert f"1,00\u00a0€ eingegangen ({receipt.number})" in page.content.decode()
    assert payment_queries.balance(claim).confirmed_cents == 100


@pytest.mark.parametrize("amount", ["", "abc", "0", "-5", "1e9", "99999,00", "\x00", "١٢"])
def test_wrong_amounts_are_shown_again(sign_in: SignIn, amount: str) -> None:
    client = sign_in("fenna.wilken")
    application = making.new_case("geburtsurkunde")
    assert application.claim is not None
    seen = str(application.claim.amount_cents)
    data = {"amount": amount, "method": "cash", "open": seen}
    assert client.post(url("counter_payment", application), data).status_code == 422
    data = {"amount": "1,00", "method": "bitcoin", "open": seen}
    assert client.post(url("counter_payment", application), data).status_code == 422
    assert payment_queries.balance(application.claim).confirmed_cents == 0


def test_work_without_payment_needs_a_reason_that_is_filed(sign_in: SignIn) -> None:
    client = sign_in("fenna.wilken")
    application = making.new_case("geburtsurkunde")
    assert client.post(url("release", application), {"reason": " "}).status_code == 422
    client.post(url("release", application), {"reason": "Befreit nach § 64 SGB X."})
    application.refresh_from_db()
    assert application.state == "received"
    note = Document.objects.get(case=application.case, kind="note")
    assert note.current.read().decode() == "Befreit nach § 64 SGB X."


def test_a_clerk_may_not_waive_the_payment(sign_in: SignIn) -> None:
    application = making.new_case("geburtsurkunde")
    client = sign_in("jan.deharde")
    assert client.post(url("release", application), {"reason": "weil ja"}).status_code == 404
    other = making.new_case("meldebescheinigung-einfach")
    page = sign_in("tomma.ihnen").get(url("case", other)).content.decode()
    if other.state == "awaiting_payment":
        assert "Ohne Zahlung bearbeiten" in page


def test_withdrawing_for_somebody_names_the_caller(tax: Client) -> None:
    application = making.taken()
    assert tax.post(url("withdraw", application), {"reason": "ja"}).status_code == 422
    tax.post(url("withdraw", application), {"reason": "Anruf von Frau Eilers, 10:15 Uhr"})
    application.refresh_from_db()
    assert application.state == "withdrawn"
    event = application.case.chain.events.get(type="application.withdrawn")
    assert event.personal == {"reason": "Anruf von Frau Eilers, 10:15 Uhr"}
    assert tax.get(url("withdraw", application)).status_code == 302


def test_the_code_is_handed_over_by_post_only(tax: Client) -> None:
    application = making.taken()
    assert application.code not in body(tax, application)
    response = tax.post(url("slip", application))
    assert application.code in response.content.decode()
    assert response["Cache-Control"] == "no-store"


# --- questions --------------------------------------------------------------------------------


def question(**more: Any) -> dict[str, Any]:
    due = (today() + timedelta(days=14)).isoformat()
    return {"kind1": "missing", "text1": "Foto der Marke", "upload1": "on", "due": due, **more}


def test_a_question_stops_the_clock_and_can_be_taken_back(tax: Client) -> None:
    application = making.taken()
    data = question(kind3="incorrect", text3="Die Hausnummer", text="Uns fehlt noch etwas.")
    tax.post(url("ask", application), data)
    application.refresh_from_db()
    assert application.state == "awaiting_resident"
    request = application.corrections.get()
    assert [(i["kind"], i["text"], i["upload"]) for i in request.items] == [
        ("missing", "Foto der Marke", True),
        ("incorrect", "Die Hausnummer", False),
    ]
    assert "Foto der Marke" in body(tax, application)
    tax.post(url("question_back", application))
    application.refresh_from_db()
    assert application.state == "in_progress"
    assert tax.post(url("question_back", application)).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"text1": ""},
        {"text1": "", "upload1": "on"},
        {"due": ""},
        {"due": "31.2.2030"},
        {"due": "2020-01-01"},
        {"due": "2999-01-01"},
        {"due": "\x00"},
        {"text2": "x" * 600},
    ],
)
def test_a_wrong_question_keeps_what_was_typed(tax: Client, wrong: dict[str, str]) -> None:
    application = making.taken()
    data = question(text="Guten Tag", text5="Noch etwas")
    data.update(wrong)
    if wrong.get("text1") == "":
        data["text5"] = ""
    response = tax.post(url("ask", application), data)
    assert response.status_code == 422
    text = response.content.decode()
    assert "Guten Tag" in text
    assert data["text5"] in text
    assert not application.corrections.exists()


def test_german_dates_are_understood(tax: Client) -> None:
    application = making.taken()
    due = today() + timedelta(days=20)
    tax.post(url("ask", application), question(due=f"{due.day}.{due.month}.{due.year}"))
    assert application.corrections.get().due_on == due


def test_answers_to_a_question_are_shown_with_their_files(tax: Client) -> None:
    application = making.taken()
    tax.post(url("ask", application), question())
    application.refresh_from_db()
    request = application.corrections.get()
    actions.answer_correction(
        request=request,
        answers={"1": "Steht auf der Marke: 4711"},
        owner=uuid.uuid4(),
        actor=making.RESIDENT,
    )
    assert "Steht auf der Marke: 4711" in body(tax, application)


def test_a_refund_is_seen_on_the_case(trade: Client) -> None:
    application = making.taken("insa.cordes", "gewerbe-anmelden")
    assert application.claim is not None
    making.pay(application)
    payments.request_refund(
        claim=application.claim,
        amount_cents=500,
        reason="Kulanz",
        actor=making.acting(making.person("theda.saathoff")),
    )
    assert f"Erstattung {Money(500).format()}" in body(trade, application)


def test_paragraphs_of_a_message_stay_paragraphs(tax: Client) -> None:
    application = making.taken()
    text = "Guten Tag,\n\nzwei Fragen:\n1. <Wann>?"
    actions.send_message(application=application, text=text, actor=making.RESIDENT)
    assert "Guten Tag,<br><br>zwei Fragen:<br>1. &lt;Wann&gt;?" in body(tax, application)
