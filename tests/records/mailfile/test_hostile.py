"""Mails that are meant to do harm or to take forever."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rathaus.records import mailfile
from rathaus.records.mailfile import tnef
from rathaus.records.mailfile.html import html_text
from rathaus.records.mailfile.words import decoded, unflowed
from tests.records.mailfile.test_shapes import HEAD, parts, raw, read

pytestmark = pytest.mark.one_database


def test_huge_heads_are_cut_and_not_read_for_minutes() -> None:
    people = ", ".join(f"=?utf-8?q?M=C3=BCller_{n}?= <a{n}@example.org>" for n in range(5_000))
    words = " ".join(["=?utf-8?b?R3LDvMOfZQ==?="] * 5_000)
    many = "".join(f"X-Feld-{n}: {n}\r\n" for n in range(5_000))
    nested = "(" * 100_000
    found = read(
        raw(f"From: {nested} a@b.de\r\nTo: {people}\r\nSubject: {words}\r\n{many}", "Text")
    )
    assert found.to.startswith("Müller 0 <a0@example.org>, Müller 1")
    assert (len(found.to), len(found.subject), found.text) == (500, 500, "Text")


@pytest.mark.parametrize(
    "html",
    [
        "<![evil[x]]>Text", "<!x>Text", "<![CDATA[Text]]>Text", "<?php ?>Text", "<!--x-->Text",
        "<html><head><title>weg</title><body>Text", "<head><style>p{}</style><p>Text",
        "<noscript>weg</noscript>Text", "Text<script>weg", "<script src=x></script>Text",
        "<SCRIPT>weg</SCRIPT >Text", "Text<style>weg</style><!--", "Te&shy;xt".replace("&shy;", ""),
        '<a href="javascript:weg()">Text</a>', '<img src=x onerror="weg()">Text',
        "<svg/onload=weg()>Text", '<iframe srcdoc="<p>weg</p>"></iframe>Text',
    ],
)  # fmt: skip
def test_only_words_of_html_are_left(html: str) -> None:
    found = html_text(html)
    assert "Text" in found
    assert "weg" not in found
    assert "<" not in found


def test_cells_and_paragraphs_do_not_run_together() -> None:
    html = "<table><tr><td>Name</td><td>Janssen</td></tr><tr><td>Ort</td></tr></table>"
    html += "<b>a</b> <i>b</i>"
    assert html_text(html) == "Name Janssen\n\nOrt\n\na b"


@pytest.mark.parametrize(
    "piece", ["<", "<!--", "<a ", "<a b=", "&", "<!", "</", "<![", "<div>", "<a\n"]
)
def test_repeated_pieces_of_html_end_soon(piece: str) -> None:
    html_text(piece * (200_000 // len(piece)))


def test_a_thousand_containers_in_each_other() -> None:
    content = b"".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n'.encode()
        for n in range(1000)
    )
    with suppress(mailfile.NotAMail):
        assert mailfile.read_eml(HEAD.encode() + content).left_out == 1


@given(st.binary(max_size=300), st.sampled_from(["", "utf-8", "iso-2022-jp", "utf-7", "hz", "\0"]))
@settings(max_examples=60)
def test_bytes_are_always_text(content: bytes, label: str) -> None:
    assert isinstance(decoded(content, label), str)


@given(st.text(alphabet="> \n-a", max_size=60))
@settings(max_examples=60)
def test_flowing_loses_no_letter(text: str) -> None:
    assert unflowed(text).count("a") == text.count("a")


@given(st.binary(max_size=300))
@settings(max_examples=60)
def test_no_bytes_break_winmail(junk: bytes) -> None:
    with suppress(tnef.Unreadable):
        tnef.read(tnef.MAGIC + b"\0\0" + junk)


PIECES = [
    b"--b1\r\n", b"--b1--\r\n", b"\r\n", b"Content-Type: ", b"text/html", b"message/rfc822",
    b"multipart/signed; boundary=b1", b"application/pkcs7-mime", b"; name*0*=", b"=?utf-8?b?",
    b"Content-Transfer-Encoding: base64\r\n", b"AAAA", b"\xff\xfe", b"winmail.dat", b"\0",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40))
@settings(max_examples=80)
def test_no_order_of_pieces_breaks_the_reader(pieces: list[bytes]) -> None:
    content = parts(b"".join(pieces))
    try:
        found = mailfile.read_eml(content)
    except mailfile.NotAMail as error:
        raise AssertionError(str(error)) from error
    for text in (found.text, found.subject, *(one.name for one in found.attachments)):
        assert "\0" not in text
