"""What Outlook makes: winmail.dat and saved messages."""

from __future__ import annotations

import base64

import pytest

from rathaus.records import mailfile
from rathaus.records.mailfile import tnef
from tests.records.mailfile import making
from tests.records.mailfile.test_shapes import parts, raw, read

pytestmark = pytest.mark.one_database
BEGIN, TITLE, DATA, MORE = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
LONG_NAME = making.properties(
    (0x3705, 0x03, b"\1\0\0\0"),
    (0x3707, 0x1F, "Grüße aus Wiesmoor.pdf\0".encode("utf-16-le")),
)
WINMAIL = making.winmail(
    (0x00069007, b"\xe4\x04\0\0\0\0\0\0"),
    (0x00069003, making.properties((0x1000, 0x1E, "Schöne Grüße\0".encode("cp1252")))),
    (BEGIN, b"\1\0" + b"\0" * 12), (TITLE, b"GRE~1.PDF\0"), (DATA, b"%PDF-1.7"), (MORE, LONG_NAME),
    (BEGIN, b"\1\0" + b"\0" * 12), (TITLE, "Übersicht.xls\0".encode("cp1252")), (DATA, b"zahlen"),
)  # fmt: skip


@pytest.mark.parametrize(
    "head",
    [
        'Content-Type: application/ms-tnef; name="winmail.dat"',
        'Content-Type: application/octet-stream; name="winmail.dat"',
        "Content-Type: application/vnd.ms-tnef",
    ],
)
def test_winmail_gives_up_its_files(head: str) -> None:
    one = raw(f"{head}\r\nContent-Transfer-Encoding: base64", base64.encodebytes(WINMAIL))
    found = read(parts(one))
    assert found.text == "Schöne Grüße"
    assert [(each.name, each.content) for each in found.attachments] == [
        ("Grüße aus Wiesmoor.pdf", b"%PDF-1.7"), ("Übersicht.xls", b"zahlen"),
    ]  # fmt: skip
    with_text = read(parts(raw("", "Der Text"), one))
    assert with_text.text == "Der Text"


def test_a_cut_winmail_is_kept_as_it_is() -> None:
    one = raw("Content-Type: application/ms-tnef", WINMAIL[:-40])
    (found,) = read(parts(one)).attachments
    assert (found.name, found.content) == ("winmail.dat", WINMAIL[:-40])


def test_a_message_inside_winmail_stays_a_file() -> None:
    inside = making.properties((0x3001, 0x1E, b"Innen\0"), (0x3701, 0x0D, b"G" * 16 + WINMAIL))
    found = tnef.read(making.winmail((BEGIN, b"\1\0"), (MORE, inside)))
    (one,) = found.files
    assert (one.name, one.content) == ("Innen.dat", WINMAIL)


INNER = making.storage(
    24, making.attached(0, _3707="tief.txt", _3701=b"tief", _3705=1),
    _001A="IPM.Note", _0037="Innen: Grüße", _1000="Der innere Text", _0C1A="Käthe", _5D01="k@b.de",
)  # fmt: skip
MESSAGE = making.compound(
    making.storage(
        32,
        making.attached(0, _3707="Grüße.pdf", _3701=b"%PDF-1.7", _370E="application/pdf", _3705=1),
        making.attached(1, _3704="KURZ~1.TXT", _3701=b"kurz", _3705=1),
        making.attached(2, {"__substg1.0_3701000D": INNER}, _3001="Weitergeleitet", _3705=5),
        making.attached(3, _3707="nur ein Verweis", _3705=2),
        making.received(0, _3001="Rathaus", _39FE="rathaus@wiesmoor.example", _3003="/O=X"),
        _001A="IPM.Note", _0037="Betreff mit Grüßen", _0C1A="Harm Janßen", _0C1F="/O=X/CN=HARM",
        _5D01="harm@example.org", _1013="<p>Nur <b>HTML</b>, Grüße</p>".encode("cp1252"),
    )
)  # fmt: skip


def test_a_saved_message_with_everything() -> None:
    found = mailfile.read(MESSAGE)
    assert (found.subject, found.text) == ("Betreff mit Grüßen", "Nur HTML, Grüße")
    assert found.sender == "Harm Janßen <harm@example.org>"
    assert "Rathaus" in found.to
    pdf, short, inner = found.attachments
    assert (pdf.name, pdf.content) == ("Grüße.pdf", b"%PDF-1.7")
    assert (short.name, short.content) == ("KURZ~1.TXT", b"kurz")
    assert found.left_out == 1
    assert inner.name == "Weitergeleitet.eml"
    read_again = mailfile.read(inner.content)
    assert (read_again.subject, read_again.text) == ("Innen: Grüße", "Der innere Text")
    assert read_again.sender == "Käthe <k@b.de>"
    assert [(one.name, one.content) for one in read_again.attachments] == [("tief.txt", b"tief")]


def test_heads_of_the_network_count_in_a_saved_message() -> None:
    heads = "From: =?utf-8?q?K=C3=A4the?= <k@b.de>\r\nTo: A <a@b.de>\r\nCc: C <c@b.de>\r\n" \
        "Date: Tue, 24 Nov 2026 09:15:00 +0100\r\nMessage-ID: <1@b.de>\r\n"  # fmt: skip
    content = making.compound(making.storage(32, _001A="IPM.Note", _1000="Text", _007D=heads))
    found = mailfile.read(content)
    assert (found.sender, found.to, found.cc) == ("Käthe <k@b.de>", "A <a@b.de>", "C <c@b.de>")
    assert (str(found.sent_at), found.message_id) == ("2026-11-24 09:15:00+01:00", "<1@b.de>")


def test_every_cut_of_a_saved_message_is_no_accident() -> None:
    for size in range(0, len(MESSAGE), 211):
        try:
            mailfile.read_msg(MESSAGE[:size])
        except mailfile.NotAMail:
            continue
