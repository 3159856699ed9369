"""What the simulated BundID accepts as a request, and with which codes it refuses."""

from __future__ import annotations

import base64
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.test import Client
from tests.support import saml_sp
from tests.support.saml_sp import Request, extension

from rathaus.simulation.bundid import errors, faults, xml
from rathaus.simulation.bundid.houses import BUNDID
from rathaus.simulation.models import SimulatedLogin, SimulatedMessage

pytestmark = pytest.mark.usefixtures("houses")


def code_of(answer: Any) -> str:
    """The error code the person is sent on with."""
    assert answer.status_code == 302
    address, _, code = answer["Location"].partition("?idp.code=")
    assert address == "/simulation/bundid/fehler/"
    return str(code)


def send(client: Client, request: Request) -> Any:
    return client.post(f"/simulation/{request.house}/saml/", request.form())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"extension": None}, "akdb-extension-missing"),
        ({"extension": extension(version="1")}, "akdb-extension-v1-deprecated"),
        ({"extension": extension(version="")}, "akdb-extension-v1-deprecated"),
        ({"signed_by": ""}, "saml-request-not-signed"),
        (
            {"extension": extension(purpose="&lt;script>x")},
            "purpose-does-not-support-restricted-html",
        ),
        ({"extension": extension(attributes=())}, "requested-attributes-empty"),
        ({"extension": extension(attributes=("",))}, "requested-attributes-missing-name"),
        ({"extension": extension(methods=())}, "empty-authentication-methods"),
        ({"extension": extension(name="")}, "organization-display-name-missing"),
        ({"signed_by": "somebody"}, "sim-signature-wrong"),
        ({"issuer": "https://evil.example/"}, "sim-unknown-issuer"),
        ({"acs": "https://evil.example/acs"}, "sim-wrong-return-address"),
        ({"destination": "http://testserver/simulation/saml/"}, "sim-wrong-destination"),
        ({"level": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"}, "sim-unknown-level"),
        ({"issued": datetime.now(UTC) - timedelta(hours=1)}, "sim-too-old"),
        ({"issued": datetime.now(UTC) + timedelta(hours=1)}, "sim-too-old"),
    ],
)
def test_refused_with_a_code(client: Client, changes: dict[str, Any], code: str) -> None:
    answer = send(client, replace(Request(), **changes))
    assert code_of(answer) == code
    assert not SimulatedLogin.objects.exists()
    page = client.get(answer["Location"])
    assert page.status_code == 400
    assert code in page.content.decode()
    assert str(errors.TEXTS[code]) in page.content.decode()
    assert code in SimulatedMessage.objects.get().remarks[0]


def test_every_published_code_can_also_be_switched_on(client: Client) -> None:
    for code in errors.PUBLISHED:
        faults.switch_on(BUNDID, f"error.{code}")
        assert code_of(send(client, Request())) == code
        assert send(client, Request()).status_code == 303


@pytest.mark.parametrize("key", ["sp", "old"])
def test_both_signing_keys_of_the_metadata_count(client: Client, key: str) -> None:
    """While the town changes its key, two are published."""
    assert send(client, Request(signed_by=key)).status_code == 303


def test_redirect_binding(client: Client) -> None:
    request = Request()
    assert client.get(f"/simulation/bundid/saml/?{request.query()}").status_code == 303
    unsigned = client.get(f"/simulation/bundid/saml/?{request.query(sign=False)}")
    assert code_of(unsigned) == "saml-request-not-signed"
    moved = request.query().replace("RelayState=zustand", "RelayState=anderer")
    assert code_of(client.get(f"/simulation/bundid/saml/?{moved}")) == "sim-signature-wrong"
    other = Request(signed_by="somebody").query()
    assert code_of(client.get(f"/simulation/bundid/saml/?{other}")) == "sim-signature-wrong"
    weak = request.query().replace("more%23rsa-sha256", "more%23rsa-md5")
    assert code_of(client.get(f"/simulation/bundid/saml/?{weak}")) == "sim-signature-wrong"


def test_signature_must_cover_what_is_read(client: Client) -> None:
    """A signed request inside another one, whose values would be read."""
    inner = Request().xml().decode()
    outer = Request(id="_aussen", signed_by="").xml().decode()
    signature = inner[inner.index("<ds:Signature") : inner.index("</ds:Signature>") + 15]
    wrapped = outer.replace("</a:Issuer>", f"</a:Issuer>{signature}").replace(
        "</p:AuthnRequest>", f"<x>{inner}</x></p:AuthnRequest>"
    )
    form = {"SAMLRequest": base64.b64encode(wrapped.encode()).decode()}
    assert code_of(client.post("/simulation/bundid/saml/", form)) == "sim-signature-wrong"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "§$%",
        base64.b64encode(b"<nothing").decode(),
        base64.b64encode(b"<a/>").decode(),
        base64.b64encode(
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
        ).decode(),
        base64.b64encode(b"<a>" + b" " * xml.LONGEST + b"</a>").decode(),
    ],
)
def test_nonsense_is_refused(client: Client, value: str) -> None:
    expected = {"sim-unreadable", "sim-no-request"}
    assert code_of(client.post("/simulation/bundid/saml/", {"SAMLRequest": value})) in expected
    assert code_of(client.get("/simulation/bundid/saml/", {"SAMLRequest": value})) in expected


def test_a_bomb_is_not_unpacked(client: Client) -> None:
    packer = zlib.compressobj(9, wbits=-15)
    raw = packer.compress(b" " * 50_000_000) + packer.flush()
    query = f"SAMLRequest={quote_plus(base64.b64encode(raw).decode())}"
    assert code_of(client.get(f"/simulation/bundid/saml/?{query}")) == "sim-unreadable"


def test_what_is_odd_but_let_pass_is_noted(client: Client) -> None:
    assert send(client, Request(comparison="exact")).status_code == 303
    assert "Comparison" in SimulatedMessage.objects.get().remarks[0]


def test_without_a_source_nobody_is_known(client: Client, monkeypatch: Any) -> None:
    from rathaus.simulation.bundid import sp

    def nobody(house: object) -> bytes:
        raise sp.NotRegistered("bundid")

    monkeypatch.setattr(sp, "metadata_of", nobody)
    assert code_of(send(client, Request())) == "sim-unknown-issuer"
    monkeypatch.setattr(sp, "metadata_of", lambda house: b"<md/>")
    assert code_of(send(client, Request())) == "sim-unknown-issuer"
    monkeypatch.setattr(
        sp, "metadata_of", lambda house: saml_sp.metadata().replace(b"encryption", b"nothing")
    )
    assert code_of(send(client, Request())) == "sim-unknown-issuer"
