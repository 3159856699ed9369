"""What we send to PayPal, and what the stand-in answers, against PayPal's own OpenAPI files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4
from tests.support.payments import PAYER, approve, approved, make_claim, paid, start

from rathaus.payments import actions
from rathaus.payments.models import Claim
from rathaus.payments.providers.paypal import client, webhook
from rathaus.simulation.models import SimulatedOrder
from rathaus.simulation.paypal import engine, faults, transport

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "paypal"
FILES = {"orders": "checkout_orders_v2.json", "payments": "payments_payment_v2.json"}

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not DATA.is_dir(), reason="PayPal's OpenAPI files (../shared/data/paypal) are not here"
    ),
]
Seen = list[tuple[httpx.Request, httpx.Response]]


def document(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DATA / FILES[name]).read_text(encoding="utf-8"))
    return loaded


def problems(name: str, schema: Any, value: Any, *, written: bool) -> list[str]:
    """What is wrong with a body under one schema of a file."""
    whole = document(name)
    registry: Registry[Any] = Registry().with_resource(
        "urn:api", Resource(contents=whole, specification=DRAFT4)
    )
    rooted = json.loads(json.dumps(schema).replace('"#/', '"urn:api#/'))
    # References inside the file stay relative to it; only the entry has to be rooted.
    validator = (OAS30WriteValidator if written else OAS30ReadValidator)(rooted, registry=registry)
    return [f"{list(e.absolute_path)}: {e.message[:200]}" for e in validator.iter_errors(value)]


def operation(request: httpx.Request) -> tuple[str, dict[str, Any]] | None:
    """The file and operation of a request, or None for the token and certificates."""
    path = request.url.path.partition("/simulation/paypal")[2]
    parts = path.strip("/").split("/")
    for name in FILES:
        for template, methods in document(name)["paths"].items():
            wanted = template.strip("/").split("/")
            if len(wanted) == len(parts) and all(
                w.startswith("{") or w == p for w, p in zip(wanted, parts, strict=True)
            ):
                return name, methods[request.method.lower()]
    return None


@pytest.fixture
def seen(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seen]:
    """Everything that goes over the wire."""
    settings.SIMULATION = True
    settings.BASE_URL = "http://localhost:8000"
    settings.RATHAUS_PAYPAL = {
        "base_url": "http://localhost:8000/simulation/paypal",
        "client_id": "simulation",
        "client_secret": "simulation",
        "webhook_id": "WH-SIMULATION",
        "brand_name": "Stadt Wiesmoor",
        "transport": "rathaus.simulation.paypal.transport.in_process",
    }
    client.forget_tokens()
    webhook.forget_certificates()
    wire: Seen = []
    real = transport.InProcess.handle_request

    def recorded(self: transport.InProcess, request: httpx.Request) -> httpx.Response:
        response = real(self, request)
        wire.append((request, response))
        return response

    monkeypatch.setattr(transport.InProcess, "handle_request", recorded)
    yield wire
    client.forget_tokens()
    assert check(wire) > 0


@pytest.fixture
def claim(seen: Seen) -> Claim:
    return make_claim()


def check(wire: Seen) -> int:
    """Judge every exchange; returns how many were judged."""
    judged = 0
    for request, response in wire:
        found = operation(request)
        if found is None:
            continue
        name, spec = found
        judged += 1
        where = f"{request.method} {request.url.path} {response.status_code}"
        if request.method == "POST":
            schema = spec["requestBody"]["content"]["application/json"]["schema"]
            body = json.loads(request.content or b"{}")
            assert problems(name, schema, body, written=True) == [], f"request {where}"
        answer = spec["responses"].get(str(response.status_code)) or spec["responses"]["default"]
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        if schema is not None:
            assert problems(name, schema, response.json(), written=False) == [], where
    return judged


def test_pay(claim: Claim) -> None:
    assert paid(claim).state == "confirmed"


def test_not_approved(claim: Claim) -> None:
    attempt = start(claim)
    actions.settle(attempt)
    attempt.state = "approved"
    with pytest.raises(Exception, match="ORDER_NOT_APPROVED"):
        _client().capture_order(attempt.provider_reference or "", request_id="r-1")


@pytest.mark.parametrize("outcome", ["declined", "echeck", "review", "refused"])
def test_outcomes(claim: Claim, outcome: str) -> None:
    actions.settle(approved(claim, outcome))


def test_captured_twice(claim: Claim) -> None:
    attempt = paid(claim)
    with pytest.raises(Exception, match="ORDER_ALREADY_CAPTURED"):
        _client().capture_order(attempt.provider_reference or "", request_id="r-2")


def test_refunds(claim: Claim) -> None:
    attempt = paid(claim)
    for cents in (600, 2000):
        refund = actions.request_refund(claim=claim, amount_cents=cents, reason="x", actor=PAYER)
        actions.execute_refund(refund=refund, actor=PAYER)
        assert refund.state == "done"
        _client().get_refund(refund.provider_reference or "")
    actions.settle(attempt, recheck=True)
    _client().get_capture(attempt.capture_reference or "")
    with pytest.raises(Exception, match="CAPTURE_FULLY_REFUNDED"):
        _client().refund_capture(attempt.capture_reference or "", {}, request_id="r-3")


def test_refund_too_large(claim: Claim) -> None:
    attempt = paid(claim)
    body = {"amount": {"currency_code": "EUR", "value": "99.00"}}
    with pytest.raises(Exception, match="REFUND_AMOUNT_EXCEEDED"):
        _client().refund_capture(attempt.capture_reference or "", body, request_id="r-4")


def test_unknown_order(claim: Claim) -> None:
    start(claim)
    with pytest.raises(Exception, match="INVALID_RESOURCE_ID"):
        _client().get_order("5O190127TN364715T")


@pytest.mark.parametrize("fault", ["401", "500", "503"])
def test_faults_look_like_paypals(claim: Claim, fault: str) -> None:
    attempt = start(claim)
    faults.switch_on(f"get.{fault}")
    actions.settle(attempt)


def test_same_request_id_same_answer(claim: Claim) -> None:
    attempt = start(claim)
    approve(attempt)
    answers = [
        _client().capture_order(attempt.provider_reference or "", request_id="same")
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert SimulatedOrder.objects.exclude(capture_id="").count() == 1


def test_the_judge_rejects_what_paypal_would_reject(claim: Claim) -> None:
    start(claim)
    schema = {"$ref": "#/components/schemas/order_request"}
    good = SimulatedOrder.objects.get().request
    assert problems("orders", schema, good, written=True) == []
    for change in (
        {"intent": "PAY"},
        {"purchase_units": []},
        {"purchase_units": [{"amount": {"currency_code": "EUR", "value": "12,50"}}]},
        {"purchase_units": [{"amount": {"currency_code": "EUR", "value": 12.5}}]},
        {"purchase_units": [{**good["purchase_units"][0], "invoice_id": "x" * 200}]},
    ):
        assert problems("orders", schema, {**good, **change}, written=True), change


@pytest.mark.parametrize(
    "change",
    [
        {"intent": "PAY"},
        {"purchase_units": []},
        {"purchase_units": [{"amount": {"currency_code": "EUR", "value": "12,50"}}]},
        {"purchase_units": [{"amount": {"currency_code": "EUR", "value": "0.00"}}]},
        {"purchase_units": [{"amount": {"currency_code": "XXX", "value": "1.00"}}]},
    ],
)
def test_the_stand_in_rejects_it_too(claim: Claim, change: dict[str, Any]) -> None:
    start(claim)
    good = SimulatedOrder.objects.get().request
    with pytest.raises(engine.ApiError):
        engine.create({**good, **change})


def _client() -> client.PayPalClient:
    from rathaus.payments.providers.paypal import config

    return client.PayPalClient(config.load())
