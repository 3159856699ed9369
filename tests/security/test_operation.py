"""How a town is run: nothing readable by others, no demo people, nothing told to strangers."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import URLResolver

from rathaus import cli
from rathaus.core import clock, storage
from rathaus.core.jobs import run_pending
from rathaus.core.models import Job
from rathaus.organisation.models import Town
from rathaus.payments import actions, jobs
from rathaus.payments.models import ProviderNotification
from rathaus.payments.providers.base import NotReached
from rathaus.payments.providers.paypal import client as paypal
from rathaus.payments.providers.paypal import config, webhook
from rathaus.payments.providers.paypal.webhook import WebhookInvalid
from rathaus.urls import urlpatterns
from tests.desk.conftest import SignIn
from tests.desk.making import PASSWORD
from tests.portal.browser import Browser

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


# --- the machine --------------------------------------------------------------------------

SHOW = """
import json
import django
from django.conf import settings
django.setup()
from django.urls import resolve, Resolver404
def there(path):
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
print(json.dumps({
    "debug": settings.DEBUG,
    "mail": settings.EMAIL_BACKEND,
    "installed": "rathaus.simulation" in settings.INSTALLED_APPS,
    "simulation": there("/simulation/") or there("/simulation/paypal/v1/oauth2/token"),
    "paypal": settings.RATHAUS_PAYPAL["client_secret"],
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.HTTPS],
    "hsts": settings.SECURE_HSTS_SECONDS,
    "httponly": [settings.SESSION_COOKIE_HTTPONLY, settings.CSRF_COOKIE_HTTPONLY],
    "hasher": settings.PASSWORD_HASHERS[0],
}))
"""


def fresh(data: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a fresh installation of its own, with an open umask."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("RATHAUS")}
    kept.pop("DATABASE_URL", None)
    environment = {**kept, "DJANGO_SETTINGS_MODULE": "rathaus.settings", "RATHAUS_DATA": str(data)}
    return subprocess.run(
        [sys.executable, *command],
        env={**environment, **more},
        capture_output=True,
        text=True,
        check=False,
        umask=0o000,
    )


@pytest.mark.one_database
def test_a_real_town_has_no_simulation_and_no_debugging(tmp_path: Path) -> None:
    done = fresh(tmp_path / "town", "-c", SHOW, RATHAUS_URL="https://rathaus.example.org")
    found = json.loads(done.stdout)
    assert found == {
        "debug": False,
        "mail": "django.core.mail.backends.smtp.EmailBackend",
        "installed": False,
        "simulation": False,
        "paypal": "",
        "secure": [True, True, True],
        "hsts": 31536000,
        "httponly": [True, True],
        "hasher": "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    }


@pytest.mark.one_database
def test_data_and_keys_are_for_the_owner_only(tmp_path: Path) -> None:
    data = tmp_path / "town"
    done = fresh(data, "-m", "rathaus.cli", "jobs", "list", "--json")
    assert "no such table" in done.stderr  # not set up yet, but data directory and file are there
    for path in (data, *data.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert not mode & 0o077, f"{path.name} {mode:o}"
    assert {path.name for path in (data / "keys").iterdir()} == {"secret_key", "town_key"}


def test_stored_files_are_read_only_and_tell_nothing(tmp_path: Path) -> None:
    storage.put(b"Janssen" * 5000)
    files = [path for path in (tmp_path / "records").rglob("*") if path.is_file()]
    assert len(files) == 1
    assert not stat.S_IMODE(files[0].stat().st_mode) & 0o222
    assert b"Janssen" not in files[0].read_bytes()


# --- people of the demo town --------------------------------------------------------------


def test_the_public_password_opens_nothing_without_simulation(
    client: Client, settings: Any, sign_in: SignIn
) -> None:
    assert Town.objects.get().is_demo
    signed_in = sign_in("insa.cordes")
    assert signed_in.get("/arbeit/").status_code == 200
    settings.SIMULATION = False
    answer = client.post("/arbeit/anmelden/", {"login": "insa.cordes", "password": PASSWORD})
    assert answer.status_code == 422
    assert signed_in.get("/arbeit/").status_code == 403
    town = Town.objects.get()
    town.is_demo = False
    town.save()
    answer = client.post("/arbeit/anmelden/", {"login": "insa.cordes", "password": PASSWORD})
    assert answer.status_code == 302


@pytest.mark.parametrize("command", [["demo", "load"], ["run", "--demo"]])
def test_the_demo_town_is_not_loaded_into_a_real_one(
    command: list[str],
    settings: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("django.setup", lambda: None)  # it is, and would catch the log
    settings.SIMULATION = False
    assert cli.main(command) == 2
    assert "password" in capsys.readouterr().err


# --- what every answer carries ------------------------------------------------------------

ANSWERS = {
    "page": ("/", 200),
    "not found": ("/nix/", 404),
    "desk": ("/arbeit/", 302),
    "machine": ("/healthz", 200),
    "style": ("/marke.css", 200),
    "foreign draft": ("/antrag/00000000-0000-4000-8000-000000000000/", 403),
    "bad method": ("/webhooks/paypal/", 405),
}


def careful(response: Any) -> None:
    for name, value in HEADERS.items():
        assert response[name] == value, name
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_is_careful(name: str, client: Client) -> None:
    path, status = ANSWERS[name]
    response = client.get(path)
    assert response.status_code == status
    careful(response)


def test_a_crash_tells_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("geheim: /srv/rathaus/keys/town_key")

    monkeypatch.setattr("rathaus.portal.views.catalogue.render", broken)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    page = response.content.decode()
    assert "schiefgegangen" in page or "Fehler" in page
    assert not any(word in page for word in ("geheim", "Traceback", "RuntimeError", "town_key"))
    careful(response)


def test_personal_pages_are_never_stored(resident: Browser) -> None:
    application = resident.apply("hund-anmelden")
    draft = resident.begin("hund-anmelden")
    for path in (
        f"/vorgang/{application.public_id}/",
        f"/vorgang/{application.public_id}/bestaetigung/",
        f"/antrag/{draft.public_id}/kontakt/",
        f"/antrag/{draft.public_id}/speichern/",
        "/vorgang/",
        "/fortsetzen/",
        "/echtheit/?code=AAAA-AAAA-AAAA",
    ):
        response = resident.client.get(path)
        assert "no-store" in response["Cache-Control"], path
    for cookie in resident.client.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key


def test_a_wrong_host_is_refused_without_filling_the_log(
    client: Client,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Anybody who scans the address could else write pages of it."""
    settings.ALLOWED_HOSTS = ["rathaus.example"]
    logger = logging.getLogger("django.security.DisallowedHost")
    ours = [one for one in logger.handlers if type(one).__module__ == "logging"]  # not pytest's
    monkeypatch.setattr(logger, "handlers", ours)
    assert client.get("/", HTTP_HOST="evil.example").status_code == 400
    assert "Traceback" not in capsys.readouterr().err


