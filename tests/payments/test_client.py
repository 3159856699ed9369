"""The PayPal client against answers that no well-behaved server gives."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from rathaus.payments.providers.base import (
    NotFound,
    NotReached,
    OutcomeUnknown,
    PayerMustAct,
    ProviderError,
    Refused,
)
from rathaus.payments.providers.paypal import client as module
from rathaus.payments.providers.paypal.client import PayPalClient
from rathaus.payments.providers.paypal.config import PayPalConfig

TOKEN = {"access_token": "t", "expires_in": 32400}
answers: list[httpx.Response] = []
seen: list[httpx.Request] = []


def scripted() -> httpx.BaseTransport:
    """A transport that gives the scripted answers, token requests aside."""

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json=TOKEN)
        return answers.pop(0)

    return httpx.MockTransport(answer)


@pytest.fixture
def client() -> Iterator[PayPalClient]:
    answers.clear()
    seen.clear()
    with PayPalClient(make(transport=f"{__name__}.scripted")) as made:
        made._http = httpx.Client(transport=scripted())
        yield made


def make(base_url: str = "http://localhost:8000/simulation/paypal", **changes: Any) -> PayPalConfig:
    changes.pop("transport", None)
    return PayPalConfig(base_url, "id", "secret", simulation=True, **changes)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, text="<html>"), OutcomeUnknown),
        (httpx.Response(200, text="null"), OutcomeUnknown),
        (httpx.Response(200, text="[" * 100_000), OutcomeUnknown),
        (httpx.Response(200, content=b"x" * 2_000_000), OutcomeUnknown),
        (httpx.Response(302, headers={"Location": "https://evil.example"}), NotReached),
        (httpx.Response(429), NotReached),
        (httpx.Response(503), OutcomeUnknown),
        (httpx.Response(404, json={"name": "RESOURCE_NOT_FOUND"}), NotFound),
        (httpx.Response(422, json={"details": [{"issue": "INSTRUMENT_DECLINED"}]}), PayerMustAct),
        (httpx.Response(422, json={"details": "nonsense"}), Refused),
        (httpx.Response(400, text="\x00"), Refused),
    ],
)
def test_f20_every_answer_becomes_one_of_our_errors(
    client: PayPalClient, answer: httpx.Response, error: type[ProviderError]
) -> None:
    answers.append(answer)
    with pytest.raises(error):
        client.capture_order("O", request_id="r")


def test_f20_expired_token_is_renewed_once(client: PayPalClient) -> None:
    answers.extend([httpx.Response(401), httpx.Response(200, json={"id": "O"})])
    assert client.get_order("O") == {"id": "O"}
    answers.extend([httpx.Response(401), httpx.Response(401)])
    with pytest.raises(NotReached):
        client.capture_order("O", request_id="r")


def test_token_is_reused(client: PayPalClient) -> None:
    answers.extend([httpx.Response(200, json={}), httpx.Response(200, json={})])
    client.get_order("O")
    client.get_order("O")
    assert sum(request.url.path.endswith("/token") for request in seen) == 1


def test_reads_are_repeated_but_writes_are_not(client: PayPalClient) -> None:
    answers.extend([httpx.Response(500), httpx.Response(503), httpx.Response(200, json={})])
    client.get_order("O")
    answers[:] = [httpx.Response(500), httpx.Response(200, json={})]
    with pytest.raises(OutcomeUnknown):
        client.capture_order("O", request_id="r")
    assert len(answers) == 1


def test_ids_cannot_leave_their_path_segment(client: PayPalClient) -> None:
    answers.append(httpx.Response(200, json={}))
    client.get_order("../../v1/identity?x=1#")
    assert seen[-1].url.raw_path.count(b"/") == 6
    assert b"?" not in seen[-1].url.raw_path


def test_f20_no_connection_means_nothing_happened() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with PayPalClient(make(f"http://127.0.0.1:{port}")) as client, pytest.raises(NotReached):
        client.get_order("O")


def test_f20_dripping_body_is_given_up() -> None:
    """A server that sends a byte now and then never trips the read time-out itself."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        config = make(f"http://127.0.0.1:{server.getsockname()[1]}", timeout_seconds=0.15)
        key = (config.base_url, config.client_id)
        module._tokens[key] = ("t", time.monotonic() + 60)
        try:
            with PayPalClient(config) as client, pytest.raises(OutcomeUnknown):
                client.capture_order("O", request_id="r")
        finally:
            stop.set()
            thread.join(5)


@pytest.mark.parametrize(
    ("address", "complete"),
    [
        ("https://api-m.paypal.com", True),
        ("https://api-m.sandbox.paypal.com", True),
        ("http://api-m.paypal.com", False),
        ("https://api-m.paypal.com.evil.example", False),
        ("http://localhost:8000/simulation/paypal", False),
        ("", False),
    ],
)
def test_only_paypals_hosts_count_outside_the_simulation(address: str, complete: bool) -> None:
    assert PayPalConfig(address, "id", "secret").is_complete is complete


def test_secret_is_not_shown() -> None:
    assert "secret" not in repr(
        PayPalConfig("https://api-m.paypal.com", "id", "the-secret")
    ).replace("client_secret", "")
