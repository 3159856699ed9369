"""Files that are broken, locked or meant to do harm: a plain reason, and everything goes on."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rathaus.core.jobs import run_pending
from rathaus.core.models import Job
from rathaus.records.models import Case
from rathaus.records.renditions import offices, sandbox
from rathaus.records.renditions.child.refusal import Refused
from rathaus.records.renditions.models import RenditionWork, Shape
from rathaus.records.renditions.reasons import REASONS, reason
from rathaus.search.models import Entry
from tests.records.renditions import making
from tests.records.renditions.conftest import File, made, work_on


def cut() -> bytes:
    return making.image()[:3000]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name", "kind", "code"),
    [
        (making.encrypted, "a.pdf", "application/pdf", "encrypted"),
        (making.xfa, "a.pdf", "application/pdf", "xfa"),
        (lambda: b"%PDF-1.7 kaputt", "a.pdf", "application/pdf", "broken"),
        (lambda: b"", "a.pdf", "application/pdf", "broken"),
        (cut, "a.jpg", "image/jpeg", "broken"),
        (lambda: b"GIF89a", "a.gif", "image/gif", "no_picture"),
        (making.bomb, "a.png", "image/png", "too_large"),
        (lambda: b"\x00" * 64, "a.bin", "application/octet-stream", "unknown"),
        (lambda: b"\x00\x00\x00\x18ftypheic", "a.heic", "image/heic", "heic"),
        (lambda: b"PK\x03\x04", "a.docx", "application/zip", "broken"),
        (lambda: b"nothing", "a.msg", "application/vnd.ms-outlook", "broken"),
    ],
)
def test_a_plain_reason_and_the_document_stays_findable(
    filed: File, content: object, name: str, kind: str, code: str
) -> None:
    original = content()  # type: ignore[operator]
    version = filed(original, name, kind)
    work = work_on(version)
    assert (work.state, work.reason) == ("failed", code), work.detail
    assert code in REASONS and len(str(reason(code).text)) > 20
    assert set(work.shapes.values_list("state", flat=True)) == {"failed"}
    assert Entry.objects.filter(kind="document").exists()
    assert not Job.objects.exclude(state="done").exists(), "a bad file is no failed job"
    assert version.read() == original


@pytest.mark.django_db
def test_a_file_that_only_forbids_printing_is_readable(filed: File) -> None:
    pdf = pikepdf.open(BytesIO(making.page()))
    locked = making.saved(pdf, encryption=pikepdf.Encryption(owner="o", user=""))
    version = filed(locked)
    assert work_on(version).state == "done"
    assert making.SENTENCE in made(version)["text"].decode()
    assert b"/Encrypt" not in made(version)["pdf"]


@pytest.mark.django_db
def test_a_bad_file_does_not_hold_up_the_next(case: Case, filed: File) -> None:
    bad, good = filed(b"%PDF-1.7 kaputt"), filed(making.page(), "b.pdf")
    assert work_on(good).state == "done"
    assert RenditionWork.objects.get(version=bad).state == "failed"


@pytest.mark.django_db
def test_a_reader_that_is_killed_is_tried_again_and_then_given_up(
    filed: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = filed(making.page())

    def die(*_args: object, **_more: object) -> None:
        raise sandbox.Failed("crash", "signal 11")

    monkeypatch.setattr(sandbox.Sandbox, "ask", die)
    for tries in (1, 2):
        work = work_on(version)
        assert (work.state, work.tries, work.reason) == ("waiting", tries, "crash")
        RenditionWork.objects.update(due_at=work.created_at)
        from rathaus.records.renditions import jobs

        jobs.look_after()
    work = work_on(version)
    assert (work.state, work.reason, work.detail) == ("failed", "crash", "signal 11")
    assert Shape.objects.filter(work=work, state="failed").count() == 3
    assert not made(version)


@pytest.mark.one_database
def test_the_reader_is_ended_when_it_takes_too_long_and_replaced() -> None:
    box = sandbox.Sandbox()
    with pytest.raises(sandbox.Failed) as caught:
        box.ask("read", making.image(), kind="image", pages=[0], language="deu", seconds=0.01)
    assert caught.value.code == "timeout"
    facts, _text = box.ask("text", making.page())
    assert facts == {"pages": 1}
    box.close()


@pytest.mark.one_database
def test_a_reader_that_was_killed_is_replaced() -> None:
    box = sandbox.Sandbox()
    box.ask("text", making.page())
    process = box._process
    assert process
    process.kill()
    process.wait()
    assert box.ask("text", making.page())[0] == {"pages": 1}
    box.close()


@pytest.mark.one_database
def test_the_reader_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATHAUS_TOWN_KEY", "secret")
    box = sandbox.Sandbox()
    box.ask("text", making.page())
    assert box._process
    with open(f"/proc/{box._process.pid}/environ", "rb") as file:
        assert b"secret" not in file.read()
    box.close()


@pytest.mark.one_database
def test_a_page_as_large_as_a_house_is_drawn_small() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(14400, 14400))
    box = sandbox.Sandbox()
    facts, (data,) = box.ask("picture", making.saved(pdf), page=1, width=2000)
    assert facts["ending"] == "png" and len(data) < 500_000
    with pytest.raises(sandbox.Failed):
        box.ask("picture", making.saved(pdf), page=7, width=2000)
    box.close()


def docx(body: str, name: str = "word/document.xml") -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return out.getvalue()


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.one_database
def test_entities_of_office_files_are_not_followed() -> None:
    xml = (
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa">'
        '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        f'<w:document xmlns:w="{WORD}"><w:p><w:r><w:t>Hallo &x;&b;</w:t></w:r></w:p></w:document>'
    )
    text = offices.text_of(docx(xml), TYPE)
    assert "root" not in text and "aaa" not in text


@pytest.mark.one_database
def test_what_is_too_large_inside_is_not_unpacked() -> None:
    with pytest.raises(offices.Unreadable):
        offices.text_of(docx(" " * (offices.MAX_XML + 1)), TYPE)


@pytest.mark.one_database
@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_readers_of_office_files_and_mails(junk: bytes) -> None:
    from rathaus.records.renditions import mails

    for content in (junk, b"PK\x03\x04" + junk, docx(junk.decode("latin-1"))):
        try:
            offices.text_of(content, TYPE)
        except offices.Unreadable:
            continue
    try:
        mails.read(junk)
    except Refused as refused:
        assert refused.code == "broken"


@pytest.mark.django_db
def test_a_new_version_gets_renditions_of_its_own(filed: File) -> None:
    from rathaus.records import actions
    from tests.records.conftest import CLERK

    version = filed(making.page())
    newer = actions.add_version(
        document=version.document,
        content=making.page(making.OTHER),
        name="b.pdf",
        content_type="application/pdf",
        actor=CLERK,
    )
    run_pending()
    assert making.SENTENCE in made(version)["text"].decode()
    assert making.OTHER in made(newer)["text"].decode()
