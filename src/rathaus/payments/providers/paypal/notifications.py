"""What a webhook is about. Only ids are taken from it, never an amount or a state."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rathaus.payments.models import PaymentAttempt, ProviderNotification
from rathaus.payments.providers.paypal import config, webhook
from rathaus.payments.providers.paypal.webhook import WebhookInvalid


@dataclass(frozen=True)
class Notice:
    """The ids in a genuine webhook; empty where there is none."""

    event_type: str
    order_id: str = ""
    capture_id: str = ""
    custom_id: str = ""

    @property
    def is_reversal(self) -> bool:
        """The payer took the money back."""
        return self.event_type == "PAYMENT.CAPTURE.REVERSED"


def verified(row: ProviderNotification) -> Notice:
    """Check the signature, then read. Raises: WebhookInvalid, NotReached."""
    body = bytes(row.body)
    webhook.verify({str(k): str(v) for k, v in row.headers.items()}, body, config.load())
    return parse(body)


def parse(body: bytes) -> Notice:
    """Find the ids. Raises: WebhookInvalid if the body is no JSON object."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WebhookInvalid("body is not JSON") from error
    if not isinstance(event, dict):
        raise WebhookInvalid("body is no object")
    resource = _mapping(event.get("resource"))
    related = _mapping(_mapping(resource.get("supplementary_data")).get("related_ids"))
    links = _up_links(resource)
    order_id = _text(related.get("order_id")) or links.get("orders", "")
    # PAYMENT.CAPTURE.DECLINED may carry an order, whatever resource_type says.
    if event.get("resource_type") == "checkout-order" or "purchase_units" in resource:
        order_id = _text(resource.get("id"))
    custom_id = _text(resource.get("custom_id"))
    units = resource.get("purchase_units")
    for unit in units if isinstance(units, list) else []:
        custom_id = custom_id or _text(_mapping(unit).get("custom_id"))
    is_capture = event.get("resource_type") == "capture"
    return Notice(
        event_type=_text(event.get("event_type"))[:80],
        order_id=order_id,
        capture_id=_text(resource.get("id")) if is_capture else links.get("captures", ""),
        custom_id=custom_id,
    )


def attempt_for(notice: Notice) -> PaymentAttempt | None:
    """Our attempt a webhook is about, or None."""
    rows = PaymentAttempt.objects.filter(provider="paypal")
    for field, value in (
        ("provider_reference", notice.order_id),
        ("capture_reference", notice.capture_id),
        ("public_id", _uuid(notice.custom_id)),
    ):
        if value:
            found = rows.filter(**{field: value}).first()
            if found is not None:
                return found
    return None


def _up_links(resource: Mapping[str, Any]) -> dict[str, str]:
    """``…/v2/checkout/orders/5O1`` and ``…/v2/payments/captures/2GG`` from links[rel=up]."""
    found: dict[str, str] = {}
    links = resource.get("links")
    for link in links if isinstance(links, list) else []:
        parts = _text(_mapping(link).get("href")).rstrip("/").split("/")
        if _mapping(link).get("rel") == "up" and len(parts) > 1:
            found[parts[-2]] = parts[-1]
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value[:127] if isinstance(value, str) and "\x00" not in value else ""


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
