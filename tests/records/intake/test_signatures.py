"""Signed PDFs are taken as they are; the result is stored and explained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from rathaus.desk.views.intake.rows import signature_words
from rathaus.records.intake import actions
from rathaus.records.intake.reading import signatures
from rathaus.records.models import Case
from tests.records.intake.making import CLERK, LETTER, pdf, receive


@dataclass
class Authority:
    """A root and somebody it vouches for."""

    root: bytes
    bundle: bytes
    key: Any
    certificate: x509.Certificate


def name_of(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@pytest.fixture(scope="module")
def authority() -> Authority:
    start = datetime.now(UTC) - timedelta(days=2)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def build(subject: str, issuer: str, public: Any, signer: Any, *, ca: bool) -> x509.Certificate:
        usage = x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False)
        return (
            x509.CertificateBuilder()
            .subject_name(name_of(subject))
            .issuer_name(name_of(issuer))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=365))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False
            )
            .sign(signer, hashes.SHA256())
        )

    root = build(
        "Prüfstelle Wiesmoor", "Prüfstelle Wiesmoor", root_key.public_key(), root_key, ca=True
    )
    leaf = build("Gesine Boekhoff", "Prüfstelle Wiesmoor", key.public_key(), root_key, ca=False)
    bundle = pkcs12.serialize_key_and_certificates(
        b"x", key, leaf, [root], serialization.BestAvailableEncryption(b"pw")
    )
    return Authority(root.public_bytes(serialization.Encoding.PEM), bundle, key, leaf)


@pytest.fixture
def trusted(authority: Authority, tmp_path: Path, settings: Any) -> None:
    folder = tmp_path / "roots"
    folder.mkdir()
    (folder / "wiesmoor.pem").write_bytes(authority.root)
    (folder / "LIESMICH.txt").write_text("kein Zertifikat")
    settings.RATHAUS_SIGNATURE_ROOTS = str(folder)


@pytest.fixture(scope="module")
def signed(authority: Authority) -> bytes:
    signer = signers.SimpleSigner.load_pkcs12_data(authority.bundle, [], b"pw")
    assert signer is not None
    writer = IncrementalPdfFileWriter(BytesIO(pdf(LETTER)))
    meta = signers.PdfSignatureMetadata(field_name="Unterschrift")
    out = signers.sign_pdf(writer, meta, signer=signer)
    return bytes(out.getvalue())


def test_a_good_signature(case: Case, signed: bytes, trusted: None) -> None:
    item = receive(case.office, signed)
    assert (item.state, item.signature["verdict"]) == ("ready", "valid")
    (one,) = item.signature["signers"]
    assert (one["signer"], one["whole"], one["changed_after"]) == ("Gesine Boekhoff", True, False)
    assert "signed" in item.marks
    assert signature_words(item.signature)["short"] == "Unterschrift gültig"
    document = actions.file_item(item=item, case=case, actor=CLERK)
    assert document.versions.get().read() == signed


def test_an_unknown_authority_is_not_called_false(signed: bytes, settings: Any) -> None:
    settings.RATHAUS_SIGNATURE_ROOTS = ""
    found = signatures.of_pdf(signed)
    assert found["verdict"] == "unknown"
    assert "nicht hinterlegt" in signature_words(found)["text"]


def test_changed_content_is_noticed(signed: bytes, trusted: None) -> None:
    assert b" 595 " in signed
    changed = signed.replace(b" 595 ", b" 594 ", 1)
    assert signatures.of_pdf(changed)["verdict"] == "invalid"


def test_pages_changed_after_signing_are_noticed(signed: bytes, trusted: None) -> None:
    from pyhanko.pdf_utils import generic

    writer = IncrementalPdfFileWriter(BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    stream = generic.StreamObject(stream_data=b"BT /F1 20 Tf 60 400 Td (gefaelscht) Tj ET")
    page[generic.NameObject("/Contents")] = writer.add_object(stream)
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    found = signatures.of_pdf(out.getvalue())
    assert found["verdict"] == "invalid"
    assert found["signers"][0]["changed_after"]


def test_no_and_broken_signatures(case: Case, signed: bytes) -> None:
    assert signatures.of_pdf(pdf("x")) == {}
    assert signatures.of_pdf(b"%PDF-1.7") == {}
    broken = signed.replace(b"/ByteRange [", b"/ByteRange [9")
    assert signatures.of_pdf(broken).get("verdict", "invalid") == "invalid"
    assert signatures.of_detached(b"x", b"0\x82kaputt")["verdict"] == "invalid"


@pytest.mark.parametrize("signature_first", [True, False])
def test_a_signature_beside_the_file_stays_with_it(
    case: Case, authority: Authority, trusted: None, signature_first: bool
) -> None:
    content = pdf(LETTER)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    p7s = builder.add_signer(authority.certificate, authority.key, hashes.SHA256()).sign(
        serialization.Encoding.DER,
        [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary],
    )
    order = [("brief.pdf.p7s", p7s), ("brief.pdf", content)]
    for name, data in order if signature_first else order[::-1]:
        receive(case.office, data, name=name)
    from rathaus.records.intake.models import Item

    letter, signature = Item.objects.get(name="brief.pdf"), Item.objects.get(name="brief.pdf.p7s")
    assert signature.beside == letter
    assert letter.signature["verdict"] == "valid"
    actions.file_item(item=letter, case=case, actor=CLERK, with_children=False)
    signature.refresh_from_db()
    assert signature.state == "filed"
    other = receive(case.office, pdf("anderer Brief"), name="brief.pdf")
    assert not other.signature