def test_no_admin_and_no_files_by_address(client: Client) -> None:
    assert not [p for p in urlpatterns if isinstance(p, URLResolver) and p.app_name == "admin"]
    for path in ("/admin/", "/media/", "/records/", "/keys/town_key", "/static/../keys/town_key",
                 "/static/%2e%2e/keys/town_key", "/.git/config", "/rathaus.sqlite3"):  # fmt: skip
        assert client.get(path).status_code == 404, path


# --- webhooks nobody can prove ------------------------------------------------------------


def unproved(address: str) -> ProviderNotification:
    headers = dict.fromkeys(webhook.HEADERS, "x")
    headers |= {"paypal-auth-algo": webhook.ALGORITHM, "paypal-cert-url": address}
    actions.receive_notification(
        provider="paypal", transmission_id="T-1", headers=headers, body=b"{}"
    )
    return ProviderNotification.objects.get()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1/notifications/certs/",
        "/v1/notifications/certs/../../x",
        "/v1/notifications/certs/CERT-1?x=1",
        "/v1/notifications/certs/CERT-1/more",
        "/redirect?to=https://evil.example/",
    ],
)
def test_only_addresses_of_certificates_are_fetched(path: str) -> None:
    headers = dict.fromkeys(webhook.HEADERS, "x") | {
        "paypal-auth-algo": webhook.ALGORITHM,
        "paypal-cert-url": f"https://api.paypal.com{path}",
    }
    with pytest.raises(WebhookInvalid, match="address"):
        webhook.precheck(headers, config.load())


def test_an_invented_certificate_leaves_no_work_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise NotReached("CERTIFICATE_ConnectError")

    monkeypatch.setattr(webhook, "_certificates", unreachable)
    row = unproved("https://nowhere.paypal.com/v1/notifications/certs/CERT-1")
    waits = []
    start = clock.now()
    for hours in (0, 1, 12, 48, 71, 73):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            Job.objects.filter(state="ready").update(run_at=clock.now())
            run_pending()
            left = Job.objects.filter(name="payments.process_notification", state="ready").first()
            waits.append((left.run_at - clock.now()).total_seconds() if left else 0.0)
    row.refresh_from_db()
    assert row.verdict == "forged"
    assert bytes(row.body) == b""
    assert waits[-1] == 0
    assert waits[0] == 60
    assert waits[:-1] == sorted(waits[:-1])
    jobs.process_notification(notification_id=row.pk)


# --- the log ------------------------------------------------------------------------------


def test_no_secret_gets_into_the_log(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture, resident: Browser
) -> None:
    caplog.set_level(logging.DEBUG)
    settings.RATHAUS_PAYPAL = {**settings.RATHAUS_PAYPAL, "client_secret": "streng-geheim"}
    application = resident.apply("meldebescheinigung-einfach")
    resident.get(f"/vorgang/{application.public_id}/bezahlen/")
    resident.post({"provider": "paypal"})
    client.post("/arbeit/anmelden/", {"login": "insa.cordes", "password": "mein-kennwort"})
    stranger = Browser()
    stranger.get("/vorgang/")
    stranger.post({"aktenzeichen": application.reference, "code": application.code})
    run_pending()
    headers = dict.fromkeys(webhook.HEADERS, "signatur-geheim")
    headers["paypal-transmission-id"] = "T-1"
    headers["paypal-auth-algo"] = webhook.ALGORITHM
    headers["paypal-cert-url"] = "http://testserver/simulation/paypal/v1/notifications/certs/X"
    client.post("/webhooks/paypal/", b'{"payer": "Onno Behrends"}',
                content_type="application/json", headers=headers)  # fmt: skip
    run_pending()
    tokens = [token for token, _until in paypal._tokens.values()]
    secret = ["streng-geheim", "mein-kennwort", application.code, "signatur-geheim", *tokens,
              "Onno Behrends", settings.SECRET_KEY, settings.TOWN_KEY]  # fmt: skip
    lines = [record for record in caplog.records if not record.name.startswith("django.db")]
    text = "\n".join(record.getMessage() for record in lines)
    assert not [word for word in secret if word in text]
