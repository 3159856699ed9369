"""Metadata: ours as they are published, theirs as far as they are believed."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from lxml import etree

from rathaus.accounts.sources import keys, refreshing
from rathaus.accounts.sources.base import LoginRefused
from rathaus.accounts.sources.saml import fetching, health
from rathaus.accounts.sources.saml import idp as reader
from rathaus.accounts.sources.saml.entry import SamlEntry
from rathaus.accounts.sources.saml.source import SamlSource
from tests.accounts.saml import forging, idp
from tests.accounts.saml.idp import code_of
from tests.support import identity

pytestmark = pytest.mark.one_database

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
HOST = "konto.example"


def entry(**settings: Any) -> SamlEntry:
    return SamlEntry(
        **{"key": "land", "kind": "saml", "label": "Land", "metadata": "idp.xml", **settings}
    )


def good() -> bytes:
    return idp.metadata(identity.pair(keys.IDP).certificate)


def signed(raw: bytes | None = None, name: str = "operator") -> bytes:
    """Metadata signed by their publisher."""
    root = etree.fromstring(raw or good())
    pair = identity.pair(name)
    forging.sign(root, pair.private_key, certificate=pair.certificate, position=0)
    return etree.tostring(root)


def fingerprint(name: str = "operator") -> str:
    return identity.pair(name).certificate.fingerprint(hashes.SHA256()).hex()


# --- ours -------------------------------------------------------------------------------------


def test_our_metadata(tmp_path: Path) -> None:
    source = idp.make_source(tmp_path)
    root = etree.fromstring(source.metadata() or b"")
    assert root.get("entityID") == "http://localhost:8000/konto/metadaten/land/"
    assert set(root.attrib) == {"entityID"}  # BundID refuses validUntil and ID
    services = root.findall(f".//{{{MD}}}AssertionConsumerService")
    assert [one.get("Location") for one in services] == [
        "http://localhost:8000/konto/rueckkehr/land/"
    ]
    assert [one.get("use") for one in root.iter(f"{{{MD}}}KeyDescriptor")] == [
        "signing",
        "encryption",
    ]
    assert b"PRIVATE" not in (source.metadata() or b"")


def test_metadata_of_a_source_for_staff(tmp_path: Path) -> None:
    source = idp.make_source(tmp_path, audience="staff")
    assert b"http://localhost:8000/arbeit/rueckkehr/land/" in (source.metadata() or b"")


def test_next_certificates_are_published_beside_the_present(tmp_path: Path) -> None:
    source = idp.make_source(tmp_path)
    for use in keys.USES:
        identity.put(keys.folder("land"), identity.pair("stranger"), use + keys.NEXT)
    root = etree.fromstring(source.metadata() or b"")
    uses = [one.get("use") for one in root.iter(f"{{{MD}}}KeyDescriptor")]
    assert uses == ["signing", "signing", "encryption", "encryption"]
    keys.roll("land")
    root = etree.fromstring(source.metadata() or b"")
    assert len(list(root.iter(f"{{{MD}}}KeyDescriptor"))) == 2  # the old pair only reads


# --- theirs -----------------------------------------------------------------------------------


def test_two_certificates_during_their_roll_over(tmp_path: Path, db: None) -> None:
    both = [identity.pair(name).certificate for name in (keys.IDP, "stranger")]
    (tmp_path / "idp.xml").write_bytes(idp.metadata(*both))
    source = idp.make_source(tmp_path)
    for name in (keys.IDP, "stranger"):
        stage = idp.begin(source)
        made = idp.assertion(stage.said, ident=f"_{name}")
        forging.sign(made, identity.pair(name).private_key)
        assert stage.finish(stage.answer(made)).subject == "person-1"


def test_a_changed_file_is_read_again(tmp_path: Path, db: None) -> None:
    source = idp.make_source(tmp_path)
    stage = idp.begin(source)
    stranger = identity.pair("stranger")
    (tmp_path / "idp.xml").write_bytes(idp.metadata(stranger.certificate, extra="x='1'"))
    assert code_of(stage, stage.answer()) == "signature"


def test_an_encryption_certificate_signs_nothing(tmp_path: Path) -> None:
    raw = good().replace(b'use="signing"', b'use="encryption"')
    with pytest.raises(reader.MetadataUnusable, match="Signatur-Zertifikat"):
        reader.read(raw, entry())


def test_expired_certificate(tmp_path: Path, db: None) -> None:
    pair = identity.pair(keys.IDP)
    past = datetime.now(UTC) - timedelta(days=900)
    expired = (
        x509.CertificateBuilder(
            x509.Name([]),
            x509.Name([]),
            pair.certificate.public_key(),
            1,
            past,
            past + timedelta(days=365),
        )
    ).sign(pair.private_key, hashes.SHA256())  # type: ignore[arg-type]
    (tmp_path / "idp.xml").write_bytes(idp.metadata(expired))
    stage = idp.begin(idp.make_source(tmp_path))
    assert code_of(stage, stage.answer()) == "idp_certificate_expired"
    found = stage.source.health()
    assert any("ist abgelaufen" in problem for problem in found.problems)


WRONG = {
    "not xml": (b"x", "kein zul"),
    "doctype": (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + good(), "doctype"),
    "doctype behind a comment": (b"<!-- --><!DOCTYPE x []>" + good(), "doctype"),
    "no account system": (b"<a/>", "beschreiben 0 Systeme"),
    "a service": (good().replace(b"IDPSSODescriptor", b"SPSSODescriptor"), "kein Kontosystem"),
    "no address": (good().replace(b"SingleSignOnService", b"SingleLogoutService"), "keine Adresse"),
    "plain http": (good().replace(b"https://konto", b"http://konto"), "keine https-Adresse"),
    "script": (good().replace(b"https://konto.example/sso", b"javascript:x"), "keine https"),
    "no certificate": (idp.metadata(), "kein brauchbares"),
    "broken certificate": (
        good().replace(b"<ds:X509Certificate>MII", b"<ds:X509Certificate>AAA"),
        "unlesbar",
    ),
    "valid until nonsense": (idp.metadata(extra='validUntil="x"'), "brauchbares|validUntil"),
}


@pytest.mark.parametrize("name", WRONG)
def test_metadata_that_cannot_be_used(name: str) -> None:
    raw, text = WRONG[name]
    with pytest.raises(reader.MetadataUnusable, match=text):
        reader.read(raw, entry())


def test_metadata_that_ran_out(tmp_path: Path, db: None) -> None:
    certificate = identity.pair(keys.IDP).certificate
    raw = idp.metadata(certificate, extra='validUntil="2020-01-01T00:00:00Z"')
    (tmp_path / "idp.xml").write_bytes(raw)
    source = idp.make_source(tmp_path)
    with pytest.raises(LoginRefused) as caught:
        idp.begin(source)
    assert caught.value.code == "not_configured"
    assert "abgelaufen" in source.health().problems[0]
    assert not source.health().configured


def test_one_of_many(tmp_path: Path) -> None:
    """A federation publishes all its members in one file."""
    many = (
        f'<md:EntitiesDescriptor xmlns:md="{MD}">'.encode()
        + good().replace(b' ID="_meta"', b"")
        + idp.metadata(
            identity.pair("stranger").certificate, entity="https://evil.example"
        ).replace(b' ID="_meta"', b"")
        + b"</md:EntitiesDescriptor>"
    )
    with pytest.raises(reader.MetadataUnusable, match="2 Systeme"):
        reader.read(many, entry())
    found = reader.read(many, entry(idp_entity_id=idp.ENTITY))
    assert found.signing == (identity.pair(keys.IDP).certificate,)
    with pytest.raises(reader.MetadataUnusable, match="nicht"):
        reader.read(many, entry(idp_entity_id="https://absent.example"))


def test_comments_in_metadata_are_fine() -> None:
    assert reader.read(b"<!-- from our partner -->" + good(), entry()).entity_id == idp.ENTITY


# --- signed metadata --------------------------------------------------------------------------


def test_signed_metadata() -> None:
    with_colons = ":".join(fingerprint()[i : i + 2] for i in range(0, 64, 2)).upper()
    for text in (fingerprint(), with_colons):
        found = reader.read(signed(), entry(metadata_fingerprint=text))
        assert found.entity_id == idp.ENTITY


def poisoned() -> dict[str, bytes]:
    """Metadata that somebody changed on the way."""
    stranger = identity.pair("stranger")
    evil = idp.metadata(stranger.certificate)
    root = etree.fromstring(signed())
    wrapped = etree.fromstring(evil)
    wrapped.set("ID", "_evil")
    signature = root[0]
    wrapped.insert(0, signature)
    etree.SubElement(wrapped, f"{{{MD}}}Extensions").append(etree.fromstring(good()))
    added = etree.fromstring(signed())
    holder = etree.fromstring(evil).find(f".//{{{MD}}}KeyDescriptor")
    assert holder is not None
    added[-1].insert(0, holder)
    around = etree.Element(f"{{{MD}}}EntitiesDescriptor", nsmap={"md": MD})
    around.append(etree.fromstring(evil))
    around.append(etree.fromstring(signed()))
    liar = etree.fromstring(evil)
    forging.sign(
        liar,
        stranger.private_key,
        certificate=identity.pair("operator").certificate,
        position=0,
    )
    return {
        "unsigned": good(),
        "signed by somebody else": signed(name="stranger"),
        "another address": signed().replace(b"konto.example/sso", b"evil.example/sso"),
        "another key added": etree.tostring(added),
        "wrapped": etree.tostring(wrapped),
        "beside": etree.tostring(around),
        "lying about the key": etree.tostring(liar),
    }


@pytest.mark.parametrize(
    "name",
    [
        "unsigned",
        "signed by somebody else",
        "another address",
        "another key added",
        "wrapped",
        "beside",
        "lying about the key",
    ],
)
def test_poisoned_metadata(name: str) -> None:
    raw = poisoned()[name]
    with pytest.raises(reader.MetadataUnusable):
        reader.read(raw, entry(metadata_fingerprint=fingerprint()))


# --- fetching ---------------------------------------------------------------------------------


def remote(**settings: Any) -> SamlEntry:
    return entry(metadata=f"https://{HOST}/metadata", **settings)


def serving(content: bytes, status: int = 200, **headers: str) -> httpx.MockTransport:
    return httpx.MockTransport(
        lambda request: httpx.Response(status, content=content, headers=headers)
    )


@pytest.fixture
def allowed(settings: Any) -> None:
    settings.RATHAUS_IDENTITY_HOSTS = [HOST]


def test_fetching(allowed: None, tmp_path: Path) -> None:
    assert fetching.fetch(remote(), transport=serving(good())) is True
    assert fetching.fetch(remote(), transport=serving(good())) is False
    file = keys.folder("land") / "idp-metadata.xml"
    assert file.read_bytes() == good()
    assert file.stat().st_mode & 0o077 == 0
    assert reader.known(remote(), folder=tmp_path).entity_id == idp.ENTITY


@pytest.mark.parametrize(
    ("transport", "text"),
    [
        (serving(b"<a/>"), "0 Systeme"),
        (serving(b"", 302, location="https://evil.example/"), "302"),
        (serving(b"x" * (reader.MAX_METADATA + 1)), "zu gro"),
        (serving(idp.metadata()), "brauchbares"),
    ],
)
def test_what_comes_is_checked_first(
    allowed: None, transport: httpx.MockTransport, text: str
) -> None:
    fetching.fetch(remote(), transport=serving(good()))
    with pytest.raises(fetching.NotFetched, match=text):
        fetching.fetch(remote(), transport=transport)
    assert (keys.folder("land") / "idp-metadata.xml").read_bytes() == good()


def test_another_system_at_the_same_address(allowed: None) -> None:
    fetching.fetch(remote(), transport=serving(good()))
    other = idp.metadata(identity.pair("stranger").certificate, entity="https://evil.example")
    with pytest.raises(fetching.NotFetched, match="anderes Kontosystem"):
        fetching.fetch(remote(), transport=serving(other))


def test_unsigned_where_a_signature_was_agreed(allowed: None) -> None:
    agreed = remote(metadata_fingerprint=fingerprint())
    with pytest.raises(fetching.NotFetched, match="signiert"):
        fetching.fetch(agreed, transport=serving(good()))
    assert fetching.fetch(agreed, transport=serving(signed()))


def test_only_from_named_hosts(settings: Any) -> None:
    settings.RATHAUS_IDENTITY_HOSTS = ["other.example"]
    with pytest.raises(fetching.NotFetched, match="RATHAUS_IDENTITY_HOSTS"):
        fetching.fetch(remote(), transport=serving(good()))


def test_no_answer(allowed: None) -> None:
    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down", request=request)

    with pytest.raises(fetching.NotFetched, match="nicht erreichbar"):
        fetching.fetch(remote(), transport=httpx.MockTransport(down))


def test_the_job_keeps_the_old_ones_on_trouble(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "identity.yaml").write_text(
        "- {key: land, kind: saml, label: Land, metadata: 'https://konto.example/m'}\n"
    )
    with caplog.at_level(logging.WARNING):
        refreshing.fetch_metadata()
    assert "RATHAUS_IDENTITY_HOSTS" in caplog.text


def test_a_login_never_fetches(allowed: None, tmp_path: Path) -> None:
    """Without metadata there is no log-in, and nothing goes out to look for them."""
    source = SamlSource(remote(), folder=tmp_path)
    assert source.form_targets == ()
    with pytest.raises(LoginRefused) as caught:
        idp.begin(source)
    assert caught.value.code == "not_configured"
    assert "--fetch land" in source.health().problems[0]


# --- what the operator sees -------------------------------------------------------------------


def test_health(tmp_path: Path) -> None:
    found = idp.make_source(tmp_path).health()
    assert found.configured
    assert found.problems == ()
    assert found.reachable is None
    assert [one.use for one in found.certificates] == [
        "sp-signing",
        "sp-encryption",
        "idp-signing",
    ]
    assert len(found.certificates[0].fingerprint) == 64


def test_health_asks_only_the_named_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    original = health.net.client

    def client(**given: Any) -> httpx.Client:
        asked.append(given["allowed"])
        return original(**given, transport=httpx.MockTransport(lambda request: httpx.Response(405)))

    monkeypatch.setattr(health.net, "client", client)
    assert idp.make_source(tmp_path).health(ask=True).reachable is True
    assert asked == [["konto.example"]]


def test_certificates_that_end_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = idp.make_source(tmp_path)
    monkeypatch.setattr(health, "now", lambda: datetime.now(UTC) + keys.VALID_FOR - timedelta(20))
    problems = source.health().problems
    assert any("„sp-signing“ läuft in" in one and "Schlüssel wechseln" in one for one in problems)
    assert any("„idp-signing“ läuft in" in one for one in problems)
