"""What somebody with every right and every knowledge does, and how it is named."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from rathaus.core.clock import now
from rathaus.core.jobs import run_pending
from rathaus.records.evidence import actions, anchor, runs, tree, words
from rathaus.records.evidence.models import (
    RunFinding,
    Seal,
    SealItem,
    TimeStamp,
    VerificationRun,
)
from rathaus.records.models import Case
from tests.records.conftest import file
from tests.records.evidence.conftest import ACTOR, seal
from tests.records.evidence.rewriting import rewrite_history
from tests.support.tamper import execute

pytestmark = pytest.mark.django_db


def verify(**options: Any) -> VerificationRun:
    run = runs.start(requested_by="test", **options)
    assert runs.go_on(run.pk)
    run.refresh_from_db()
    return run


def found() -> set[tuple[str, str]]:
    run = verify()
    rows = list(RunFinding.objects.filter(run=run))
    assert all(words.german(row.what) != row.what for row in rows)
    return {(row.object, row.what) for row in rows}


def whats() -> set[str]:
    return {what for _, what in found()}


@pytest.fixture
def town(sealed: list[Case]) -> list[Case]:
    """Three seals, each with a time stamp."""
    for number in (1, 2):
        file(sealed[1], f"Nachtrag {number}".encode(), title=f"Nachtrag {number}")
        seal()
    return sealed


def test_all_is_well(town: list[Case]) -> None:
    run = verify()
    assert list(run.findings.values_list("object", "what")) == []
    assert (run.state, run.phase, run.found) == ("done", "end", 0)
    assert run.done == run.total
    assert run.counts["seals"] == 3
    assert run.counts["versions"] == 6
    assert run.counts["files"] >= 5


def test_a_whole_history_made_up_anew(town: list[Case]) -> None:
    rewrite_history(town[0], label="Jemand anderes")
    pairs = found()
    assert {what for _, what in pairs} == {"history rewritten after sealing"}
    assert all(where.startswith(f"Vorgang {town[0].reference}") for where, _ in pairs)
    row = RunFinding.objects.latest("pk")
    assert row.case_id == town[0].pk


def remake_leaf(case: Case) -> None:
    """Also the leaf in the seal is made to fit."""
    from rathaus.records.evidence import gather

    rewrite_history(case, label="Jemand anderes")
    for item in SealItem.objects.filter(object_id=case.chain_id):
        digest = gather.digests_at(case.chain_id, [item.length])[item.length]
        execute("UPDATE records_evidence_sealitem SET digest = %s WHERE id = %s", digest, item.pk)


def remake_root(case: Case) -> None:
    """And the root and the hash of the seal."""
    from rathaus.records.evidence import gather

    remake_leaf(case)
    made = Seal.objects.get(number=1)
    leaves = [
        tree.combine((bytes(i.digest), bytes(i.blind)), "sha256") for i in made.items.iterator()
    ]
    made.root = tree.root(leaves, "sha256").hex()
    made.hash = hashlib.sha256(gather.seal_text(made)).hexdigest()
    execute(
        "UPDATE records_evidence_seal SET root = %s, hash = %s WHERE number = 1",
        made.root,
        made.hash,
    )


def test_history_and_leaf_made_up(town: list[Case]) -> None:
    remake_leaf(town[0])
    assert found() == {("Siegel 1", "leaves do not give the root")}


def test_history_leaf_and_seal_made_up(town: list[Case]) -> None:
    remake_root(town[0])
    pairs = found()
    assert ("Siegel 1, Zeitstempel von simulation", "time stamp is of another root") in pairs
    assert ("Siegel 2", "link of seals broken") in pairs
    assert ("Siegel 2", "seal before is not in it") in pairs
    assert ("Siegel 1", "seal removed or changed") in pairs


CHANGES: list[tuple[str, str, str, str]] = [
    (
        "a byte of a leaf's digest",
        "UPDATE records_evidence_sealitem SET digest = blind WHERE kind = 'version' "
        "AND seal_id = (SELECT MAX(id) FROM records_evidence_seal)",
        "Vorgang",
        "not what was sealed",
    ),
    (
        "a leaf removed",
        "DELETE FROM records_evidence_sealitem WHERE id = (SELECT MIN(id) FROM "
        "records_evidence_sealitem)",
        "Siegel 1",
        "leaves missing or added",
    ),
    (
        "time of a seal",
        "UPDATE records_evidence_seal SET at = '2020-01-01 00:00:00+00:00' WHERE number = 2",
        "Siegel 2",
        "seal changed",
    ),
    (
        "time of a stamp",
        "UPDATE records_evidence_timestamp SET gen_time = '2020-01-01 00:00:00+00:00'",
        "Siegel 1, Zeitstempel von simulation",
        "time of the stamp changed",
    ),
    (
        "time stamps removed",
        "DELETE FROM records_evidence_timestamp WHERE seal_id = (SELECT MAX(id) FROM "
        "records_evidence_seal)",
        "Siegel 3, Zeitstempel von simulation",
        "time stamp removed or exchanged",
    ),
]


@pytest.mark.parametrize(("name", "sql", "where", "what"), CHANGES, ids=[c[0] for c in CHANGES])
def test_changed_rows(town: list[Case], name: str, sql: str, where: str, what: str) -> None:
    execute(sql)
    assert any(o.startswith(where) and w == what for o, w in found())


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_seal_removed(town: list[Case], number: int) -> None:
    row = Seal.objects.get(number=number)
    for table in ("timestamp", "sealitem"):
        execute(f"DELETE FROM records_evidence_{table} WHERE seal_id = %s", row.pk)
    execute("DELETE FROM records_evidence_seal WHERE id = %s", row.pk)
    pairs = found()
    assert (f"Siegel {number}", "seal removed or changed") in pairs
    if number < 3:
        assert (f"Siegel {number + 1}", "seal missing before it") in pairs


def test_time_stamps_exchanged(town: list[Case]) -> None:
    one, two = TimeStamp.objects.all()[:2]
    for row, token in ((one, two.token), (two, one.token)):
        sql = "UPDATE records_evidence_timestamp SET token = %s WHERE id = %s"
        execute(sql, bytes(token), row.pk)
    pairs = found()
    for number in (1, 2):
        where = f"Siegel {number}, Zeitstempel von simulation"
        assert (where, "time stamp is of another root") in pairs


@pytest.mark.parametrize("place", [3, 60, 300, -5])
def test_a_byte_of_a_token(town: list[Case], place: int) -> None:
    row = TimeStamp.objects.first()
    assert row is not None
    token = bytearray(row.token)
    token[place] ^= 1
    execute("UPDATE records_evidence_timestamp SET token = %s WHERE id = %s", bytes(token), row.pk)
    assert ("Siegel 1, Zeitstempel von simulation", "time stamp removed or exchanged") in found()


def test_a_case_removed_with_all_its_traces(town: list[Case]) -> None:
    case = town[2]
    for sql in (
        "DELETE FROM records_documentversion WHERE document_id IN "
        "(SELECT id FROM records_document WHERE case_id = %s)",
        "DELETE FROM records_document WHERE case_id = %s",
        "DELETE FROM records_case WHERE id = %s",
    ):
        execute(sql, case.pk)
    chain = str(case.chain_id) if connection.vendor == "postgresql" else case.chain_id.hex
    execute("DELETE FROM core_event WHERE chain_id = %s", chain)
    execute("DELETE FROM core_chain WHERE id = %s", chain)
    assert "sealed history is gone" in whats()


def test_something_filed_in_the_past(town: list[Case]) -> None:
    document = file(town[0], b"Neu", title="Neu")
    sql = "UPDATE records_documentversion SET created_at = %s WHERE document_id = %s"
    execute(sql, "2020-01-01 00:00:00+00:00", document.pk)
    assert "in no seal although older" in whats()


@pytest.mark.parametrize("table", ["seal", "sealitem", "timestamp", "renewal", "renewalitem"])
def test_the_database_refuses(town: list[Case], table: str) -> None:
    for sql in (
        f"UPDATE records_evidence_{table} SET id = id",
        f"DELETE FROM records_evidence_{table}",
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM records_evidence_{table}")
            if not cursor.fetchone()[0]:
                continue
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute(sql)


def test_a_guard_switched_off(town: list[Case]) -> None:
    on = " ON records_evidence_seal" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER records_evidence_seal_no_update{on}")
    run = verify()
    assert list(run.findings.values_list("what", "object")) == [
        ("guard missing", "Schutzregel records_evidence_seal_no_update")
    ]


def test_an_old_state_put_back(town: list[Case], tmp_path: Path) -> None:
    """Everything inside an old backup is right; only from outside one sees that it is old."""
    outside = tmp_path / "siegel.txt"
    last = Seal.objects.latest("number")
    outside.write_text(f"Von: rathaus\n\n{anchor.line(last)}\n")
    assert list(anchor.compare(anchor.read(outside))) == []
    forget_seal(last)
    ((_, what, expected, now_found),) = anchor.compare(anchor.read(outside))
    assert what == "older state restored"
    assert "Siegel 3" in expected and now_found == "Siegel 2"


def forget_seal(row: Seal) -> None:
    for table in ("timestamp", "sealitem"):
        execute(f"DELETE FROM records_evidence_{table} WHERE seal_id = %s", row.pk)
    execute("DELETE FROM records_evidence_seal WHERE id = %s", row.pk)


def test_another_seal_than_the_one_told(town: list[Case], tmp_path: Path) -> None:
    outside = tmp_path / "siegel.txt"
    outside.write_text("\n".join(anchor.line(one) for one in Seal.objects.all()))
    remake_root(town[0])
    assert [f[1] for f in anchor.compare(anchor.read(outside))] == ["not the seal told outside"]


def test_the_anchor_goes_out(town: list[Case], settings: Any, tmp_path: Path) -> None:
    place = tmp_path / "siegel.txt"
    settings.RATHAUS_EVIDENCE_ANCHOR = str(place)
    assert anchor.publish() == anchor.publish() != ""
    assert [one.number for one in anchor.read(place)] == [3]
    file(town[0], b"mehr", title="mehr")
    seal()
    anchor.publish()
    assert [one.number for one in anchor.read(place)] == [3, 4]


def test_the_anchor_by_mail(town: list[Case], settings: Any, mailoutbox: list[Any]) -> None:
    settings.RATHAUS_EVIDENCE_ANCHOR = "archiv@example.org"
    text = anchor.publish()
    assert text in mailoutbox[0].body
    assert mailoutbox[0].to == ["archiv@example.org"]


@pytest.mark.parametrize("content", [b"", b"Siegel eins", b"\xff\xfe\0"])
def test_a_file_without_seals(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(anchor.NoAnchor):
        anchor.read(tmp_path / "x")


def test_a_copy_of_another_chain_is_no_seal(town: list[Case]) -> None:
    """Somebody who makes the last seals up anew gets other times; the anchor shows it."""
    last = Seal.objects.latest("number")
    kept = [anchor.Anchor(last.number, "", last.hash)]
    forget_seal(last)
    actions.seal_all(actor=ACTOR)
    run_pending()
    assert Seal.objects.latest("number").number == 3
    assert [f[1] for f in anchor.compare(kept)] == ["not the seal told outside"]
    assert now() >= Seal.objects.latest("number").at
