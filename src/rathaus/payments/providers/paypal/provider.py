"""PayPal in terms of the provider contract."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from rathaus.core.money import Money
from rathaus.payments.models import PaymentAttempt, Refund
from rathaus.payments.providers.base import Provider, RefundSnapshot, Snapshot, registry
from rathaus.payments.providers.paypal import config, reading
from rathaus.payments.providers.paypal.client import PayPalClient

PAYER_HOSTS = frozenset({"www.paypal.com", "www.sandbox.paypal.com", "paypal.com"})


@registry.register("paypal")
class PayPal(Provider):
    """Orders v2 by redirect: create, payer approves there, capture here."""

    key = "paypal"
    public_name = "PayPal"
    description = _("Sie werden zu PayPal weitergeleitet und bezahlen sofort.")
    remote = True
    refunds_by_api = True

    def is_available(self) -> bool:
        return config.load().is_complete

    def start(self, attempt: PaymentAttempt) -> Snapshot:
        settings = config.load()
        with PayPalClient(settings) as client:
            answer = client.create_order(
                order_body(attempt, settings), request_id=attempt.start_request_id
            )
        return self._order(answer, settings)

    def refresh(self, attempt: PaymentAttempt) -> Snapshot:
        settings = config.load()
        with PayPalClient(settings) as client:
            return self._order(client.get_order(_reference(attempt)), settings)

    def capture(self, attempt: PaymentAttempt) -> Snapshot:
        settings = config.load()
        with PayPalClient(settings) as client:
            answer = client.capture_order(
                _reference(attempt), request_id=attempt.capture_request_id
            )
            if not _is_whole(answer):  # PayPal may answer minimally: read what it did
                answer = client.get_order(_reference(attempt))
        return self._order(answer, settings)

    def refund(self, refund: Refund) -> RefundSnapshot:
        settings = config.load()
        body = {
            "amount": amount_body(refund.amount),
            "invoice_id": refund.invoice_id,
            "note_to_payer": "Erstattung einer Verwaltungsgebühr",
        }
        with PayPalClient(settings) as client:
            answer = client.refund_capture(
                refund.attempt.capture_reference or "", body, request_id=refund.request_id
            )
            if "amount" not in answer:
                answer = client.get_refund(str(answer.get("id", "")))
        return reading.refund(answer)

    def refresh_refund(self, refund: Refund) -> RefundSnapshot:
        with PayPalClient(config.load()) as client:
            return reading.refund(client.get_refund(refund.provider_reference or ""))

    def _order(self, answer: dict[str, Any], settings: config.PayPalConfig) -> Snapshot:
        hosts = PAYER_HOSTS | ({settings.host} if settings.simulation else set())
        return reading.order(answer, allowed_hosts=hosts)


def order_body(attempt: PaymentAttempt, settings: config.PayPalConfig) -> dict[str, Any]:
    """The order as sent: neutral words only, the name of the service may be sensitive (G10)."""
    reference = attempt.claim.payment_reference
    experience = {
        "locale": settings.locale,
        "shipping_preference": "NO_SHIPPING",
        "user_action": "PAY_NOW",
        "landing_page": "NO_PREFERENCE",
        "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
        "return_url": attempt.return_url,
        "cancel_url": attempt.cancel_url,
    }
    if settings.brand_name:
        experience["brand_name"] = settings.brand_name[:127]
    return {
        "intent": "CAPTURE",
        "purchase_units": [
            {
                "reference_id": "default",
                "invoice_id": attempt.invoice_id,
                "custom_id": str(attempt.public_id),
                "description": f"Verwaltungsgebühr {reference}",
                "amount": amount_body(attempt.amount),
            }
        ],
        "payment_source": {"paypal": {"experience_context": experience}},
    }


def amount_body(amount: Money) -> dict[str, str]:
    """PayPal wants the value as a text with a point."""
    return {"currency_code": amount.currency, "value": amount.decimal_string()}


def _reference(attempt: PaymentAttempt) -> str:
    if not attempt.provider_reference:
        raise ValueError("the attempt has no order yet")
    return attempt.provider_reference


def _is_whole(answer: dict[str, Any]) -> bool:
    units = answer.get("purchase_units")
    return (
        isinstance(units, list)
        and bool(units)
        and "custom_id" in units[0]
        and ("amount" in units[0])
    )
