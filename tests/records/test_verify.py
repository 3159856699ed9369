"""Every change behind the back of the record is noticed, and named exactly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rathaus.core.events import erase_personal
from rathaus.core.models import Chain, Counter, Event, FreeNumber
from rathaus.organisation.models import Office
from rathaus.records import actions, cli, verify, wording
from rathaus.records.models import Case, Document, DocumentVersion, Rendition
from tests.records.conftest import CLERK, SYSTEM, file, open_case
from tests.support.tamper import execute

pytestmark = pytest.mark.django_db
BIG = b"Urkunde " * 5_000


@pytest.fixture
def town(offices: dict[str, Office], plan: int) -> list[Case]:
    """Three cases; the first has a large document, two versions and a rendition."""
    cases = [open_case(offices["buergerbuero"], title=f"Fall {n}") for n in (1, 2, 3)]
    large = file(cases[0], BIG, title="Urkunde", name="urkunde.pdf", content_type="application/pdf")
    actions.add_rendition(version=large.current, kind="pdf", content=b"%PDF-A", actor=SYSTEM)
    letter = file(cases[0], b"Entwurf", title="Schreiben", kind="letter", direction="out")
    actions.add_version(
        document=letter,
        content=b"Reinschrift",
        name="s.txt",
        content_type="text/plain",
        actor=CLERK,
    )
    file(cases[1], b"Hallo", title="Anfrage")
    file(cases[1], b"Tach", title="Zweite Anfrage")
    actions.close_case(case=cases[2], actor=CLERK)
    return cases


def found() -> list[tuple[str, str]]:
    return [(f.object, f.what) for f in verify.run().findings]


def whats() -> set[str]:
    return {what for _, what in found()}


def document(title: str) -> Document:
    return Document.objects.get(title=title)


def blob_path(title: str) -> Path:
    return Path(storages["records"].path(document(title).current.blob.name))


def rewrite(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def test_an_untouched_record_is_proved(town: list[Case]) -> None:
    calls: list[tuple[int, int]] = []
    report = verify.run(lambda done, total: calls.append((done, total)))
    assert report.ok, report.findings
    assert (report.cases, report.chains, report.documents) == (3, 3, 4)
    assert (report.versions, report.renditions, report.files) == (5, 1, 6)
    assert report.size > len(BIG)
    assert calls == [(1, 3), (2, 3), (3, 3)]


def test_reopened_and_erased_is_no_tampering(town: list[Case]) -> None:
    actions.reopen_case(case=town[2], actor=CLERK)
    erase_personal(Event.objects.filter(chain=town[0].chain).first())  # type: ignore[arg-type]
    assert verify.run().ok


@pytest.mark.parametrize("place", [0, 4, 12, 2_000, -1])
def test_one_changed_byte_of_a_file(town: list[Case], place: int) -> None:
    path = blob_path("Urkunde")
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    rewrite(path, bytes(data))
    ((where, what),) = found()
    assert what == "stored file damaged"
    assert where.startswith(f"Vorgang {town[0].reference}, Dokument „Urkunde“")
    assert where.endswith("Fassung 1")


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_cut_file(town: list[Case], keep: int) -> None:
    path = blob_path("Urkunde")
    rewrite(path, path.read_bytes()[:keep])
    assert whats() == {"stored file damaged"}


def test_a_missing_file(town: list[Case]) -> None:
    blob_path("Urkunde").unlink()
    (finding,) = verify.run().findings
    assert finding.what == "stored file damaged"
    assert "missing" in finding.found
    assert document("Urkunde").current.blob.sha256 in finding.expected


def test_one_changed_byte_of_a_small_document(town: list[Case]) -> None:
    blob = document("Anfrage").current.blob
    sealed = bytearray(blob.inline)  # type: ignore[arg-type]
    sealed[-1] ^= 1
    type(blob).objects.filter(pk=blob.pk).update(inline=bytes(sealed))
    ((where, what),) = found()
    assert what == "stored file damaged" and "„Anfrage“" in where


def test_two_documents_swapped(town: list[Case]) -> None:
    one, two = document("Anfrage").current, document("Zweite Anfrage").current
    execute("UPDATE records_documentversion SET blob_id = %s WHERE id = %s", two.blob_id, one.pk)
    execute("UPDATE records_documentversion SET blob_id = %s WHERE id = %s", one.blob_id, two.pk)
    findings = [f for f in verify.run().findings if f.what == "content exchanged"]
    assert len(findings) == 2
    assert findings[0].expected == f"sha256 {one.blob.sha256}"
    assert findings[0].found == f"sha256 {two.blob.sha256}"
    assert "„Anfrage“" in findings[0].object


def test_a_document_moved_to_another_case(town: list[Case]) -> None:
    execute(
        "UPDATE records_document SET case_id = %s, number = 90 WHERE title = 'Anfrage'", town[0].pk
    )
    pairs = found()
    assert {what for _, what in pairs} == {"document missing", "document was never filed"}
    assert any(town[1].reference in where for where, what in pairs if what == "document missing")
    assert any(town[0].reference in where for where, what in pairs if "never" in what)


ROWS: list[tuple[str, str, str]] = [
    (
        "UPDATE records_document SET title = 'X' WHERE title = 'Anfrage'",
        "title, file name or type changed",
        "Dokument „X“",
    ),
    (
        "UPDATE records_documentversion SET name = 'x.txt' WHERE number = 2",
        "title, file name or type changed",
        "Fassung 2",
    ),
    (
        "UPDATE records_documentversion SET content_type = 'text/html' WHERE number = 2",
        "title, file name or type changed",
        "Fassung 2",
    ),
    (
        "UPDATE records_document SET kind = 'note' WHERE title = 'Anfrage'",
        "kind changed",
        "„Anfrage“",
    ),
    (
        "UPDATE records_document SET direction = 'out' WHERE title = 'Anfrage'",
        "direction changed",
        "„Anfrage“",
    ),
    (
        "UPDATE records_document SET latest = 1 WHERE title = 'Schreiben'",
        "number of newest version changed",
        "„Schreiben“",
    ),
    ("DELETE FROM records_documentversion WHERE number = 2", "version missing", "Fassung 2"),
    ("DELETE FROM records_rendition", "rendition missing", "Wiedergabe pdf"),
    (
        "UPDATE records_case SET reference = 'X 1' WHERE title = 'Fall 2'",
        "reference changed",
        "Vorgang X 1",
    ),
    (
        "UPDATE records_case SET title = 'Fall 9' WHERE title = 'Fall 2'",
        "title changed",
        "Vorgang 33.20/",
    ),
    (
        "UPDATE records_case SET state = 'open', closed_at = NULL, retention_until = NULL "
        "WHERE title = 'Fall 3'",
        "state changed",
        "-0003",
    ),
    (
        "UPDATE records_case SET retention_until = '2020-01-01' WHERE title = 'Fall 3'",
        "end of retention changed",
        "-0003",
    ),
    (
        "UPDATE core_event SET actor_label = 'Niemand' WHERE type = 'case.closed'",
        "content changed",
        "-0003, event 2 (case.closed)",
    ),
    (
        "UPDATE core_event SET at = '2020-01-01 00:00:00+00:00' WHERE type = 'case.closed'",
        "content changed",
        "event 2",
    ),
    (
        "DELETE FROM core_event WHERE type = 'document.version_added'",
        "events missing at the end",
        "-0001",
    ),
    (
        "DELETE FROM core_event WHERE type = 'case.opened' AND seq = 1",
        "event of opening missing",
        "Vorgang",
    ),
]


@pytest.mark.parametrize(("statement", "what", "where"), ROWS)
def test_a_changed_row_is_named(town: list[Case], statement: str, what: str, where: str) -> None:
    execute(statement)
    report = verify.run()
    assert not report.ok
    assert any(f.what == what and where in f.object for f in report.findings), report.findings


def test_a_rendition_exchanged(town: list[Case]) -> None:
    other = document("Anfrage").current.blob_id
    execute("UPDATE records_rendition SET blob_id = %s", other)
    ((where, what),) = found()
    assert what == "rendition exchanged" and "Wiedergabe pdf" in where


def test_a_rendition_smuggled_in(town: list[Case]) -> None:
    version = document("Anfrage").current
    Rendition.objects.create(
        version=version, kind="pdf", blob=version.blob, created_at=version.created_at
    )
    assert whats() == {"rendition was never made"}


def test_a_document_removed_is_named_with_its_digest(town: list[Case]) -> None:
    sha256 = document("Anfrage").current.blob.sha256
    ident = document("Anfrage").public_id
    execute(
        "DELETE FROM records_documentversion WHERE document_id IN "
        "(SELECT id FROM records_document WHERE title = 'Anfrage')"
    )
    execute("DELETE FROM records_document WHERE title = 'Anfrage'")
    (finding,) = verify.run().findings
    assert finding.what == "document missing"
    assert finding.object == f"Vorgang {town[1].reference}, Dokument {ident}"
    assert sha256 in finding.expected


def test_a_document_smuggled_in(town: list[Case]) -> None:
    blob = document("Anfrage").current.blob
    row = Document.objects.create(
        case=town[1], title="Gefälscht", kind="note", direction="in", created_at=town[1].opened_at
    )
    DocumentVersion.objects.create(
        document=row, number=1, blob=blob, name="x", content_type="x", created_at=row.created_at
    )
    ((where, what),) = found()
    assert what == "document was never filed" and "Gefälscht" in where


def test_a_version_smuggled_in(town: list[Case]) -> None:
    old = document("Anfrage").current
    DocumentVersion.objects.create(
        document=old.document,
        number=2,
        blob=old.blob,
        name="x",
        content_type="x",
        created_at=old.created_at,
    )
    assert ("version was never filed") in whats()


def test_a_cut_tail_with_the_chain_shortened_to_match(town: list[Case]) -> None:
    """Document, event and the chain's own count removed together: the numbers agree again."""
    last = Event.objects.filter(chain=town[1].chain).order_by("-seq").first()
    assert last is not None
    execute("DELETE FROM core_event WHERE id = %s", last.pk)
    execute(
        "UPDATE core_chain SET length = length - 1, head = %s WHERE id = %s",
        last.previous,
        town[1].chain_id.hex if connection.vendor == "sqlite" else town[1].chain_id,
    )
    ((where, what),) = found()
    assert what == "document was never filed" and "Zweite Anfrage" in where


