"""Tables as offices export them, and dates as people wrote them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus.core.clock import today
from rathaus.records.legacy import dates
from rathaus.records.legacy.errors import SourceUnusable
from rathaus.records.legacy.mapping import Mapping, columns_of, levels_of, words_of
from rathaus.records.legacy.models import ImportItem
from rathaus.records.legacy.sources import files, names, table
from rathaus.records.models import Case, Document
from tests.records.legacy.conftest import MakeRun, Writer, carry_out

HEAD = "Datei;Aktenplan;Akte;Aktenzeichen;Vorgang;Titel;Datum;Abgeschlossen\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_in_any_usual_encoding(make: MakeRun, write: Writer, encoding: str) -> None:
    write("scans/bescheid.pdf", b"%PDF-1.4 Bescheid")
    line = "scans\\bescheid.pdf;33.20;Müller, Jörg;32-14/98;;Größe;1.5.1998;31.12.1999\r\n"
    carry_out(make((HEAD + line).encode(encoding)))
    document = Document.objects.select_related("case").get()
    assert document.title == "Größe"
    assert document.case.title == "Müller, Jörg (alt: 32-14/98)"
    assert document.case.closed_at and document.case.closed_at.year == 1999


@pytest.mark.one_database
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_separators_are_found_out(separator: str) -> None:
    rows = [["Datei", "Akte", "Titel"], ["a.pdf", 'Harms, A; "B"', "x"], ["b.pdf", "C", "y"]]
    quoted = [[f'"{c.replace(chr(34), chr(34) * 2)}"' for c in row] for row in rows]
    text = "\r\n".join(separator.join(row) for row in quoted)
    assert [cells for _n, cells in table.lines(text, Mapping())] == rows


def test_each_line_says_what_is_wrong(make: MakeRun, write: Writer) -> None:
    write("a.txt", b"a")
    lines = [
        "a.txt;33.20;Akte A;;;;31.02.1999;",
        "a.txt;33.20;Akte A;;;;;30.02.2001",
        "fehlt.txt;33.20;Akte A;;;;;",
        "../../etc/passwd;33.20;Akte A;;;;;",
        "/etc/passwd;33.20;Akte A;;;;;",
        "a.txt;77.77;Akte A;;;;;",
        "a.txt;33.20;;;;;;",
        ";33.20;Akte A;;;;;",
        "a.txt;33.20",
        "a.txt;33.20;Akte A;;;;1.1.2001;",
        "a.txt;33.20;Akte A;;;;1.1.2001;",
    ]
    run = make((HEAD + "\r\n".join(lines)).encode())
    found = list(ImportItem.objects.filter(run=run).values_list("problem", "detail"))
    assert found == [
        ("bad_date", "31.02.1999"),
        ("bad_closed", "30.02.2001"),
        ("missing", ""),
        ("outside", ""),
        ("outside", ""),
        ("unknown_plan", "77.77"),
        ("no_dossier", ""),
        ("no_file", ""),
        ("columns", ""),
        ("", ""),
        ("same_in_run", ""),
    ]
    assert (run.ready, run.problems, run.duplicates) == (1, 9, 1)


def test_another_office_needs_its_own_run(make: MakeRun, write: Writer) -> None:
    write("a.txt", b"a")
    content = "Datei;Aktenplan;Akte;Amt\na.txt;33.20;A;Ordnungsamt\na.txt;33.20;A;Bürgerbüro\n"
    run = make(content.encode())
    found = list(ImportItem.objects.filter(run=run).values_list("problem", flat=True))
    assert found == ["unknown_office", ""]
    carry_out(run)
    assert Case.objects.get().office.key == "buergerbuero"


@pytest.mark.one_database
@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00" * 50, bytes(range(256)) * 20])
def test_what_is_no_table(content: bytes) -> None:
    with pytest.raises(SourceUnusable):
        table.header(content, Mapping())


@given(st.binary(max_size=300))
@pytest.mark.one_database
def test_no_bytes_break_the_reader(content: bytes) -> None:
    try:
        for line, cells in table.lines(table.decode(content, Mapping()), Mapping()):
            table.row(line, cells, Mapping(columns={"file": 0, "date": 1, "closed": 2}))
    except SourceUnusable:
        pass


@given(st.dates(date(1700, 1, 1)))
@pytest.mark.one_database
def test_every_date_in_three_ways(day: date) -> None:
    texts = [day.isoformat(), f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day.year}"]
    for text in texts:
        if day > today():
            with pytest.raises(ValueError, match="not plausible"):
                dates.parse(text)
        else:
            assert dates.parse(text) == day


@pytest.mark.one_database
@pytest.mark.parametrize(
    "text",
    ["31.02.2001", "2001-02-31", "29.2.1900", "0.1.2001", "1.13.2001", "morgen", "", "1699",
     "1.1.1699", "99999", "2001-1", "1/2/2001"],
)  # fmt: skip
def test_no_dates(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        dates.parse(text)


@pytest.mark.one_database
def test_years_and_short_years() -> None:
    assert dates.parse("1998") == date(1998, 12, 31)
    assert dates.parse("1.5.98") == date(1998, 5, 1)
    assert dates.parse("1.5.04") == date(2004, 5, 1)
    with pytest.raises(ValueError, match="not plausible"):
        dates.parse(str((today() + timedelta(days=400)).year))


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "year"),
    [("Müller (1998-2004)", 2004), ("Haushalt 1999 bis 2001", 2001), ("Hund 2011", 2011),
     ("32-14/98", None), ("Nr. 20044", None), ("Plan 2999", None), ("1998 – 2003 Kita", 2003)],
)  # fmt: skip
def test_the_last_year_in_a_name(name: str, year: int | None) -> None:
    assert dates.last_year(name) == year


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "open_"),
    [("Janssen (seit 1999)", True), ("Verein (2010-)", True), ("Kita 2010 bis heute", True),
     ("Pacht ab 1998", True), ("Deich 1998 ff.", True), ("Müller (1998-2004)", False),
     ("Schwab 1998", False), ("1999 bis 2001", False), ("2003-05-01_Antrag", False)],
)  # fmt: skip
def test_a_span_without_an_end_is_no_closing(name: str, open_: bool) -> None:
    assert dates.is_open(name) is open_
    assert (names.closed_by(name) is None) is open_


@pytest.mark.one_database
def test_codes_titles_headings_and_levels() -> None:
    assert names.code_of("33.20 Meldewesen") == "33.20"
    assert names.code_of("33.20_Meldewesen") == "33.20"
    assert names.code_of("Meldewesen") == ""
    assert names.title_of("12.06.2003 Foto_1.jpg") == (date(2003, 6, 12), "Foto 1")
    assert names.title_of("31.02.2003 Foto.jpg") == (None, "31.02.2003 Foto")
    assert columns_of(["Pfad", "AZ", "z.d.A.", "Amt", "Quatsch"]) == {
        "file": 0, "old_reference": 1, "closed": 2, "office": 3,
    }  # fmt: skip
    assert words_of(levels_of("Aktenplan / egal/AKTE")) == "aktenplan/egal/akte"
    with pytest.raises(ValueError, match="regal"):
        levels_of("regal/akte")


@given(st.binary(max_size=60))
@pytest.mark.one_database
def test_no_path_leads_outside(raw: bytes) -> None:
    try:
        parts = files.parts_of(raw)
    except files.Refused:
        return
    assert parts
    assert not {b"", b".", b".."} & set(parts)
    assert not any(b"/" in part or b"\x00" in part for part in parts)
