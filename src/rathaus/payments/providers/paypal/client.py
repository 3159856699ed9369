"""A small PayPal client: token, create, get, capture, refund, get refund, get capture.

Why no library: the SDK verifies no webhooks and brings four dependencies, the Django
packages are on Payments v1 or alpha. Six calls are all we need.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from rathaus.core import net
from rathaus.payments.guards import assert_no_transaction
from rathaus.payments.providers.base import NotReached, OutcomeUnknown, ProviderError
from rathaus.payments.providers.paypal.config import PayPalConfig
from rathaus.payments.providers.paypal.errors import translate

logger = logging.getLogger(__name__)

MAX_ANSWER_BYTES = 1024 * 1024
TOKEN_MARGIN_SECONDS = 60
READ_TRIES = 3
"""How often a GET is tried at once; writes are repeated later, by the poller."""

_tokens: dict[tuple[str, str], tuple[str, float]] = {}
_tokens_lock = threading.Lock()


class PayPalClient:
    """Raises only ProviderError. Never follows redirects, talks to one host only."""

    def __init__(self, config: PayPalConfig) -> None:
        self._config = config
        self._http = net.client(
            allowed=[config.host],
            timeout=config.timeout_seconds,
            transport=config.make_transport(),
        )

    def __enter__(self) -> PayPalClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def create_order(self, body: Mapping[str, Any], *, request_id: str) -> dict[str, Any]:
        """POST /v2/checkout/orders. The same request id returns the same order for 6 hours."""
        return self._call("POST", "/v2/checkout/orders", body, request_id)

    def get_order(self, order_id: str) -> dict[str, Any]:
        """GET /v2/checkout/orders/{id}."""
        return self._call("GET", f"/v2/checkout/orders/{_segment(order_id)}")

    def capture_order(self, order_id: str, *, request_id: str) -> dict[str, Any]:
        """POST /v2/checkout/orders/{id}/capture."""
        path = f"/v2/checkout/orders/{_segment(order_id)}/capture"
        return self._call("POST", path, {}, request_id)

    def get_capture(self, capture_id: str) -> dict[str, Any]:
        """GET /v2/payments/captures/{id}."""
        return self._call("GET", f"/v2/payments/captures/{_segment(capture_id)}")

    def refund_capture(
        self, capture_id: str, body: Mapping[str, Any], *, request_id: str
    ) -> dict[str, Any]:
        """POST /v2/payments/captures/{id}/refund."""
        path = f"/v2/payments/captures/{_segment(capture_id)}/refund"
        return self._call("POST", path, body, request_id)

    def get_refund(self, refund_id: str) -> dict[str, Any]:
        """GET /v2/payments/refunds/{id}."""
        return self._call("GET", f"/v2/payments/refunds/{_segment(refund_id)}")

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        request_id: str = "",
    ) -> dict[str, Any]:
        """One call, with one new token after 401 and a few tries for reads."""
        tries = READ_TRIES if method == "GET" else 1
        fresh_token = False
        while True:
            tries -= 1
            headers = {"Authorization": f"Bearer {self._token(fresh=fresh_token)}"}
            if request_id:
                headers |= {"PayPal-Request-Id": request_id, "Prefer": "return=representation"}
            try:
                response = self._send(method, path, headers=headers, json=body)
                if response.status_code == 401 and not fresh_token:
                    fresh_token, tries = True, tries + 1
                    continue
                return self._read(response)
            except OutcomeUnknown:
                if tries <= 0:
                    raise

    def _token(self, *, fresh: bool = False) -> str:
        key = (self._config.base_url, self._config.client_id)
        with _tokens_lock:
            known = _tokens.get(key)
        if known and not fresh and known[1] > time.monotonic():
            return known[0]
        response = self._send(
            "POST",
            "/v1/oauth2/token",
            auth=httpx.BasicAuth(self._config.client_id, self._config.client_secret),
            data={"grant_type": "client_credentials"},
        )
        try:
            answer = self._read(response)
        except ProviderError as error:
            # Without a token the call itself was never made.
            raise NotReached(f"TOKEN_{error.code}", debug_id=error.debug_id) from error
        token, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(lifetime, int):
            raise NotReached("TOKEN_UNREADABLE")
        with _tokens_lock:
            _tokens[key] = (token, time.monotonic() + lifetime - TOKEN_MARGIN_SECONDS)
        return token

    def _send(
        self,
        method: str,
        path: str,
        *,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        data: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        assert_no_transaction()
        request = self._http.build_request(
            method,
            self._config.base_url + path,
            headers={
                **(headers or {}),
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            },
            json=json,
            data=data,
        )
        try:
            response = self._http.send(request, auth=auth, stream=True)
            try:
                return self._complete(response)
            finally:
                response.close()
        except (
            net.HostNotAllowed,
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
        ) as error:
            raise NotReached(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown(type(error).__name__) from error

    def _complete(self, response: httpx.Response) -> httpx.Response:
        """Read the body, but no more and no longer than makes sense (each read has a timeout)."""
        deadline = time.monotonic() + 2 * self._config.timeout_seconds
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise OutcomeUnknown("ANSWER_TOO_LARGE")
            if time.monotonic() > deadline:
                raise OutcomeUnknown("ANSWER_TOO_SLOW")
        headers = {
            name: value for name, value in response.headers.items() if name.startswith("paypal-")
        }
        return httpx.Response(response.status_code, headers=headers, content=bytes(body))

    def _read(self, response: httpx.Response) -> dict[str, Any]:
        if not response.is_success:
            error = translate(response)
            logger.warning("PayPal answered %s: %s", response.status_code, error)
            raise error
        try:
            body = response.json()
        except (ValueError, RecursionError) as error:
            raise OutcomeUnknown("NOT_JSON") from error
        if not isinstance(body, dict):
            raise OutcomeUnknown("NOT_AN_OBJECT")
        return body


def forget_tokens() -> None:
    """Drop cached tokens; for tests and after a change of credentials."""
    with _tokens_lock:
        _tokens.clear()


def _segment(identifier: str) -> str:
    """An id as one path segment, whatever somebody put into it."""
    return quote(identifier, safe="")
