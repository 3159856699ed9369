"""What the simulated PayPal does. Every function is one transaction."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum

from rathaus.core import clock
from rathaus.core.money import Money, MoneyError
from rathaus.simulation.models import SimulatedOrder, SimulatedRefund, paypal_id
from rathaus.simulation.paypal import answers, faults, webhooks
from rathaus.simulation.paypal.answers import ApiError

LIFE = timedelta(hours=3)
"""To reach the payer's page, and again from there to the capture."""
_VALUE = re.compile(r"[0-9]{1,9}\.[0-9]{2}")
_OUTCOMES = {
    "normal": ("COMPLETED", ""),
    "echeck": ("PENDING", "ECHECK"),
    "review": ("PENDING", "PENDING_REVIEW"),
    "refused": ("DECLINED", ""),
}


def create(request: Any) -> SimulatedOrder:
    """Take an order in. Raises: ApiError."""
    _check(request)
    return SimulatedOrder.objects.create(
        request=request,
        status="PAYER_ACTION_REQUIRED" if request.get("payment_source") else "CREATED",
        created_at=clock.now(),
    )


def find(order_id: str) -> SimulatedOrder:
    """An order that has not expired. Raises: ApiError 404."""
    order = SimulatedOrder.objects.filter(order_id=order_id).first()
    if order is None or order.voided or _expired(order):
        raise ApiError(404, "INVALID_RESOURCE_ID")
    return order


def by_capture(capture_id: str) -> SimulatedOrder | None:
    """The order a capture belongs to."""
    return SimulatedOrder.objects.filter(capture_id=capture_id).exclude(capture_id="").first()


def approve(order: SimulatedOrder, outcome: str = "normal") -> bool:
    """The payer says yes; `outcome` is what the capture will bring."""
    with transaction.atomic():
        changed = SimulatedOrder.objects.filter(
            pk=order.pk, status__in=["CREATED", "PAYER_ACTION_REQUIRED"]
        ).update(status="APPROVED", outcome=outcome, approved_at=clock.now())
        order.refresh_from_db()
        if changed:
            webhooks.send("CHECKOUT.ORDER.APPROVED", "checkout-order", answers.order_body(order))
    return bool(changed)


def capture(order_id: str) -> SimulatedOrder:
    """Collect an approved order, once. Raises: ApiError."""
    order = find(order_id)
    if order.capture_id:
        raise ApiError(422, "ORDER_ALREADY_CAPTURED")
    if order.status != "APPROVED":
        raise ApiError(422, "ORDER_NOT_APPROVED")
    if order.outcome == "declined":
        SimulatedOrder.objects.filter(pk=order.pk).update(
            status="PAYER_ACTION_REQUIRED", outcome="normal"
        )
        href = answers.payer_page(order)
        raise ApiError(
            422,
            "INSTRUMENT_DECLINED",
            links=[{"href": href, "rel": "redirect", "method": "GET"}],
        )
    status, reason = _OUTCOMES[order.outcome]
    cents = answers.amount(order).cents
    if faults.take("capture.amount"):
        cents = max(1, cents - 100)
    won = SimulatedOrder.objects.filter(pk=order.pk, capture_id="").update(
        status="COMPLETED",
        capture_id=paypal_id(),
        capture_status=status,
        capture_reason=reason,
        captured_cents=cents,
    )
    if not won:
        raise ApiError(422, "ORDER_ALREADY_CAPTURED")
    order.refresh_from_db()
    _tell(order)
    return order


def finish_pending(order: SimulatedOrder, *, completed: bool) -> bool:
    """Days later: the eCheck clears or bounces, the review ends."""
    with transaction.atomic():
        changed = SimulatedOrder.objects.filter(pk=order.pk, capture_status="PENDING").update(
            capture_status="COMPLETED" if completed else "DECLINED", capture_reason=""
        )
        order.refresh_from_db()
        if changed:
            _tell(order)
    return bool(changed)


