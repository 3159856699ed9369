"""What programs of the world ask, replayed: recorded with litmus 0.13, cadaver 0.24, davfs2 1.6.1,
rclone 1.60.1, curl 7.88.1 and LibreOffice 7.4.7, and as Windows, Office and Finder are known to.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client, override_settings
from lxml import etree

from rathaus.desk.webdav.models import DraftLock, ScratchFile
from rathaus.records.models import DraftDocument
from tests.desk.webdav.conftest import DAV, LOCKINFO, Connect, Drive, Filed
from tests.desk.webdav.test_drafts import ADDRESS, stored

WINDOWS = "Microsoft-WebDAV-MiniRedir/10.0.19045"
FINDER = "WebDAVFS/3.0.0 (03008000) Darwin/22.6.0 (x86_64)"
WORD = "Microsoft Office Word 2014"
TIMES = (
    '<D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop>'
    "<Z:Win32CreationTime>Sat, 28 Nov 2026 07:00:00 GMT</Z:Win32CreationTime>"
    "<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set></D:propertyupdate>"
)


@pytest.fixture
def drive(connect: Connect) -> Drive:
    """The laptop of somebody who may write."""
    return connect("gerd.harms")


@pytest.mark.parametrize("method", ["OPTIONS", "PROPFIND"])
def test_the_root_of_the_host_says_that_there_is_a_drive(method: str) -> None:
    for depth, found in (("0", 1), ("1", 2)):
        answer = Client().generic(method, "/", HTTP_DEPTH=depth, HTTP_USER_AGENT=WINDOWS)
        assert (answer["DAV"], answer["MS-Author-Via"]) == ("1,2", "DAV")
        assert int(answer["Content-Length"]) == len(answer.content)
        assert ("POST" in answer["Allow"], "PROPFIND" in answer["Allow"]) == (False, True)
        if method == "PROPFIND":
            assert answer.status_code == 207
            assert len(etree.fromstring(answer.content)) == found
    with override_settings(RATHAUS_WEBDAV=False):
        assert "DAV" not in Client().generic(method, "/", HTTP_DEPTH="0")
    assert "DAV" not in Client().generic(method, "/leistungen/", HTTP_DEPTH="0")


def test_windows_looks_for_the_drive_without_a_slash(drive: Drive) -> None:
    asked = {"Depth": "0", "User-Agent": WINDOWS, "Translate": "f"}
    assert drive.raw("OPTIONS", "", **asked).headers["DAV"] == "1,2"
    found = drive.raw("PROPFIND", "", **asked)
    assert found.status_code == 207
    assert f"{DAV}collection" in {one.tag for one in etree.fromstring(found.content).iter()}
    everything = drive.raw("PROPFIND", "/", **{**asked, "Depth": "infinity"})
    assert (everything.status_code, "propfind-finite-depth" in everything.text) == (403, True)


def test_explorer_copies_a_file_into_the_folder(drive: Drive, filed: Filed) -> None:
    path = f"{filed.path}/Entwürfe/Neuer Brief.docx"
    who = {"User_Agent": WINDOWS, "Translate": "f"}
    assert drive.send("PROPFIND", path, Depth="0", **who).status_code == 404
    assert drive.send("PUT", path, b"", **who).status_code == 201
    locked = drive.send("LOCK", path, LOCKINFO, Depth="0", Timeout="Second-3600", **who)
    token = locked.headers["Lock-Token"]
    times = drive.send("PROPPATCH", path, TIMES, If=f"({token})", **who)
    assert (times.status_code, times.text.count("200 OK")) == (207, 1)
    assert drive.send("HEAD", path, **who).headers["Content-Length"] == "0"
    assert drive.send("PUT", path, b"Inhalt", If=f"({token})", **who).status_code == 204
    assert drive.send("UNLOCK", path, Lock_Token=token, **who).status_code == 204
    draft = DraftDocument.objects.get(name="Neuer Brief.docx")
    assert (draft.blob.read(), draft.title) == (b"Inhalt", "Neuer Brief")


def test_word_opens_an_address_and_saves(drive: Drive, filed: Filed) -> None:
    path, who = filed.short, {"User_Agent": WORD, "X_Office_Major_Version": "16"}
    folder = path.rpartition("/")[0] + "/"
    assert drive.send("OPTIONS", folder, **who).headers["MS-Author-Via"] == "DAV"
    head = drive.send("HEAD", path, **who)
    assert (head.status_code, bool(head.headers["ETag"])) == (200, True)
    locked = drive.send("LOCK", path, LOCKINFO, Depth="0", Timeout="Second-0", **who)
    assert "Second-0<" not in locked.text, "no lock that is over before the answer came"
    token = locked.headers["Lock-Token"]
    owner = f"{folder}~$ndigung.docx"
    assert drive.send("PUT", owner, b"", **who).status_code == 201
    assert drive.send("PUT", owner, b"Gerd", **who).status_code == 204
    assert drive.send("GET", path, **who).content == b"erster Stand"
    assert drive.send("PUT", path, b"", If=f"({token})", **who).status_code == 204
    assert stored(filed) == b"erster Stand"
    assert drive.send("PUT", path, b"neu", If=f"({token})", **who).status_code == 204
    assert drive.send("DELETE", owner, **who).status_code == 204
    assert drive.send("UNLOCK", path, Lock_Token=token, **who).status_code == 204
    assert stored(filed) == b"neu"
    assert not ScratchFile.objects.exists()
    assert not DraftLock.objects.exists()


def test_excel_saves_over_a_name_of_eight_digits(drive: Drive, filed: Filed) -> None:
    folder = f"{filed.path}/Entwürfe"
    draft, beside, old = f"{folder}/Kündigung.docx", f"{folder}/4C2E1A00", f"{folder}/4A5B.tmp"
    drive.send("GET", draft)
    assert drive.send("PUT", beside, b"neue Zahlen").status_code == 201
    assert drive.send("MOVE", draft, Destination=ADDRESS + quote(old)).status_code == 204
    assert drive.send("MOVE", beside, Destination=ADDRESS + quote(draft)).status_code == 204
    assert drive.send("DELETE", old).status_code == 204
    assert (stored(filed), DraftDocument.objects.count()) == (b"neue Zahlen", 1)


def test_finder_sends_length_and_pieces_its_own_way(drive: Drive, filed: Filed) -> None:
    folder = f"{filed.path}/Entwürfe"
    path, who = f"{folder}/Notiz.txt", {"User_Agent": FINDER}
    assert drive.send("PROPFIND", path, Depth="0", **who).status_code == 404
    assert drive.send("PUT", path, b"", **who).status_code == 201
    drive.http.headers["Transfer-Encoding"] = "chunked"
    headers = {"User-Agent": FINDER, "X-Expected-Entity-Length": "6"}
    answer = drive.http.request(
        "PUT", f"/webdav{quote(path)}", content=iter([b"Not", b"iz!"]), headers=headers,
        auth=drive.auth,
    )  # fmt: skip
    assert answer.status_code == 204
    del drive.http.headers["Transfer-Encoding"]
    assert drive.send("GET", path).content == b"Notiz!"
    for name in ("._Notiz.txt", ".DS_Store"):
        assert drive.send("PUT", f"{folder}/{name}", b"", **who).status_code == 201
        assert drive.send("PUT", f"{folder}/{name}", b"Farbe", **who).status_code == 204
        assert drive.send("PUT", f"{filed.path}/{name}", b"", **who).status_code == 403
    assert set(DraftDocument.objects.values_list("name", flat=True)) == {
        "Kündigung.docx", "Notiz.txt",
    }  # fmt: skip


def test_names_of_properties_are_listed(drive: Drive, filed: Filed) -> None:
    asked = '<propfind xmlns="DAV:"><propname/></propfind>'
    tree = etree.fromstring(drive.send("PROPFIND", filed.short, asked, Depth="0").content)
    names = [one.tag for one in tree.iter(f"{DAV}prop").__next__()]
    assert f"{DAV}getetag" in names
    assert f"{DAV}lockdiscovery" in names


def test_the_tag_in_a_listing_is_the_tag_of_the_file(drive: Drive, filed: Filed) -> None:
    listed = etree.fromstring(drive.send("PROPFIND", filed.short, Depth="0").content)
    tag = str(listed.findtext(f".//{DAV}getetag"))
    head = drive.send("HEAD", filed.short)
    assert tag == head.headers["ETag"]
    assert drive.send("GET", filed.short, If_None_Match=tag).status_code == 304
    since = head.headers["Last-Modified"]
    both = drive.send("GET", filed.short, If_None_Match='"alt"', If_Modified_Since=since)
    assert both.status_code == 200
    assert drive.send("PUT", filed.short, b"x", If_Unmodified_Since=since).status_code == 204


def test_several_ranges_give_the_whole_and_one_gives_its_piece(drive: Drive, filed: Filed) -> None:
    one = drive.send("GET", filed.short, Range="bytes=7-11")
    assert (one.status_code, one.content) == (206, b"Stand")
    many = drive.send("GET", filed.short, Range="bytes=0-1,7-11")
    assert (many.status_code, many.content) == (200, b"erster Stand")
    assert drive.send("GET", filed.short, Range="bytes=99-").status_code == 416
    part = drive.send("PUT", filed.short, b"xx", Content_Range="bytes 2-3/12")
    assert part.status_code == 400
    assert stored(filed) == b"erster Stand"


def test_only_exclusive_locks_are_offered_and_given(drive: Drive, filed: Filed) -> None:
    path = filed.short
    shared = drive.send("LOCK", path, LOCKINFO.replace("exclusive", "shared"), Depth="0")
    assert shared.status_code == 403
    assert not DraftLock.objects.exists()
    listed = drive.send("PROPFIND", path, Depth="0").text
    assert ("exclusive" in listed, "shared" in listed) == (True, False)
    strange = LOCKINFO.replace("<D:owner>", "<x xmlns='urn:x'>1</x><D:owner>")
    assert drive.send("LOCK", path, strange, Depth="0").status_code == 200, "RFC 4918, 17"


def test_who_is_locked_out_learns_which_address(connect: Connect, filed: Filed) -> None:
    first, second = connect("gerd.harms"), connect("gerd.harms", "PC")
    first.lock(filed.short)
    second.send("GET", filed.short)
    refused = second.send("PUT", filed.short, b"x")
    assert refused.status_code == 423
    href = etree.fromstring(refused.content).findtext(f".//{DAV}href")
    assert href == f"/webdav{quote(filed.short)}"


def test_folders_of_drafts_have_a_date(drive: Drive, filed: Filed) -> None:
    listed = drive.send("PROPFIND", f"{filed.path}/Entwürfe", Depth="0").text
    assert "getlastmodified" in listed


def test_no_draft_has_the_address_of_a_folder(drive: Drive, filed: Filed) -> None:
    """litmus locks a folder that it could not make."""
    path = f"{filed.path}/Entwürfe/ordner/"
    for method, body in (("LOCK", LOCKINFO), ("PUT", b"x"), ("MKCOL", b"")):
        assert drive.send(method, path, body, Depth="0").status_code == 403
    assert DraftDocument.objects.count() == 1


def test_syncing_an_empty_folder_deletes_nothing(drive: Drive, filed: Filed) -> None:
    """``rclone sync`` into the folder of drafts, and into a case."""
    names = [f"Entwürfe/{filed.draft.name}", *drive.names(filed.path)[1:]]
    for name in names:
        refused = drive.send("DELETE", f"{filed.path}/{name}")
        assert (refused.status_code, len(refused.text) > 20) == (403, True)
    assert drive.send("DELETE", f"{filed.path}/").status_code == 403
    assert stored(filed) == b"erster Stand"
