"""XML that wants to be more than data, and values that parsers see differently."""

from __future__ import annotations

import base64
import gzip
import time
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from rathaus.accounts.sources.base import LoginRefused
from rathaus.accounts.sources.saml import xml
from tests.accounts.saml.idp import Stage, code_of

pytestmark = pytest.mark.one_database

BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]>"
)
PROLOGS = {
    "empty doctype": b"<!DOCTYPE x>",
    "file": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "network": b'<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/x">]>',
    "parameter entity": b'<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/x"> %e;]>',
    "external": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "bomb": BOMB.encode(),
}


@pytest.mark.parametrize("name", PROLOGS)
def test_no_document_type(stage: Stage, name: str) -> None:
    """Neither around the response nor around the assertion inside the ciphertext."""
    raw = etree.tostring(stage.answer())
    assert code_of(stage, PROLOGS[name] + raw) == "doctype"
    assert code_of(stage, b'<?xml version="1.0"?>\n' + PROLOGS[name] + raw) == "doctype"
    inside = PROLOGS[name] + etree.tostring(stage.signed())
    assert code_of(stage, stage.answer(inside)) == "assertion_doctype"


def test_no_entity_in_a_value(stage: Stage) -> None:
    raw = etree.tostring(stage.signed()).replace(b"person-1", b"&e;")
    assert code_of(stage, stage.answer(raw))


def test_a_comment_in_a_value(stage: Stage) -> None:
    """VU#475445: canonicalization drops the comment, parsers stop reading there."""
    stage.said.name_id = "admin<!---->.evil.example"
    made = stage.signed()
    assert code_of(stage, stage.answer(made)) == "assertion_markup_declaration"
    raw = etree.tostring(stage.signed()).replace(b"MUSTERMANN", b"MUSTER<!-- x -->MANN")
    assert code_of(stage, stage.answer(raw)) == "assertion_markup_declaration"
    raw = etree.tostring(stage.answer()).replace(b"</saml:Issuer>", b"<!-- --></saml:Issuer>")
    assert code_of(stage, raw) == "markup_declaration"


def test_an_instruction_in_a_value(stage: Stage) -> None:
    stage.said.name_id = "admin<?x y?>.evil.example"
    assert code_of(stage, stage.answer(stage.signed())) == "assertion_comment_or_instruction"
    raw = b"<?xml-stylesheet href='x'?>" + etree.tostring(stage.answer())
    assert code_of(stage, raw) == "around_root"


def test_a_comment_in_the_digest(stage: Stage) -> None:
    """CVE-2025-29775."""
    raw = etree.tostring(stage.signed()).replace(b"<ds:DigestValue>", b"<ds:DigestValue><!--x-->")
    assert code_of(stage, stage.answer(raw)) == "assertion_markup_declaration"


def test_cdata_is_refused(stage: Stage) -> None:
    raw = etree.tostring(stage.signed()).replace(b"MUSTERMANN", b"<![CDATA[MUSTERMANN]]>")
    assert code_of(stage, stage.answer(raw)) == "assertion_markup_declaration"


def test_child_elements_in_a_value_are_no_text(stage: Stage) -> None:
    """``ad<x/>min`` is read neither as "ad" nor as "admin"."""
    stage.said.name_id = "ad<x/>min"
    assert code_of(stage, stage.answer(stage.signed())) == "second_verifier"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-7"])
def test_other_encodings(stage: Stage, encoding: str) -> None:
    """Filters that look at bytes do not see a document type in UTF-16."""
    text = PROLOGS["file"].decode() + etree.tostring(stage.answer()).decode()
    assert code_of(stage, text.encode(encoding))


@pytest.mark.parametrize("name", ["UTF-7", "ISO-8859-1", "UTF-16", "x", ""])
def test_a_declared_encoding_that_is_not_utf8(stage: Stage, name: str) -> None:
    """Two parsers must not read two texts."""
    head = f'<?xml version="1.0" encoding="{name}"?>'.encode()
    assert code_of(stage, head + etree.tostring(stage.answer())) == "encoding"
    inside = head + etree.tostring(stage.signed())
    assert code_of(stage, stage.answer(inside)) == "assertion_encoding"


