"""Mails in the staging area: signed and sealed ones, everything that hangs on them, the view."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from rathaus.core.jobs import run_pending
from rathaus.records import mailfile
from rathaus.records.intake import actions
from rathaus.records.intake.models import Item
from rathaus.records.intake.reading import kinds, signatures
from rathaus.records.models import Case
from tests.records.intake.making import CLERK, mail, pdf, picture, receive
from tests.records.intake.test_signatures import Authority, authority, name_of, trusted  # noqa: F401
from tests.records.mailfile.test_outlook import MESSAGE, WINMAIL
from tests.records.mailfile.test_shapes import GREETING, HEAD, parts, raw

INNER = raw('Content-Type: text/plain; charset="utf-8"', GREETING)
OPTIONS = {
    "detached": [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary],
    "opaque": [pkcs7.PKCS7Options.Binary],
}


def signed(by: Authority, how: str, content: bytes = INNER) -> bytes:
    """The signature over a part, or the envelope with it."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(by.certificate, by.key, hashes.SHA256())
    return builder.sign(Encoding.DER, OPTIONS[how])


def detached(by: Authority, content: bytes = INNER) -> bytes:
    """A mail as Thunderbird and Apple Mail sign it."""
    head = "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n"
    p7s = raw(head + "Content-Disposition: attachment; filename=smime.p7s", signed(by, "detached"))
    return parts(content, p7s, kind="signed")


def opaque(by: Authority) -> bytes:
    """A mail as Outlook signs it by default."""
    head = "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"
    return raw(HEAD + head, signed(by, "opaque"))


def come(case: Case, content: bytes, name: str = "nachricht.eml") -> Item:
    """A mail with everything done to it."""
    item = receive(case.office, content, name=name)
    while run_pending():
        pass
    item.refresh_from_db()
    assert item.read() == content
    return item


def names(item: Item) -> list[str]:
    return list(
        Item.objects.filter(parent=item).order_by("position").values_list("name", flat=True)
    )


def test_a_signed_mail_says_who_signed(case: Case, authority: Authority, trusted: None) -> None:  # noqa: F811
    item = come(case, detached(authority))
    assert (item.text, names(item)) == (GREETING, ["smime.p7s"])
    assert item.signature["verdict"] == "valid"
    assert item.signature["signers"][0]["signer"] == "Gesine Boekhoff"
    assert "signed" in item.marks


def test_a_mail_in_a_signed_envelope_is_read(
    case: Case, authority: Authority, trusted: None  # noqa: F811
) -> None:  # fmt: skip
    item = come(case, opaque(authority))
    assert (item.text, names(item), item.signature["verdict"]) == (GREETING, [], "valid")
    assert item.sender == "Harm Janßen <harm@example.org>"


def test_a_changed_mail_is_noticed(case: Case, authority: Authority, trusted: None) -> None:  # noqa: F811
    changed = detached(authority).replace("Schöne".encode(), b"Schone")
    assert come(case, changed).signature["verdict"] == "invalid"
    other_line_ends = detached(authority).replace(b"\r\n", b"\n")
    found = mailfile.read(other_line_ends).signed
    assert found is not None
    assert found[0] == INNER, "an export with other line ends breaks no signature"


def test_a_sealed_mail_is_kept_and_named(case: Case, authority: Authority) -> None:  # noqa: F811
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
        .public_key(key.public_key()).not_valid_before(datetime.now(UTC))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(INNER).add_recipient(certificate)
    sealed = builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    item = come(case, raw(HEAD + "Content-Type: application/pkcs7-mime; name=smime.p7m", sealed))
    assert (item.text, names(item)) == ("", ["smime.p7m"])
    assert "encrypted" in item.marks
    pgp = parts(raw("Content-Type: application/pgp-encrypted", "Version: 1"),
                raw("Content-Type: application/octet-stream; name=x.asc", "-----BEGIN"),
                kind="encrypted")  # fmt: skip
    assert "encrypted" in come(case, pgp).marks


