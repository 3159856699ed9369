"""Evidence outlives certificates and algorithms: renewed in time, and the whole way verified."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rathaus.core import clock
from rathaus.core.jobs import run_pending
from rathaus.core.storage import shred
from rathaus.records.evidence import actions, algorithms, cli, ers, package, renewal
from rathaus.records.evidence.lines import Builder, lines
from rathaus.records.evidence.models import Renewal, RenewalItem, Seal, SealItem, TimeStamp
from rathaus.records.evidence.offline import pruefen
from rathaus.records.models import Case, DocumentVersion
from rathaus.simulation.timestamps import keys
from tests.records.conftest import file
from tests.records.evidence.conftest import ACTOR, seal
from tests.records.evidence.test_checks import verify
from tests.support.tamper import execute

pytestmark = pytest.mark.django_db


def roots() -> list[Any]:
    return [keys.root().certificate]


def prove(item: SealItem) -> pruefen.Proof:
    """The record of an item through the verifier."""
    (line,) = lines([item.seal])
    record = ers.record(Builder().chains(item, line))
    return pruefen.evidence_record(
        record, lambda name: renewal.digest_of(item, name) or b"", roots()
    )


def renew_stamps() -> Renewal:
    stamps = [line.end.stamp for line in lines()]
    made = renewal.renew_stamps(line="simulation", algorithm="sha256", stamps=stamps, actor=ACTOR)
    run_pending()
    return made


@pytest.fixture
def two(sealed: list[Case]) -> list[Case]:
    file(sealed[1], b"Nachtrag", title="Nachtrag")
    seal()
    return sealed


def test_nothing_is_due_at_first(two: list[Case]) -> None:
    assert renewal.due() == []
    assert renewal.renew_due(actor=ACTOR) == []


def test_certificates_near_their_end(two: list[Case]) -> None:
    end = keys.END - timedelta(days=80)
    found = renewal.due(end)
    assert [one.line.seal.number for one in found] == [1, 2]
    assert {one.kind for one in found} == {"tree"}  # by then the hash is too old as well
    execute("UPDATE records_evidence_timestamp SET valid_until = %s", "2027-01-15 00:00:00+00:00")
    found = renewal.due(datetime(2026, 11, 28, tzinfo=UTC))
    assert {one.kind for one in found} == {"stamps"}
    assert "Zertifikat von simulation" in found[0].reason
    with clock.shifted(datetime(2026, 11, 28, tzinfo=UTC)):
        (made,) = renewal.renew_due(actor=ACTOR)
    assert made.count == 2
    assert renewal.due(datetime(2026, 11, 28, tzinfo=UTC)) == []  # it waits for its time stamp


def test_time_stamps_renewed_twice(two: list[Case]) -> None:
    for _ in range(2):
        renew_stamps()
    assert RenewalItem.objects.count() == 3  # the two first ones, then the one over both
    for item in SealItem.objects.select_related("seal"):
        assert len(prove(item).stamps) == 3
    run = verify()
    assert run.found == 0


def test_the_tree_renewed_and_then_its_stamps(two: list[Case], tmp_path: Path) -> None:
    renew_stamps()
    for number in (1, 2):
        made = renewal.renew_tree(
            seal=Seal.objects.get(number=number), line="simulation", algorithm="sha512", actor=ACTOR
        )
        assert made is not None
    run_pending()
    ends = [line.end.algorithm for line in lines()]
    assert ends == ["sha512", "sha512"]
    stamps = [line.end.stamp for line in lines()]
    renewal.renew_stamps(line="simulation", algorithm="sha512", stamps=stamps, actor=ACTOR)
    run_pending()
    for item in SealItem.objects.select_related("seal"):
        proof = prove(item)
        assert [stamp.algorithm for stamp in proof.stamps] == ["sha256"] * 2 + ["sha512"] * 2
    assert verify().found == 0
    path = tmp_path / "paket.zip"
    path.write_bytes(package.case_package(two[1]).read())
    found = pruefen.pruefe(path)
    assert found.maengel == []
    assert any("3× erneuert" in line for line in found.nachweise)


def test_after_the_renewal_another_content_does_not_pass(two: list[Case]) -> None:
    seal_ = Seal.objects.get(number=1)
    renewal.renew_tree(seal=seal_, line="simulation", algorithm="sha512", actor=ACTOR)
    run_pending()
    item = SealItem.objects.filter(seal=seal_, kind="version").select_related("seal")[0]
    (line,) = lines([seal_])
    record = ers.record(Builder().chains(item, line))

    def forged(name: str) -> bytes:
        """sha256 is broken: another file with the same digest. sha512 tells them apart."""
        true = renewal.digest_of(item, name) or b""
        return true if name == "sha256" else bytes(len(true))

    with pytest.raises(pruefen.HaeltNicht):
        pruefen.evidence_record(record, forged, roots())


def test_what_was_destroyed_stays_out(two: list[Case]) -> None:
    version = DocumentVersion.objects.get(document__title="Urkunde")
    shred(version.blob)
    made = renewal.renew_tree(
        seal=Seal.objects.get(number=1), line="simulation", algorithm="sha512", actor=ACTOR
    )
    assert made is not None
    run_pending()
    item = SealItem.objects.select_related("seal").get(object_id=version.public_id)
    assert not RenewalItem.objects.filter(item=item).exists()
    (line,) = lines([item.seal])
    assert len(Builder().chains(item, line)) == 1


def test_a_renewed_stamp_exchanged(two: list[Case]) -> None:
    renew_stamps()
    row = TimeStamp.objects.filter(renewal__isnull=True).first()
    other = TimeStamp.objects.filter(renewal__isnull=True).last()
    assert row is not None and other is not None
    execute(
        "UPDATE records_evidence_timestamp SET token = %s WHERE id = %s",
        bytes(other.token),
        row.pk,
    )
    whats = set(verify().findings.values_list("what", flat=True))
    assert "renewed time stamp exchanged" in whats


def test_too_late(two: list[Case]) -> None:
    """Renewed when the old certificate had ended already: the verifier does not accept it."""
    with clock.shifted(keys.END - timedelta(days=1)):
        pass
    item = SealItem.objects.select_related("seal").first()
    assert item is not None
    renew_stamps()
    (line,) = lines([item.seal])
    chains = Builder().chains(item, line)
    backwards = [[chains[0][1], chains[0][0]]]
    with pytest.raises(pruefen.HaeltNicht):
        pruefen.evidence_record(
            ers.record(backwards), lambda name: renewal.digest_of(item, name) or b"", roots()
        )


def test_the_command(two: list[Case], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.renew_command(algorithm="sha512") == 0
    assert "2 Erneuerungen, 0 warten" in capsys.readouterr().out
    assert cli.renew_command(algorithm="sha512", json=True) == 0
    assert '"renewed": []' in capsys.readouterr().out
    assert cli.seal_command() == 0
    assert cli.anchor_command() == 0
    assert "Siegel 2 vom" in capsys.readouterr().out


@pytest.mark.one_database
def test_the_table_of_algorithms(settings: Any, tmp_path: Path) -> None:
    assert algorithms.hash_until("sha256") > algorithms.hash_until("sha1")
    assert algorithms.signature_until("rsa-3500") == algorithms.signature_until("rsa-3072")
    for unknown in ("rsa-512", "ec-160", "other"):
        assert algorithms.signature_until(unknown) == algorithms.NEVER
    own = tmp_path / "algorithms.yaml"
    own.write_text("hash: {sha256: 2028-12-31}\nsignature: {}\n")
    settings.RATHAUS_ALGORITHMS = str(own)
    assert algorithms.hash_until("sha256").year == 2028
    for text in ("hash: {sha256: bald}", "- x", "hash: ["):
        broken = tmp_path / f"{len(text)}.yaml"
        broken.write_text(text)
        settings.RATHAUS_ALGORITHMS = str(broken)
        with pytest.raises(algorithms.UnusableTable):
            algorithms.hash_until("sha256")


def test_the_hash_itself_grows_old(two: list[Case]) -> None:
    day = datetime(2032, 6, 1, tzinfo=UTC)
    found = renewal.due(day)
    assert {one.kind for one in found} == {"tree"}
    assert "Hashverfahren sha256" in found[0].reason
    assert actions.ALGORITHM == "sha256"
