"""PayPal's answers to errors, translated into the provider contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from rathaus.payments.providers.base import (
    AlreadyDone,
    NotFound,
    NotReached,
    OutcomeUnknown,
    PayerMustAct,
    ProviderError,
    Refused,
)

_ISSUES: Mapping[str, type[ProviderError]] = {
    "ORDER_ALREADY_CAPTURED": AlreadyDone,
    "ORDER_NOT_APPROVED": PayerMustAct,
    "INSTRUMENT_DECLINED": PayerMustAct,
    "PAYER_ACTION_REQUIRED": PayerMustAct,
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING": PayerMustAct,
    "ORDER_COMPLETION_IN_PROGRESS": OutcomeUnknown,
    "CAPTURE_FULLY_REFUNDED": AlreadyDone,
    "INVALID_RESOURCE_ID": NotFound,
}


def translate(response: httpx.Response) -> ProviderError:
    """The contract's error for an answer outside 2xx."""
    debug_id = response.headers.get("PayPal-Debug-Id", "")[:60]
    body = _json(response)
    debug_id = debug_id or _text(body.get("debug_id"))[:60]
    code = issue(body) or _text(body.get("name")) or f"HTTP_{response.status_code}"
    kind = _ISSUES.get(code)
    if kind is None:
        kind = _by_status(response.status_code)
    return kind(code, debug_id=debug_id)


def issue(body: Mapping[str, Any]) -> str:
    """The first `details[].issue`, the word that decides."""
    details = body.get("details")
    if isinstance(details, list):
        for detail in details:
            if isinstance(detail, dict) and (word := _text(detail.get("issue"))):
                return word
    return ""


def _by_status(status: int) -> type[ProviderError]:
    if status == 404:
        return NotFound
    if status in {401, 403, 429}:
        # Refused at the door: nothing was done, and our set-up or the clock may mend it.
        return NotReached
    if status in {408, 409} or status >= 500:
        return OutcomeUnknown
    if 300 <= status < 400:
        # We follow no redirects: somebody stands between us and PayPal.
        return NotReached
    return Refused


def _json(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
