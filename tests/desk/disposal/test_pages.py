"""The pages of disposal: who may, what they do, what they refuse."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records.disposal import exchange, queries
from rathaus.records.disposal.models import Archive, ErasureRequest, LegalHold, Process
from rathaus.records.models import Case
from tests.records.disposal.conftest import ArchiveSide, old_case, verdicts_of

pytestmark = pytest.mark.one_database
HOME = "/arbeit/aussonderung/"


def begin(client: Client, archive: Archive, cases: list[Case]) -> Process:
    data = {"pick": [str(case.public_id) for case in cases], "archive": str(archive.public_id)}
    answer = client.post(HOME + "beginnen/", data)
    assert answer.status_code == 302, answer.content.decode()
    return Process.objects.latest("pk")


def url(process: Process, rest: str = "") -> str:
    return f"{HOME}verfahren/{process.public_id}/{rest}"


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize(
    "path", ["", "archive/", "archive/neu/", "abgewiesen/", "vernichtet/", "uebernahme/"]
)
def test_only_the_records_manager(manager: Client, trade: Client, path: str) -> None:
    assert manager.get(HOME + path).status_code == 200
    assert trade.get(HOME + path).status_code == 403
    assert Client().get(HOME + path).status_code == 302


def test_the_whole_way_by_clicks(
    manager: Client, head: Client, cashier: Client, archive: Archive, old: list[Case]
) -> None:
    page = text(manager.get(HOME))
    assert all(case.title in page and case.reference in page for case in old)
    process = begin(manager, archive, old)
    assert "Dem Archiv anbieten" in text(manager.get(url(process)))
    assert cashier.get(url(process)).status_code == 404, "head of an office without cases in it"
    assert cashier.post(url(process, "schritt/release/")).status_code == 404
    manager.post(url(process, "schritt/offer/"))
    run_pending()
    process = queries.process_of(process.public_id)
    side = ArchiveSide(process, exchange.inbox(archive))
    path = side.appraise(dict.fromkeys(verdicts_of(process), "V"))
    file = SimpleUploadedFile(path.name, path.read_bytes())
    answer = manager.post(url(process, "empfangen/"), {"message": file}, follow=True)
    assert "2 zu vernichten" in text(answer)
    manager.post(url(process, "schritt/propose/"))
    page = text(manager.get(url(process)))
    assert "Freigeben muss jemand anderes" in page
    assert manager.post(url(process, "schritt/release/")).status_code == 403
    page = text(head.get(url(process)))
    assert "Vernichtung freigeben" in page and old[0].title not in page
    assert head.post(url(process, "schritt/release/")).status_code == 302
    run_pending()
    page = text(manager.get(url(process)))
    assert "Protokoll in der E-Akte" in page and "vernichtet" in page
    stones = text(manager.get(HOME + "vernichtet/"))
    assert old[0].reference in stones and old[0].title not in stones
    shells = text(manager.get(HOME + "vernichtet/?art=akten"))
    assert old[0].dossier.reference in shells and "1 Vorgang" in shells
    assert old[0].dossier.reference in text(manager.get(HOME + "vernichtet/?art=akten&q=32"))


def test_filter_and_tabs(manager: Client, old: list[Case]) -> None:
    assert old[1].title not in text(manager.get(HOME + "?art=B"))
    assert "passt dazu" in text(manager.get(HOME + "?jahr=1901"))
    for nonsense in ("?jahr=abc", "?art=%00", "?nach=x_y", "?tab=nix", "?nach=2020-01-01_9"):
        assert manager.get(HOME + nonsense).status_code == 200


def test_the_list_costs_the_same_with_more_rows(manager: Client, old: list[Case]) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            manager.get(HOME)
        return len(captured)

    count()
    before = count()
    office = Office.objects.get(key="gewerbeamt")
    for number in range(4):
        old_case(office, f"Noch einer {number}", documents=[])
    assert count() == before


def hidden(page: str) -> dict[str, str]:
    """The filter as the form of the list sends it back."""
    return dict(re.findall(r'<input type="hidden" name="(tab|amt|jahr|q)" value="([^"]*)"', page))


def test_all_that_the_filter_shows_is_no_more_than_that(
    manager: Client, archive: Archive, old: list[Case]
) -> None:
    """On the list of demanded erasures, not everything whose retention is over."""
    path = f"/arbeit/akten/vorgang/{old[0].public_id}/loeschverlangen/"
    assert manager.post(path, {"received_on": "2026-01-05"}).status_code == 302
    sent = hidden(text(manager.get(HOME, {"tab": "asked"})))
    manager.post(
        HOME + "beginnen/", {**sent, "all": "1", "archive": str(archive.public_id)}, follow=True
    )
    assert [item.case for item in Process.objects.get().items.all()] == [old[0]]


def test_a_mistake_keeps_filter_ticks_and_words(
    manager: Client, archive: Archive, old: list[Case]
) -> None:
    """Else the second try would take more than was looked at."""
    sent = hidden(text(manager.get(HOME, {"q": old[1].reference})))
    data = {**sent, "pick": [str(old[1].public_id)], "archive": "quatsch", "waiver": "Vertrag 7"}
    answer = manager.post(HOME + "beginnen/", data)
    page = text(answer)
    assert answer.status_code == 422
    assert "Wählen Sie das Archiv" in page
    assert hidden(page) == sent
    assert f'value="{old[1].public_id}" checked' in page
    assert 'value="Vertrag 7"' in page
    assert old[0].title not in page
    assert not Process.objects.exists()


def test_picks_of_others_are_left_out(manager: Client, archive: Archive, old: list[Case]) -> None:
    data = {"pick": ["x", str(uuid.uuid4())], "archive": str(archive.public_id)}
    answer = manager.post(HOME + "beginnen/", data, follow=True)
    assert "mindestens einen Vorgang" in text(answer)
    answer = manager.post(HOME + "beginnen/", {"archive": "quatsch"}, follow=True)
    assert "Wählen Sie das Archiv" in text(answer)


def test_an_unknown_step_is_none(manager: Client, archive: Archive, old: list[Case]) -> None:
    process = begin(manager, archive, old)
    for name in ("finish", "confirm", "gibt-es-nicht", "release"):
        assert manager.post(url(process, f"schritt/{name}/")).status_code == 404
    assert manager.get(url(process, "schritt/offer/")).status_code == 405


def test_take_one_out(manager: Client, archive: Archive, old: list[Case]) -> None:
    process = begin(manager, archive, old)
    item = process.items.first()
    assert item is not None
    path = url(process, f"herausnehmen/{item.pk}/")
    assert manager.post(path, {"why": " "}).status_code == 422
    assert manager.post(path, {"why": "gehört noch gebraucht"}).status_code == 302
    item.refresh_from_db()
    assert item.state == "withdrawn"


def test_a_refused_message_is_explained(manager: Client, archive: Archive, old: list[Case]) -> None:
    process = begin(manager, archive, old)
    manager.post(url(process, "schritt/offer/"))
    run_pending()
    file = SimpleUploadedFile("böse.zip", b"PK\x03\x04 kaputt")
    answer = manager.post(url(process, "empfangen/"), {"message": file}, follow=True)
    assert "Nicht angenommen" in text(answer)
    page = text(manager.get(HOME + "abgewiesen/"))
    assert "böse.zip" in page and "beschädigt" in page


def test_what_was_sent_can_be_fetched(manager: Client, archive: Archive, old: list[Case]) -> None:
    process = begin(manager, archive, old)
    manager.post(url(process, "schritt/offer/"))
    run_pending()
    message = process.messages.get()
    answer: Any = manager.get(url(process, f"nachricht/{message.pk}/"))
    assert answer["Content-Type"] == "application/zip"
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert manager.get(url(process, f"nachricht/{2**70}/")).status_code == 404


GOOD = {
    "name": "Stadtarchiv",
    "version": "3.1.0",
    "kind": "full",
    "unappraised": "ask",
    "folder": "stadtarchiv",
    "answer_days": "90",
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("version", "2.3.0"),
        ("kind", "x"),
        ("unappraised", "B"),
        ("folder", "../etc"),
        ("folder", "a/b"),
        ("answer_days", "-1"),
        ("answer_days", "viele"),
        ("webdav_url", "http://localhost/"),
        ("webdav_url", "https://user:pw@archiv.example/"),
        ("webdav_url", "https://nicht-erlaubt.example/"),
    ],
)
def test_archives_are_checked_and_nothing_typed_is_lost(
    manager: Client, field: str, value: str
) -> None:
    answer = manager.post(HOME + "archive/neu/", {**GOOD, field: value})
    assert answer.status_code == 422
    assert f'href="#{field}"' in text(answer)
    assert "stadtarchiv" in text(answer) or field == "folder"
    assert not Archive.objects.exists()


def test_an_archive_gets_its_folders(manager: Client, tmp_path: Path) -> None:
    assert manager.post(HOME + "archive/neu/", GOOD).status_code == 302
    assert (tmp_path / "exchange" / "stadtarchiv" / "vom-archiv").is_dir()
    assert "Stadtarchiv" in text(manager.get(HOME + "archive/"))


def test_hold_and_release(trade: Client, cashier: Client, old: list[Case]) -> None:
    path = f"/arbeit/akten/vorgang/{old[0].public_id}/sperren/"
    assert cashier.get(path).status_code in (403, 404)
    assert trade.post(path, {"reason": "", "until": ""}).status_code == 422
    answer = trade.post(path, {"reason": "Klage", "until": "31.2.2030"})
    assert answer.status_code == 422 and "Klage" in text(answer)
    assert trade.post(path, {"reason": "Klage beim VG", "until": ""}).status_code == 302
    page = text(trade.get(f"/arbeit/akten/vorgang/{old[0].public_id}/"))
    assert "Klage beim VG" in page and "gesperrt" in page
    hold = LegalHold.objects.get()
    release = f"{HOME}sperren/{hold.public_id}/"
    assert trade.post(release, {"reason": ""}).status_code == 422
    assert trade.post(release, {"reason": "Klage zurückgenommen"}).status_code == 302
    hold.refresh_from_db()
    assert hold.released_at is not None


def test_holds_of_other_offices_are_not_shown(tax: Client, trade: Client, old: list[Case]) -> None:
    trade.post(f"/arbeit/akten/vorgang/{old[0].public_id}/sperren/", {"reason": "Geheime Klage"})
    assert "Geheime Klage" in text(trade.get(HOME + "sperren/"))
    assert "Geheime Klage" not in text(tax.get(HOME + "sperren/"))
    hold = LegalHold.objects.get()
    assert tax.get(f"{HOME}sperren/{hold.public_id}/").status_code == 404


def test_a_demanded_deletion(trade: Client, old: list[Case]) -> None:
    path = f"/arbeit/akten/vorgang/{old[0].public_id}/loeschverlangen/"
    assert "Erst dem Archiv anbieten" in text(trade.get(path))
    assert trade.post(path, {"received_on": "gestern"}).status_code == 422
    assert trade.post(path, {"received_on": "2026-01-05"}).status_code == 302
    page = text(trade.get(f"/arbeit/akten/vorgang/{old[0].public_id}/"))
    assert "Löschung verlangt" in page and "eingeschränkt" in page
    assert trade.post(path, {"note": "zurückgenommen"}).status_code == 302
    assert ErasureRequest.objects.get().state == "withdrawn"


def test_a_dossier_goes_out_and_comes_back(manager: Client, old: list[Case]) -> None:
    path = f"/arbeit/akten/{old[0].dossier.public_id}/abgabe/"
    assert manager.post(path, {"reader": ""}).status_code == 422
    answer: Any = manager.post(path, {"reader": "Landkreis"})
    content = b"".join(answer.streaming_content)
    name = answer["Content-Disposition"].split('"')[1]
    data = {"office": "gewerbeamt", "entry": "32.10"}
    missing = manager.post(HOME + "uebernahme/", data)
    assert missing.status_code == 422 and 'href="#message"' in text(missing)
    data |= {"message": SimpleUploadedFile(name, content)}  # type: ignore[dict-item]
    done = manager.post(HOME + "uebernahme/", data, follow=True)
    assert "Übernommen: 1 Akten" in text(done)
