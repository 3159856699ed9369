"""Signing and delivering webhooks, honestly or not."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from rathaus.core import clock, net
from rathaus.core.jobs import RetryLater, enqueue, job
from rathaus.payments.providers.paypal import config
from rathaus.simulation.models import SimulatedWebhook, paypal_id
from rathaus.simulation.paypal import answers, faults, keys

_LATE = timedelta(minutes=2)


def send(event_type: str, resource_type: str, resource: dict[str, Any]) -> SimulatedWebhook | None:
    """Write an event down and enqueue its delivery, in the caller's transaction."""
    if faults.take("webhook.lost"):
        return None
    event = {
        "id": f"WH-{paypal_id()}",
        "event_version": "1.0",
        "resource_version": "2.0",
        "create_time": answers.stamp(clock.now()),
        "event_type": event_type,
        "resource_type": resource_type,
        "summary": event_type.replace(".", " ").capitalize(),
        "resource": resource,
        "links": [],
    }
    forgery = next(
        (f for f in ("forged", "tampered", "foreign") if faults.take(f"webhook.{f}")), ""
    )
    row = SimulatedWebhook.objects.create(
        event_type=event_type,
        body=json.dumps(event, ensure_ascii=False),
        forgery=forgery,
        created_at=clock.now(),
    )
    late = faults.take("webhook.late")
    times = 2 if faults.take("webhook.duplicate") else 1
    for _ in range(times):
        enqueue(deliver, webhook_id=row.pk, run_at=clock.now() + _LATE if late else None)
    return row


def signed(row: SimulatedWebhook) -> tuple[bytes, dict[str, str]]:
    """Body and headers as they go over the wire."""
    body = row.body.encode()
    key = keys.current()
    moment = answers.stamp(row.created_at)
    webhook_id = settings.RATHAUS_PAYPAL["webhook_id"]
    message = f"{row.transmission_id}|{moment}|{webhook_id}|{zlib.crc32(body)}"
    private_pem, certificate = key.private_pem, answers.address("/v1/notifications/certs/CERT-1")
    if row.forgery == "foreign":
        private_pem = keys.make(salt=666)[0]
        certificate = answers.address("/v1/notifications/certs/CERT-FOREIGN")
    if row.forgery == "forged":
        private_pem = keys.make(salt=666)[0]
    private = _private(private_pem)
    signature = private.sign(message.encode(), PKCS1v15(), SHA256())
    if row.forgery == "tampered":
        body = body.replace(b'"value": "', b'"value": "9')
    return body, {
        "Content-Type": "application/json",
        "PayPal-Transmission-Id": row.transmission_id,
        "PayPal-Transmission-Time": moment,
        "PayPal-Transmission-Sig": base64.b64encode(signature).decode(),
        "PayPal-Cert-Url": certificate,
        "PayPal-Auth-Algo": "SHA256withRSA",
    }


@lru_cache(maxsize=4)
def _private(pem: str) -> RSAPrivateKey:
    """The key, parsed once: checking an RSA key takes longer than signing with it."""
    private = load_pem_private_key(pem.encode(), None)
    if not isinstance(private, RSAPrivateKey):
        raise TypeError("RSA key expected")
    return private


def target() -> str:
    """The town's webhook address."""
    values = settings.RATHAUS_PAYPAL
    return str(values.get("webhook_url") or f"{settings.BASE_URL}/webhooks/paypal/")


@job("simulation.deliver_webhook", max_attempts=25)
def deliver(*, webhook_id: int) -> None:
    """Send one webhook; like PayPal, again and again if it is not taken."""
    row = SimulatedWebhook.objects.get(pk=webhook_id)
    body, headers = signed(row)
    address = target()
    host = urlsplit(address).hostname or ""
    try:
        with net.client(allowed=[host], transport=config.load().make_transport()) as client:
            answer = client.post(address, content=body, headers=headers).status_code
    except httpx.HTTPError as error:
        raise RetryLater(30, str(error)) from error
    row.answer, row.deliveries = answer, row.deliveries + 1
    row.save(update_fields=["answer", "deliveries"])
    if answer >= 500 or answer == 429:
        raise RetryLater(60, f"answered {answer}")
