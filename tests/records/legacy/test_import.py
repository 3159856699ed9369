"""From a folder tree to dossiers, cases and documents of the record."""

from __future__ import annotations

import os
import threading
import zipfile
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection

from rathaus.core import clock
from rathaus.core.clock import today
from rathaus.core.events import verify_chain
from rathaus.records import verify
from rathaus.records.legacy import actions, advance, lease, queries, report
from rathaus.records.legacy.errors import Busy, MappingInvalid, MovedOn, SourceUnusable
from rathaus.records.legacy.models import Imported, ImportItem, ImportRun, LegacyCase
from rathaus.records.models import Case, Document, Dossier
from rathaus.search import queries as search
from tests.records.legacy.conftest import MANAGER, MakeRun, Writer, carry_out, settle

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def problems(run: ImportRun) -> dict[str, str]:
    rows = ImportItem.objects.filter(run=run).exclude(problem="")
    return dict(rows.values_list("path", "problem"))


def test_a_tree_becomes_dossiers_with_their_dates_of_old(make: MakeRun, write: Writer) -> None:
    write("33.20 Meldewesen/Harms, Anke (1998-2004)/2003-05-01_Antrag.txt", b"Antrag von damals")
    write("33.20 Meldewesen/Harms, Anke (1998-2004)/Anlagen/12.06.2003 Foto.txt", b"Foto")
    write("33.20 Meldewesen/Broers 2011/Notiz.txt", b"Notiz")
    run = make()
    assert (run.state, run.total, run.ready, run.problems) == ("checked", 3, 3, 0)
    assert not Document.objects.exists()  # a dry run files nothing
    carry_out(run)
    assert (run.state, run.done, run.ready, run.failed) == ("done", 3, 0, 0)
    case = Case.objects.select_related("dossier", "chain").get(title__startswith="Harms")
    assert case.dossier.title == "Harms, Anke (1998-2004)"
    assert "Altbestand" in case.dossier.note
    assert (case.state, case.closed_at and case.closed_at.year) == ("closed", 2004)
    assert case.retention_until == date(2004 + case.retention_years, 12, 31)
    place = LegacyCase.objects.get(case=case)
    assert (place.first_date, place.last_date) == (date(2003, 5, 1), date(2003, 6, 12))
    titles = Document.objects.filter(case=case).order_by("pk").values_list("title", flat=True)
    assert list(titles) == ["Antrag", "Anlagen / Foto"]
    assert not verify_chain(case.chain)
    assert verify.run().ok
    assert [e.data for e in case.chain.events.filter(type="legacy.case_taken")] == [
        {"run": run.reference, "origin": "Altbestand"}
    ]


def test_everything_is_found_afterwards(make: MakeRun, write: Writer) -> None:
    write("33.20/Harms 2004/Antrag.txt", b"Zeltlager am Ottermeer")
    carry_out(make())
    with clock.shifted(clock.now() + timedelta(minutes=1)):
        settle(ImportRun.objects.get())
    office = Case.objects.get().office_id
    hits = search.find(text="Ottermeer", scopes=[f"office:{office}"])
    assert [hit.kind for hit in hits] == ["document"]


def test_levels_with_cases(make: MakeRun, write: Writer) -> None:
    write("33.20/Familie Harms/Umzug 2001/a.txt", b"a")
    write("33.20/Familie Harms/Umzug 2009/b.txt", b"b")
    carry_out(make(levels=["plan", "dossier", "case"]))
    assert Dossier.objects.filter(automatic=False).count() == 1
    years = {case.closed_at and case.closed_at.year for case in Case.objects.all()}
    assert years == {2001, 2009}


def test_nothing_comes_twice(make: MakeRun, write: Writer) -> None:
    write("33.20/Harms 2004/a.txt", b"eins")
    carry_out(make(closing="open"))
    write("33.20/Harms 2004/b.txt", b"zwei")
    second = make(closing="open")
    assert (second.ready, second.duplicates) == (1, 1)
    assert problems(second) == {"33.20/Harms 2004/a.txt": "known"}
    carry_out(second)
    assert Document.objects.count() == 2
    assert Case.objects.count() == 1  # the second one came into the same case


def test_a_changed_file_is_noticed_and_comes_with_the_next_run(
    make: MakeRun, write: Writer
) -> None:
    write("33.20/Harms/a.txt", b"eins")
    run = make(closing="open")
    write("33.20/Harms/a.txt", b"anders")
    carry_out(run)
    assert (run.done, run.failed) == (0, 1)
    assert problems(run) == {"33.20/Harms/a.txt": "changed"}
    assert carry_out(make(closing="open")).done == 1


