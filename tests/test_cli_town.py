"""A town of one's own: from an empty database to the first log-in and the first resident."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as django_settings
from django.test import Client

from rathaus import cli, doctor
from rathaus.accounts.sources import config
from rathaus.catalogue import actions as catalogue
from rathaus.catalogue import library
from rathaus.catalogue.models import Service, ServiceVersion
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.models import Event, User
from rathaus.organisation import loading, queries
from rathaus.organisation.models import Office, StaffMember, Town
from rathaus.organisation.townfile import EXAMPLE
from rathaus.records.models import FilingPlanEntry
from tests.support.desk import with_app
from tests.support.logins import FakeSource

pytestmark = pytest.mark.django_db

FORM, DESK = "/arbeit/einladung/", "/arbeit/"
ENROL, CODES = "/arbeit/anmelden/einrichten/", "/arbeit/anmelden/ersatzcodes/"
GOOD = "Moor-Torfkahn-Lampe-77"
SETUP = Actor.system("setup")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command as typed; returns exit code, output and errors."""

    def command(*words: str) -> tuple[int, str, str]:
        code = cli.main(list(words))
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The sample, as somebody would fill it in."""
    path = tmp_path / "stadt.yaml"
    text = EXAMPLE.read_text(encoding="utf-8").replace("Musterstadt", "Moordorf")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def loaded(run: Run, file: Path) -> None:
    assert run("town", "load", str(file))[0] == 0


def link(run: Run, login: str = "kim.technik", *more: str) -> str:
    """The address of an invitation, without the host."""
    code, out, _ = run("staff", "invite", login, "--json", *more)
    assert code == 0
    address = str(json.loads(out)["link"])
    assert address.startswith(django_settings.BASE_URL + FORM)
    return address.removeprefix(django_settings.BASE_URL)


def choose(client: Client, address: str, password: str = GOOD):
    assert client.get(address)["Location"] == FORM
    return client.post(FORM, {"new": password, "again": password})


def app_code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def types() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("type", flat=True))


def nothing_there() -> bool:
    models = (Town, Office, StaffMember, User, Event, Service, FilingPlanEntry)
    return not any(model.objects.exists() for model in models)


def test_the_whole_way(run: Run, tmp_path: Path) -> None:
    """As docs/operations.md tells it."""
    advice = {one.name: one for one in doctor.checks()}
    assert "rathaus town load" in advice["town"].advice and not advice["town"].ok
    assert "rathaus staff invite" in advice["staff"].advice and not advice["staff"].ok
    file = tmp_path / "stadt.yaml"
    file.write_text(run("town", "example")[1], encoding="utf-8")
    assert run("town", "load", str(file), "--check")[0] == 0
    assert nothing_there(), "only looked"
    code, out, _ = run("town", "load", str(file), "--by", "Insa Cordes")
    assert code == 0 and "Next: rathaus staff invite kim.technik" in out
    code, out, _ = run("staff", "list")
    assert code == 0 and out.count("no password yet") == 3
    client = Client()
    assert choose(client, link(run))["Location"] == ENROL
    assert client.get(DESK).status_code == 302, "a password alone opens nothing"
    page = client.get(ENROL).content.decode()
    secret = re.findall(r'<samp class="dk-secret">([A-Z2-7 ]+)</samp>', page)[0].replace(" ", "")
    assert client.post(ENROL, {"code": app_code(secret)})["Location"] == CODES
    assert client.post(CODES, {"kept": "yes"})["Location"] == DESK
    assert "Kim Technik" in client.get("/arbeit/beschaeftigte/").content.decode()
    assert "can log in" in run("staff", "list")[1]
    advice = {one.name: one for one in doctor.checks()}
    assert advice["town"].ok and advice["staff"].ok
    again = Client()
    again.post("/arbeit/anmelden/", {"login": "kim.technik", "password": GOOD})
    with time_machine.travel(now() + timedelta(minutes=1)):
        answer = again.post("/arbeit/anmelden/code/", {"code": app_code(secret)})
        assert answer["Location"] == DESK
    resident = Client()
    shown = resident.get("/leistungen/").content.decode()
    assert "Stadt Musterstadt" in shown
    assert all(one.title in shown for one in library.load_all().services)
    assert resident.get("/leistungen/hund-anmelden/").status_code == 200


def test_no_real_town_is_a_demo(run: Run, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("town:", "town:\n  is_demo: true", 1), encoding="utf-8")
    code, _, told = run("town", "load", str(file))
    assert code == 1 and "stadt.yaml:11: town.is_demo" in told and nothing_there()


def test_a_real_town_is_not_laid_over_the_demo(run: Run, file: Path) -> None:
    loading.load_town()
    code, _, told = run("town", "load", str(file))
    assert code == 1 and "demo town" in told and "DATABASE_URL" in told
    assert Town.objects.get().is_demo and Town.objects.get().name == "Wiesmoor"


def test_who_did_it_stands_in_the_record(run: Run, file: Path) -> None:
    run("town", "load", str(file), "--by", "Insa Cordes")
    link(run, "erika.muster", "--by", "Insa Cordes")
    for name in ("town_loaded", "staff_created", "staff_invited"):
        event = Event.objects.filter(type=f"organisation.{name}")[0]
        assert event.actor_label == "Insa Cordes (rathaus)"
    created = Event.objects.filter(type="organisation.staff_created")
    assert {"rathaus:operator", "rathaus:designer"} in [set(one.data["roles"]) for one in created]


@pytest.mark.parametrize("where", ["rathaus.catalogue.actions.install", "rathaus.server.install"])
def test_a_crash_in_between_leaves_nothing(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(where, fail)
        with pytest.raises(RuntimeError):
            run("town", "load", str(file))
    assert nothing_there()
    assert queries.town().name == "Offenes Rathaus"
    assert run("town", "load", str(file))[0] == 0


def test_a_missing_office_of_a_service_is_named(run: Run, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    start, end = text.index("  - key: steueramt"), text.index("# Beschäftigte.")
    file.write_text(text[:start] + text[end:], encoding="utf-8")
    code, _, told = run("town", "load", str(file))
    assert code == 1 and "steueramt (for: " in told and "Nothing was changed" in told
    assert nothing_there()


def test_no_file_and_a_wrong_one(run: Run, tmp_path: Path) -> None:
    assert "No such file" in run("town", "load", str(tmp_path / "no.yaml"))[2]
    (tmp_path / "x.yaml").write_text("<html>", encoding="utf-8")
    assert run("town", "load", str(tmp_path / "x.yaml"))[0] == 1
    assert nothing_there()


def test_loading_again_keeps_the_services_of_the_town(run: Run, loaded: None, file: Path) -> None:
    assert {one.published_by for one in ServiceVersion.objects.all()} == {"Rathaus-Software"}
    before = ServiceVersion.objects.count()
    code, out, _ = run("town", "load", str(file))
    assert code == 0 and "as in the file already" in out
    file.write_text(file.read_text("utf-8").replace("000-20", "000-21"), encoding="utf-8")
    out = run("town", "load", str(file), "--json")[1]
    assert json.loads(out)["changed"] == ["office buergerbuero: phone"]
    assert ServiceVersion.objects.count() == before
    catalogue.install(library=library.load_all(), actor=SETUP)
    assert ServiceVersion.objects.count() == before, "setup finds its own versions"


class TestInvitation:
    @pytest.fixture(autouse=True)
    def _town(self, file: Path) -> None:
        loading.apply(loading.read_town(file), actor=SETUP)

    def test_an_unknown_login_gets_similar_ones(self, run: Run) -> None:
        code, out, told = run("staff", "invite", "kim.technick")
        assert code == 2 and not out and "did you mean kim.technik?" in told

    def test_a_link_counts_once(self, run: Run) -> None:
        address = link(run)
        assert choose(Client(), address).status_code == 302
        late = Client()
        late.get(address)
        assert late.get(FORM).status_code == 410
        assert late.post(FORM, {"new": "x" * 20, "again": "x" * 20}).status_code == 410
        assert StaffMember.objects.get(user__login="kim.technik").user.check_password(GOOD)

    def test_of_two_who_opened_it_one_sets_the_password(self, run: Run) -> None:
        address, first, second = link(run), Client(), Client()
        for client in (first, second):
            client.get(address)
            assert client.get(FORM).status_code == 200
        assert first.post(FORM, {"new": GOOD, "again": GOOD}).status_code == 302
        assert second.post(FORM, {"new": GOOD, "again": GOOD}).status_code == 410

    def test_a_new_link_ends_the_earlier_one(self, run: Run) -> None:
        old, new = link(run), link(run)
        client = Client()
        client.get(old)
        assert client.get(FORM).status_code == 410
        assert choose(client, new).status_code == 302

    def test_a_link_ends_after_three_days(self, run: Run) -> None:
        address = link(run)
        for hours, status in ((71, 200), (73, 410)):
            client = Client()
            with time_machine.travel(now() + timedelta(hours=hours), tick=False):
                client.get(address)
                assert client.get(FORM).status_code == status

    def test_looking_at_it_uses_nothing_up(self, run: Run) -> None:
        address = link(run)
        Client().get(address)
        assert Client().head(address).status_code == 302
        assert choose(Client(), address).status_code == 302

    @pytest.mark.parametrize(
        "token", ["x", "0" * 32, "0" * 32 + ":1:x", "é" * 300, "%00", "../../x", ":"]
    )
    def test_a_made_up_link_opens_nothing(self, token: str) -> None:
        client = Client()
        answer = client.get(f"{FORM}{token}/", follow=True)
        assert answer.status_code in {404, 410}
        assert "rathaus_arbeit" not in client.cookies

    def test_the_link_of_somebody_is_not_that_of_somebody_else(self, run: Run) -> None:
        token = link(run).removeprefix(FORM).strip("/")
        other = StaffMember.objects.get(user__login="erika.muster").user
        link(run, "erika.muster")
        client = Client()
        client.get(f"{FORM}{other.pk.hex}{token[32:]}/")
        assert client.get(FORM).status_code == 410

    @pytest.mark.parametrize(
        ("new", "again", "told"),
        [
            ("kurz", "kurz", "12"),
            ("kim.technik-technik", "kim.technik-technik", "Namen"),
            ("passwordpassword1", "anders", "verschieden"),
            ("x" * 2000, "x" * 2000, "zu lang"),
            ("", "", "12"),
        ],
    )
    def test_a_weak_password_is_refused_and_the_link_stays(
        self, run: Run, new: str, again: str, told: str
    ) -> None:
        client = Client()
        client.get(link(run))
        answer = client.post(FORM, {"new": new, "again": again})
        assert answer.status_code == 422 and told in answer.content.decode()
        assert client.post(FORM, {"new": GOOD, "again": GOOD}).status_code == 302

    def test_who_has_a_password_is_asked_about_first(self, run: Run) -> None:
        choose(Client(), link(run))
        code, out, told = run("staff", "invite", "kim.technik")
        assert code == 1 and not out and "--replace" in told
        address = link(run, "kim.technik", "--replace")
        answer = Client().post("/arbeit/anmelden/", {"login": "kim.technik", "password": GOOD})
        assert answer.status_code == 422, "the old password is over"
        assert choose(Client(), address, GOOD + "-neu")["Location"] == ENROL

    def test_the_second_factor_stays_unless_it_is_lost_too(self, run: Run) -> None:
        with_app(StaffMember.objects.get(user__login="kim.technik"))
        assert choose(Client(), link(run))["Location"] == "/arbeit/anmelden/code/"
        address = link(run, "kim.technik", "--replace", "--new-factor")
        assert types()[-1] == "organisation.factors_reset"
        assert choose(Client(), address)["Location"] == ENROL

    def test_who_comes_through_the_directory_gets_no_password(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = FakeSource("verzeichnis")
        monkeypatch.setattr(config, "for_staff", lambda: [source])
        StaffMember.objects.filter(user__login="erika.muster").update(
            directory="verzeichnis", directory_digest="d"
        )
        code, _, told = run("staff", "invite", "erika.muster")
        assert code == 1 and "directory" in told
        assert "logs in through verzeichnis" in run("staff", "list")[1]

    def test_a_closed_access_stays_closed(self, run: Run) -> None:
        address = link(run)
        User.objects.filter(login="kim.technik").update(is_active=False)
        assert run("staff", "invite", "kim.technik")[0] == 1
        client = Client()
        client.get(address)
        assert client.get(FORM).status_code == 410

    def test_nothing_of_the_link_is_kept(self, run: Run, caplog: pytest.LogCaptureFixture) -> None:
        address = link(run)
        token = address.removeprefix(FORM).strip("/")
        signature = token.split(":")[-1]
        client = Client()
        client.get(address)
        client.post(FORM, {"new": "kurz", "again": "kurz"})
        client.get(FORM)
        assert "organisation.staff_invited" in types()
        assert signature not in str(list(Event.objects.values_list("data", flat=True)))
        assert signature not in str(dict(client.session.items()))
        client.post(FORM, {"new": GOOD, "again": GOOD})
        assert types()[-1] == "organisation.password_set"
        assert signature not in caplog.text and GOOD not in caplog.text
