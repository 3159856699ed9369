"""The demo town: lived in, whole, and the same each time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from tests.support import prepared

from rathaus.accounts.models import Account
from rathaus.catalogue import library
from rathaus.core import clock
from rathaus.forms import engine
from rathaus.proceedings.states import State
from rathaus.simulation import demo
from rathaus.simulation.demo import answers, stage, story, times

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 23)
STORY = "demo-story"
CHILD = "import django; django.setup(); from tests.simulation import test_demo; test_demo.child()"


def snapshot() -> dict[str, Any]:
    """Load the demo and tell everything that has to hold."""
    from rathaus.core.models import Job
    from rathaus.payments.models import CounterReceipt, PaymentAttempt, PaymentIssue, Refund
    from rathaus.proceedings.models import Application, CorrectionRequest, Draft, Letter, Message
    from rathaus.records import verify

    result = demo.load(TODAY)
    with _Queries() as queries:
        again = demo.load(TODAY)
    report = verify.run()
    rows = Application.objects.select_related("case", "version__service").order_by("submitted_at")
    return {
        "result": {key: value for key, value in result.items() if key != "seconds"},
        "again": again,
        "again_queries": queries.count,
        "cases": [
            [
                row.reference,
                row.version.service.slug,
                row.state,
                row.channel,
                row.applicant_name,
                clock.local(row.submitted_at).isoformat(timespec="minutes"),
                str(row.due_on),
                row.has_unread,
                row.contact_email,
            ]
            for row in rows
        ],
        "drafts": sorted(Draft.objects.filter(state="open").values_list("current_step", flat=True)),
        # Not how many: long work goes on in a new job after a while, on a slow machine more often.
        "jobs": sorted(set(Job.objects.values_list("state", flat=True))),
        "findings": [str(finding) for finding in report.findings],
        "verified": report.cases,
        "attempts": sorted(map(list, PaymentAttempt.objects.values_list("provider", "state"))),
        "refunds": sorted(map(list, Refund.objects.values_list("provider", "state"))),
        "issues": sorted(map(list, PaymentIssue.objects.values_list("kind", "state"))),
        "receipts": sorted(CounterReceipt.objects.values_list("number", flat=True)),
        "questions": sorted(CorrectionRequest.objects.values_list("state", flat=True)),
        "kinds": sorted(
            {item["kind"] for row in CorrectionRequest.objects.all() for item in row.items}
        ),
        "messages": sorted(Message.objects.values_list("incoming", flat=True)),
        "letters": Letter.objects.exclude(document=None).count(),
        "letters_missing": Letter.objects.filter(document=None).count(),
        "owners": [_owner(row) for row in Account.objects.order_by("pk")],
        "not_mine": Application.objects.exclude(account=None).exclude(channel="online").count(),
        "log_in": _log_in(),
        "welcome": demo.welcome("http://localhost:8000/"),
    }


def _owner(account: Account) -> dict[str, Any]:
    """What a resident finds in the account."""
    from rathaus.accounts import queries
    from rathaus.proceedings import mailbox
    from rathaus.proceedings.models import Application, Draft

    cases = Application.objects.belonging_to(account)
    documents = mailbox.page(account, mailbox.Wanted()).items
    return {
        "name": account.name,
        "ways": sorted(account.identities.values_list("source", flat=True)),
        "password": account.user.has_usable_password(),
        "cases": [row.case.reference for row in cases.order_by("pk")],
        "levels": [row.verified.get("login", {}).get("level", "") for row in cases.order_by("pk")],
        "drafts": Draft.objects.belonging_to(account).filter(state="open").count(),
        "read": sum(not item.is_new for item in documents),
        "unread": sum(item.is_new for item in documents),
        "acts_for": [one.name for one in queries.acting_for(account)],
        "behalf": [row.on_behalf.get("name", "") for row in cases.order_by("pk")],
        "consents": account.consents.count(),
    }


def _log_in() -> list[bool]:
    """Whether the public password opens an account, and only that one."""
    from django.contrib.auth import authenticate

    return [
        authenticate(None, email="tjorven.harms@example.org", password=word) is not None
        for word in (demo.PASSWORD, "ein anderes Kennwort")
    ]


class _Queries:
    """Counts what is asked of the database."""

    def __enter__(self) -> _Queries:
        self.count = 0
        self._wrapper = connection.execute_wrapper(self._one)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._wrapper.__exit__(None, None, None)

    def _one(self, execute: Any, *args: Any) -> Any:
        self.count += 1
        return execute(*args)


def child() -> None:
    """In a process of its own, on a database of its own."""
    print(json.dumps(snapshot()))


@pytest.fixture(scope="module")
def town(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[dict[str, Any]]:
    """Loaded once; the database is as before afterwards."""
    folder = tmp_path_factory.mktemp("demo")
    storages = {
        **_storages(),
        "records": {
            "BACKEND": "rathaus.core.storage.DurableFileSystemStorage",
            "OPTIONS": {"location": folder / "records", "base_url": None},
        },
    }
    with override_settings(DATA_DIR=folder, STORAGES=storages), django_db_blocker.unblock():
        block = transaction.atomic()
        block._from_testcase = True  # type: ignore[attr-defined]
        with block:
            found = snapshot()
            transaction.set_rollback(True)
    if connection.vendor == "sqlite":
        prepared.tell(STORY, found)
    yield found


def _storages() -> dict[str, Any]:
    from django.conf import settings

    return dict(settings.STORAGES)


def states(town: dict[str, Any]) -> Counter[str]:
    return Counter(row[2] for row in town["cases"])


def test_forty_cases_in_all_states(town: dict[str, Any]) -> None:
    assert town["result"] == {"loaded": True, "applications": 40, "drafts": 3, "dead_jobs": 0}
    assert set(states(town)) == set(State.values)
    assert states(town)[State.AWAITING_PAYMENT] >= 4


def test_all_online_services_and_channels(town: dict[str, Any]) -> None:
    online = {one.slug for one in library.load_all().services if one.mode == "online"}
    assert {row[1] for row in town["cases"]} == online
    assert len(online) == 12
    assert {row[3] for row in town["cases"]} == {"online", "counter", "phone", "paper", "email"}


def test_records_are_whole_and_no_work_is_left(town: dict[str, Any]) -> None:
    assert town["findings"] == []
    assert town["verified"] == 61, "forty applications, and what was kept without any"
    assert town["jobs"] == ["done"]
    assert town["letters"] >= 15
    assert town["letters_missing"] == 0


def test_money_of_every_kind(town: dict[str, Any]) -> None:
    attempts = {tuple(row) for row in town["attempts"]}
    assert {
        ("paypal", "confirmed"),
        ("paypal", "cancelled"),
        ("paypal", "expired"),
        ("paypal", "pending"),
        ("transfer", "awaiting_payer"),
        ("transfer", "confirmed"),
        ("counter", "confirmed"),
    } <= attempts
    assert town["issues"] == [["overpaid", "open"]]
    assert town["refunds"] == [["counter", "created"], ["paypal", "done"], ["transfer", "done"]]
    assert town["receipts"] == [f"Q-2026-0000{number}" for number in range(1, 5)]


def test_questions_messages_and_one_late_case(town: dict[str, Any]) -> None:
    assert town["questions"].count("open") == states(town)[State.AWAITING_RESIDENT] == 3
    assert town["questions"].count("answered") == 3
    assert town["kinds"] == ["incorrect", "missing", "outdated"]
    assert {True, False} == set(town["messages"])
    working = {State.RECEIVED, State.IN_PROGRESS}
    late = [row for row in town["cases"] if row[2] in working and row[6] < TODAY.isoformat()]
    assert len(late) == 1
    unread = [row for row in town["cases"] if row[7]]
    assert State.DECIDED in {row[2] for row in unread}


def test_times_and_addresses_are_plausible(town: dict[str, Any]) -> None:
    moments = [datetime.fromisoformat(row[5]) for row in town["cases"]]
    assert moments == sorted(moments)
    assert all(TODAY - timedelta(days=80) < one.date() < TODAY for one in moments)
    for row, moment in zip(town["cases"], moments, strict=True):
        if row[3] != "online":
            assert moment.weekday() < 5
            assert 8 <= moment.hour < 12
        domain = row[8].rpartition("@")[2]
        assert not domain or domain == "example.org" or domain.endswith(".example"), row[8]


def owner(town: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in town["owners"] if row["name"] == name)


def test_eight_residents_have_an_account(town: dict[str, Any]) -> None:
    owners = town["owners"]
    assert len(owners) == 8
    assert {way for row in owners for way in row["ways"]} == {
        "bundid", "niedersachsen", "unternehmenskonto",
    }  # fmt: skip
    assert all(row["password"] or row["ways"] for row in owners)
    assert all(row["consents"] == 1 for row in owners)
    assert not owner(town, "Thùy Linh Nguyễn")["password"]
    assert sum(len(row["cases"]) for row in owners) == 8
    assert sum(row["drafts"] for row in owners) == 2
    assert town["not_mine"] == 0


def test_mailboxes_have_read_and_unread_documents(town: dict[str, Any]) -> None:
    assert owner(town, "Tjorven Harms")["read"] >= 2
    assert sum(row["unread"] for row in town["owners"]) >= 3


def test_some_act_for_others(town: dict[str, Any]) -> None:
    company, club = "Ubben & Saathoff Elektrotechnik GmbH", "Boßelverein „Liek up Mullberg“ e. V."
    assert owner(town, "Enno Ubben")["acts_for"] == [company]
    assert owner(town, "Enno Ubben")["behalf"] == [company]
    assert owner(town, "Habbo Janßen")["behalf"] == [club]
    children = owner(town, "Swantje Hinrichs")["acts_for"]
    assert sorted(children) == ["Lena Hinrichs", "Tamme Hinrichs"]


def test_some_applications_were_sent_with_a_log_in(town: dict[str, Any]) -> None:
    assert owner(town, "Tjorven Harms")["levels"] == ["high"]


def test_public_password_opens_accounts(town: dict[str, Any]) -> None:
    assert town["log_in"] == [True, False]


def test_nothing_is_done_twice(town: dict[str, Any]) -> None:
    assert town["again"] == {**town["result"], "loaded": False}
    assert town["again_queries"] <= 6


def test_welcome_names_log_ins_and_examples(town: dict[str, Any]) -> None:
    text = town["welcome"]
    assert "http://localhost:8000/arbeit/" in text
    assert "//arbeit" not in text
    assert "rathaus-demo-2026" in text
    for login in ("insa.cordes", "theda.saathoff", "lars.poppinga"):
        assert login in text
    assert "http://localhost:8000/konto/anmelden/" in text
    for email in ("tjorven.harms@example.org", "buero@ubben-saathoff.example"):
        assert email in text
    assert "linh.nguyen@example.org" not in text  # has no password
    mine = {reference for row in town["owners"] for reference in row["cases"]}
    question = next(
        row for row in town["cases"]
        if row[2] == State.AWAITING_RESIDENT and row[0] not in mine
    )  # fmt: skip
    assert question[0] in text
    assert text.count("Zugangscode") == 3


@pytest.mark.against_sqlite
def test_same_in_another_database(town: dict[str, Any], tmp_path: Path) -> None:
    other = prepared.told(STORY) or _on_sqlite(tmp_path)
    for key in set(town) - {"welcome"}:  # the codes in it are secrets, new in each town
        assert other[key] == town[key], key


def _on_sqlite(folder: Path) -> dict[str, Any]:
    prepared.copy_sqlite(folder / "other.sqlite3")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "RATHAUS_CHILD": "1",
        "RATHAUS_DATA": str(folder),
        "DATABASE_URL": f"sqlite://{folder}/other.sqlite3",
    }
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("today", ["2026-12-31", "2027-02-02", "2027-04-01", "2027-06-06"])
def test_story_holds_on_any_day(db: None, today: str) -> None:
    services = {one.slug: one for one in library.load_all().services}
    almanac = times.Almanac(date.fromisoformat(today))
    for case in story.cases():
        on = almanac.moment(case.at, shift=stage.earlier(case, almanac)).date()
        form = services[case.service].online_form
        given = answers.build(form, story.people()[case.who], case.answers, story.people(), on)
        problems = engine.problems(form, given, today=on)
        assert not problems, (case.key, on, [row.message for row in problems])
        marks = [almanac.moment(mark) for mark in (case.at, *(step.at for step in case.steps))]
        assert marks == sorted(marks), case.key


def test_bad_stories_are_refused(db: None) -> None:
    almanac = times.Almanac(TODAY)
    for mark in ("0 10:00", "gestern", "3 25:00", "-1 10:00"):
        with pytest.raises(ValueError, match=r"no time|hour"):
            almanac.moment(mark)
    with pytest.raises(ValueError, match="extra"):
        story.Step.model_validate({"at": "1 10:00", "do": "take", "wer": "insa.cordes"})
    with pytest.raises(ValueError, match="Easter"):
        times.resolve("@easter", date(2027, 3, 20))


@pytest.mark.parametrize(
    ("year", "saturday"),
    [(2026, "2026-04-04"), (2027, "2027-03-27"), (2038, "2038-04-24"), (2049, "2049-04-17")],
)
def test_easter(year: int, saturday: str) -> None:
    assert times.easter_saturday(year).isoformat() == saturday


def test_a_real_town_is_left_alone(db: None) -> None:
    from rathaus.organisation import loading
    from rathaus.organisation.models import Town
    from rathaus.simulation import demo

    loading.load_town()
    Town.objects.update(is_demo=False)
    assert demo.load() == {"loaded": False, "applications": 0, "drafts": 0, "dead_jobs": 0}


def test_shifted_clock_runs_on_and_comes_back() -> None:
    past = datetime(2026, 2, 3, 23, 30, tzinfo=UTC)
    with clock.shifted(past):
        assert timedelta(0) <= clock.now() - past < timedelta(minutes=1)
        assert clock.today() == date(2026, 2, 4)
        with clock.shifted(past - timedelta(days=1)):
            assert clock.today() == date(2026, 2, 3)
        assert clock.today() == date(2026, 2, 4)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
