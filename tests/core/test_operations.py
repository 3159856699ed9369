"""What an operator meets: health, metrics, the command line, compression, size limits."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from django.core.files.storage import storages
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from rathaus import cli, doctor
from rathaus.core import compression, health
from rathaus.core.clock import now
from rathaus.core.middleware import client_ip
from rathaus.core.models import Job, JobState

pytestmark = pytest.mark.django_db


def dead_job() -> Job:
    return Job.objects.create(
        name="core.clean_up", state=JobState.DEAD, run_at=now(), created_at=now(),
        last_error="Traceback\nValueError: broken",
    )  # fmt: skip


def test_health_names_every_part(client: Client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert {"database", "jobs", "storage", "disk", "ok"} <= set(answer.json())
    assert client.get("/readyz").json() == {"ok": True, "missing_migrations": 0}


def test_broken_storage_is_told_without_details(client: Client, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError("/secret/path")

    monkeypatch.setattr(storages["records"], "save", refuse)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["storage"] == {"ok": False, "error": "PermissionError"}
    assert "secret" not in answer.content.decode()


def test_waiting_jobs_that_nobody_does_are_unhealthy():
    from datetime import timedelta

    Job.objects.create(name="core.clean_up", run_at=now() - timedelta(minutes=9), created_at=now())
    state = health.report()
    assert not state["jobs"]["ok"]
    assert state["jobs"]["oldest_seconds"] > 500


def test_jobs_whose_worker_is_gone_are_unhealthy():
    from datetime import timedelta

    Job.objects.create(
        name="core.clean_up", run_at=now(), created_at=now(), state=JobState.RUNNING,
        lease_until=now() - timedelta(minutes=9),
    )  # fmt: skip
    state = health.report()
    assert not state["jobs"]["ok"]
    assert state["jobs"]["lost"] == 1


def test_metrics_are_for_allowed_addresses_only(client: Client):
    assert b'rathaus_up{part="database"} 1' in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 403
    spoofed = client.get("/metrics", REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR="127.0.0.1")
    assert spoofed.status_code == 403


def test_sender_behind_a_trusted_proxy():
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="1.1.1.1, 203.0.113.9")
    assert client_ip(request) == "203.0.113.9"
    request.META["REMOTE_ADDR"] = "198.51.100.1"
    assert client_ip(request) == "198.51.100.1"


def test_help_and_wrong_use(capsys: pytest.CaptureFixture[str]):
    assert cli.main([]) == 2
    assert "rathaus run" in capsys.readouterr().out
    for wrong in (["fly"], ["run", "--port", "99999"], ["jobs", "list", "--state", "x"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(wrong)
        assert ended.value.code == 2


def test_dead_jobs_are_listed_and_restarted(capsys: pytest.CaptureFixture[str]):
    row = dead_job()
    assert cli.main(["jobs", "list"]) == 1
    assert "ValueError: broken" in capsys.readouterr().out
    assert cli.main(["jobs", "retry", str(row.pk), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"restarted": 1}
    assert cli.main(["jobs", "list", "--json"]) == 0
    assert cli.main(["jobs", "run"]) == 0


def test_doctor_says_what_to_do(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["doctor"]) == 1
    assert "RATHAUS_MAIL_HOST" in capsys.readouterr().out
    cli.main(["doctor", "--json"])
    assert any(check["name"] == "paypal" for check in json.loads(capsys.readouterr().out))


def test_doctor_sees_a_town_that_nobody_can_open(settings: Any) -> None:
    settings.BASE_URL, settings.HTTPS = "https://rathaus.stadt.example", True
    settings.ALLOWED_HOSTS, settings.SECURE_PROXY_SSL_HEADER = ["localhost"], None
    found = {check.name: check for check in doctor.checks()}
    assert not found["hosts"].ok and "rathaus.stadt.example" in found["hosts"].advice
    assert not found["proxy"].ok and "RATHAUS_BEHIND_PROXY" in found["proxy"].advice
    settings.ALLOWED_HOSTS = [".stadt.example"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    found = {check.name: check for check in doctor.checks()}
    assert found["hosts"].ok and found["proxy"].ok


def test_services_and_records_commands(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["services", "check"]) == 0
    assert cli.main(["records", "verify", "--json"]) == 0


def answer_of(response: HttpResponse, accept: str = "gzip") -> HttpResponse:
    request = RequestFactory().get("/", HTTP_ACCEPT_ENCODING=accept)
    return compression.Compress(lambda _: response)(request)


def test_pages_are_compressed_to_what_they_were():
    body = b"<p>Hund</p>" * 200
    answer = answer_of(HttpResponse(body))
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == body
    assert answer["Vary"] == "Accept-Encoding"
    assert len({len(compression.compress(body)) for _ in range(30)}) > 5  # length tells nothing


@pytest.mark.parametrize(
    ("response", "accept"),
    [
        (HttpResponse(b"x" * 5000), "br"),
        (HttpResponse(b"short"), "gzip"),
        (HttpResponse(b"x" * 5000, content_type="application/pdf"), "gzip"),
        (HttpResponse(b"x" * 5000, headers={"Content-Encoding": "br"}), "gzip"),
        (StreamingHttpResponse([b"x" * 5000]), "gzip"),
    ],
)
def test_what_is_left_alone(response: HttpResponse, accept: str):
    before = response.get("Content-Encoding")
    assert answer_of(response, accept).get("Content-Encoding") == before


def test_too_large_request_is_answered_before_it_is_read(client: Client, settings):
    settings.MAX_REQUEST_BYTES = 1000
    answer = client.post("/", data=b"x" * 2000, content_type="text/plain")
    assert answer.status_code == 413
    assert "zu groß" in answer.content.decode().lower()


@pytest.mark.parametrize("path", ["/", "/gibt-es-nicht/", "/healthz", "/arbeit/anmelden/"])
def test_every_answer_has_a_strict_policy(client: Client, path: str):
    policy = client.get(path)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
