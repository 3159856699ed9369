"""Who gets in, and what a hostile client reaches: nothing."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from django.test import override_settings

from rathaus.core.clock import now, shifted
from rathaus.core.models import Event
from rathaus.desk.webdav import passwords
from rathaus.desk.webdav.models import DevicePassword
from rathaus.organisation import actions as organisation
from tests.desk import making
from tests.desk.webdav.conftest import ACTOR, Connect, Filed, anonymous


def status(auth: tuple[str, str] | None, client: str = "127.0.0.1") -> int:
    return int(anonymous(auth, client).send("PROPFIND", "/", Depth="0").status_code)


def made(login: str = "gerd.harms") -> str:
    return passwords.make(staff=making.person(login), name="PC", actor=ACTOR)[1]


def test_only_a_password_of_a_device_opens() -> None:
    secret, staff = made(), making.person("gerd.harms")
    organisation.set_password(staff=staff, password=making.PASSWORD, actor=ACTOR)
    assert status(("gerd.harms", secret)) == 207
    assert status(("Gerd.Harms", secret.lower().replace("-", " "))) == 207, "typed by hand"
    assert status(("gerd.harms", making.PASSWORD)) == 401
    assert status(("insa.cordes", secret)) == 401
    answer = anonymous(("gerd.harms", "falsch")).send("OPTIONS", "/")
    unknown = anonymous(("niemand", "falsch")).send("OPTIONS", "/")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert (answer.status_code, answer.text) == (unknown.status_code, unknown.text)
    row = DevicePassword.objects.get(staff=staff)
    assert secret not in row.digest
    assert row.used_at is not None


def test_it_ends_with_time_account_and_factor() -> None:
    secret, staff = made(), making.person("gerd.harms")
    with shifted(now() + timedelta(days=366)):
        assert status(("gerd.harms", secret)) == 401
    organisation.deactivate_staff(staff=staff, actor=ACTOR)
    assert status(("gerd.harms", secret)) == 401
    assert not DevicePassword.objects.filter(staff=staff).exists()


def test_at_most_ten_and_every_one_is_recorded_without_its_text() -> None:
    secrets = [made() for _ in range(passwords.MOST)]
    with pytest.raises(passwords.TooMany):
        made()
    rows = Event.objects.filter(type="webdav.password_made")
    assert rows.count() == passwords.MOST
    assert all(secret not in str(row.data) for row in rows for secret in secrets)


def test_guessing_ends_and_locks_nobody_out() -> None:
    secret = made()
    answers = {status(("gerd.harms", f"falsch{n}"), "203.0.113.7") for n in range(21)}
    assert answers == {401, 429}
    assert status(("gerd.harms", "falsch"), "203.0.113.7") == 429
    assert status(("gerd.harms", "falsch"), "203.0.113.8") == 401
    assert status(("gerd.harms", secret), "203.0.113.7") == 207


def test_the_line_must_be_private_and_the_switch_on() -> None:
    auth = ("gerd.harms", made())
    with override_settings(BASE_URL="https://rathaus.example"):
        assert status(auth) == 403
    with override_settings(RATHAUS_WEBDAV=False):
        assert status(auth) == 404


PATHS = [
    "/../../etc/passwd", "/Aktenplan/../../x", "/%2e%2e/%2e%2e/etc/passwd", "/Aktenplan%2f..%2fx",
    "/Aktenplan/%00", "/Aktenplan/a%0d%0ab", "/..%5c..%5cx", "/" + "a" * 3000,
    "/" + "/".join(["a"] * 900), "/entwurf/x", "/entwurf/%27%20or%201=1", "/Aktenplan/%ff%fe",
    "//Aktenplan//x", "/entwurf/00000000-0000-0000-0000-000000000000/x",
]  # fmt: skip


@pytest.mark.one_database
def test_hostile_addresses(connect: Connect) -> None:
    drive = connect("gerd.harms")
    for path in PATHS:
        for method in ("GET", "PROPFIND", "PUT", "MKCOL"):
            answer = drive.raw(method, path, Depth="0")
            assert answer.status_code in (400, 403, 404, 409, 414), (method, path[:60])
            assert "root:" not in answer.text


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]><D:propfind xmlns:D="DAV:"><D:prop><D:x>&c;</D:x>'
    "</D:prop></D:propfind>"
)
FETCH = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    '<D:propfind xmlns:D="DAV:"><D:prop>&f;</D:prop></D:propfind>'
)
BODIES: list[tuple[str | bytes, int]] = [
    (BOMB, 400),
    (FETCH, 400),
    (FETCH.replace("1.0", "1.0' encoding='utf-16").encode("utf-16"), 400),
    ('<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>', 400),
    ("<a>" * 20_000, 400),
    ("<D:propfind", 400),
    ("x" * 70_000, 413),
    ('<D:propfind xmlns:D="DAV:"><D:prop><!-- x --><?y z?><D:displayname/></D:prop>'
     "</D:propfind>", 207),
    ('<D:other xmlns:D="DAV:"/>', 400),
]  # fmt: skip


@pytest.mark.one_database
def test_hostile_bodies(connect: Connect, filed: Filed) -> None:
    drive = connect("gerd.harms")
    for body, expected in BODIES:
        answer = drive.send("PROPFIND", "/", body, Depth="0")
        assert answer.status_code == expected, str(body)[:80]
        assert "root:" not in answer.text
        locked = drive.send("LOCK", filed.short, body, Depth="0")
        assert locked.status_code in (400, 413), str(body)[:80]


@pytest.mark.one_database
def test_the_whole_tree_at_once_is_refused(connect: Connect) -> None:
    drive = connect("gerd.harms")
    for headers in ({}, {"Depth": "infinity"}):
        answer = drive.send("PROPFIND", "/", **headers)
        assert answer.status_code == 403
        assert "propfind-finite-depth" in answer.text
    assert drive.send("PROPFIND", "/", Depth="7").status_code in (400, 403)
    for method in ("TRACE", "REPORT", "POST", "PATCH"):
        assert drive.send(method, "/").status_code == 405


@pytest.mark.one_database
def test_folders_explain_themselves_in_a_browser(connect: Connect) -> None:
    answer = connect("gerd.harms").send("GET", "/Aktenplan")
    assert (answer.status_code, "Netzlaufwerk" in answer.text) == (200, True)


@pytest.mark.one_database
def test_processes_without_webdav_do_not_load_it() -> None:
    code = (
        "import os, sys; os.environ['RATHAUS_CHILD'] = '1'; import django; django.setup();"
        "import rathaus.desk.webdav.entrance;"
        "sys.exit(any(name.startswith('wsgidav') for name in sys.modules))"
    )
    child = subprocess.run([sys.executable, "-c", code], check=False, timeout=120)
    assert child.returncode == 0
