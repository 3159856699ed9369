"""The intake for machines: tokens, repeated delivery, limits, clear errors."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rathaus.api import intake
from rathaus.organisation.models import Office
from rathaus.records.intake import actions
from rathaus.records.intake.models import Item, Token
from tests.records.conftest import offices, plan, staff  # noqa: F401
from tests.records.intake.making import CLERK, pdf

ADDRESS = "/api/v1/eingang/"


class Device:
    """Something with a token."""

    def __init__(self, office: Office, name: str = "Scanner im Flur") -> None:
        member = staff(f"op-{uuid.uuid4().hex[:6]}", office)
        self.token, self.secret = actions.make_token(
            office=office, name=name, staff=member, actor=CLERK
        )
        self.client = Client(enforce_csrf_checks=True)

    def head(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", **more}

    def send(self, content: bytes = b"hallo", name: str = "a.txt", **more: Any) -> Any:
        headers = self.head(**more.pop("headers", {}))
        data = {"file": SimpleUploadedFile(name, content), **more}
        return self.client.post(ADDRESS, data, headers=headers)

    def bare(self, content: bytes, question: str = "?name=a.pdf") -> Any:
        kind = "application/octet-stream"
        return self.client.post(ADDRESS + question, content, content_type=kind, headers=self.head())


@pytest.fixture
def device(offices: dict[str, Office]) -> Device:  # noqa: F811
    return Device(offices["buergerbuero"])


def test_a_file_arrives(device: Device) -> None:
    answer = device.send(pdf("x"), "brief.pdf", title="Titel", sender="Wer", dated_on="2026-11-27")
    assert answer.status_code == 201
    told = answer.json()
    item = Item.objects.get()
    assert told["id"] == str(item.public_id)
    assert (item.source, item.subject, item.sender) == ("api", "Titel", "Wer")
    assert (str(item.dated_on), item.office) == ("2026-11-27", device.token.office)
    shown = device.client.get(answer["Location"], headers=device.head()).json()
    assert shown["sha256"] == item.blob.sha256
    device.token.refresh_from_db()
    assert (device.token.used, device.token.last_used_at is not None) == (2, True)


def test_bare_bytes_arrive_too(device: Device) -> None:
    assert device.bare(pdf("y"), "?name=scan.pdf&title=Stapel").status_code == 201
    assert Item.objects.get().read() == pdf("y")


def test_the_same_key_is_one_item(device: Device, offices: dict[str, Office]) -> None:  # noqa: F811
    key = {"headers": {"Idempotency-Key": "lauf-1"}}
    first, again = device.send(**key), device.send(**key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert device.send(b"anderes", **key).status_code == 409
    assert Device(offices["ordnungsamt"]).send(**key).status_code == 201
    assert Item.objects.count() == 2


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic abc", "Bearer " + "y" * 43, "Bearer \xe4" * 20]
)
def test_without_a_token_nothing(device: Device, header: str) -> None:
    answer = device.client.post(ADDRESS, {}, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert not Item.objects.exists()


def test_a_revoked_token_opens_nothing(device: Device) -> None:
    actions.revoke_token(token=device.token, actor=CLERK)
    assert device.send().status_code == 401


def test_a_token_sees_only_what_it_brought(
    device: Device,
    offices: dict[str, Office],  # noqa: F811
) -> None:
    address = device.send()["Location"]
    for stranger in (Device(offices["ordnungsamt"]), Device(offices["buergerbuero"], "anderes")):
        assert stranger.client.get(address, headers=stranger.head()).status_code == 404


def test_bad_requests_say_what_to_do(device: Device, settings: Any) -> None:
    settings.RATHAUS_INTAKE_MAX_MB = 1
    big = b"x" * (1024 * 1024 + 1)
    cases = [
        (device.send(b""), 422, "leer"),
        (device.send(big), 422, "höchstens 1 MB"),
        (device.send(dated_on="27.11.2026"), 422, "2026-11-27"),
        (device.send(headers={"Idempotency-Key": "x" * 201}), 400, "Idempotency-Key"),
        (device.bare(b"x", ""), 422, "Dateiname"),
        (device.client.post(ADDRESS, {"x": "y"}, headers=device.head()), 400, "eine Datei"),
        (device.client.get(ADDRESS, headers=device.head()), 405, "POST"),
    ]
    for answer, status, words in cases:
        assert (answer.status_code, words in answer.json()["title"]) == (status, True), words
    assert not Item.objects.exists()


@pytest.mark.one_database
def test_too_many_requests(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PER_MINUTE", 0)
    answer = device.send()
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    monkeypatch.setattr(intake, "WRONG_PER_MINUTE", 0)
    assert Client().post(ADDRESS, {}).status_code == 429


@pytest.mark.one_database
def test_tokens_are_not_kept_readably(device: Device) -> None:
    row = Token.objects.values().get()
    assert device.secret not in json.dumps(row, default=str)


@pytest.mark.one_database
def test_the_description_fits_the_answers(device: Device, client: Client) -> None:
    from openapi_schema_validator import OAS31Validator

    told = client.get(f"{ADDRESS}openapi.json").json()
    item = told["components"]["schemas"]["Item"]
    problem = told["components"]["schemas"]["Problem"]
    OAS31Validator(item).validate(device.send().json())
    OAS31Validator(problem).validate(device.send(b"").json())
    assert set(told["paths"]) == {"/api/v1/eingang/", "/api/v1/eingang/{id}/"}
