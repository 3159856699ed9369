"""Time-stamp services that fail in every way: nothing wrong is kept, and the root waits."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from rathaus.core.jobs import run_pending
from rathaus.core.models import Job
from rathaus.records.evidence import actions, authorities, jobs, queries
from rathaus.records.evidence.models import AuthorityState, TimeStamp
from rathaus.records.models import Case
from rathaus.simulation.timestamps import engine, faults
from tests.records.conftest import file
from tests.records.evidence.conftest import ACTOR, URL, seal

pytestmark = pytest.mark.django_db


def retry_now() -> None:
    Job.objects.filter(state="ready").update(run_at=timezone.now())
    run_pending()


@pytest.mark.parametrize("fault", list(faults.NAMES))
def test_a_fault_is_noticed_and_outlived(record: list[Case], fault: str) -> None:
    engine._last.clear()
    if fault == "replay":
        seal()
        file(record[0], b"mehr", title="mehr")
    before = TimeStamp.objects.count()
    faults.switch_on(fault)
    actions.seal_all(actor=ACTOR)
    run_pending()
    assert TimeStamp.objects.count() == before
    state = AuthorityState.objects.get(name="simulation")
    assert state.error
    assert queries.unstamped().count() == 1
    health = queries.health()
    assert not health.ok and "without time stamp" in health.found
    retry_now()
    assert TimeStamp.objects.count() == before + 1
    assert queries.health().ok
    assert AuthorityState.objects.get(name="simulation").error == ""
    assert Job.objects.filter(state="dead").count() == 0


def test_several_services(record: list[Case], settings: Any) -> None:
    settings.RATHAUS_TSA = [
        f"eins|{URL}|simulation/tsa-ca.pem",
        f"zwei|{URL}|simulation/tsa-ca.pem|{engine.POLICY}",
    ]
    made = seal()
    assert set(made.stamps.values_list("authority", flat=True)) == {"eins", "zwei"}


def test_a_policy_that_is_not_theirs(record: list[Case], settings: Any) -> None:
    settings.RATHAUS_TSA = [f"eins|{URL}|simulation/tsa-ca.pem|1.2.3.4"]
    actions.seal_all(actor=ACTOR)
    run_pending()
    assert not TimeStamp.objects.exists()
    assert AuthorityState.objects.get(name="eins").error


def test_a_service_that_comes_later(record: list[Case], settings: Any) -> None:
    settings.RATHAUS_TSA, later = [], settings.RATHAUS_TSA
    actions.seal_all(actor=ACTOR)
    run_pending()
    assert "no time stamps" in queries.health().found
    settings.RATHAUS_TSA = later
    jobs.stamp_waiting()
    run_pending()
    assert not queries.unstamped().exists()


def test_delivered_twice(sealed: list[Case]) -> None:
    jobs.stamp(seal=1, authority="simulation")
    assert TimeStamp.objects.count() == 1


@pytest.mark.one_database
@pytest.mark.parametrize(
    "entry",
    [
        "",
        "name",
        "Name|https://tsa.example/|ca.pem",
        "name|ftp://tsa.example/|ca.pem",
        "name|https:///|ca.pem",
        "name|https://tsa.example/|ca.pem|keine-oid",
        "name|https://tsa.example/|ca.pem|1.2|mehr",
    ],
)
def test_settings_that_cannot_be_used(settings: Any, entry: str) -> None:
    settings.RATHAUS_TSA = [entry, f"gut|{URL}|ca.pem", f"gut|{URL}|ca.pem"]
    usable, problems = authorities.read()
    assert [one.name for one in usable] == ["gut"]
    assert len(problems) == 2


def test_a_ca_file_that_is_none(record: list[Case], settings: Any, tmp_path: Any) -> None:
    (tmp_path / "ca.pem").write_text("kein Zertifikat")
    settings.RATHAUS_TSA = [f"eins|{URL}|ca.pem"]
    actions.seal_all(actor=ACTOR)
    run_pending()
    assert "ca.pem" in AuthorityState.objects.get(name="eins").error
    (service,), _ = queries.services()
    assert not service.ok and "ca.pem" in service.problem
