"""Against a service provider written by others: npm ``@node-saml/node-saml``."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client
from tests.support import saml_sp
from tests.support.saml_sp import ACS, BPK2, ENTITY, GIVEN, NS, SURNAME
from tests.support.server import ROOT

from rathaus.simulation.bundid import faults, people
from rathaus.simulation.bundid.houses import HOUSES, House

pytestmark = [pytest.mark.usefixtures("houses"), pytest.mark.one_database]
UI = f"{NS['akdb']}/classic-ui/v1"


def pem(name: str) -> str:
    raw = saml_sp.key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return raw.decode()


def options(house: House, certificate: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {
        "entryPoint": house.sso_url,
        "issuer": ENTITY,
        "audience": ENTITY,
        "callbackUrl": ACS,
        "idpCert": certificate.decode(),
        "idpIssuer": house.entity_id,
        "privateKey": pem("sp"),
        "decryptionPvk": pem("sp-enc"),
        "signatureAlgorithm": "sha256",
        "digestAlgorithm": "sha256",
        "wantAssertionsSigned": house.signs == "assertion",
        "wantAuthnResponseSigned": house.signs == "response",
        "authnContext": ["STORK-QAA-Level-3"],
        "racComparison": "minimum",
        "identifierFormat": None,
        "authnRequestBinding": "HTTP-POST",
        "skipRequestCompression": True,
        "forceAuthn": True,
        "validateInResponseTo": "always",
    }
    if house.extension:
        found["samlAuthnRequestExtensions"] = {
            "akdb:AuthenticationRequest": {
                "@xmlns:akdb": NS["akdb"],
                "@Version": "2",
                "akdb:RequestedAttributes": {
                    "akdb:RequestedAttribute": [{"@Name": n} for n in (GIVEN, SURNAME, BPK2)]
                },
                "akdb:DisplayInformation": {
                    "ui:Version": {
                        "@xmlns:ui": UI,
                        "ui:OrganizationDisplayName": "Stadt Wiesmoor",
                        "ui:OnlineServiceId": "BMI-A0000",
                    }
                },
            }
        }
    return found


class Peer:
    """The running process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def tell(self, value: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(value) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def peer() -> Iterator[Peer]:
    node = shutil.which("node")
    if not node or not (ROOT / "node_modules/@node-saml/node-saml").exists():
        pytest.fail("@node-saml/node-saml is missing. Run: npm ci")
    process = subprocess.Popen(
        [node, str(Path(__file__).with_name("service_provider.mjs"))],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Peer(process)
    finally:
        process.kill()
        process.wait(10)


def log_in(client: Client, house: House, sender: Peer, certificate: bytes) -> dict[str, Any]:
    """One log-in; returns what the peer makes of the answer."""
    method, who = ("zertifikat", "ubben") if house.companies else (house.methods[0].key, "tjorven")
    form = sender.tell(options(house, certificate))
    arrived = client.post(house.sso_url.removeprefix("http://testserver"), form)
    assert arrived.status_code == 303, arrived["Location"]
    chosen = {"method": method, "who": who, "action": "login"}
    came = saml_sp.came(client.post(arrived["Location"], chosen))
    answer: dict[str, Any] = sender.tell({"SAMLResponse": saml_sp.encoded(came.response)})
    return answer


@pytest.mark.parametrize("key", list(HOUSES))
def test_node_saml_logs_in(client: Client, certificate: Any, key: str) -> None:
    with peer() as sender:
        answer = log_in(client, HOUSES[key], sender, certificate(key))
    profile = answer["profile"]
    assert profile["issuer"] == HOUSES[key].entity_id
    if key == "unternehmenskonto":
        assert profile["Firmenname"] == "Ubben & Saathoff Elektrotechnik GmbH"
        assert profile["nameID"].startswith("ek-")
    else:
        assert profile[SURNAME] == "HARMS"
        assert (BPK2 in profile) == (key == "bundid")


@pytest.mark.parametrize("key", ["bundid", "unternehmenskonto"])
@pytest.mark.parametrize("fault", ["tampered", "foreign-key", "unsigned", "wrong-audience",
                                   "expired", "not-yet-valid"])  # fmt: skip
def test_node_saml_refuses_what_is_wrong(
    client: Client, certificate: Any, key: str, fault: str
) -> None:
    """So the switches do what they say, in the eyes of somebody else."""
    faults.switch_on(HOUSES[key], fault)
    with peer() as sender:
        answer = log_in(client, HOUSES[key], sender, certificate(key))
    assert "error" in answer


def test_a_town_at_another_port_knows_its_people() -> None:
    for house, key in (("niedersachsen", "ubbo"), ("unternehmenskonto", "ubben")):
        for name in (people.lasting_id, people.organisation_id):
            here, there, elsewhere = (
                name(HOUSES[house], key, audience=f"http://{host}/konto/metadaten/{house}/")
                for host in ("localhost:8000", "localhost:8001", "rathaus.example")
            )
            assert here == there != elsewhere