def test_hostile_trees(make: MakeRun, write: Writer, base: Path, tmp_path: Path) -> None:
    secret = tmp_path / "geheim.txt"
    secret.write_bytes(b"geheim")
    write("33.20/Gut/gut.txt", b"gut")
    (base / "33.20/Gut/link.txt").symlink_to(secret)
    (base / "33.20/Verweis").symlink_to(tmp_path)
    os.mkfifo(base / "33.20/Gut/rohr")
    write(b"33.20/Gut/M\xfcller.txt", b"latin")
    write("33.20/Gut/=cmd|' /C calc'!A0.txt", b"formel")
    write("33.20/Gut/\u202egnp.exe.txt", b"rechts")
    write("33.20/Gut/zeile\nzwei.txt", b"zeile")
    write("33.20/Gut/leer.txt", b"")
    write("33.20/Gut/Thumbs.db", b"x")
    write("33.20/Gut/~$brief.docx", b"x")
    write("99.99/Unbekannt/a.txt", b"x")
    write("oben.txt", b"x")
    write("Thumbs.db", b"x")
    run = carry_out(make(closing="open"))
    assert problems(run) == {
        "33.20/Gut/link.txt": "symlink",
        "33.20/Verweis": "symlink",
        "33.20/Gut/rohr": "special",
        "33.20/Gut/leer.txt": "empty",
        "33.20/Gut/Thumbs.db": "system",
        "33.20/Gut/~$brief.docx": "system",
        "99.99/Unbekannt/a.txt": "unknown_plan",
        "oben.txt": "shallow",
        "Thumbs.db": "system",
    }
    names = set(Document.objects.values_list("versions__name", flat=True))
    assert run.done == len(names) == 5
    assert not any(set(name) & set("\n\u202e/\x00") for name in names)
    assert "Müller" in set(Document.objects.values_list("title", flat=True))
    contents = [document.current.read() for document in Document.objects.with_versions()]
    assert b"geheim" not in contents
    assert verify.run().ok


def test_a_folder_swapped_for_a_link_after_the_dry_run(
    make: MakeRun, write: Writer, base: Path, tmp_path: Path
) -> None:
    write("33.20/Harms/a.txt", b"gleich")
    run = make(closing="open")
    outside = tmp_path / "draussen"
    (base / "33.20/Harms").rename(outside)
    (base / "33.20/Harms").symlink_to(outside)
    carry_out(run)
    assert problems(run) == {"33.20/Harms/a.txt": "symlink"}
    assert not Document.objects.exists()


def test_too_large_and_infected_files_stay_outside(
    make: MakeRun, write: Writer, settings: object
) -> None:
    settings.RATHAUS_LEGACY_MAX_MB = 1  # type: ignore[attr-defined]
    write("33.20/Harms/gross.bin", bytes(1024 * 1024 + 1))
    write("33.20/Harms/virus.txt", EICAR)
    run = carry_out(make(closing="open"))
    assert problems(run) == {
        "33.20/Harms/gross.bin": "too_large", "33.20/Harms/virus.txt": "infected",
    }  # fmt: skip
    assert not Document.objects.exists()


def test_a_bomb_is_stored_as_it_is_and_never_unpacked(make: MakeRun, write: Writer) -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("null", bytes(50 * 1024 * 1024))
    write("33.20/Harms/alt.zip", bomb.getvalue())
    carry_out(make(closing="open"))
    assert Document.objects.with_versions().get().current.read() == bomb.getvalue()


def test_a_run_can_be_paused_resumed_and_cancelled(make: MakeRun, write: Writer) -> None:
    for number in range(3):
        write(f"33.20/Harms/{number}.txt", b"%d" % number)
    run = make(closing="open")
    actions.move(run=run, step="start", actor=MANAGER)
    actions.move(run=run, step="pause", actor=MANAGER)
    assert (settle(run).state, run.done) == ("paused", 0)
    actions.move(run=run, step="resume", actor=MANAGER)
    assert (settle(run).state, run.done) == ("done", 3)
    with pytest.raises(MovedOn):
        actions.move(run=run, step="cancel", actor=MANAGER)
    other = make()
    actions.move(run=other, step="cancel", actor=MANAGER)
    with pytest.raises(MovedOn):
        actions.move(run=other, step="start", actor=MANAGER)
    assert next(e.type for e in run.chain.events.order_by("seq")) == "legacy.run_made"


def test_reading_goes_on_where_it_ended(make: MakeRun, write: Writer, monkeypatch: object) -> None:
    for number in range(7):
        write(f"33.20/Akte {number % 3}/{number}.txt", b"%d" % number)
    monkeypatch.setattr("rathaus.records.legacy.reading.PIECE", 2)  # type: ignore[attr-defined]
    run = make(read=False)
    actions.move(run=run, step="read", actor=MANAGER, work=False)
    slices = 0
    while not advance.one_slice(run, seconds=-1):
        slices += 1
    run.refresh_from_db()
    assert slices == 3
    assert (run.state, run.total, run.ready) == ("checked", 7, 7)
    assert ImportItem.objects.filter(run=run).values("path_key").distinct().count() == 7


