"""Drafts over WebDAV: open, lock, save; two writers; what office programs put beside them."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import override_settings

from rathaus.core import storage
from rathaus.core.clock import now, shifted
from rathaus.core.models import Blob
from rathaus.desk.webdav import jobs, locks, passwords, scratch
from rathaus.desk.webdav.models import DraftLock, ScratchFile
from rathaus.records import actions
from rathaus.records.models import DraftDocument
from tests.desk import making
from tests.desk.webdav.conftest import ACTOR, LOCKINFO, Connect, Filed, anonymous

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
ADDRESS = "http://localhost/webdav"


def stored(filed: Filed) -> bytes:
    filed.draft.refresh_from_db()
    return filed.draft.blob.read()


def test_open_lock_save_unlock_as_word_does(connect: Connect, filed: Filed) -> None:
    drive, path = connect("gerd.harms"), filed.short
    folder = drive.send("OPTIONS", path.rpartition("/")[0] + "/")
    assert folder.headers["DAV"] == "1,2"
    assert "PUT" in drive.send("OPTIONS", path).headers["Allow"]
    token = drive.lock(path)
    assert drive.send("GET", path).content == b"erster Stand"
    assert locks.holders([filed.draft.public_id]) == {filed.draft.public_id: "Gerd Harms"}
    saved = drive.send("PUT", path, b"zweiter Stand", If=f"({token})")
    assert saved.status_code == 204
    assert stored(filed) == b"zweiter Stand"
    assert (filed.draft.revision, filed.draft.author) == (2, "Gerd Harms")
    again = drive.send("LOCK", path, If=f"({token})", Timeout="Second-900")
    assert again.status_code == 200
    assert drive.send("PUT", path, b"dritter Stand", If=f"({token})").status_code == 204
    assert drive.send("UNLOCK", path, Lock_Token=token).status_code == 204
    assert not DraftLock.objects.exists()
    assert stored(filed) == b"dritter Stand"


def test_a_lock_holds_for_both_addresses_and_names_the_person(
    connect: Connect, filed: Filed
) -> None:
    first, second = connect("gerd.harms"), connect("gerd.harms", "PC")
    long = f"{filed.path}/Entwürfe/Kündigung.docx"
    first.lock(long)
    shown = second.send("PROPFIND", filed.short, Depth="0")
    assert "Gerd Harms" in shown.text
    assert "TOWN" not in shown.text, "the owner is a name that we know"
    for path in (long, filed.short):
        second.send("GET", path)
        assert second.send("PUT", path, b"x").status_code == 423
        assert second.send("LOCK", path, LOCKINFO, Depth="0").status_code == 423
    assert stored(filed) == b"erster Stand"
    with shifted(now() + timedelta(hours=2)):
        assert second.send("PUT", long, b"nach der Pause").status_code == 204


def test_two_processes_cannot_both_lock(connect: Connect, filed: Filed) -> None:
    from wsgidav.dav_error import DAVError

    staff = making.person("gerd.harms")
    root = quote(filed.short)
    wanted = {"timeout": 600, "principal": str(staff.public_id), "depth": "0"}
    locks.Storage().create(root, dict(wanted))
    with pytest.raises(DAVError) as refused:
        locks.Storage().create(root, dict(wanted))
    assert refused.value.value == 423


def test_the_second_writer_loses_nothing_of_the_first(connect: Connect, filed: Filed) -> None:
    first, second, path = connect("gerd.harms"), connect("gerd.harms", "PC"), filed.short
    for drive in (first, second):
        assert drive.send("GET", path).status_code == 200
    assert first.send("PUT", path, b"von eins").status_code == 204
    late = second.send("PUT", path, b"von zwei")
    assert late.status_code == 409
    assert "inzwischen geändert" in late.text
    assert stored(filed) == b"von eins"
    tag = second.send("HEAD", path).headers["ETag"]
    assert second.send("PUT", path, b"x", If_Match='"nie gesehen"').status_code == 412
    assert second.send("PUT", path, b"von zwei", If_Match=tag).status_code == 204


def test_saved_at_the_desk_meanwhile_is_a_conflict_despite_the_lock(
    connect: Connect, filed: Filed
) -> None:
    drive, path = connect("gerd.harms"), filed.short
    token = drive.lock(path)
    drive.send("GET", path)
    actions.replace_draft(draft=filed.draft, content=b"am Arbeitsplatz", revision=1, actor=ACTOR)
    assert drive.send("PUT", path, b"veraltet", If=f"({token})").status_code == 409
    assert stored(filed) == b"am Arbeitsplatz"


def test_windows_writes_nothing_first(connect: Connect, filed: Filed) -> None:
    drive, path = connect("gerd.harms"), filed.short
    drive.send("GET", path)
    assert drive.send("PUT", path, b"").status_code == 204
    assert stored(filed) == b"erster Stand"
    assert drive.send("PUT", path, b"Inhalt").status_code == 204
    times = (
        '<D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop>'
        "<Z:Win32LastModifiedTime>x</Z:Win32LastModifiedTime></D:prop></D:set></D:propertyupdate>"
    )
    answer = drive.send("PROPPATCH", path, times)
    assert (answer.status_code, "200 OK" in answer.text) == (207, True)


def test_a_new_file_becomes_a_draft(connect: Connect, filed: Filed) -> None:
    drive, path = connect("gerd.harms"), f"{filed.path}/Entwürfe/Neuer_Brief.odt"
    made = drive.send("PUT", path, b"Text")
    assert (made.status_code, made.content) == (201, b"")
    assert made.headers["ETag"]
    draft = DraftDocument.objects.get(name="Neuer_Brief.odt")
    assert (draft.title, draft.blob.read(), draft.case) == ("Neuer Brief", b"Text", filed.case)
    assert draft.created_by == making.person("gerd.harms")
    locked = drive.send("LOCK", f"{filed.path}/Entwürfe/Noch.odt", LOCKINFO, Depth="0")
    assert locked.status_code == 201
    answer = drive.send("PUT", filed.short.rpartition("/")[0] + "/Fremd.odt", b"x")
    assert (answer.status_code, "Entwürfe" in answer.text) == (403, True)


def test_saving_by_setting_the_old_file_aside(connect: Connect, filed: Filed) -> None:
    """Word on a connected drive: write beside, move the old away, move the new to its name."""
    drive, folder = connect("gerd.harms"), f"{filed.path}/Entwürfe"
    draft = f"{folder}/Kündigung.docx"
    assert drive.send("PUT", f"{folder}/~$ndigung.docx", b"Gerd").status_code == 201
    drive.send("GET", draft)
    assert drive.send("PUT", f"{folder}/~WRD0001.tmp", b"neu").status_code == 201
    old, new = f"{folder}/~WRL0002.tmp", f"{folder}/~WRD0001.tmp"
    aside = drive.send("MOVE", draft, Destination=ADDRESS + quote(old), Overwrite="F")
    assert aside.status_code == 204
    back = drive.send("MOVE", new, Destination=ADDRESS + quote(draft), Overwrite="F")
    assert back.status_code == 204
    assert drive.send("DELETE", old).status_code == 204
    assert drive.send("DELETE", f"{folder}/~$ndigung.docx").status_code == 204
    assert stored(filed) == b"neu"
    assert DraftDocument.objects.count() == 1
    assert not ScratchFile.objects.exists()


def test_short_lived_files_are_private_and_go(connect: Connect, filed: Filed) -> None:
    drive, folder = connect("gerd.harms"), f"{filed.path}/Entwürfe"
    path = f"{folder}/.~lock.Kündigung.docx#"
    assert drive.send("PUT", path, b"nur hier").status_code == 201
    token = drive.lock(path)
    assert drive.send("PUT", path, b"nur hier 2", If=f"({token})").status_code == 204
    assert drive.send("GET", path).content == b"nur hier 2"
    assert not Blob.objects.filter(size=8).exists()
    colleague = connect("meike.ulrichs")
    assert colleague.names(folder) == ["Kündigung.docx"]
    assert colleague.send("GET", path).status_code == 404
    with shifted(now() + timedelta(days=2)):
        jobs.clean_up()
    assert not ScratchFile.objects.exists()
    assert not Blob.objects.filter(size=10).exists()
    assert not DraftLock.objects.exists()
    staff, blob = making.person("gerd.harms"), filed.draft.blob
    ScratchFile.objects.bulk_create(
        ScratchFile(
            staff=staff, case=filed.case.public_id, name=f"{n}.tmp", blob=blob, updated_at=now()
        )
        for n in range(scratch.MOST)
    )
    assert drive.send("PUT", f"{folder}/noch.tmp", b"x").status_code == 507


def test_who_only_reads_cannot_save(connect: Connect, filed: Filed) -> None:
    actions.close_case(case=filed.case, actor=ACTOR)
    drive, path = connect("gerd.harms"), filed.short
    assert drive.send("GET", path).content == b"erster Stand"
    for method, body in (("PUT", b"x"), ("LOCK", LOCKINFO), ("DELETE", b"")):
        answer = drive.send(method, path, body, Depth="0")
        assert (answer.status_code, len(answer.text) > 20) == (403, True), method
    answer = drive.send("PUT", f"{filed.path}/Entwürfe/~$x.docx", b"x")
    assert answer.status_code == 403
    assert stored(filed) == b"erster Stand"


def test_drafts_are_not_thrown_away_here_but_may_get_another_name(
    connect: Connect, filed: Filed
) -> None:
    drive, folder = connect("gerd.harms"), f"{filed.path}/Entwürfe"
    path = f"{folder}/Kündigung.docx"
    assert drive.send("DELETE", path).status_code == 403
    target = ADDRESS + quote(f"{folder}/Kündigung Kiosk.docx")
    assert drive.send("MOVE", path, Destination=target).status_code == 204
    assert drive.names(folder) == ["Kündigung Kiosk.docx"]
    elsewhere = ADDRESS + quote(f"{filed.path}/Kündigung.docx")
    moved = drive.send("MOVE", f"{folder}/Kündigung Kiosk.docx", Destination=elsewhere)
    assert (moved.status_code, "desselben Ordners" in moved.text) == (403, True)
    assert "WsgiDAV" not in moved.text
    foreign = "http://evil.example/webdav/entwurf/x"
    moved = drive.send("MOVE", f"{folder}/Kündigung Kiosk.docx", Destination=foreign)
    assert moved.status_code == 502


def test_viruses_and_a_silent_scanner_change_nothing(connect: Connect, filed: Filed) -> None:
    drive, path = connect("gerd.harms"), filed.short
    drive.send("GET", path)
    bad = drive.send("PUT", path, EICAR)
    assert (bad.status_code, "Schadprogramm" in bad.text) == (403, True)
    new = drive.send("PUT", f"{filed.path}/Entwürfe/neu.docx", EICAR)
    assert new.status_code == 403
    assert drive.send("PUT", f"{filed.path}/Entwürfe/x.tmp", EICAR).status_code == 403
    with override_settings(RATHAUS_CLAMD="", RATHAUS_CLAMD_REQUIRED=True):
        assert drive.send("PUT", path, b"sauber").status_code == 503
    assert stored(filed) == b"erster Stand"
    assert DraftDocument.objects.count() == 1, "an infected new file leaves no empty draft"


def test_a_full_disk_is_said_and_changes_nothing(
    connect: Connect, filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "_through", full)
    drive, path = connect("gerd.harms"), filed.short
    drive.send("GET", path)
    for place in (path, f"{filed.path}/Entwürfe/neu.docx", f"{filed.path}/Entwürfe/x.tmp"):
        answer = drive.send("PUT", place, b"x" * 20_000)
        assert (answer.status_code, "kein Platz mehr frei" in answer.text) == (507, True)
    assert stored(filed) == b"erster Stand"
    assert DraftDocument.objects.count() == 1


def test_too_much_is_refused_with_and_without_a_length(connect: Connect, filed: Filed) -> None:
    drive, path = connect("gerd.harms"), filed.short
    drive.send("GET", path)
    with override_settings(MAX_REQUEST_BYTES=1000):
        assert drive.send("PUT", path, b"x" * 1001).status_code == 413
        drive.http.headers["Transfer-Encoding"] = "chunked"
        parts = (b"x" * 300 for _ in range(4))
        answer = drive.http.request("PUT", f"/webdav{quote(path)}", content=parts, auth=drive.auth)
        assert answer.status_code == 413
    assert stored(filed) == b"erster Stand"


def test_an_ended_password_ends_the_drive(connect: Connect, filed: Filed) -> None:
    drive, staff = connect("gerd.harms"), making.person("gerd.harms")
    assert drive.send("PROPFIND", "/", Depth="0").status_code == 207
    row = passwords.of(staff)[0]
    passwords.end(staff=staff, ident=row.public_id, actor=ACTOR)
    assert drive.send("PROPFIND", "/", Depth="0").status_code == 401
    assert anonymous().send("PROPFIND", "/", Depth="0").status_code == 401
