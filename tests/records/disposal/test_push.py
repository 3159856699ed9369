"""Messages pushed to the WebDAV of an archive: the whole file, once, and what goes wrong."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from rathaus.core import net
from rathaus.core.jobs import run_pending
from rathaus.core.models import Job
from rathaus.records.disposal import actions, exchange
from rathaus.records.disposal.models import Archive, Process
from rathaus.records.models import Case
from tests.records.disposal.conftest import ANNA, make_archive

pytestmark = pytest.mark.django_db
HOST = "dav.kreisarchiv.example"


class Server:
    """A WebDAV server that keeps what it is sent, and answers as it is told."""

    def __init__(self) -> None:
        self.answer = 201
        self.kept: dict[str, bytes] = {}
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.answer in (200, 201, 204):
            self.kept[request.url.path] = request.read()
        moved = {"Location": "https://anderswo.example/"} if self.answer == 302 else {}
        return httpx.Response(self.answer, headers=moved)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Server:
    settings.RATHAUS_ARCHIVE_HOSTS = [HOST]
    server = Server()
    client = net.client

    def through(**more: Any) -> httpx.Client:
        return client(**{**more, "transport": httpx.MockTransport(server)})

    monkeypatch.setattr(exchange.net, "client", through)
    return server


@pytest.fixture
def partner(server: Server) -> Archive:
    return make_archive(webdav_url=f"https://{HOST}/eingang/")


@pytest.fixture
def offer(partner: Archive, old: list[Case]) -> Process:
    process = actions.begin(cases=old, archive=partner, actor=ANNA)
    actions.offer(process=process, actor=ANNA)
    return process


def test_the_message_arrives_whole_and_once(offer: Process, server: Server) -> None:
    run_pending()
    sent = offer.messages.get(code="0501")
    assert sent.state == "sent"
    (path,) = server.kept
    assert path == f"/eingang/{sent.name}"
    local = exchange.outbox(offer.partner) / sent.name
    assert server.kept[path] == local.read_bytes()
    assert zipfile.ZipFile(BytesIO(server.kept[path])).testzip() is None
    (request,) = server.requests
    assert (request.method, request.headers["content-type"]) == ("PUT", "application/zip")
    Job.objects.filter(name="disposal.send").update(state="ready", finished_at=None)
    run_pending()
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [302, 401, 404, 423, 500, 507])
def test_refused_it_stays_unsent_and_is_tried_again(
    offer: Process, server: Server, answer: int
) -> None:
    server.answer = answer
    run_pending()
    message = offer.messages.get(code="0501")
    assert message.state == "ready"
    job = Job.objects.get(name="disposal.send")
    assert job.state == "ready"
    assert "PushFailed" in job.last_error
    assert len(server.requests) == 1  # a redirect is never followed
    server.answer = 204
    Job.objects.update(run_at=job.created_at)
    run_pending()
    message.refresh_from_db()
    assert message.state == "sent"
    assert len(server.kept) == 1


def test_only_to_hosts_that_the_operator_allows(
    offer: Process, server: Server, settings: Any
) -> None:
    settings.RATHAUS_ARCHIVE_HOSTS = []
    run_pending()
    assert not server.requests
    assert offer.messages.get(code="0501").state == "ready"
    assert "HostNotAllowed" in Job.objects.get(name="disposal.send").last_error


def test_a_crash_after_the_push_sends_the_same_again(
    offer: Process, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rathaus.records.disposal import outgoing

    def dies(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(outgoing, "record", dies)
        run_pending()
    assert offer.messages.get(code="0501").state == "ready"
    before = dict(server.kept)
    Job.objects.update(run_at=offer.created_at)
    run_pending()
    assert offer.messages.get(code="0501").state == "sent"
    assert server.kept.keys() == before.keys()  # the same name: replaced, not doubled
    assert len(server.requests) == 2


def test_a_large_message_goes_in_pieces(partner: Archive, server: Server, tmp_path: Path) -> None:
    path = tmp_path / "gross.zip"
    path.write_bytes(b"z" * (3 * 1024 * 1024 + 7))
    exchange.push(partner, path)
    assert server.requests[0].headers["transfer-encoding"] == "chunked"
    assert len(server.kept["/eingang/gross.zip"]) == path.stat().st_size
