"""Reading the record over WebDAV: the same rights, traces where bytes leave, nothing changes."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from rathaus.core.clock import now, shifted
from rathaus.core.models import Event
from rathaus.desk.webdav import naming
from rathaus.records import actions
from rathaus.records.actions import grants
from rathaus.records.models import Case
from tests.desk.webdav.conftest import ACTOR, DAV, LOCKINFO, Connect, Filed, file_one


def looks(case: Case) -> int:
    return Event.objects.filter(chain=case.chain_id, type="document.viewed").count()


def test_the_tree_leads_to_the_document(connect: Connect, filed: Filed) -> None:
    drive = connect("gerd.harms")
    assert drive.names("/") == ["Aktenplan"]
    parts = filed.path.split("/")
    for depth in range(2, len(parts)):
        assert parts[depth] in drive.names("/".join(parts[:depth]))
    assert drive.names(filed.path) == ["Entwürfe", "Pachtvertrag.pdf"]
    assert drive.names(filed.path + "/Entwürfe") == ["Kündigung.docx"]
    assert not looks(filed.case), "listing leaves no trace"


def test_type_size_tag_and_dates(connect: Connect, filed: Filed) -> None:
    answer = connect("gerd.harms").send("PROPFIND", f"{filed.path}/Pachtvertrag.pdf", Depth="0")
    found = etree.fromstring(answer.content)
    content = b"%PDF-1.7 abc"
    assert found.findtext(f".//{DAV}getcontentlength") == str(len(content))
    assert found.findtext(f".//{DAV}getcontenttype") == "application/pdf"
    assert hashlib.sha256(content).hexdigest() in (found.findtext(f".//{DAV}getetag") or "")
    assert found.findtext(f".//{DAV}getlastmodified", "").endswith("GMT")
    assert found.findtext(f".//{DAV}creationdate")


def test_bytes_leave_one_trace_per_look(connect: Connect, filed: Filed) -> None:
    drive, path = connect("gerd.harms"), f"{filed.path}/Pachtvertrag.pdf"
    assert drive.send("HEAD", path).headers["Content-Length"] == "12"
    assert not looks(filed.case), "no bytes, no look"
    whole = drive.send("GET", path)
    assert (whole.status_code, whole.content) == (200, b"%PDF-1.7 abc")
    part = drive.send("GET", path, Range="bytes=5-7")
    assert (part.status_code, part.content) == (206, b"1.7")
    assert part.headers["Content-Range"] == "bytes 5-7/12"
    assert looks(filed.case) == 1
    event = Event.objects.filter(chain=filed.case.chain_id, type="document.viewed").get()
    assert event.actor_label == "Gerd Harms"
    with shifted(now() + timedelta(minutes=6)):
        assert drive.send("GET", path).status_code == 200
    assert looks(filed.case) == 2
    tag = whole.headers["ETag"]
    assert drive.send("GET", path, If_None_Match=tag).status_code == 304


def test_a_browser_runs_nothing(connect: Connect, filed: Filed) -> None:
    answer = connect("gerd.harms").send("GET", f"{filed.path}/Pachtvertrag.pdf")
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_newest_version_is_the_content(connect: Connect, filed: Filed) -> None:
    actions.add_version(
        document=filed.document, content=b"%PDF-1.7 neu", name="v.pdf",
        content_type="application/pdf", actor=ACTOR,
    )  # fmt: skip
    answer = connect("gerd.harms").send("GET", f"{filed.path}/Pachtvertrag.pdf")
    assert answer.content == b"%PDF-1.7 neu"


def test_other_offices_see_nothing(connect: Connect, filed: Filed) -> None:
    stranger = connect("insa.cordes")
    place = filed.path.split("/")[2]
    assert place not in stranger.names("/Aktenplan")
    for path in (filed.path, f"{filed.path}/Pachtvertrag.pdf", filed.short):
        for method in ("PROPFIND", "GET", "PUT", "DELETE", "LOCK"):
            body = LOCKINFO if method == "LOCK" else ""
            answer = stranger.send(method, path, body, Depth="0")
            assert answer.status_code in (404, 409), (method, path)
            assert "Kiosk" not in answer.text
    assert not looks(filed.case)


def test_restricted_dossiers_do_not_appear(connect: Connect, filed: Filed) -> None:
    clerk = connect("gerd.harms")
    assert clerk.names(filed.path)
    grants.set_access(
        dossier=filed.dossier, own_access="restricted", reason="Personalsache", actor=ACTOR
    )
    place = "/".join(filed.path.split("/")[:3])
    assert clerk.send("PROPFIND", filed.path, Depth="1").status_code == 404
    answer = clerk.send("PROPFIND", place, Depth="1")
    assert "Kiosk" not in answer.text


READ_ONLY = ["PUT", "DELETE", "MOVE", "COPY", "MKCOL", "PROPPATCH", "LOCK"]


@pytest.mark.parametrize("method", READ_ONLY)
def test_what_is_filed_stays(method: str, connect: Connect, filed: Filed) -> None:
    drive, path = connect("gerd.harms"), f"{filed.path}/Pachtvertrag.pdf"
    body = {"LOCK": LOCKINFO, "PUT": "x"}.get(method, "")
    answer = drive.send(method, path, body, Destination="http://localhost/webdav/Aktenplan/x")
    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert ("Akte" in answer.text) or ("gibt es hier nicht" in answer.text)
    assert drive.send("GET", path).content == b"%PDF-1.7 abc"
    for folder in (filed.path, "/Aktenplan"):
        target = "http://localhost/webdav/Aktenplan/neu"
        answer = drive.send(method, folder, body, Destination=target)
        assert answer.status_code == 403, folder
        answer = drive.send(method, f"{folder}/neu.txt", body, Destination=target)
        assert answer.status_code in (403, 404), folder


def test_titles_that_hurt_and_titles_that_are_the_same(connect: Connect, filed: Filed) -> None:
    for title in ("a/../../b", "CON", "x" * 250, "Vertrag\x00", "~$offen", "Antrag", "antrag"):
        file_one(filed.case, title.replace("\x00", "\u202e"), title.encode())
    drive = connect("gerd.harms")
    names = drive.names(filed.path)
    assert len({name.casefold() for name in names}) == len(names) == 9
    assert {"_CON.pdf", "a-..-..-b.pdf", "Antrag (7).pdf", "antrag (8).pdf"} <= set(names)
    assert all(len(name) <= 120 and "/" not in name and "\u202e" not in name for name in names)
    for name in names[1:]:
        assert drive.send("GET", f"{filed.path}/{name}").status_code == 200, name


def test_decomposed_umlauts_find_the_same(connect: Connect, filed: Filed) -> None:
    import unicodedata

    path = unicodedata.normalize("NFD", f"{filed.path}/Entwürfe/Kündigung.docx")
    assert connect("gerd.harms").send("GET", path).content == b"erster Stand"


def test_as_many_queries_for_many_documents(connect: Connect, filed: Filed) -> None:
    drive = connect("gerd.harms")
    drive.names(filed.path)
    with CaptureQueriesContext(connection) as few:
        drive.names(filed.path)
    for number in range(8):
        file_one(filed.case, f"Anlage {number}", str(number).encode())
    with CaptureQueriesContext(connection) as many:
        assert len(drive.names(filed.path)) == 10
    assert len(many) == len(few)


def test_an_address_reads_the_rows_it_names_and_not_the_whole_dossier(
    connect: Connect, filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        actions.open_case(title=f"Nachtrag {number}", dossier=filed.dossier, actor=ACTOR)
    drive = connect("gerd.harms")
    named: list[int] = []
    original = naming.unique

    def counted(wanted: Any) -> Any:
        rows = list(wanted)
        named.append(len(rows))
        return original(rows)

    monkeypatch.setattr(naming, "unique", counted)
    assert drive.send("PROPFIND", filed.path, Depth="0").status_code == 207
    assert max(named) <= 2
    named.clear()
    for junk in ("desktop.ini", ".DS_Store", "Thumbs.db", "folder.jpg"):
        above = filed.path.rpartition("/")[0]
        assert drive.send("PROPFIND", f"{above}/{junk}", Depth="0").status_code == 404
    assert max(named) <= 2
    named.clear()
    assert len(drive.names(filed.path.rpartition("/")[0])) == 41
    assert max(named) == 41


@pytest.mark.parametrize(
    "title",
    ["a/b: c?", "  zu   viele  Leerzeichen ", "Ümläut und ß", "100 % (2)", "CON", "x" * 150,
     "Müller (3)", "~$temp", "ohne_Leer_zeichen", "…", "(1)"],
)  # fmt: skip
def test_every_name_that_is_listed_can_be_opened(
    connect: Connect, filed: Filed, title: str
) -> None:
    for _twice in range(2):
        actions.open_case(title=title[:200], dossier=filed.dossier, actor=ACTOR)
        actions.open_dossier(title=title, parent=filed.dossier, actor=ACTOR)
    drive = connect("gerd.harms")
    above = filed.path.rpartition("/")[0]
    names = drive.names(above)
    assert len(names) == len(set(names)) == 5
    for name in names:
        assert drive.send("PROPFIND", f"{above}/{name}", Depth="0").status_code == 207, name


def test_cases_that_differ_only_in_marks_keep_their_numbers(connect: Connect, filed: Filed) -> None:
    for reference in ("A/1.7", "A:1.7", "a-1.7"):
        actions.open_case(title="Gleich", dossier=filed.dossier, reference=reference, actor=ACTOR)
    drive = connect("gerd.harms")
    above = filed.path.rpartition("/")[0]
    names = [name for name in drive.names(above) if name.lower().startswith("a-1")]
    assert len({name.lower() for name in names}) == 3
    for name in names:
        assert drive.send("PROPFIND", f"{above}/{name}", Depth="0").status_code == 207


@given(st.text(min_size=1, max_size=120), st.text(max_size=60))
def test_clues_of_a_name_are_in_what_it_was_made_from(title: str, reference: str) -> None:
    called = f"{reference} {title}"
    name = naming.folder(called)
    for word in naming.clues(naming.same(name)):
        if name not in {"dokument", "ohne Namen"}:
            assert word.lower() in called.lower()
