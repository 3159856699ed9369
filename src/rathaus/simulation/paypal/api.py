"""The calls of PayPal's API that the town uses, with faults on demand."""

from __future__ import annotations

import base64
import binascii
import functools
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from rathaus.core import clock
from rathaus.simulation.models import SimulatedRefund, SimulatedReplay
from rathaus.simulation.paypal import answers, engine, faults, keys
from rathaus.simulation.paypal.answers import ApiError

TOKEN_SECONDS = 32400
REPLAY = timedelta(hours=6)
HANG_SECONDS = 12
SLOW_SECONDS = 5
_STATUSES = ("401", "429", "500", "503")
View = Callable[..., HttpResponse]


def call(name: str, method: str) -> Callable[[View], View]:
    """Decorator: authentication, faults and error bodies around one call."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @require_http_methods([method])
        @functools.wraps(view)
        def wrapped(request: HttpRequest, **kwargs: str) -> HttpResponse:
            on = {fault for fault in faults.active(name) if faults.take_general(name, fault)}
            if "timeout_before" in on:
                return _hang(request)
            try:
                for status in _STATUSES:
                    if status in on:
                        raise ApiError(int(status))
                _authenticate(request, name)
                response = view(request, **kwargs)
            except ApiError as error:
                response = JsonResponse(error.body, status=error.status)
            if "timeout_after" in on:
                return _hang(request)
            if "slow" in on and "rathaus.in_process" not in request.META:
                time.sleep(SLOW_SECONDS)
            if "empty" in on:
                response = HttpResponse("null", content_type="application/json")
            if "not_json" in on:
                response = HttpResponse("<html><body>Bad Gateway</body></html>")
            response["PayPal-Debug-Id"] = "5im0lat10n"
            return response

        return wrapped

    return decorate


@call("token", "POST")
def token(request: HttpRequest) -> HttpResponse:
    """POST /v1/oauth2/token."""
    if request.POST.get("grant_type") != "client_credentials":
        return JsonResponse({"error": "unsupported_grant_type"}, status=400)
    return JsonResponse(
        {
            "access_token": signing.TimestampSigner(salt="simulation").sign("paypal"),
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": "https://uri.paypal.com/services/payments/payment",
            "app_id": "APP-SIMULATION",
        }
    )


@call("create", "POST")
def create_order(request: HttpRequest) -> HttpResponse:
    """POST /v2/checkout/orders."""
    body = _json(request)
    return _once(request, lambda: (201, answers.order_body(engine.create(body))))


@call("get", "GET")
def get_order(request: HttpRequest, order_id: str) -> HttpResponse:
    """GET /v2/checkout/orders/{id}."""
    body = answers.order_body(engine.find(order_id))
    unit = body["purchase_units"][0]
    if faults.take("get.amount"):
        unit["amount"] = {"currency_code": "EUR", "value": "0.01"}
    if faults.take("get.currency"):
        unit["amount"] = {**unit["amount"], "currency_code": "USD"}
    if faults.take("get.custom_id"):
        unit["custom_id"] = "00000000-0000-4000-8000-000000000000"
    return JsonResponse(body)


@call("capture", "POST")
def capture_order(request: HttpRequest, order_id: str) -> HttpResponse:
    """POST /v2/checkout/orders/{id}/capture."""
    for issue in ("INSTRUMENT_DECLINED", "ORDER_NOT_APPROVED", "COMPLIANCE_VIOLATION"):
        if faults.take(f"capture.{issue}"):
            raise ApiError(422, issue)
    response = _once(request, lambda: (201, answers.order_body(engine.capture(order_id))))
    if faults.take("capture.ORDER_ALREADY_CAPTURED"):
        raise ApiError(422, "ORDER_ALREADY_CAPTURED")
    return response


@call("refund", "POST")
def refund_capture(request: HttpRequest, capture_id: str) -> HttpResponse:
    """POST /v2/payments/captures/{id}/refund."""
    body = _json(request)
    return _once(request, lambda: (201, answers.refund_body(engine.refund(capture_id, body))))


@call("get", "GET")
def get_refund(request: HttpRequest, refund_id: str) -> HttpResponse:
    """GET /v2/payments/refunds/{id}."""
    found = SimulatedRefund.objects.filter(refund_id=refund_id).first()
    if found is None:
        raise ApiError(404, "INVALID_RESOURCE_ID")
    return JsonResponse(answers.refund_body(found))


@call("get", "GET")
def get_capture(request: HttpRequest, capture_id: str) -> HttpResponse:
    """GET /v2/payments/captures/{id}."""
    found = engine.by_capture(capture_id)
    if found is None:
        raise ApiError(404, "INVALID_RESOURCE_ID")
    return JsonResponse(answers.capture_body(found))


@require_GET
def certificate(request: HttpRequest, name: str) -> HttpResponse:
    """The certificate that webhooks are signed with."""
    pem = keys.make(salt=666)[1] if name == "CERT-FOREIGN" else keys.current().chain_pem
    return HttpResponse(pem, content_type="application/x-pem-file")


def _once(request: HttpRequest, action: Callable[[], tuple[int, Any]]) -> HttpResponse:
    """The same request id gets the same answer, refusals included, for six hours."""
    request_id = request.headers.get("PayPal-Request-Id", "")
    if not 1 <= len(request_id) <= 108:
        raise ApiError(400, "PAYPAL_REQUEST_ID_REQUIRED")
    key = f"{request.path[-120:]}:{request_id}"
    SimulatedReplay.objects.filter(key=key, created_at__lt=clock.now() - REPLAY).delete()
    known = SimulatedReplay.objects.filter(key=key).first()
    if known is None:
        try:
            with transaction.atomic():
                status, body = _attempt(action)
                known = SimulatedReplay.objects.create(
                    key=key, status=status, body=body, created_at=clock.now()
                )
        except IntegrityError:  # the same request at the same instant
            known = SimulatedReplay.objects.get(key=key)
    return JsonResponse(known.body, status=known.status)


def _attempt(action: Callable[[], tuple[int, Any]]) -> tuple[int, Any]:
    try:
        return action()
    except ApiError as error:
        return error.status, error.body


def _authenticate(request: HttpRequest, name: str) -> None:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if name == "token":
        values = settings.RATHAUS_PAYPAL
        expected = f"{values['client_id']}:{values['client_secret']}".encode()
        try:
            given = base64.b64decode(value, validate=True)
        except binascii.Error:
            given = b""
        if kind != "Basic" or not hmac.compare_digest(given, expected):
            raise ApiError(401)
        return
    try:
        signing.TimestampSigner(salt="simulation").unsign(value, max_age=TOKEN_SECONDS)
    except signing.BadSignature as error:
        raise ApiError(401) from error


def _json(request: HttpRequest) -> Any:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise ApiError(400, "MALFORMED_REQUEST_JSON") from error
    if not isinstance(body, dict):
        raise ApiError(400, "MALFORMED_REQUEST_JSON")
    return body


def _hang(request: HttpRequest) -> HttpResponse:
    if "rathaus.in_process" not in request.META:
        time.sleep(HANG_SECONDS)
    response = HttpResponse(status=504)
    response["X-Simulation"] = "timeout"
    return response
