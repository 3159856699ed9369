"""Whoever gets a letter while a fee is open can pay from it."""

from __future__ import annotations

import io
from datetime import timedelta

import pypdf
import pypdfium2
import pytest
import zxingcpp

from rathaus.core.clock import today
from rathaus.core.money import Money
from rathaus.payments import actions as payments
from rathaus.payments.models import Claim, PaymentAttempt
from rathaus.payments.providers import transfer
from rathaus.payments.providers.transfer.girocode import Payee
from rathaus.proceedings import documents, letters, owing
from rathaus.proceedings.models import Application, Letter
from rathaus.theme import formats
from tests.proceedings.conftest import acting, clerk, new_application
from tests.support.payments import PAYER

IBAN, IBAN_GROUPED = "DE87123456781234567890", "DE87 1234 5678 1234 5678 90"


@pytest.fixture
def application(town: None, monkeypatch: pytest.MonkeyPatch) -> Application:
    monkeypatch.setattr(transfer, "payee", lambda: Payee("Stadt Größenwald", IBAN))
    return new_application("gewerbe-anmelden")


@pytest.fixture
def claim(application: Application) -> Claim:
    assert application.claim is not None
    return application.claim


def letter(application: Application) -> bytes:
    loaded = documents.load(application.pk)
    row = Letter(
        application=loaded, template_key="x", title="Bescheid", subject="Bescheid", body="Text",
        signed_by="Meike Janssen", created_at=loaded.submitted_at,
    )  # fmt: skip
    return documents.letter_pdf(loaded, row, None, signer=None)


def text_of(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def money(cents: int) -> str:
    return " ".join(Money(cents).format().split())


def girocode(content: bytes) -> list[str]:
    page = pypdfium2.PdfDocument(content)[0].render(scale=3).to_pil()
    return [code.text for code in zxingcpp.read_barcodes(page)]


def cash(claim: Claim, cents: int) -> None:
    cashier = acting(clerk("stadtkasse"))
    payments.record_counter_payment(claim=claim, amount=Money(cents), method="cash", staff=cashier)


def test_the_letter_names_amount_account_reference_and_day(application, claim):
    content = letter(application)
    text = text_of(content)
    assert claim.due_on is not None
    reference = " ".join(claim.payment_reference[i : i + 4] for i in range(0, 25, 4)).strip()
    for part in (
        "So bezahlen Sie", money(claim.amount_cents), "Stadt Größenwald", IBAN_GROUPED, reference,
        f"Zahlbar bis {formats.day(claim.due_on)}",
    ):  # fmt: skip
        assert part in text
    lines = girocode(content)[0].split("\n")
    assert lines[5:8] == ["Stadt Größenwald", IBAN, f"EUR{claim.amount.decimal_string()}"]
    assert lines[9] == claim.payment_reference


def test_after_a_part_payment_the_letter_asks_for_the_rest(application, claim):
    cash(claim, 1000)
    text = text_of(content := letter(application))
    rest = Money(claim.amount_cents - 1000)
    assert f"Zu zahlen {money(rest.cents)}" in text
    assert "ein Teil noch offen" in text
    assert f"EUR{rest.decimal_string()}" in girocode(content)[0]


def test_nothing_is_asked_for_where_nothing_is_open(application, claim):
    cash(claim, claim.amount_cents)
    assert "So bezahlen Sie" not in text_of(letter(application))


def test_a_waived_fee_is_not_asked_for(claim):
    payments.waive_claim(claim=claim, reason="Härtefall", actor=acting(clerk("stadtkasse")))
    claim.refresh_from_db()
    assert owing.to_pay(claim) is None
    assert owing.to_pay(None) is None


def test_without_an_account_the_letter_names_the_counter(application, claim, monkeypatch):
    monkeypatch.setattr(transfer, "transfer_of", lambda *_: Payee("", "").check())
    text = text_of(content := letter(application))
    assert claim.payment_reference[:4] in text
    assert "Sie zahlen im Rathaus" in text
    assert "IBAN" not in text
    assert girocode(content) == []


def test_who_was_late_is_told_so_and_nobody_pays_twice(application, claim):
    Claim.objects.update(due_on=today() - timedelta(days=400))
    attempt = payments.choose_local(claim=claim, provider="transfer", actor=PAYER)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state="pending")
    text = text_of(letter(application))
    assert "Fällig seit" in text
    assert "wird gerade geprüft" in text


def test_a_rejection_that_gives_the_fee_back_asks_for_nothing(application):
    for refund in (True, False):
        assert owing.lets_go(application, outcome="rejected", refund=refund) is refund
        assert not owing.lets_go(application, outcome="granted", refund=refund)


def test_a_fee_set_by_the_decision_stands_in_its_letter(application, claim, monkeypatch):
    """The letter is written before the claim exists: it said "keine"."""
    Application.objects.update(claim=None)
    application = Application.objects.get(pk=application.pk)
    service = application.service.model_copy(update={"payment_policy": "after"})
    monkeypatch.setattr(Application, "service", service)
    texts = {
        template.outcome: letters.fill(
            application, template.model_copy(update={"body": "Gebühr: [[gebuehr]]"})
        ).body
        for template in service.letters
    }
    assert texts["granted"] == f"Gebühr: {claim.amount.format()}"
    assert texts["rejected"] == "Gebühr: keine"
