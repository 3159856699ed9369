"""Types, mails, archives, page work, separator sheets: whatever comes in, nothing breaks."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rathaus.records import mailfile
from rathaus.records.intake.errors import BadArchive, BadPages
from rathaus.records.intake.reading import (
    archives,
    barcodes,
    kinds,
    pagework,
    pdfs,
    pictures,
)
from rathaus.records.intake.reading.simhash import bands, distance, simhash
from tests.records.intake import making
from tests.records.intake.making import LETTER, pdf, zipped

pytestmark = pytest.mark.one_database
OFFICE = ("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
OLE = kinds.OLE + b"\0" * 600


@pytest.mark.parametrize(
    ("content", "name", "content_type", "marks"),
    [
        (pdf("x"), "x.txt", "application/pdf", []),
        (making.picture("PNG"), "x", "image/png", []),
        (making.picture("TIFF"), "x.pdf", "image/tiff", []),
        (b"MZ" + b"\0" * 200, "rechnung.pdf", kinds.detect(b"MZ", "").content_type, ["program"]),
        (b"\x7fELF\0", "x", kinds.detect(b"MZ", "").content_type, ["program"]),
        (b"del *.*\r\n", "start.BAT", "text/plain", ["script"]),
        (b"#!/bin/sh\n", "brief", "text/plain", ["script"]),
        (b"[InternetShortcut]", "a.url", kinds.UNKNOWN, ["link_file"]),
        (b"<!DOCTYPE html><p>", "brief.pdf", "text/html", ["html"]),
        (b"<svg xmlns='x'/>", "logo.svg", "image/svg+xml", ["html"]),
        (making.mail(), "ohne-endung", kinds.EML, []),
        (b"BEGIN:VCALENDAR\r\n", "t", "text/calendar", []),
        (b"\x78\x9f\x3e\x22\0\0", "winmail.dat", kinds.TNEF, ["winmail"]),
        (b"Gr\xfc\xdfe aus Wiesmoor", "a.txt", "text/plain", []),
        (b"a;b\n1;2", "a.csv", "text/csv", []),
        (b"\x00\x01\x02", "unbekannt", kinds.UNKNOWN, []),
        (zipped({"a.txt": b"1"}), "a", kinds.ZIP, []),
        (b"PK\x03\x04 kaputt", "a.zip", kinds.ZIP, ["damaged"]),
        (
            zipped(dict.fromkeys(OFFICE, b"")),
            "a.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ["macro"],
        ),
        (OLE + "WordDocument".encode("utf-16-le"), "a.doc", "application/msword", []),
        (
            OLE + "Workbook_VBA_PROJECT".encode("utf-16-le"),
            "a.xls",
            "application/vnd.ms-excel",
            ["macro"],
        ),
        (OLE + "__substg1.0_".encode("utf-16-le"), "a.doc", kinds.MSG, []),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", kinds.UNKNOWN, ["password"]),
    ],
)  # fmt: skip
def test_types_by_content(content: bytes, name: str, content_type: str, marks: list[str]) -> None:
    found = kinds.detect(content, name)
    assert (found.content_type, found.marks) == (content_type, marks)


@given(st.binary(max_size=300), st.text(max_size=20))
@settings(max_examples=60)
def test_no_bytes_break_the_detection(content: bytes, name: str) -> None:
    assert kinds.detect(content, name).content_type


def protected() -> bytes:
    import pikepdf

    out = BytesIO()
    with pikepdf.open(BytesIO(pdf("geheim"))) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    return out.getvalue()


def with_root(**entries: object) -> bytes:
    import pikepdf

    out = BytesIO()
    with pikepdf.open(BytesIO(pdf("x"))) as document:
        for key, value in entries.items():
            document.Root[f"/{key}"] = value
        document.save(out)
    return out.getvalue()


def test_special_pdfs_are_named() -> None:
    import pikepdf

    assert pdfs.look(protected()).marks == ["password"]
    assert pdfs.look(b"%PDF-1.7 kaputt").marks == ["damaged"]
    form = with_root(AcroForm=pikepdf.Dictionary(XFA=pikepdf.Array([])))
    assert pdfs.look(form).marks == ["xfa"]
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))
    assert pdfs.look(with_root(OpenAction=script)).marks == ["active_pdf"]
    assert pdfs.look(pdf("a", "b")).pages == 2


def test_a_mail_with_everything() -> None:
    inner = making.mail(subject="Innen")
    found = mailfile.read_eml(
        making.mail(
            ("brief.pdf", pdf("x"), "application/pdf"),
            ("../../böse\r\n.exe", b"MZ", "application/octet-stream"),
            ("termin.ics", b"BEGIN:VCALENDAR", "text/calendar"),
        )
    )
    assert found.sender == "Harm Janssen <harm@example.org>"
    assert found.message_id == "<1@example.org>"
    assert str(found.sent_at) == "2026-11-24 09:15:00+01:00"
    assert found.attachments[0].name == "brief.pdf"
    assert found.attachments[0].content == pdf("x")
    assert "/" not in found.attachments[1].name
    forwarded = (
        b"From: a@b.de\r\nSubject: Fwd\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
        b"Content-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--x--\r\n"
    )
    nested = mailfile.read_eml(forwarded).attachments
    assert len(nested) == 1
    assert mailfile.read_eml(nested[0].content).subject == "Innen"


def test_html_is_only_read_never_kept() -> None:
    html = (
        "<style>p{}</style><p>Guten&nbsp;Tag</p><script>alert(1)</script>"
        "<img src='http://boese.example/x.png' onerror=1><b>fett</b><br>neue Zeile"
    )
    assert mailfile.html_text(html) == "Guten Tag\nfett\nneue Zeile"
    found = mailfile.read_eml(making.mail(text="", html=html))
    assert "alert" not in found.text
    assert "boese" not in found.text


@given(st.binary(max_size=400))
@settings(max_examples=80)
def test_broken_mails_are_no_accident(content: bytes) -> None:
    for reader in (mailfile.read_eml, mailfile.read_msg):
        try:
            found = reader(b"From: x\r\nSubject: =?utf-8?q?=FF?=\r\n" + content)
        except mailfile.NotAMail:
            continue
        assert "\0" not in found.text + found.subject + found.sender


def test_an_outlook_message() -> None:
    found = mailfile.read_msg(outlook(subject="Grüße", body="Hallo Rathaus"))
    assert (found.subject, found.text) == ("Grüße", "Hallo Rathaus")


def outlook(*, subject: str, body: str) -> bytes:
    """A minimal .msg: a compound file (MS-CFB) with two text properties."""
    streams = {
        "__properties_version1.0": struct.pack("<8x4I8x", 0, 0, 0, 0),
        "__substg1.0_0037001F": subject.encode("utf-16-le"),
        "__substg1.0_1000001F": body.encode("utf-16-le"),
    }
    padded = {name: data + b"\0" * (-len(data) % 64) for name, data in streams.items()}
    properties = padded["__properties_version1.0"][:32]
    for number, name in ((0x0037, "__substg1.0_0037001F"), (0x1000, "__substg1.0_1000001F")):
        properties += struct.pack("<HHIII", 0x001F, number, 6, len(streams[name]) + 2, 0)
    streams["__properties_version1.0"] = properties
    return compound(streams)


def compound(streams: dict[str, bytes]) -> bytes:
    """The smallest compound file: one FAT sector, a mini stream, a flat directory."""
    end, free, fat_sector = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    mini, places, chains = b"", {}, []
    for name, data in sorted(streams.items()):
        count = max(1, -(-len(data) // 64))
        first = len(mini) // 64
        places[name] = first
        chains += [first + n + 1 if n < count - 1 else end for n in range(count)]
        mini += data.ljust(count * 64, b"\0")
    mini_sectors = -(-len(mini) // 512)
    names = sorted(streams, key=lambda name: (len(name), name.upper()))
    directory_sectors = -(-(len(names) + 1) // 4)
    minifat_at = 1 + directory_sectors
    mini_at = minifat_at + 1
    fat = [fat_sector]
    fat += [1 + n + 1 if n < directory_sectors - 1 else end for n in range(directory_sectors)]
    fat += [end]
    fat += [mini_at + n + 1 if n < mini_sectors - 1 else end for n in range(mini_sectors)]

    def entry(name: str, kind: int, *, right: int, child: int, start: int, size: int) -> bytes:
        raw = (name + "\0").encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII16sI8s8sIQ", raw, len(raw), kind, 1, free, right, child, b"", 0, b"", b"",
            start, size,
        )  # fmt: skip

    entries = entry("Root Entry", 5, right=free, child=1, start=mini_at, size=len(mini))
    for number, name in enumerate(names, 1):
        after = number + 1 if number < len(names) else free
        size = len(streams[name])
        entries += entry(name, 2, right=after, child=free, start=places[name], size=size)
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", kinds.OLE, b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, 1, 1, 0, 4096,
        minifat_at, 1, end, 0,
    )  # fmt: skip
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    body = b"".join(struct.pack("<I", one) for one in fat).ljust(512, b"\xff")
    body += entries.ljust(directory_sectors * 512, b"\0")
    body += b"".join(struct.pack("<I", one) for one in chains).ljust(512, b"\xff")
    return header + body + mini.ljust(mini_sectors * 512, b"\0")


def test_zip_slip_bombs_links_and_passwords() -> None:
    slip = archives.unpack(zipped({"../../etc/cron.d/x": b"1", "C:\\a\\b.txt": b"2"}))
    assert [entry.name for entry in slip] == ["etc - cron.d - x", "C- - a - b.txt"]
    with pytest.raises(BadArchive, match="dehnt"):
        archives.unpack(zipped({"bombe": b"\0" * (8 * 1024 * 1024)}))
    with pytest.raises(BadArchive, match="mehr als"):
        archives.unpack(zipped({f"{n}": b"" for n in range(archives.MAX_FILES + 1)}))
    with pytest.raises(BadArchive, match="leer"):
        archives.unpack(zipped({}))
    with pytest.raises(BadArchive, match="beschädigt"):
        archives.unpack(zipped({"a": b"123" * 99})[:-60])
    locked = bytearray(zipped({"a": b"1"}))
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(BadArchive, match="Kennwort"):
        archives.unpack(bytes(locked))
    assert kinds.detect(bytes(locked), "a.zip").marks == ["zip_password"]
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BadArchive, match="Verknüpfungen"):
        archives.unpack(out.getvalue())


def test_sizes_in_a_zip_may_lie() -> None:
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packed.compress(b"\0" * (20 * 1024 * 1024)) + packed.flush()
    lying = zipped({"a": b"x"}).replace(b"x", b"y")
    assert archives.unpack(lying)
    header = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(data), 10, 1, 0)
    central = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(data), 10, 1, 0, 0, 0, 0,
        0, 0,
    )  # fmt: skip
    body = header + b"a" + data
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(central) + 1, len(body), 0)
    with pytest.raises(BadArchive):
        archives.unpack(body + central + b"a" + end)


@given(st.text(alphabet="0123456789-–,; x", max_size=20), st.integers(1, 9))
def test_ranges_are_right_or_refused(text: str, count: int) -> None:
    try:
        groups = pagework.parse_ranges(text, count)
    except BadPages:
        return
    assert groups
    for group in groups:
        assert group == list(range(group[0], group[-1] + 1))
        assert 1 <= group[0] <= group[-1] <= count


def test_page_work_takes_pages_over_as_they_are() -> None:
    content = pdf("Eins", "Zwei", "Drei")
    made = pagework.compose([pagework.Take(content, "application/pdf", [(3, 270), (1, 0)])])
    assert making.page_texts(made) == ["Drei", "Eins"]
    assert making.rotations(made) == [270, 0]
    jpeg = making.picture("JPEG")
    assert jpeg[200:] in pagework.as_pdf(jpeg, "image/jpeg")
    for bad, kind in ((b"%PDF-", "application/pdf"), (b"x", "image/png"), (b"x", "text/plain")):
        with pytest.raises(BadPages):
            pagework.compose([pagework.Take(bad, kind, [(1, 0)])])
    with pytest.raises(BadPages, match="Kennwort"):
        pagework.compose([pagework.Take(protected(), "application/pdf", [(1, 0)])])


def test_separator_sheets_in_a_stack() -> None:
    code = barcodes.code_for("33.20/2026-0001")
    stack = making.stack("", barcodes.code_for(), "", "", code, "", "https://example.org")
    sheets = barcodes.find(pictures.pages_of_pdf(stack, width=barcodes.WIDTH, most=99))
    assert sheets == [barcodes.Sheet(2), barcodes.Sheet(5, "33.20/2026-0001")]
    parts = barcodes.parts(sheets, 7)
    assert parts == [([1], ""), ([3, 4], ""), ([6, 7], "33.20/2026-0001")]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("RH1:TRENN", ""),
        ("RH1:TRENN:33.20/2026-0001", "33.20/2026-0001"),
        ("PATCHT", ""),
        ("*PATCH 2*", ""),
        ("RH1:TRENN:\x00", None),
        ("RH1:TRENN:" + "x" * 61, None),
        ("xRH1:TRENN:33", None),
        ("PATCHWORK", None),
        ("", None),
    ],
)
def test_codes_and_what_they_mean(text: str, meaning: str | None) -> None:
    assert barcodes.meaning(text) == meaning


def test_texts_that_are_alike_are_near() -> None:
    other = "Der Rat der Stadt hat in seiner Sitzung die Satzung über Gebühren beschlossen, "
    other += "sie tritt am ersten Januar in Kraft und ersetzt die bisherige Fassung vollständig"
    scanned = LETTER.replace("hiermit", "hlermit").replace("Bello", "BeIlo")
    assert distance(simhash(LETTER), simhash(LETTER)) == 0
    assert distance(simhash(LETTER), simhash(scanned)) <= 12
    assert distance(simhash(LETTER), simhash(other)) > 16
    assert simhash("zu kurz") == ""
    assert distance("", simhash(LETTER)) == 64
    assert "".join(bands(simhash(LETTER))) == simhash(LETTER)
