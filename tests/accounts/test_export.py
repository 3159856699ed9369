"""A copy of one's own data: complete, for nobody else, gone after a week."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client

from rathaus.accounts import jobs
from rathaus.accounts.actions import acting, closing
from rathaus.accounts.models import DataExport, ExportState
from rathaus.accounts.terms import give_consent
from rathaus.core import sealedfile, storage
from rathaus.core.clock import now, shifted, today
from rathaus.core.jobs import run_pending
from rathaus.core.models import Blob, Event
from rathaus.core.storage import StorageDamaged
from rathaus.forms.models import Upload
from rathaus.proceedings.personal import export
from rathaus.records.models import Document
from rathaus.records.work.actions import shares
from tests.portal import residents
from tests.portal.residents import Person
from tests.support import town as demo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town(db: None) -> None:
    demo.load()


@pytest.fixture
def person() -> Person:
    return Person()


def make(person: Person) -> DataExport:
    row = export.request_export(account=person.account, actor=person.account.actor)
    run_pending()
    row.refresh_from_db()
    return row


def opened(row: DataExport) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(export.content(row))))


def read(package: zipfile.ZipFile, ending: str) -> Any:
    name = next(name for name in package.namelist() if name.endswith(ending))
    return json.loads(package.read(name))


def test_everything_is_in_it(person: Person) -> None:
    application = person.apply()
    residents.look_at(application)
    residents.write_to(application, "Bitte anrufen")
    residents.decide(application)
    draft = person.begin("hund-abmelden")
    give_consent(account=person.account, actor=person.account.actor)
    package = opened(make(person))
    assert package.testzip() is None
    account = read(package, "konto.json")
    assert account["account"]["last_name"] == "Janssen"
    assert account["consents"][0]["kind"] == "terms"
    case = read(package, "antrag.json")
    assert case["reference"] == application.reference
    assert case["answers"] == application.answers
    assert case["messages"][0]["text"] == "Bitte anrufen"
    assert case["retention"]["until"] or case["retention"]["years"]
    assert read(package, "entwurf.json")["service"] == draft.version.parsed.title
    pdfs = [name for name in package.namelist() if name.endswith(".pdf")]
    assert len(pdfs) == 2
    assert all(package.read(name).startswith(b"%PDF") for name in pdfs)
    assert {entry["file"] for entry in case["documents"]} <= {
        name.split("/", 2)[2] for name in package.namelist() if name.startswith("antraege/")
    }


def test_staff_have_no_names_in_it(person: Person) -> None:
    application = person.apply()
    residents.look_at(application)
    staff, _actor = residents.clerk(application)
    package = opened(make(person))
    history = json.dumps(read(package, "antrag.json")["history"], ensure_ascii=False)
    assert staff.last_name not in history
    assert application.case.office.name in history
    page = person.get("/konto/daten/zugriffe/").page
    assert application.case.office.name in page
    assert staff.last_name not in page


def test_people_outside_who_were_let_in_are_told_too(person: Person) -> None:
    """A share of a document, and each time it was fetched; once, and without names."""
    application = person.apply()
    staff, actor = residents.clerk(application)
    document = Document.objects.filter(case=application.case).with_versions()[0]
    share, _code = shares.open_share(
        case=application.case,
        staff=staff,
        versions=[document.current],
        recipient="Rechtsanwältin Thea Ubben",
        purpose="Akteneinsicht",
        expires_on=today() + timedelta(days=7),
        actor=actor,
        address=str,
    )
    shares.fetch_item(share=share, number=1)
    page = person.get("/konto/daten/zugriffe/").page
    assert page.count("Dokumente für Außenstehende freigegeben") == 1
    assert page.count("Dokument über eine Freigabe abgerufen") == 1
    assert "Dokument geöffnet" not in page
    assert "Ubben" not in page and staff.name not in page


def test_nothing_of_others(person: Person) -> None:
    other = Person("Hinrich", "Fremdling")
    theirs = other.apply()
    package = opened(make(person))
    for name in package.namelist():
        assert theirs.reference.encode() not in package.read(name)


def test_not_what_was_an_organisations(person: Person) -> None:
    other = Person("Theda", "Bohlen")
    place = other.found()
    row = acting.let_in(
        person.account, place, role="member", decided_by=None, actor=other.account.actor
    )
    application = person.apply(place=place)
    assert any(
        application.reference.replace("/", "-") in n for n in opened(make(person)).namelist()
    )
    acting.end(representation=row, by=person.account, actor=person.account.actor)
    assert not any("antraege/" in name for name in opened(make(person)).namelist())


def test_on_the_page(person: Person) -> None:
    person.apply()
    person.get("/konto/daten/kopie/")
    person.browser.post({})
    page = person.browser
    assert "Ihre Kopie wird gemacht" in page.page
    run_pending()
    ready = person.get(page.path)
    assert "Ihre Kopie ist fertig" in ready.page
    response: Any = person.browser.client.get(f"{page.path}laden/")
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith("attachment")
    content = b"".join(response.streaming_content)
    assert len(content) == int(response["Content-Length"])
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    types = Event.objects.filter(chain=person.account.chain).values_list("type", flat=True)
    assert "accounts.export_taken" in types


def test_for_nobody_else(person: Person) -> None:
    row = make(person)
    other = Person("Hinrich", "Fremdling")
    for path in ("", "laden/"):
        where = f"/konto/daten/kopie/{row.public_id}/{path}"
        assert other.browser.client.get(where).status_code == 404
        assert Client().get(where).status_code == 303


def test_needs_a_fresh_proof(person: Person) -> None:
    row = make(person)
    with shifted(datetime.now(UTC) + timedelta(minutes=40)):
        response = person.browser.client.get(f"/konto/daten/kopie/{row.public_id}/laden/")
        assert response.status_code == 303
        assert response["Location"] == "/konto/sicherheit/bestaetigen/"


def test_lies_encrypted_and_goes_after_a_week(person: Person) -> None:
    row = make(person)
    with storages["records"].open(row.name, "rb") as file:
        stored = file.read()
    assert b"konto.json" not in stored and b"Janssen" not in stored
    with shifted(datetime.now(UTC) + timedelta(days=6)):
        jobs.drop_exports()
        assert storages["records"].exists(row.name)
    with shifted(datetime.now(UTC) + timedelta(days=8)):
        person.log_in()
        where = f"/konto/daten/kopie/{row.public_id}/laden/"
        assert person.browser.client.get(where).status_code == 404
        jobs.drop_exports()
    assert not storages["records"].exists(row.name)
    assert not DataExport.objects.exists()


def test_one_at_a_time(person: Person) -> None:
    first = export.request_export(account=person.account, actor=person.account.actor)
    second = export.request_export(account=person.account, actor=person.account.actor)
    assert first == second


def test_goes_with_the_account(person: Person, django_capture_on_commit_callbacks: Any) -> None:
    row = make(person)
    waiting = export.request_export(account=person.account, actor=person.account.actor)
    with django_capture_on_commit_callbacks(execute=True):
        closing.close(account=person.account, actor=person.account.actor)
    assert not storages["records"].exists(row.name)
    run_pending()
    assert not DataExport.objects.filter(pk=waiting.pk).exists()


# --- sealed files ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, sealedfile.FRAME, sealedfile.FRAME + 1, 700_001])
def test_sealed_and_opened(size: int) -> None:
    key, out, plain = sealedfile.new_key(), io.BytesIO(), bytes(range(251)) * (size // 251 + 1)
    writer = sealedfile.Writer(out, key)
    writer.write(plain[:size])
    writer.close()
    assert writer.size == size
    assert b"".join(sealedfile.read(io.BytesIO(out.getvalue()), key)) == plain[:size]


@pytest.mark.parametrize("harm", ["flip", "cut", "swap", "key", "nothing"])
def test_changed_files_do_not_open(harm: str) -> None:
    key, out = sealedfile.new_key(), io.BytesIO()
    writer = sealedfile.Writer(out, key)
    writer.write(b"x" * (3 * sealedfile.FRAME))
    writer.close()
    data, frame = out.getvalue(), sealedfile.FRAME + 16
    changed = {
        "flip": data[:500] + bytes([data[500] ^ 1]) + data[501:],
        "cut": data[: 11 + frame],
        "swap": data[:11]
        + data[11 + frame : 11 + 2 * frame]
        + data[11 : 11 + frame]
        + data[11 + 2 * frame :],
        "key": data,
        "nothing": b"",
    }[harm]
    with pytest.raises(sealedfile.Broken):
        list(sealedfile.read(io.BytesIO(changed), sealedfile.new_key() if harm == "key" else key))


def test_memory_stays_flat(tmp_path: Any) -> None:
    key, piece = sealedfile.new_key(), b"x" * 1_000_000
    tracemalloc.start()
    with (tmp_path / "big").open("wb") as out:
        writer = sealedfile.Writer(out, key)
        for _ in range(40):
            writer.write(piece)
        writer.close()
    with (tmp_path / "big").open("rb") as source:
        assert sum(len(part) for part in sealedfile.read(source, key)) == 40_000_000
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


def test_a_copy_that_failed_says_so_and_can_be_asked_for_again(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_anything: Any) -> None:
        raise OSError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(export.package, "account", fails)
        first = make(person)
        assert first.state == ExportState.WAITING
    with shifted(now() + timedelta(hours=3)):
        person.log_in()
        page = person.get(f"/konto/daten/kopie/{first.public_id}/").page
        assert "nicht fertig geworden" in page and "wird gemacht" not in page
        second = make(person)
        assert second.pk != first.pk and second.state == ExportState.READY
        first.refresh_from_db()
        assert export.has_failed(first)


def test_a_damaged_file_and_a_colleagues_draft(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one is told and stops nothing, the other is not the person's own."""
    other = Person("Theda", "Bohlen")
    place = other.found()
    acting.let_in(person.account, place, role="member", decided_by=None, actor=other.account.actor)
    other.begin("hund-abmelden", place=place)
    draft = person.begin()
    Upload.objects.create(
        owner=draft.public_id,
        field_key="nachweis",
        name="impfpass.pdf",
        size=3,
        blob=storage.put(b"abc"),
    )

    def damaged(_self: Blob) -> bytes:
        raise StorageDamaged

    monkeypatch.setattr(Blob, "read", damaged)
    names = opened(make(person)).namelist()
    assert any(name.endswith("impfpass.pdf.txt") for name in names)
    assert not any("hund-abmelden" in name for name in names)
