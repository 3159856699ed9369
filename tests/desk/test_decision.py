"""Deciding: letter, preview, confirmation; what is typed is never lost."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from rathaus.core.clock import today
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import StaffMember
from rathaus.payments.models import Claim, Refund
from rathaus.proceedings import actions
from rathaus.proceedings.models import Application, Decision, Letter
from tests.desk import making
from tests.desk.conftest import SignIn


def decide(application: Application) -> str:
    return reverse("desk:decide", args=[application.public_id])


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def template(application: Application, outcome: str) -> str:
    return next(t.key for t in application.service.letters if t.outcome == outcome)


def fields(page: str) -> dict[str, str]:
    """What the letter form holds."""
    import html

    found = dict(re.findall(r'<input type="hidden" name="(template|reason)" value="([^"]*)"', page))
    found["subject"] = re.findall(r'name="subject"[^>]*value="([^"]*)"', page)[0]
    for name in ("body", "remedy"):
        found[name] = re.findall(rf'<textarea[^>]*name="{name}"[^>]*>\n?([^<]*)<', page)[0]
    return {key: html.unescape(value) for key, value in found.items()}


def drafted(client: Client, application: Application, outcome: str = "granted") -> dict[str, str]:
    data = {"step": "choose", "template": template(application, outcome), "reason": "Zu jung."}
    response = client.post(decide(application), data)
    assert response.status_code == 200
    typed = fields(response.content.decode())
    for name in ("subject", "body", "remedy"):
        typed[name] = re.sub(r"\[\[[^\]]+\]\]", "–", typed[name])
    return typed


def test_from_the_template_to_the_letter_in_the_record(tax: Client) -> None:
    application = making.taken()
    typed = drafted(tax, application)
    assert application.reference in typed["subject"] + typed["body"]
    typed["body"] += "\n\nMit **besonderem** Dank für <Ihre> Geduld & Mühe."
    preview = tax.post(decide(application), {**typed, "step": "preview"})
    text = preview.content.decode()
    assert "<strong>besonderem</strong>" in text
    assert "<Ihre>" not in text
    assert not Decision.objects.exists()
    response = tax.post(decide(application), {**typed, "step": "confirm"})
    assert response["Location"] == reverse("desk:case", args=[application.public_id])
    letter = Letter.objects.get(application=application)
    assert letter.body == typed["body"].strip()
    assert letter.signed_by == "Eilert Janssen"
    run_pending()
    application.refresh_from_db()
    application.case.refresh_from_db()
    letter.refresh_from_db()
    assert (application.state, application.case.state) == ("decided", "closed")
    assert letter.document is not None
    page = tax.get(reverse("desk:case", args=[application.public_id])).content.decode()
    assert "Der Vorgang ist abgeschlossen." in page


def test_the_preview_is_what_is_decided(tax: Client) -> None:
    """The hidden fields of the preview carry the letter unchanged, blank lines included."""
    application = making.taken()
    typed = drafted(tax, application)
    typed["body"] = "Erste Zeile\n\n- eins\n- zwei\n\n  eingerückt\nEnde"
    page = tax.post(decide(application), {**typed, "step": "preview"}).content.decode()
    again = fields(page)
    assert again["body"] == typed["body"]
    tax.post(decide(application), {**again, "step": "confirm"})
    assert Letter.objects.get().body == typed["body"]


def test_the_second_click_decides_nothing_twice(tax: Client) -> None:
    application = making.taken()
    typed = {**drafted(tax, application), "step": "confirm"}
    assert tax.post(decide(application), typed).status_code == 302
    response = tax.post(decide(application), typed, follow=True)
    assert "inzwischen den Stand" in response.content.decode()
    assert Decision.objects.count() == Letter.objects.count() == 1


def test_gaps_stop_the_letter_and_keep_the_text(tax: Client) -> None:
    application = making.taken()
    typed = drafted(tax, application)
    typed["body"] = "Guten Tag,\n\nhier fehlt [[antrag.farbe]] etwas."
    for step in ("preview", "confirm"):
        response = tax.post(decide(application), {**typed, "step": step})
        assert response.status_code == 422
        text = response.content.decode()
        assert "[[antrag.farbe]]" in text
        assert fields(text)["body"] == typed["body"]
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": ""},
        {"body": ""},
        {"body": "\x00"},
        {"body": "x" * 20_001},
        {"remedy": "x" * 9_000},
    ],
)
def test_incomplete_letters_are_shown_again(tax: Client, wrong: dict[str, str]) -> None:
    application = making.taken()
    typed = {**drafted(tax, application), **wrong, "step": "confirm"}
    assert tax.post(decide(application), typed).status_code == 422
    assert not Decision.objects.exists()


def test_a_rejection_needs_a_reason_that_stands_in_the_letter(tax: Client) -> None:
    application = making.taken()
    key = template(application, "rejected")
    data = {"step": "choose", "template": key, "reason": ""}
    assert tax.post(decide(application), data).status_code == 422
    data["reason"] = "Der Hund ist noch keine drei Monate alt."
    page = tax.post(decide(application), data).content.decode()
    assert data["reason"] in fields(page)["body"]


@pytest.mark.parametrize("back", [True, False])
def test_the_clerk_chooses_whether_the_fee_goes_back(trade: Client, back: bool) -> None:
    application = making.taken("insa.cordes", "gewerbe-anmelden")
    making.pay(application)
    typed = drafted(trade, application, "rejected")
    typed["step"] = "confirm"
    if back:
        typed["refund"] = "yes"
    trade.post(decide(application), typed)
    application.refresh_from_db()
    assert application.state == "rejected"
    assert Refund.objects.filter(claim=application.claim).exists() is back


@pytest.mark.parametrize("rule", [True, False])
def test_an_unpaid_fee_follows_the_rule_of_the_service(
    trade: Client, monkeypatch: pytest.MonkeyPatch, rule: bool
) -> None:
    """Nobody was asked about a refund, so nobody has answered no."""
    application = making.new_case("gewerbe-anmelden")
    staff = making.person("insa.cordes")
    actions.take_over(application=application, staff=staff, actor=making.acting(staff))
    service = application.service.model_copy(update={"fee_refund_on_rejection": rule})
    monkeypatch.setattr(Application, "service", service)
    typed = drafted(trade, application, "rejected")
    page = trade.post(decide(application), {**typed, "step": "preview"}).content.decode()
    assert "refund_asked" not in page
    assert ("So bezahlen Sie" in page) is not rule
    trade.post(decide(application), {**typed, "step": "confirm"})
    application.refresh_from_db()
    claim = Claim.objects.get(application=application)
    assert (application.state, claim.state) == ("rejected", "cancelled" if rule else "open")


def test_an_empty_box_means_no(trade: Client) -> None:
    application = making.taken("insa.cordes", "gewerbe-anmelden")
    making.pay(application)
    typed = drafted(trade, application, "rejected")
    page = trade.post(decide(application), {**typed, "refund_asked": "yes", "step": "preview"})
    assert "werden nicht erstattet" in page.content.decode()
    assert "So bezahlen Sie" not in page.content.decode()
    assert 'name="refund_asked" value="yes"' in page.content.decode()


def test_a_question_asked_meanwhile_stops_the_decision(tax: Client) -> None:
    application = making.taken()
    typed = {**drafted(tax, application), "body": "Lange\nüberlegt.", "step": "confirm"}
    staff = making.person("eilert.janssen")
    actions.request_correction(
        application=application,
        staff=staff,
        items=[actions.CorrectionItem("missing", "Foto")],
        text="",
        due_on=today() + timedelta(days=5),
        actor=making.acting(staff),
    )
    response = tax.post(decide(application), typed)
    assert response.status_code == 409
    text = response.content.decode()
    assert "inzwischen den Stand „Rückfrage offen“" in text
    assert "Lange<br>überlegt." in text, "the letter can still be copied"
    assert not Decision.objects.exists()


@pytest.mark.parametrize("key", ["", "gibt-es-nicht", "../x", "\x00", "x" * 500])
def test_unknown_templates_lead_back_to_the_choice(tax: Client, key: str) -> None:
    application = making.taken()
    for step in ("choose", "edit", "preview", "confirm"):
        data = {"step": step, "template": key, "subject": "a", "body": "b"}
        assert tax.post(decide(application), data).status_code in {200, 422}
    assert not Decision.objects.exists()


def test_the_pdf_preview_is_a_pdf_and_leaves_nothing(tax: Client) -> None:
    application = making.taken()
    typed = drafted(tax, application)
    address = reverse("desk:letter_pdf", args=[application.public_id])
    response = tax.post(address, typed)
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"].startswith("attachment")
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("direct", "printed"), [("04944 305-141", "04944 305-141"), ("", "04944 305-140")]
)
def test_the_preview_shows_who_and_which_number_the_letter_shows(
    tax: Client, direct: str, printed: str
) -> None:
    """The clerk's direct number where there is one, else the office's."""
    StaffMember.objects.filter(user__login="eilert.janssen").update(phone=direct)
    application = making.taken()
    typed = drafted(tax, application)
    preview = tax.post(decide(application), {**typed, "step": "preview"}).content.decode()
    draft = tax.post(reverse("desk:letter_pdf", args=[application.public_id]), typed).content
    tax.post(decide(application), {**typed, "step": "confirm"})
    run_pending()
    document = Letter.objects.get(application=application).document
    assert document is not None
    sent = document.current.blob.read()
    anschrift = application.answers["anschrift"]
    for shown in (preview, text_of(draft), text_of(sent)):
        assert printed in shown
        assert f"{anschrift['street']} {anschrift['house_number']}" in shown
        assert "Eilert Janssen" in shown


def test_the_decision_is_refused_elsewhere(sign_in: SignIn, tax: Client) -> None:
    application = making.taken()
    typed = {**drafted(tax, application), "step": "confirm"}
    assert sign_in("insa.cordes").post(decide(application), typed).status_code == 404
    assert not Decision.objects.exists()
