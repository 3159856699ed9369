"""Signatures of webhooks, and the address that takes them in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.support.payments import approved

from rathaus.core import clock
from rathaus.core.jobs import retry, run_pending
from rathaus.core.models import Job
from rathaus.payments.models import Claim, ProviderNotification
from rathaus.payments.providers.base import NotReached, OutcomeUnknown
from rathaus.payments.providers.paypal import config, notifications, webhook
from rathaus.payments.providers.paypal.client import PayPalClient
from rathaus.payments.providers.paypal.webhook import Trust, WebhookInvalid, verify
from rathaus.simulation.models import SimulatedKey, SimulatedWebhook
from rathaus.simulation.paypal import keys, webhooks

pytestmark = pytest.mark.django_db
URL = "/webhooks/paypal/"


@pytest.fixture
def signed() -> tuple[bytes, dict[str, str]]:
    """A genuine webhook about an order nobody knows: body and lower-case headers."""
    row = SimulatedWebhook.objects.create(
        event_type="CHECKOUT.ORDER.APPROVED",
        body=json.dumps(
            {
                "id": "WH-1",
                "event_type": "CHECKOUT.ORDER.APPROVED",
                "resource_type": "checkout-order",
                "resource": {"id": "UNKNOWN", "note": "Grüße"},
            },
            ensure_ascii=False,
        ),
        created_at=clock.now(),
    )
    body, headers = webhooks.signed(row)
    return body, {name.lower(): value for name, value in headers.items()}


def post(body: bytes, headers: dict[str, str]) -> Any:
    sent = {name: value for name, value in headers.items() if name != "content-type"}
    return Client(enforce_csrf_checks=True).post(
        URL, body, content_type="application/json", headers=sent
    )


def test_genuine(signed: tuple[bytes, dict[str, str]]) -> None:
    body, headers = signed
    assert verify(headers, body, config.load())


def test_f13_tampered_body(signed: tuple[bytes, dict[str, str]]) -> None:
    body, headers = signed
    with pytest.raises(WebhookInvalid, match="signature"):
        verify(headers, body.replace(b"UNKNOWN", b"ANOTHER"), config.load())


def test_f13_reserialised_body(signed: tuple[bytes, dict[str, str]]) -> None:
    body, headers = signed
    with pytest.raises(WebhookInvalid):
        verify(headers, json.dumps(json.loads(body)).encode(), config.load())


@pytest.mark.parametrize("name", webhook.HEADERS)
def test_f13_missing_header(signed: tuple[bytes, dict[str, str]], name: str) -> None:
    body, headers = signed
    assert post(body, {**headers, name: ""}).status_code == 400
    with pytest.raises(WebhookInvalid):
        verify({k: v for k, v in headers.items() if k != name}, body, config.load())


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/cert.pem",
        "https://api.paypal.com.evil.example/cert.pem",
        "https://evilpaypal.com/cert.pem",
        "http://api.paypal.com/cert.pem",
        "https://api.paypal.com@evil.example/cert.pem",
        "https://api.paypal.com:8443/cert.pem",
        "https://[broken/cert.pem",
        "file:///etc/passwd",
        "http://localhost:1/simulation/paypal/v1/notifications/certs/CERT-1",
    ],
)
def test_f13_foreign_certificate_host(signed: tuple[bytes, dict[str, str]], address: str) -> None:
    body, headers = signed
    assert post(body, {**headers, "paypal-cert-url": address}).status_code == 400
    assert not ProviderNotification.objects.exists()


@pytest.mark.parametrize("algorithm", ["none", "SHA1withRSA", "SHA256withECDSA", "sha256withrsa"])
def test_f13_other_algorithm(signed: tuple[bytes, dict[str, str]], algorithm: str) -> None:
    body, headers = signed
    with pytest.raises(WebhookInvalid, match="algorithm"):
        verify({**headers, "paypal-auth-algo": algorithm}, body, config.load())


def test_f13_another_webhook_id(signed: tuple[bytes, dict[str, str]], settings: Any) -> None:
    body, headers = signed
    settings.RATHAUS_PAYPAL = {**settings.RATHAUS_PAYPAL, "webhook_id": "WH-OTHER"}
    with pytest.raises(WebhookInvalid):
        verify(headers, body, config.load())


@pytest.mark.parametrize(
    ("name", "until", "salt"),
    [
        (keys.NAME, datetime(2021, 1, 1, tzinfo=UTC), 0),
        ("other.invalid", keys.UNTIL, 0),
    ],
    ids=["expired", "wrong name"],
)
def test_f13_certificate_not_good(name: str, until: datetime, salt: int) -> None:
    private, chain, root = keys.make(name, until, salt)
    SimulatedKey.objects.create(name="webhook", private_pem=private, chain_pem=chain, root_pem=root)
    row = SimulatedWebhook.objects.create(event_type="X", body="{}", created_at=clock.now())
    body, headers = webhooks.signed(row)
    with pytest.raises(WebhookInvalid, match="not trusted"):
        verify({k.lower(): v for k, v in headers.items()}, body, config.load())


def test_f13_foreign_root(
    signed: tuple[bytes, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    body, headers = signed
    foreign = Trust(keys.make(salt=7)[2].encode(), (keys.NAME,))
    monkeypatch.setattr(webhook, "_simulation_trust", lambda: foreign)
    with pytest.raises(WebhookInvalid, match="not trusted"):
        verify(headers, body, config.load())


def test_simulation_certificates_are_worth_nothing_in_production(
    signed: tuple[bytes, dict[str, str]], settings: Any
) -> None:
    body, headers = signed
    settings.SIMULATION = False
    with pytest.raises(WebhookInvalid):
        verify(headers, body, config.load())


def test_unreachable_certificate_is_tried_again(
    signed: tuple[bytes, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    body, headers = signed

    def unreachable(*args: object, **kwargs: object) -> None:
        raise NotReached("CERTIFICATE_ConnectError")

    with monkeypatch.context() as patched:
        patched.setattr(webhook, "_certificates", unreachable)
        assert verify_later(body, headers) == "new"
    Job.objects.update(run_at=clock.now())
    run_pending()
    assert ProviderNotification.objects.get().verdict == "unrelated"


def verify_later(body: bytes, headers: dict[str, str]) -> str:
    """Store it as the view does when the certificate is not at hand; run the job."""
    from rathaus.payments import actions

    actions.receive_notification(
        provider="paypal",
        transmission_id=headers["paypal-transmission-id"],
        headers=headers,
        body=body,
    )
    run_pending()
    return ProviderNotification.objects.get().verdict


def test_f14_unknown_order_is_answered_with_200(signed: tuple[bytes, dict[str, str]]) -> None:
    assert post(*signed).status_code == 200
    run_pending()
    row = ProviderNotification.objects.get()
    assert (row.verdict, bytes(row.body)) == ("unrelated", b"")


def test_f13_replayed_transmission_is_kept_once(signed: tuple[bytes, dict[str, str]]) -> None:
    assert [post(*signed).json()["status"] for _ in range(3)] == ["accepted", "known", "known"]
    assert ProviderNotification.objects.count() == 1


def test_forged_is_refused_at_the_door_once_the_certificate_is_known(
    signed: tuple[bytes, dict[str, str]],
) -> None:
    body, headers = signed
    post(body, headers)
    run_pending()
    forged = post(body.replace(b"UNKNOWN", b"ANOTHER"), headers)
    assert forged.status_code == 400
    assert ProviderNotification.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 60000, b'"text"', b"<xml/>"],
    ids=["empty", "list", "null", "half", "bytes", "deep", "text", "xml"],
)
def test_bad_bodies_are_refused(signed: tuple[bytes, dict[str, str]], body: bytes) -> None:
    assert post(body, signed[1]).status_code == 400
    assert not ProviderNotification.objects.exists()


def test_more_than_64_kb_is_refused(signed: tuple[bytes, dict[str, str]]) -> None:
    assert post(b'{"a": "' + b"x" * 65536 + b'"}', signed[1]).status_code == 413


def test_only_post() -> None:
    assert Client().get(URL).status_code == 405


def test_unchecked_webhooks_are_limited(
    signed: tuple[bytes, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rathaus.core.ratelimit.allow", lambda *a, **k: False)
    assert post(*signed).status_code == 429


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["resource", "resource_type", "links", "href", "rel", "id", "custom_id"]
            )
            | st.sampled_from(["purchase_units", "supplementary_data", "related_ids", "order_id"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["resource", "event_type", "resource_type"]), json_values))
def test_any_object_is_read_without_falling_over(event: dict[str, Any]) -> None:
    notice = notifications.parse(json.dumps(event).encode())
    assert isinstance(notice.order_id, str)


def test_capture_events_name_their_order() -> None:
    notice = notifications.parse(
        json.dumps(
            {
                "event_type": "PAYMENT.CAPTURE.COMPLETED",
                "resource_type": "capture",
                "resource": {
                    "id": "CAP1",
                    "links": [
                        {"rel": "up", "href": "https://api-m.paypal.com/v2/checkout/orders/ORD1"}
                    ],
                },
            }
        ).encode()
    )
    assert (notice.order_id, notice.capture_id) == ("ORD1", "CAP1")


def test_an_order_that_stays_unreadable_ends_before_the_operator(claim: Claim) -> None:
    """It is looked at ever more seldom, then it is a dead letter that can be started again."""
    approved(claim)
    start, waits = clock.now(), []
    hook = Job.objects.filter(name="payments.process_notification")

    def at(hours: float) -> None:
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            Job.objects.filter(state="ready").update(run_at=clock.now())
            run_pending()
            left = hook.filter(state="ready").first()
            waits.append((left.run_at - clock.now()).total_seconds() if left else 0.0)

    with patch.object(PayPalClient, "get_order", side_effect=OutcomeUnknown("500")):
        for hours in (0, 1, 12, 48, 71):
            at(hours)
        assert waits[0] == 60
        assert waits == sorted(waits)
        assert waits[-1] > 3600
        for hour in range(12):
            at(73 + hour)
    dead = hook.get()
    assert dead.state == "dead"
    with time_machine.travel(start + timedelta(hours=90), tick=False):
        assert retry(dead)
        run_pending()
    assert ProviderNotification.objects.get().verdict == "accepted"