def refund(capture_id: str, body: dict[str, Any]) -> SimulatedRefund:
    """Pay back, wholly or in part. Raises: ApiError."""
    order = by_capture(capture_id)
    if order is None:
        raise ApiError(404, "INVALID_RESOURCE_ID")
    # Writing first lets only one refund of an order at a time through.
    SimulatedOrder.objects.filter(pk=order.pk).update(outcome=order.outcome)
    if order.capture_status == "PENDING":
        raise ApiError(422, "PENDING_CAPTURE")
    left = order.captured_cents - _refunded(order)
    if left <= 0:
        raise ApiError(422, "CAPTURE_FULLY_REFUNDED")
    asked = _read_amount(body["amount"]) if body.get("amount") else Money(left)
    if asked.cents > left:
        raise ApiError(422, "REFUND_AMOUNT_EXCEEDED")
    invoice_id = str(body.get("invoice_id", ""))
    if invoice_id and SimulatedRefund.objects.filter(invoice_id=invoice_id).exists():
        raise ApiError(422, "DUPLICATE_INVOICE_ID")
    status = "COMPLETED"
    if faults.take("refund.pending"):
        status = "PENDING"
    elif faults.take("refund.failed"):
        status = "FAILED"
    made = SimulatedRefund.objects.create(
        order=order,
        cents=asked.cents,
        status=status,
        invoice_id=invoice_id,
        note=str(body.get("note_to_payer", ""))[:255],
        created_at=clock.now(),
    )
    settle_refunds(order)
    if status == "COMPLETED":
        webhooks.send("PAYMENT.CAPTURE.REFUNDED", "refund", answers.refund_body(made))
    return made


def settle_refunds(order: SimulatedOrder) -> None:
    """Bring the capture's status in line with its refunds."""
    done = order.refunds.filter(status="COMPLETED").aggregate(cents=Sum("cents", default=0))
    if done["cents"]:
        whole = done["cents"] >= order.captured_cents
        order.capture_status = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
        order.save(update_fields=["capture_status"])


def refund_outside(order: SimulatedOrder) -> None:
    """Somebody refunds in PayPal's own console, past the town's software."""
    with transaction.atomic():
        refund(order.capture_id, {})


def take_back(order: SimulatedOrder) -> None:
    """The payer gets the money back through the bank or a dispute."""
    with transaction.atomic():
        left = order.captured_cents - _refunded(order)
        if left <= 0:
            return
        made = SimulatedRefund.objects.create(
            order=order, cents=left, status="COMPLETED", created_at=clock.now()
        )
        settle_refunds(order)
        webhooks.send("PAYMENT.CAPTURE.REVERSED", "refund", answers.refund_body(made))


def _tell(order: SimulatedOrder) -> None:
    word = "DENIED" if order.capture_status == "DECLINED" else order.capture_status
    body = answers.capture_body(order)
    body["supplementary_data"] = {"related_ids": {"order_id": order.order_id}}
    webhooks.send(f"PAYMENT.CAPTURE.{word}", "capture", body)


def _refunded(order: SimulatedOrder) -> int:
    rows = order.refunds.filter(status__in=["COMPLETED", "PENDING"])
    return int(rows.aggregate(cents=Sum("cents", default=0))["cents"])


def _expired(order: SimulatedOrder) -> bool:
    if order.capture_id:
        return False
    return clock.now() - (order.approved_at or order.created_at) > LIFE


def _check(request: Any) -> None:
    units = request.get("purchase_units") if isinstance(request, dict) else None
    if not isinstance(units, list) or len(units) != 1 or not isinstance(units[0], dict):
        raise ApiError(400, "INVALID_PARAMETER_SYNTAX", field="purchase_units")
    if request.get("intent") != "CAPTURE":
        raise ApiError(400, "INVALID_PARAMETER_VALUE", field="intent")
    for name in ("custom_id", "invoice_id", "description"):
        value = units[0].get(name, "x")
        if not isinstance(value, str) or not 1 <= len(value) <= 127:
            raise ApiError(400, "INVALID_STRING_LENGTH", field=name)
    if _read_amount(units[0].get("amount")).cents <= 0:
        raise ApiError(422, "CANNOT_BE_ZERO_OR_NEGATIVE")


def _read_amount(value: Any) -> Money:
    text = value.get("value") if isinstance(value, dict) else None
    if not isinstance(text, str) or not _VALUE.fullmatch(text):
        raise ApiError(400, "INVALID_PARAMETER_SYNTAX", field="amount")
    if value.get("currency_code") != "EUR":
        raise ApiError(422, "INVALID_CURRENCY_CODE")
    try:
        return Money.from_decimal_string(text, "EUR")
    except MoneyError as error:
        raise ApiError(400, "INVALID_PARAMETER_SYNTAX", field="amount") from error
