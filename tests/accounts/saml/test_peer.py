"""Against Debian's SimpleSAMLphp: somebody else's reading of the same standard."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from lxml import etree

from rathaus.accounts.models import Account, Authentication
from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import Departure, LoginRefused, Returned, Verified
from rathaus.accounts.sources.saml.source import SamlSource
from rathaus.accounts.trust import TrustLevel
from tests.accounts.saml import idp
from tests.accounts.saml.forging import DS
from tests.portal.browser import Browser
from tests.support import identity, simplesamlphp
from tests.support import town as demo
from tests.support.simplesamlphp import Form, Peer

pytestmark = [
    pytest.mark.skipif(not simplesamlphp.available(), reason=simplesamlphp.MISSING),
    pytest.mark.one_database,
]
ACS = "http://localhost:8000/konto/rueckkehr/land/"


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with simplesamlphp.running(tmp_path_factory.mktemp("ssp"), context=idp.HIGH) as running:
        yield running


@pytest.fixture
def source(tmp_path: Path, db: None, peer: Peer) -> SamlSource:
    return prepared(tmp_path, peer)


def prepared(folder: Path, peer: Peer, **settings: Any) -> SamlSource:
    (folder / "idp.xml").write_bytes(peer.metadata())
    made = idp.make_source(folder, **{"legacy_crypto": True, **settings})
    peer.introduce(made, ACS)
    return made


def begin(source: SamlSource, level: TrustLevel = TrustLevel.HIGH) -> Departure:
    return source.begin(level=level, return_url=ACS, language="de", link=True)


def finish(source: SamlSource, departure: Departure, parameters: dict[str, str]) -> Verified:
    return source.finish(
        Returned(parameters, departure.request_id, TrustLevel.HIGH, departure.kept)
    )


def test_there_and_back(source: SamlSource, peer: Peer) -> None:
    departure = begin(source)
    assert departure.url == peer.sign_on
    form = Form.read(peer.log_in(departure.url, dict(departure.fields)).text)
    assert form.action == ACS, peer.log()[-3000:]
    assert form.fields["RelayState"] == departure.request_id
    verified = finish(source, departure, form.fields)
    assert verified.subject == "erika-0815"
    assert verified.level == TrustLevel.HIGH
    assert verified.attributes["family_name"].value == "Mustermann & Söhne"
    assert verified.attributes["birth_date"].value == "1964-08-12"
    assert abs((datetime.now(UTC) - verified.authenticated_at).total_seconds()) < 300
    with pytest.raises(LoginRefused) as caught:
        finish(source, departure, form.fields)
    assert caught.value.code == "replay"


def test_by_redirect(tmp_path: Path, db: None, peer: Peer) -> None:
    source = prepared(tmp_path, peer, binding="redirect")
    departure = begin(source)
    assert not departure.fields
    form = Form.read(peer.log_in(departure.url, {}).text)
    assert form.action == ACS, peer.log()[-3000:]
    assert finish(source, departure, form.fields).subject == "erika-0815"


def test_an_answer_for_another_request(source: SamlSource, peer: Peer) -> None:
    departure, other = begin(source), begin(source)
    form = Form.read(peer.log_in(departure.url, dict(departure.fields)).text)
    with pytest.raises(LoginRefused) as caught:
        finish(source, other, form.fields)
    assert caught.value.code == "in_response_to"


def test_its_older_encryption_needs_the_setting(tmp_path: Path, db: None, peer: Peer) -> None:
    source = prepared(tmp_path, peer, legacy_crypto=False)
    departure = begin(source)
    form = Form.read(peer.log_in(departure.url, dict(departure.fields)).text)
    with pytest.raises(LoginRefused) as caught:
        finish(source, departure, form.fields)
    assert caught.value.code == "encryption_algorithm"


def test_it_refuses_an_unsigned_request(source: SamlSource, peer: Peer) -> None:
    departure = begin(source)
    root = etree.fromstring(base64.b64decode(departure.fields["SAMLRequest"]))
    signature = root.find(f"{{{DS}}}Signature")
    assert signature is not None
    root.remove(signature)
    unsigned = base64.b64encode(etree.tostring(root)).decode()
    page = peer.log_in(departure.url, {**departure.fields, "SAMLRequest": unsigned})
    assert Form.read(page.text).action != ACS
    assert "AuthState" not in page.text
    assert "no signature found on message" in peer.log()


def test_it_refuses_a_changed_request(source: SamlSource, peer: Peer) -> None:
    """The signature covers what the request says; also in the address of a redirect."""
    departure = begin(source)
    raw = base64.b64decode(departure.fields["SAMLRequest"])
    changed = base64.b64encode(raw.replace(b"LoA/high", b"LoA/lowe")).decode()
    page = peer.log_in(departure.url, {**departure.fields, "SAMLRequest": changed})
    assert "AuthState" not in page.text
    assert Form.read(page.text).action != ACS


def test_it_refuses_a_redirect_with_another_relay_state(
    tmp_path: Path, db: None, peer: Peer
) -> None:
    source = prepared(tmp_path, peer, binding="redirect")
    departure = begin(source)
    parts = urlsplit(departure.url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    query["RelayState"] = "https://evil.example/"
    url = parts._replace(query=urlencode(query)).geturl()
    page = peer.log_in(url, {})
    assert "AuthState" not in page.text
    assert Form.read(page.text).action != ACS


def test_its_metadata_are_read(source: SamlSource, peer: Peer) -> None:
    known = source.idp()
    assert known.entity_id == simplesamlphp.ENTITY
    assert known.post_url == known.redirect_url == peer.sign_on
    assert source.health().problems == ()
    assert replace(known, post_url="").binding("post") == "redirect"


def test_through_our_pages(tmp_path: Path, db: None, peer: Peer, settings: Any) -> None:
    """Button, their log-in page, their answer by a foreign post, our page: an account."""
    settings.BASE_URL = "http://testserver"
    demo.load()
    identity.install(tmp_path, "land")
    (tmp_path / "land.xml").write_bytes(peer.metadata())
    (tmp_path / "identity.yaml").write_text(
        "- {key: land, kind: saml, label: Konto des Landes, metadata: land.xml,\n"
        "   name_id_format: persistent, legacy_crypto: true,\n"
        f"   levels: {{basic: [{idp.PASSWORD}], high: [{idp.HIGH}]}}}}\n"
    )
    source = config.source("land")
    assert isinstance(source, SamlSource)
    acs = "http://testserver/konto/rueckkehr/land/"
    peer.introduce(source, acs)
    browser = Browser()
    assert browser.client.get("/konto/metadaten/land/").content == source.metadata()
    browser.get("/konto/anmelden/")
    assert "Konto des Landes" in browser.page
    browser.post({}, "/konto/anmelden/land/")
    ours = Form.read(browser.page)
    assert ours.action == peer.sign_on, browser.page
    fields = {name: ours.fields[name] for name in ("SAMLRequest", "RelayState")}
    theirs = Form.read(peer.log_in(ours.action, fields).text)
    assert theirs.action == acs, peer.log()[-3000:]
    answer = {name: theirs.fields[name] for name in ("SAMLResponse", "RelayState")}
    browser._take(browser.client.post("/konto/rueckkehr/land/", answer, follow=True), "")
    assert browser.path == "/konto/neu/"
    assert "Mustermann &amp; Söhne" in browser.page
    browser.post({"einverstanden": "1"})
    assert Account.objects.get().identities.get().source == "land"
    sure = list(Authentication.objects.values())
    browser._take(browser.client.post("/konto/rueckkehr/land/", answer, follow=True), "")
    assert (browser.status, browser.path) == (200, "/konto/"), "in already: the first one counts"
    stranger = Client().post("/konto/rueckkehr/land/", answer, follow=True)
    assert stranger.status_code == 403
    assert Account.objects.count() == 1
    assert list(Authentication.objects.values()) == sure