def test_two_processes_never_work_on_one_run(make: MakeRun, write: Writer) -> None:
    write("33.20/Harms/a.txt", b"a")
    run = make()
    with lease.held(run), pytest.raises(Busy), lease.held(run):
        pass
    with lease.held(run):
        pass  # free again


def test_a_lease_of_a_process_that_is_gone_is_taken_over(make: MakeRun) -> None:
    run = make(read=False)
    owner = lease.worker.owner_name().split("|")
    ImportRun.objects.filter(pk=run.pk).update(
        worker="|".join([*owner[:2], "999999999", "x"]), worker_until="2999-01-01T00:00Z"
    )
    with lease.held(run):
        pass


@pytest.mark.django_db(transaction=True)
def test_two_runs_over_the_same_folder_at_the_same_time(make: MakeRun, write: Writer) -> None:
    for number in range(6):
        write(f"33.20/Akte {number % 2}/{number}.txt", b"%d" % number)
    runs = [make(closing="open"), make(closing="open")]
    for run in runs:
        actions.move(run=run, step="start", actor=MANAGER, work=False)
    gate = threading.Barrier(2)
    errors: list[BaseException] = []

    def work(run: ImportRun) -> None:
        try:
            fresh = ImportRun.objects.select_related("office", "chain").get(pk=run.pk)
            gate.wait(20)
            while not advance.one_slice(fresh, seconds=5):
                pass
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert Document.objects.count() == Imported.objects.count() == 6
    assert Dossier.objects.filter(automatic=False).count() == 2
    for run in runs:
        run.refresh_from_db()
    assert sum(run.done for run in runs) == 6
    assert sum(run.duplicates for run in runs) == 6
    assert verify.run().ok


def test_a_report_no_spreadsheet_executes(make: MakeRun, write: Writer) -> None:
    for name in ("=1+1", "+49", "-2", "@SUM(A1)", "\t=1", " =1"):
        write(f"33.20/{name}/{name}.txt", b"x" + name.encode())
    text = b"".join(report.rows(make())).decode("utf-8-sig")
    cells = [cell.strip('"') for line in text.splitlines() for cell in line.split(";")]
    assert any(cell.startswith("'=1+1") for cell in cells)
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t")) for cell in cells)


def test_mappings_that_make_no_sense(make: MakeRun) -> None:
    for data, field in (
        ({"levels": ["plan", "plan"]}, "levels"),
        ({"levels": ["dossier"]}, "plan_code"),
        ({"levels": ["plan"]}, "dossier"),
        ({"levels": ["dossier"], "plan_code": "99.9"}, "plan_code"),
    ):
        with pytest.raises(MappingInvalid) as caught:
            make(read=False, **data)
        assert field in caught.value.errors


def test_a_folder_that_is_gone(make: MakeRun, base: Path, offices: object) -> None:
    run = make(read=False)
    base.rmdir()
    actions.move(run=run, step="read", actor=MANAGER)
    assert settle(run).state == "broken"
    assert "nicht mehr lesbar" in run.reason_said
    with pytest.raises(SourceUnusable):
        make()


def test_retention_does_not_begin_before_the_newest_document(make: MakeRun, write: Writer) -> None:
    paths = [
        write("33.20/Janssen (seit 1999)/2019-05-01_Bescheid.txt", b"a"),
        write("33.20/Broers (1998-2004)/2011-02-03_Nachtrag.txt", b"b"),
        write("33.20/Harms (1998-2004)/kopiert.txt", b"c"),
    ]
    for path in paths:
        os.utime(path, (1_600_000_000, 1_600_000_000))  # copied in 2020: says nothing
    carry_out(make())
    closed = dict(Case.objects.values_list("title", "closed_at"))
    days = {title: at and clock.local(at).date() for title, at in closed.items()}
    assert days == {
        "Janssen (seit 1999)": date(2019, 5, 1),
        "Broers (1998-2004)": date(2011, 2, 3),
        "Harms (1998-2004)": date(2004, 12, 31),
    }


def test_files_without_any_year_close_with_their_newest_document(
    make: MakeRun, write: Writer
) -> None:
    path = write("33.20/Harms/a.txt", b"a")
    os.utime(path, (1_000_000_000, 1_000_000_000))  # 9 September 2001
    carry_out(make(closing="last"))
    case = Case.objects.get()
    assert case.closed_at and case.closed_at.date() == date(2001, 9, 9)
    assert queries.findings(ImportRun.objects.get()).over == int(
        case.retention_until is not None and case.retention_until < today()
    )