def test_two_events_swapped(town: list[Case]) -> None:
    chain = town[1].chain
    first, second = Event.objects.filter(chain=chain, type="document.filed").order_by("seq")
    execute("UPDATE core_event SET seq = 99 WHERE id = %s", first.pk)
    execute("UPDATE core_event SET seq = %s WHERE id = %s", first.seq, second.pk)
    execute("UPDATE core_event SET seq = %s WHERE id = %s", second.seq, first.pk)
    assert {"link broken", "content changed"} <= whats()


def remove(case: Case) -> None:
    key: Any = case.chain_id.hex if connection.vendor == "sqlite" else case.chain_id
    execute("DELETE FROM records_case WHERE id = %s", case.pk)
    execute("DELETE FROM core_event WHERE chain_id = %s", key)
    execute("DELETE FROM core_chain WHERE id = %s", key)


def test_a_case_removed_but_for_its_chain(town: list[Case]) -> None:
    execute("DELETE FROM records_case WHERE id = %s", town[2].pk)
    pairs = found()
    assert (f"Vorgang {town[2].reference}", "case missing") in pairs


def test_a_case_removed_with_its_chain_leaves_a_gap(town: list[Case]) -> None:
    remove(town[2])
    (finding,) = verify.run().findings
    assert finding.what == "numbers missing"
    assert finding.found == "3"
    assert finding.object == f"Nummernkreis 33.20:{town[2].dossier.year}"


