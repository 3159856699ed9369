"""The simulated archive against the town, with and without faults."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.records.disposal.conftest import ANNA, make_archive, old_case

from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records.disposal import actions, exchange, jobs, queries
from rathaus.records.disposal.models import Process, Quarantine
from rathaus.records.models import Case
from rathaus.simulation import switches
from rathaus.simulation.archive import engine, look
from rathaus.simulation.archive.models import ArchivedProcess, ArchiveMessage

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def old(db: None) -> list[Case]:
    from rathaus.organisation import queries as organisation
    from rathaus.organisation.models import Town
    from rathaus.records import actions as records

    Town.objects.create(name="Moordorf", postal_code="26639", city="Moordorf")
    office = Office.objects.create(key="amt", name="Amt")
    organisation.forget()
    records.load_filing_plan()
    return [old_case(office, f"Fall {code}", filing_code=code) for code in ("32.10", "33.20")]


def offer(old: list[Case], version: str) -> tuple[Process, ArchivedProcess]:
    archive = make_archive(version=version, unappraised="V")
    process = actions.begin(cases=old, archive=archive, actor=ANNA)
    actions.offer(process=process, actor=ANNA)
    run_pending()
    assert engine.look_into_folders() == 1
    return queries.process_of(process.public_id), ArchivedProcess.objects.get()


def say(theirs: ArchivedProcess, code: str) -> None:
    theirs.refresh_from_db()
    engine.answer(theirs, code)
    run_pending()


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0", "4.0.0"])
def test_the_dialogue_in_each_version(old: list[Case], version: str) -> None:
    process, theirs = offer(old, version)
    say(theirs, "0504")
    engine.appraise_by_rule(theirs)
    say(theirs, "0502")
    process = queries.process_of(process.public_id)
    assert process.state == "appraised" and process.offer_received_at
    actions.transfer(process=process, actor=ANNA)
    run_pending()
    assert engine.look_into_folders() == 2, "0505 and 0503"
    say(theirs, "0507")
    say(theirs, "0506")
    process = queries.process_of(process.public_id)
    assert process.state == "confirmed"
    wanted = process.items.get(verdict="A")
    assert wanted.archived and wanted.archive_ident.startswith("SIM ")
    remarks = [row.remarks for row in ArchiveMessage.objects.filter(incoming=True)]
    assert remarks == [[], [], []]
    assert not Quarantine.objects.exists()


REFUSED = {
    "wrong_process": "unknown-process",
    "unknown_object": "unknown-object",
    "broken_zip": "zip-broken",
    "schema": "part-missing",
    "entity": "xml-dtd",
}


@pytest.mark.parametrize("fault", REFUSED)
def test_faults_are_refused(old: list[Case], fault: str) -> None:
    process, theirs = offer(old, "4.0.0")
    engine.appraise_by_rule(theirs)
    switches.switch_on(f"archive.{fault}")
    say(theirs, "0502")
    assert Quarantine.objects.get().key == REFUSED[fault]
    assert queries.process_of(process.public_id).state == "offered"
    say(theirs, "0502")
    assert queries.process_of(process.public_id).state == "appraised", "the switch is off again"


def test_an_answer_sent_twice(old: list[Case]) -> None:
    process, theirs = offer(old, "3.1.0")
    engine.appraise_by_rule(theirs)
    switches.switch_on("archive.twice")
    say(theirs, "0502")
    jobs.receive_from(process.partner)
    process = queries.process_of(process.public_id)
    assert process.state == "appraised"
    assert process.messages.filter(code="0502").count() == 1


def test_silence_and_what_is_left_out(old: list[Case]) -> None:
    process, theirs = offer(old, "4.0.0")
    engine.appraise_by_rule(theirs)
    switches.switch_on("archive.silent")
    say(theirs, "0502")
    assert queries.process_of(process.public_id).state == "offered"
    switches.switch_on("archive.left_out")
    say(theirs, "0502")
    assert "ohne Bewertung" in process.messages.get(code="0502").summary


@pytest.mark.parametrize(
    ("change", "remark"),
    [
        (lambda xml: xml.replace(b">0501<", b">0503<"), "widersprechen"),
        (lambda xml: xml.replace(b"Kontextobjekt>1", b"Kontextobjekt>0"), "Kontextobjekt"),
        (lambda xml: re.sub(rb"(</?|xmlns:)xdomea(?=[:=])", rb"\1x", xml), "Präfix"),
        (lambda xml: xml[:-40], "nicht lesbar"),
    ],
)
def test_it_looks_for_itself(old: list[Case], change: Any, remark: str) -> None:
    process, _theirs = offer(old, "4.0.0")
    path = next(exchange.outbox(process.partner).glob("*.zip"))
    with zipfile.ZipFile(path) as package:
        content = package.read(f"{path.stem}.xml")
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(f"{path.stem}.xml", change(content))
    assert any(remark in one for one in look.look(path).remarks), look.look(path).remarks


def test_pages(old: list[Case], tmp_path: Path) -> None:
    process, theirs = offer(old, "4.0.0")
    client = Client()
    board = client.get("/simulation/archiv/").content.decode()
    assert str(theirs.process) in board and "Simulation" in board
    path = f"/simulation/archiv/{theirs.process}/"
    assert "Fall 32.10" in client.get(path).content.decode()
    answer = client.post(path + "0502/", {}, follow=True).content.decode()
    assert "mindestens einen" in answer
    client.post(path + "0502/", {"rule": "1"})
    run_pending()
    assert queries.process_of(process.public_id).state == "appraised"
    message = ArchiveMessage.objects.filter(incoming=True).first()
    assert message is not None
    assert (
        "Anbieteverzeichnis"
        in client.get(f"/simulation/archiv/nachricht/{message.pk}/").content.decode()
    )
    assert client.post(path + "0501/").status_code == 404
    client.post("/simulation/archiv/", {"name": "silent", "times": "2"})
    assert switches.active("archive") == {"silent": 2}
