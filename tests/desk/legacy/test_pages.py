"""Legacy files and shelves on the desk."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.core.models import Event
from rathaus.desk.views.legacy import common
from rathaus.organisation.models import Office
from rathaus.records import verify
from rathaus.records.legacy import actions, queries
from rathaus.records.legacy.errors import ShelfInvalid
from rathaus.records.legacy.models import ImportRun, Shelf, ShelfWork
from rathaus.records.models import Document
from tests.desk.conftest import SignIn

BOSS = Actor.staff("boss", "Meike Ulrichs")


@pytest.fixture
def manager(sign_in: SignIn) -> Client:
    return sign_in("meike.ulrichs")


@pytest.fixture
def base(tmp_path: Path, settings: Any) -> Path:
    folder = tmp_path / "alt"
    folder.mkdir()
    settings.RATHAUS_LEGACY_FOLDER = str(folder)
    return folder


def shelf(**more: Any) -> Shelf:
    values = {"room": "Keller", "name": "Regal 1", "centimetres": 200, **more}
    office = Office.objects.get(key=values.pop("office", "steueramt"))
    return actions.save_shelf(office=office, **{"actor": BOSS, **values})


def test_an_import_from_the_desk(manager: Client, base: Path) -> None:
    target = base / "schrank" / "22.30 Hunde" / "Aden (1998-2004)"
    target.mkdir(parents=True)
    (target / "Anmeldung.txt").write_text("Hund")
    (target / "=leer.txt").write_text("")
    data = {"amt": "steueramt", "ordner": "schrank", "art": "folder"}
    assert manager.post(reverse("desk:legacy_new"), data).status_code == 302
    run = ImportRun.objects.get()
    place = [run.public_id]
    wrong = manager.post(
        reverse("desk:legacy_mapping", args=place), {"levels": "regal/akte", "closing": "name"}
    )
    assert wrong.status_code == 422
    assert "regal/akte" in wrong.content.decode()
    good = {"levels": "aktenplan/akte", "closing": "name"}
    manager.post(reverse("desk:legacy_mapping", args=place), good)
    run_pending()
    page = manager.get(reverse("desk:legacy_run", args=place)).content.decode()
    assert "1 Datei kann übernommen werden" in page
    assert "Die Datei ist leer." in page
    assert not Document.objects.exists()
    report = manager.get(reverse("desk:legacy_report", args=place))
    text = b"".join(report.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "Aden (1998-2004)" in text
    manager.post(reverse("desk:legacy_step", args=place), {"schritt": "start"})
    run_pending()
    assert (
        "1 Datei ist in der E-Akte"
        in manager.get(reverse("desk:legacy_run", args=place)).content.decode()
    )
    assert Document.objects.get().case.state == "closed"


def test_a_table_with_columns_chosen_on_the_page(manager: Client, base: Path) -> None:
    (base / "a.txt").write_text("a")
    table = SimpleUploadedFile("liste.csv", b"Wo;Was\na.txt;Akte A\n")
    data = {"amt": "steueramt", "ordner": ".", "art": "table", "tabelle": table}
    manager.post(reverse("desk:legacy_new"), data)
    run = ImportRun.objects.get()
    url = reverse("desk:legacy_mapping", args=[run.public_id])
    missing = manager.post(url, {"plan_code": "22.30", "closing": "open"})
    assert "in welcher Spalte die Datei steht" in missing.content.decode()
    double = manager.post(url, {"spalte-file": "0", "spalte-title": "0", "closing": "open"})
    assert "nur zu einer Angabe" in double.content.decode()
    manager.post(
        url,
        {"spalte-file": "0", "spalte-dossier": "1", "plan_code": "22.30", "closing": "open"},
    )
    run_pending()
    run.refresh_from_db()
    assert (run.state, run.ready) == ("checked", 1)


@pytest.mark.parametrize("folder", ["..", "/etc", "schrank/../..", "", "link", "\x00"])
@pytest.mark.one_database
def test_only_folders_of_the_list(manager: Client, base: Path, folder: str) -> None:
    (base / "link").symlink_to("/etc")
    data = {"amt": "steueramt", "ordner": folder, "art": "folder"}
    answer = manager.post(reverse("desk:legacy_new"), data)
    assert answer.status_code == 422
    assert not ImportRun.objects.exists()


def test_what_is_no_table(manager: Client, base: Path) -> None:
    table = SimpleUploadedFile("liste.csv", b"\x00\x01\x02" * 50)
    data = {"amt": "steueramt", "ordner": ".", "art": "table", "tabelle": table}
    answer = manager.post(reverse("desk:legacy_new"), data)
    assert answer.status_code == 422
    assert "keine Tabelle" in answer.content.decode()


def test_without_a_folder_the_page_says_what_to_do(manager: Client, settings: Any) -> None:
    settings.RATHAUS_LEGACY_FOLDER = ""
    text = manager.get(reverse("desk:legacy_new")).content.decode()
    assert "RATHAUS_LEGACY_FOLDER" in text


def test_imports_are_for_the_records_manager(tax: Client, sign_in: SignIn, base: Path) -> None:
    assert tax.get(reverse("desk:legacy_runs")).status_code == 403
    assert sign_in("lars.poppinga").get(reverse("desk:legacy")).status_code == 403
    assert tax.get(reverse("desk:legacy")).status_code == 200  # heads see the shelves


def test_a_head_sees_the_own_shelves_only(tax: Client, manager: Client) -> None:
    own, foreign = shelf(), shelf(office="standesamt", name="Fach A")
    text = tax.get(reverse("desk:shelves")).content.decode()
    assert "Regal 1" in text
    assert "Fach A" not in text
    assert tax.get(reverse("desk:shelf", args=[foreign.public_id])).status_code == 404
    tax.post(
        reverse("desk:shelves_change"),
        {"pick": [own.public_id, foreign.public_id], "state": "kept"},
    )
    foreign.refresh_from_db()
    own.refresh_from_db()
    assert (own.state, foreign.state) == ("kept", "open")
    typed = {"office": "standesamt", "room": "x", "name": "y", "metres": "1", "priority": "1"}
    assert tax.post(reverse("desk:shelf_new"), typed).status_code == 403
    assert "Fach A" in manager.get(reverse("desk:shelves")).content.decode()


def test_what_is_left_on_the_shelves_adds_up_with_what_is_shown(manager: Client) -> None:
    half_empty = shelf(centimetres=356)
    manager.post(reverse("desk:shelf_work", args=[half_empty.public_id]), {"leer": "1,24"})
    shelf(centimetres=300, name="Regal 2")
    shown = manager.get(reverse("desk:legacy")).content.decode()
    for figure in ("6,6 m", "1,2 m", "5,4 m", "2,4 m", "3,0 m"):
        assert figure in shown, figure


@given(st.integers(1, 10**6), st.data())
def test_total_is_what_is_done_and_what_is_left(total: int, data: Any) -> None:
    done = data.draw(st.integers(0, total))
    shown = [common.metres(total), common.metres(done), common.rest(total, done)]
    tenths = [int(re.sub(r"\D", "", text)) for text in shown]
    assert tenths[0] == tenths[1] + tenths[2]


def test_a_shelf_becomes_empty(manager: Client) -> None:
    row = shelf(centimetres=150)
    url = reverse("desk:shelf_work", args=[row.public_id])
    assert manager.post(url, {"leer": "1,0", "am": clock.today().isoformat()}).status_code == 302
    too_much = manager.post(url, {"leer": "0,6 m", "am": "", "notiz": "Rest"})
    assert too_much.status_code == 422
    assert "So viel Papier steht dort nicht mehr" in too_much.content.decode()
    assert "Rest" in too_much.content.decode()
    manager.post(url, {"leer": "0,5"})
    row.refresh_from_db()
    assert (row.state, row.left) == ("done", 0)
    text = manager.get(reverse("desk:legacy")).content.decode()
    assert "100 %" in text


def test_progress_and_forecast(manager: Client) -> None:
    row = shelf(centimetres=1000)
    month = clock.today().replace(day=1) - timedelta(days=1)
    actions.record_work(shelf=row, centimetres=300, day=month, actor=BOSS)
    (one,) = queries.progress(Shelf.objects.all())
    assert (one.total, one.done, one.left, one.pace) == (1000, 300, 700, 100.0)
    index = clock.today().year * 12 + clock.today().month - 1 + 7
    assert one.empty_by
    assert (one.empty_by.year, one.empty_by.month) == (index // 12, index % 12 + 1)


@given(st.integers(0, 10**7), st.floats(0, 10**6))
@pytest.mark.one_database
def test_a_forecast_is_never_in_the_past(left: int, pace: float) -> None:
    day = queries.forecast(left, pace)
    assert day is None or day >= clock.today().replace(day=1)


@given(st.text(max_size=12))
@pytest.mark.one_database
def test_a_length_is_a_number_or_nothing(text: str) -> None:
    assert 0 <= common.centimetres(text) < 10**6


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1,8", 180), ("1.8 m", 180), ("2", 200), ("0,05", 5), ("-1", 0), ("1,234", 0), ("viel", 0)],
)
@pytest.mark.one_database
def test_lengths(text: str, expected: int) -> None:
    assert common.centimetres(text) == expected


def test_nothing_impossible_on_a_shelf() -> None:
    row = shelf()
    with pytest.raises(ShelfInvalid):
        shelf()  # the same again
    with pytest.raises(ShelfInvalid):
        actions.record_work(shelf=row, centimetres=0, day=clock.today(), actor=BOSS)
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(ShelfInvalid):
        actions.record_work(shelf=row, centimetres=5, day=tomorrow, actor=BOSS)
    assert not ShelfWork.objects.exists()


def kinds(row: Shelf) -> list[str]:
    row.refresh_from_db()
    return list(
        Event.objects.filter(chain=row.chain).order_by("seq").values_list("type", flat=True)
    )


def test_whatever_happens_to_a_shelf_is_in_its_history(manager: Client) -> None:
    row = shelf(centimetres=150)
    here = reverse("desk:shelf", args=[row.public_id])
    typed = {"office": row.office.key, "room": "Keller", "name": "Regal 1", "metres": "1,8",
             "priority": "1", "state": "open"}  # fmt: skip
    manager.post(here, typed)
    manager.post(here, typed)  # nothing new
    manager.post(reverse("desk:shelf_work", args=[row.public_id]), {"leer": "0,5"})
    manager.post(reverse("desk:shelves_change"), {"pick": [row.public_id], "priority": "3"})
    assert kinds(row) == [
        f"legacy.shelf_{what}" for what in ("made", "changed", "cleared", "changed")
    ]
    cleared = Event.objects.get(chain=row.chain, type="legacy.shelf_cleared")
    assert (cleared.data["centimetres"], cleared.data["left"]) == (50, 130)
    text = manager.get(here).content.decode()
    assert "Meter Papier: 1,5 m → 1,8 m · Reihenfolge: 2 → 1" in text
    assert "0,5 m am" in text
    assert verify.run().ok


def test_a_removed_shelf_counts_no_more_and_keeps_its_history(manager: Client, tax: Client) -> None:
    foreign = shelf(office="standesamt", name="Fach A")
    assert tax.post(reverse("desk:shelf_remove", args=[foreign.public_id])).status_code == 404
    row = shelf(centimetres=150)
    url = reverse("desk:shelf_remove", args=[row.public_id])
    assert manager.post(url, {"grund": " "}).status_code == 422
    assert manager.post(url, {"grund": "doppelt erfasst"}).status_code == 302
    assert manager.post(url, {"grund": "doppelt erfasst"}).status_code == 404
    assert kinds(row)[-1] == "legacy.shelf_removed"
    home = reverse("desk:shelves")
    assert "Regal 1" not in manager.get(home).content.decode()
    assert "Regal 1" in manager.get(home, {"stand": "entfernt"}).content.decode()
    here = reverse("desk:shelf", args=[row.public_id])
    page = manager.get(here).content.decode()
    assert "doppelt erfasst" in page
    assert 'name="metres"' not in page
    assert manager.post(here, {"room": "x"}).status_code == 404
    with pytest.raises(ShelfInvalid):
        actions.record_work(shelf=row, centimetres=5, day=clock.today(), actor=BOSS)
    with pytest.raises(ShelfInvalid):
        actions.save_shelf(
            office=row.office, room="neu", name="neu", centimetres=9, shelf=row, actor=BOSS
        )
    shelf()  # its name is free again


@pytest.mark.parametrize("sort", ["", "laenge", "rest"])
def test_the_list_of_shelves_goes_on_behind_a_row(
    manager: Client, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    from rathaus.desk.views.legacy import shelves

    monkeypatch.setattr(shelves, "PAGE", 2)
    made = [
        shelf(name=f"Fach {n}", centimetres=100 + n % 2, priority=1 + n % 3, office=office)
        for n, office in enumerate(["steueramt", "standesamt"] * 3)
    ]
    seen, page = [], {"sort": sort, "nach": ""}
    while True:
        answer = manager.get(reverse("desk:shelves"), page)
        seen += [row["shelf"].pk for row in answer.context["rows"]]
        following = parse_qs(urlsplit(answer.context["next_url"]).query)
        if not following:
            break
        page["nach"] = following["nach"][0]
        # What comes before it meanwhile hides nothing.
        shelf(name=f"davor {len(seen)}", room="A", priority=1, centimetres=9999)
    assert [pk for pk in seen if pk in {one.pk for one in made}] == seen
    assert sorted(seen) == sorted(one.pk for one in made)
    for odd in ("7", "x", str(uuid4()), "%00"):
        assert manager.get(reverse("desk:shelves"), {"nach": odd}).status_code == 200
