"""Bodies as PayPal sends them; checked against its OpenAPI files by the tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from rathaus.core.money import Money
from rathaus.simulation.models import SimulatedOrder, SimulatedRefund

PAYER_ID = "QYR5Z8XDVJNXQ"
MESSAGES: Mapping[int, tuple[str, str]] = {
    400: (
        "INVALID_REQUEST",
        "Request is not well-formed, syntactically incorrect, or violates schema.",
    ),
    401: (
        "AUTHENTICATION_FAILURE",
        "Authentication failed due to missing authorization header, "
        "or invalid authentication credentials.",
    ),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, "
        "or failed business validation.",
    ),
    429: ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error has occurred."),
    503: ("SERVICE_UNAVAILABLE", "Service Unavailable."),
}


# The API fixes these texts word for word; a client may compare them.
ISSUES: Mapping[str, str] = {
    "CANNOT_BE_ZERO_OR_NEGATIVE": (
        "Must be greater than zero. If the currency supports decimals, only two decimal place "
        "precision is supported."
    ),
    "CAPTURE_FULLY_REFUNDED": "The capture has already been fully refunded",
    "COMPLIANCE_VIOLATION": "Transaction is declined due to compliance violation.",
    "DUPLICATE_INVOICE_ID": "Invoice ID was previously used to refund a capture.",
    "INSTRUMENT_DECLINED": (
        "The instrument presented  was either declined by the processor or bank, or it can't be "
        "used for this payment."
    ),
    "INVALID_CURRENCY_CODE": (
        "Currency code is invalid or is not currently supported. Please refer "
        "https://developer.paypal.com/api/rest/reference/currency-codes/ for list of supported "
        "currency codes."
    ),
    "INVALID_PARAMETER_SYNTAX": "The value of a field does not conform to the expected format.",
    "INVALID_PARAMETER_VALUE": "The value of a field is invalid.",
    "INVALID_RESOURCE_ID": (
        "Specified resource ID does not exist. Please check the resource ID and try again."
    ),
    "INVALID_STRING_LENGTH": "The value of a field is either too short or too long.",
    "MALFORMED_REQUEST_JSON": "The request JSON is not well formed.",
    "ORDER_ALREADY_CAPTURED": (
        "Order already captured.If 'intent=CAPTURE' only one capture per order is allowed."
    ),
    "ORDER_NOT_APPROVED": (
        "Payer has not yet approved the Order for payment. Please redirect the payer to the "
        "'rel':'approve' url returned as part of the HATEOAS links within the Create Order call "
        "or provide a valid `payment_source` in the request."
    ),
    "PAYPAL_REQUEST_ID_REQUIRED": (
        "A PayPal-Request-Id is required if you are trying to process payment for an Order. "
        "Please specify a PayPal-Request-Id or Create the Order without a 'payment_source' "
        "specified."
    ),
    "PENDING_CAPTURE": (
        "Cannot initiate a refund as the capture is pending. Capture is typically pending when "
        "the payer has funded the transaction using e-check/bank funded."
    ),
    "REFUND_AMOUNT_EXCEEDED": (
        "The refund amount must be less than or equal to the capture amount that has not yet "
        "been refunded."
    ),
}


class ApiError(Exception):
    """An answer other than success."""

    def __init__(self, status: int, issue: str = "", *, field: str = "", links: Any = None) -> None:
        super().__init__(f"{status} {issue}")
        self.status = status
        name, message = MESSAGES[status]
        self.body: dict[str, Any] = {
            "name": name,
            "message": message,
            "debug_id": "5im0lat10n",
            "links": links or [],
        }
        if issue:
            detail = {"issue": issue, "description": ISSUES[issue]}
            self.body["details"] = [detail | ({"field": field} if field else {})]


def address(path: str) -> str:
    """An absolute address below the stand-in."""
    return f"{settings.RATHAUS_PAYPAL['base_url'].rstrip('/')}{path}"


def payer_page(order: SimulatedOrder) -> str:
    """Where the payer approves; on the host of the stand-in."""
    host = settings.RATHAUS_PAYPAL["base_url"].split("/simulation/")[0]
    return host + reverse("simulation:paypal_checkout", args=[order.order_id])


def unit(order: SimulatedOrder) -> dict[str, Any]:
    """The one purchase unit, as requested."""
    return dict(order.request["purchase_units"][0])


def amount(order: SimulatedOrder) -> Money:
    """The order's amount."""
    asked = unit(order)["amount"]
    return Money.from_decimal_string(asked["value"], asked["currency_code"])