def test_everything_that_hangs_on_a_mail_becomes_an_item(case: Case) -> None:
    photo, logo = picture("JPEG", (900, 900)), picture("PNG", (8, 8))
    content = parts(
        raw("Content-Type: text/html; charset=utf-8",
            '<img src="https://boese.example/zaehler.gif"><script>weg()</script><p>Grüße</p>'),
        raw("Content-Type: image/png; name=logo.png\r\nContent-ID: <1>", logo),
        raw("Content-Type: image/jpeg; name=foto.jpg\r\nContent-Disposition: attachment", photo),
        raw("Content-Type: application/ms-tnef; name=winmail.dat", WINMAIL),
        raw('Content-Type: application/octet-stream; name="rechnung\u202efdp.exe"', b"MZ\0\0"),
        raw("Content-Type: text/plain; name=leer.txt\r\nContent-Disposition: attachment", b""),
        b"Content-Type: message/rfc822\r\n\r\n" + mail(("a.pdf", pdf("x"), "application/pdf")),
    )  # fmt: skip
    item = come(case, content)
    assert names(item) == [
        "foto.jpg", "Grüße aus Wiesmoor.pdf", "Übersicht.xls", "rechnung-fdp.exe", "anhang-7.eml",
    ]  # fmt: skip
    assert item.text == "Grüße"
    assert "empty_part" in item.marks
    assert "program" in Item.objects.get(name="rechnung-fdp.exe").marks
    inner = Item.objects.get(name="anhang-7.eml")
    assert (inner.content_type, names(inner)) == (kinds.EML, ["a.pdf"])
    assert item.view is not None, "there is a picture of the mail"
    document = actions.file_item(item=item, case=case, actor=CLERK)
    assert document.versions.get().read() == content


def test_a_saved_message_of_outlook_and_what_hangs_on_it(case: Case) -> None:
    item = come(case, MESSAGE, "nachricht.msg")
    assert (item.subject, item.text) == ("Betreff mit Grüßen", "Nur HTML, Grüße")
    assert names(item) == ["Grüße.pdf", "KURZ~1.TXT", "Weitergeleitet.eml"]
    assert "parts_left_out" in item.marks
    assert names(Item.objects.get(name="Weitergeleitet.eml")) == ["tief.txt"]


@pytest.mark.one_database
@pytest.mark.parametrize("subject", ["%PDF-1.7", "MZ", "#!/bin/sh"])
def test_a_mail_is_a_mail_whatever_it_says(subject: str) -> None:
    content = f"From: a@b.de\r\nTo: c@d.de\r\nSubject: {subject}\r\n\r\n".encode()
    assert kinds.detect(content + b"\0binary\0", "x.eml").content_type == kinds.EML
    long_head = "".join(f"Received: from mx{n}\r\n\t(a)\r\n\tby b\r\n" for n in range(30))
    assert kinds.detect(long_head.encode() + content, "ohne-endung").content_type == kinds.EML
    assert kinds.detect(pdf("x"), "x.eml").content_type == "application/pdf"


@pytest.mark.one_database
def test_an_envelope_counts_for_its_own_content_only(authority: Authority, trusted: None) -> None:  # noqa: F811
    found = mailfile.read(opaque(authority)).signed
    assert found is not None
    assert signatures.of_detached(*found)["verdict"] == "valid"
    assert signatures.of_detached(found[0] + b"!", found[1])["verdict"] == "invalid"


@pytest.mark.one_database
def test_a_certificate_for_mails_is_enough_for_mails(settings: Any, tmp_path: Path) -> None:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    start = datetime.now(UTC) - timedelta(hours=1)

    def issued(subject: str, public: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.Certificate:
        usage = x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False)
        vouches = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
        return (
            x509.CertificateBuilder().subject_name(name_of(subject)).issuer_name(name_of("Wurzel"))
            .serial_number(x509.random_serial_number()).public_key(public)
            .not_valid_before(start).not_valid_after(start + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(usage, critical=True).add_extension(vouches, critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(root_key, hashes.SHA256())
        )  # fmt: skip

    root = issued("Wurzel", root_key.public_key(), ca=True)
    (tmp_path / "wurzel.pem").write_bytes(root.public_bytes(Encoding.PEM))
    settings.RATHAUS_SIGNATURE_ROOTS = str(tmp_path)
    by = Authority(b"", b"", key, issued("Käthe", key.public_key(), ca=False))
    found = mailfile.read(detached(by)).signed
    assert found is not None
    assert signatures.of_mail(*found)["verdict"] == "valid"
    assert signatures.of_detached(*found)["verdict"] == "unknown"
