"""Reading PayPal's answers: strict about money, forgiving about everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from rathaus.core.money import Money, MoneyError
from rathaus.payments.providers.base import (
    OutcomeUnknown,
    RefundSnapshot,
    RefundStatus,
    Snapshot,
    Status,
)

_ORDER: Mapping[str, Status] = {
    "CREATED": Status.AWAITING_PAYER,
    "SAVED": Status.AWAITING_PAYER,
    "PAYER_ACTION_REQUIRED": Status.AWAITING_PAYER,
    "APPROVED": Status.APPROVED,
    "VOIDED": Status.EXPIRED,
}
_CAPTURE: Mapping[str, Status] = {
    "COMPLETED": Status.CONFIRMED,
    "REFUNDED": Status.CONFIRMED,
    "PARTIALLY_REFUNDED": Status.CONFIRMED,
    "REVERSED": Status.CONFIRMED,
    "PENDING": Status.PENDING,
    "DECLINED": Status.FAILED,
    "FAILED": Status.FAILED,
    "DENIED": Status.FAILED,
}
_REFUND: Mapping[str, RefundStatus] = {
    "COMPLETED": RefundStatus.DONE,
    "PENDING": RefundStatus.PENDING,
    "FAILED": RefundStatus.FAILED,
    "CANCELLED": RefundStatus.FAILED,
}


def order(body: Mapping[str, Any], *, allowed_hosts: frozenset[str]) -> Snapshot:
    """An order as a snapshot. A COMPLETED order with a PENDING capture is not paid.

    Raises: OutcomeUnknown for anything that cannot be understood.
    """
    unit = _one(body.get("purchase_units"), "purchase_units")
    amount = money(unit.get("amount"))
    payments = unit.get("payments")
    payments = payments if isinstance(payments, dict) else {}
    seen = Snapshot(
        reference=_text(body, "id"),
        status=Status.AWAITING_PAYER,
        amount_cents=amount.cents,
        currency=amount.currency,
        merchant_reference=str(unit.get("custom_id", "")),
        redirect_url=_payer_link(body, allowed_hosts),
        refunds=tuple(refund(item) for item in payments.get("refunds") or []),
    )
    capture = _decisive(payments.get("captures") or [])
    if capture is None:
        status = _ORDER.get(_text(body, "status"))
        if status is None:  # COMPLETED without a capture, or a word we do not know
            raise OutcomeUnknown(f"ORDER_{body.get('status')}")
        return replace(seen, status=status)
    return _with_capture(seen, capture)


def _with_capture(seen: Snapshot, capture: Mapping[str, Any]) -> Snapshot:
    word = _text(capture, "status")
    status = _CAPTURE.get(word)
    if status is None:
        raise OutcomeUnknown(f"CAPTURE_{word}")
    captured = money(capture.get("amount"))
    return replace(
        seen,
        status=status,
        currency=captured.currency,
        capture_reference=_text(capture, "id"),
        captured_cents=captured.cents,
        fee_cents=_fee(capture),
        reason=_reason(capture) or (word if status == Status.FAILED else ""),
        reversed=word == "REVERSED",
    )


def refund(body: Mapping[str, Any]) -> RefundSnapshot:
    """A refund resource. Raises: OutcomeUnknown."""
    status = _REFUND.get(_text(body, "status"))
    if status is None:
        raise OutcomeUnknown(f"REFUND_{body.get('status')}")
    amount = money(body.get("amount"))
    return RefundSnapshot(
        reference=_text(body, "id"),
        status=status,
        amount_cents=amount.cents,
        currency=amount.currency,
        invoice_id=str(body.get("invoice_id", "")),
        reason=_reason(body),
    )


def money(value: object) -> Money:
    """``{"currency_code": "EUR", "value": "13.00"}`` as Money; nothing else will do."""
    if not isinstance(value, dict):
        raise OutcomeUnknown("AMOUNT_MISSING")
    try:
        return Money.from_decimal_string(str(value.get("value")), str(value.get("currency_code")))
    except MoneyError as error:
        raise OutcomeUnknown("AMOUNT_UNREADABLE") from error


def _decisive(captures: object) -> Mapping[str, Any] | None:
    """The capture that tells the truth: money that came, else money on its way, else the last."""
    if not isinstance(captures, list) or not all(isinstance(item, dict) for item in captures):
        raise OutcomeUnknown("CAPTURES_UNREADABLE")
    for wanted in (Status.CONFIRMED, Status.PENDING):
        for item in captures:
            if _CAPTURE.get(str(item.get("status"))) == wanted:
                return dict(item)
    return dict(captures[-1]) if captures else None


def _payer_link(body: Mapping[str, Any], allowed_hosts: frozenset[str]) -> str:
    for link in body.get("links") or []:
        if isinstance(link, dict) and link.get("rel") in {"payer-action", "approve"}:
            address = str(link.get("href", ""))
            if (urlsplit(address).hostname or "") in allowed_hosts:
                return address
    return ""


def _fee(capture: Mapping[str, Any]) -> int:
    breakdown = capture.get("seller_receivable_breakdown")
    if not isinstance(breakdown, dict) or "paypal_fee" not in breakdown:
        return 0
    return money(breakdown["paypal_fee"]).cents


def _reason(resource: Mapping[str, Any]) -> str:
    details = resource.get("status_details")
    return str(details.get("reason", ""))[:100] if isinstance(details, dict) else ""


def _one(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], dict):
        raise OutcomeUnknown(f"{name.upper()}_UNREADABLE")
    return value[0]


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise OutcomeUnknown(f"{key.upper()}_MISSING")
    return value