def order_body(order: SimulatedOrder) -> dict[str, Any]:
    """An order, with captures and refunds if there are any."""
    shown = unit(order)
    payments: dict[str, Any] = {}
    if order.capture_id:
        payments["captures"] = [capture_body(order)]
    refunds = [refund_body(row) for row in order.refunds.order_by("pk")]
    if refunds:
        payments["refunds"] = refunds
    if payments:
        shown["payments"] = payments
    path = f"/v2/checkout/orders/{order.order_id}"
    links = [link(path, "self", "GET")]
    if order.status in {"CREATED", "PAYER_ACTION_REQUIRED"}:
        links.append({"href": payer_page(order), "rel": "payer-action", "method": "GET"})
    if order.status == "APPROVED":
        links.append(link(f"{path}/capture", "capture", "POST"))
    body: dict[str, Any] = {
        "id": order.order_id,
        "intent": "CAPTURE",
        "status": order.status,
        "create_time": stamp(order.created_at),
        "purchase_units": [shown],
        "links": links,
        "payment_source": {"paypal": _payer() if order.approved_at else {}},
    }
    return body


def capture_body(order: SimulatedOrder) -> dict[str, Any]:
    """The capture of an order."""
    total = Money(order.captured_cents, amount(order).currency)
    body: dict[str, Any] = {
        "id": order.capture_id,
        "status": order.capture_status,
        "amount": money_body(total),
        "final_capture": True,
        "invoice_id": unit(order).get("invoice_id", order.order_id),
        "custom_id": unit(order).get("custom_id", order.order_id),
        "create_time": stamp(order.approved_at or order.created_at),
        "update_time": stamp(order.approved_at or order.created_at),
        "links": [
            link(f"/v2/payments/captures/{order.capture_id}", "self", "GET"),
            link(f"/v2/payments/captures/{order.capture_id}/refund", "refund", "POST"),
            link(f"/v2/checkout/orders/{order.order_id}", "up", "GET"),
        ],
    }
    if order.capture_reason:
        body["status_details"] = {"reason": order.capture_reason}
    if order.capture_status in {"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"}:
        fee = Money(min(total.cents, 35 + total.cents * 249 // 10000), total.currency)
        body["seller_receivable_breakdown"] = {
            "gross_amount": money_body(total),
            "paypal_fee": money_body(fee),
            "net_amount": money_body(total - fee),
        }
    return body


def refund_body(refund: SimulatedRefund) -> dict[str, Any]:
    """A refund."""
    value = money_body(Money(refund.cents, amount(refund.order).currency))
    body: dict[str, Any] = {
        "id": refund.refund_id,
        "status": refund.status,
        "amount": value,
        "create_time": stamp(refund.created_at),
        "update_time": stamp(refund.created_at),
        "links": [
            link(f"/v2/payments/refunds/{refund.refund_id}", "self", "GET"),
            link(f"/v2/payments/captures/{refund.order.capture_id}", "up", "GET"),
        ],
    }
    if refund.invoice_id:
        body["invoice_id"] = refund.invoice_id
    if refund.note:
        body["note_to_payer"] = refund.note
    return body


def money_body(value: Money) -> dict[str, str]:
    return {"currency_code": value.currency, "value": value.decimal_string()}


def link(path: str, rel: str, method: str) -> dict[str, str]:
    return {"href": address(path), "rel": rel, "method": method}


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _payer() -> dict[str, Any]:
    return {
        "email_address": "payer@example.org",
        "account_id": PAYER_ID,
        "account_status": "VERIFIED",
        "name": {"given_name": "Max", "surname": "Beispiel"},
        "address": {"country_code": "DE"},
    }