def test_a_number_that_lies_ready_is_no_gap(town: list[Case]) -> None:
    counter = Counter.objects.get(series__startswith="case:")
    FreeNumber.objects.create(series=counter.series, number=counter.last + 1)
    Counter.objects.update(last=counter.last + 1)
    assert not whats()


def test_the_counter_set_back_with_it(town: list[Case]) -> None:
    Counter.objects.update(last=1)
    assert whats() == {"counter set back"}


def test_other_chains_are_checked_too(town: list[Case]) -> None:
    chain = Chain.objects.create(kind="site", length=3, head="x")
    ((where, what),) = found()
    assert where == f"Kette site {chain.pk}" and what == "events missing at the end"


def test_one_case_alone(town: list[Case]) -> None:
    blob_path("Urkunde").unlink()
    assert not verify.run_case(town[0]).ok
    assert verify.run_case(town[1]).ok


def test_the_command_line(town: list[Case], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.verify_command(json=False) == 0
    assert "3 Vorgänge" in capsys.readouterr().out
    execute("UPDATE records_document SET title = '[red]Böse[/x]' WHERE title = 'Anfrage'")
    assert cli.verify_command(json=False) == 1
    assert "Abweichungen" in capsys.readouterr().out
    assert cli.verify_command(json=True) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["ok"] is False
    assert data["findings"][0]["what"] == "title, file name or type changed"


def test_all_findings_have_german_words() -> None:
    for _, what, _ in ROWS:
        assert wording.german(what) != what
    assert wording.german("something new") == "something new"
    digest = "ab" * 32
    said = wording.german_value(f"{digest}: stored bytes were changed")
    assert said == f"{digest}: gespeicherte Daten wurden verändert"
    assert wording.german_value("no row") == "kein Eintrag"
    assert wording.german_value("WM-2026-00184") == "WM-2026-00184"


@pytest.mark.parametrize("prepare", [lambda case: None, lambda case: file(case, b"mehr")])
def test_checking_costs_the_same_per_case_whatever_it_holds(
    town: list[Case], prepare: Callable[[Case], object]
) -> None:
    for _ in range(10):
        prepare(town[1])
    with CaptureQueriesContext(connection) as captured:
        verify.run()
    assert len(captured) <= 25
