"""Invoice: bank data, creditor reference, GiroCode."""

from __future__ import annotations

import io
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from tests.support.payments import CASHIER, paid, start

from rathaus.core.money import Money
from rathaus.payments import actions
from rathaus.payments.models import Claim
from rathaus.payments.providers import registry, transfer
from rathaus.payments.providers.transfer.girocode import Payee, PayeeInvalid, Transfer

TOWN = Payee("Stadt Wiesmoor", "DE02 1203 0000 0000 2020 51", "BYLADEM1001")
REFERENCE = "RF90WIE2026000123"


@pytest.fixture(autouse=True)
def _payee(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "payee", lambda: TOWN)


def test_independent_reader_reads_the_code() -> None:
    out = io.BytesIO()
    Transfer(TOWN, Money(1305), REFERENCE).code().save(out, kind="png", scale=6, border=4)
    text = zxingcpp.read_barcodes(Image.open(out))[0].text
    lines = text.splitlines()
    assert lines[:2] == ["BCD", "002"]
    assert lines[3] == "SCT"
    assert lines[4:8] == ["BYLADEM1001", "Stadt Wiesmoor", "DE02120300000000202051", "EUR13.05"]
    assert REFERENCE in lines


def test_svg_passes_a_strict_content_security_policy() -> None:
    svg = Transfer(TOWN, Money(1300), REFERENCE).svg()
    assert svg.startswith("<svg")
    assert "style=" not in svg
    assert "<script" not in svg
    assert "<title>" in svg


@pytest.mark.parametrize(
    "payee",
    [
        Payee("Stadt", "DE03120300000000202051"),
        Payee("", "DE02120300000000202051"),
        Payee("S" * 71, "DE02120300000000202051"),
        Payee("Stadt\nWiesmoor", "DE02120300000000202051"),
        Payee("Stadt", ""),
    ],
    ids=["check digit", "no name", "long name", "line break", "no account"],
)
def test_wrong_accounts_are_refused(payee: Payee) -> None:
    with pytest.raises(PayeeInvalid):
        Transfer(payee, Money(1300), REFERENCE).svg()


@pytest.mark.parametrize("amount", [Money(0), Money(-1), Money(100_000_000_000), Money(1, "USD")])
def test_wrong_amounts_are_refused(amount: Money) -> None:
    with pytest.raises(ValueError, match="amount"):
        Transfer(TOWN, amount, REFERENCE).svg()


def test_wrong_reference_is_refused() -> None:
    with pytest.raises(ValueError, match="ISO 11649"):
        Transfer(TOWN, Money(1300), "RF91WIE2026000123").svg()


def test_invoice_waits_for_the_bank(claim: Claim) -> None:
    attempt = start(claim, "transfer")
    assert (attempt.state, attempt.redirect_url) == ("awaiting_payer", "")
    shown = registry.get("transfer").instructions(attempt)
    assert shown["reference"] == claim.payment_reference
    assert shown["iban"] == "DE02 1203 0000 0000 2020 51"
    assert str(shown["amount"]) == "26,00\u00a0€"
    assert start(claim, "transfer").pk == attempt.pk
    assert actions.settle(attempt).state == "awaiting_payer"
    booked = actions.record_incoming_transfer(
        claim=claim, amount=Money(2600), bank_reference="B-7", actor=CASHIER
    )
    assert booked.pk == attempt.pk
    assert claim.state == "paid"


def test_open_invoice_ends_when_paypal_was_faster(claim: Claim) -> None:
    invoice = start(claim, "transfer")
    paid(claim)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.reason) == ("cancelled", "CLAIM_COVERED")


def test_without_an_account_invoices_are_not_offered(
    claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        raise PayeeInvalid("IBAN")

    monkeypatch.setattr(transfer, "payee", broken)
    assert not registry.get("transfer").is_available()