@pytest.mark.parametrize("pack", [lambda raw: zlib.compress(raw)[2:-4], gzip.compress])
def test_nothing_is_inflated(stage: Stage, pack: object) -> None:
    """CVE-2025-25293: a few kilobytes that become gigabytes."""
    bomb = pack(b" " * 50_000_000)  # type: ignore[operator]
    started = time.monotonic()
    assert code_of(stage, bomb)
    assert time.monotonic() - started < 2


def test_large_messages_are_not_parsed(stage: Stage) -> None:
    assert code_of(stage, b"<a>" + b" " * (xml.MAX_MESSAGE + 1) + b"</a>") == "too_large"
    assert code_of(stage, "A" * 5_000_000) == "too_large"


def test_many_and_deep_elements(stage: Stage) -> None:
    assert code_of(stage, b"<a>" + b"<b/>" * 5000 + b"</a>") == "too_many_elements"
    assert code_of(stage, b"<a>" * 3000 + b"</a>" * 3000) == "not_xml"
    wide = b"<a " + b" ".join(b'x%d="1"' % i for i in range(20_000)) + b"/>"
    assert code_of(stage, wide) in {"too_large", "not_a_response", "not_xml"}


@pytest.mark.parametrize("text", ["", "!!!", "PGE+", "%00", "ä", "PGE+PC9hPg==="])
def test_no_message_at_all(stage: Stage, text: str) -> None:
    assert code_of(stage, text)


def test_blanks_in_base64_are_fine(stage: Stage) -> None:
    text = base64.b64encode(etree.tostring(stage.answer())).decode()
    lines = "\r\n".join(text[i : i + 76] for i in range(0, len(text), 76))
    assert stage.finish(lines).subject == "person-1"


def test_duplicate_attributes_and_prefixes(stage: Stage) -> None:
    """CVE-2025-25291/-25292: two parsers, two documents. Ours refuses what is not well-formed."""
    raw = etree.tostring(stage.signed())
    for change in (
        (b'Version="2.0"', b'Version="2.0" ID="_evil"'),
        (b"<saml:NameID ", b"<saml:NameID xmlns:saml='urn:evil' "),
        (b"</saml:Assertion>", b"</saml:Assertion><saml:Assertion/>"),
    ):
        assert code_of(stage, stage.answer(raw.replace(*change, 1)))


@pytest.mark.parametrize("spelling", ["Id", "id", "xml:id", "AssertionID"])
def test_two_elements_of_one_name(stage: Stage, spelling: str) -> None:
    """Which one a reference means would depend on the parser."""
    stage.said.extra = (
        f'<saml:AttributeStatement {spelling}="_assertion1"><saml:Attribute Name="x"/>'
        "</saml:AttributeStatement>"
    )
    assert code_of(stage, stage.answer(stage.signed())) == "duplicate_id"
    stage.said.extra = ""
    answer = stage.answer()
    answer.set("ID", "_assertion1")
    assert code_of(stage, answer) == "duplicate_id"


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_rubbish_is_refused_and_nothing_else(stage: Stage, raw: bytes) -> None:
    assert code_of(stage, raw)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_response_is_refused_and_nothing_else(stage: Stage, data: st.DataObject) -> None:
    """Whatever is cut out of it or put into it: a refusal, never an error of the program."""
    from rathaus.accounts.models import SpentAssertion

    SpentAssertion.objects.all().delete()
    raw = etree.tostring(stage.answer())
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 200)))
    put = data.draw(st.binary(max_size=20))
    try:
        verified = stage.finish(raw[:start] + put + raw[end:])
    except LoginRefused as refused:
        assert refused.code != "unexpected"
        return
    assert verified.subject == "person-1"
