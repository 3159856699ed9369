"""A drive as an office program sees it: the program's own WSGI application over httpx."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from django.db import connections
from lxml import etree

from rathaus.core.actors import Actor
from rathaus.desk.webdav import passwords
from rathaus.organisation.models import Office
from rathaus.records import actions
from rathaus.records.models import Case, Document, Dossier, DraftDocument, FilingPlanEntry
from rathaus.wsgi import application
from tests.desk import making

ACTOR = Actor.staff("1", "Gerd Harms", "Zentrale Dienste")
LOCKINFO = (
    '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>'
    "<D:locktype><D:write/></D:locktype><D:owner><D:href>TOWN\\x</D:href></D:owner></D:lockinfo>"
)
DAV = "{DAV:}"


@dataclass
class Drive:
    """One device of one person."""

    http: httpx.Client
    auth: tuple[str, str] | None

    def send(self, method: str, path: str, content: bytes | str = b"", **headers: str) -> Any:
        """A request; `path` below the mount point, not yet quoted."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.raw(method, quote(path), content, **named)

    def raw(self, method: str, path: str, content: bytes | str = b"", **headers: str) -> Any:
        """The same with an address as it is on the line."""
        auth = self.auth or httpx.USE_CLIENT_DEFAULT
        return self.http.request(
            method, f"/webdav{path}", content=content, headers=headers, auth=auth
        )

    def names(self, path: str) -> list[str]:
        """What a folder shows."""
        answer = self.send("PROPFIND", path, Depth="1")
        assert answer.status_code == 207, answer.text
        shown = etree.fromstring(answer.content).iterfind(f".//{DAV}displayname")
        return [str(one.text) for one in shown][1:]

    def lock(self, path: str) -> str:
        """Lock and give the token."""
        answer = self.send("LOCK", path, LOCKINFO, Depth="0", Timeout="Second-600")
        assert answer.status_code in (200, 201), answer.text
        return str(answer.headers["Lock-Token"])


Connect = Callable[..., Drive]


@pytest.fixture
def connect() -> Connect:
    """``connect("gerd.harms")`` → a drive with a new password of that person."""

    def start(login: str, device: str = "Laptop") -> Drive:
        staff = making.person(login)
        _row, secret = passwords.make(staff=staff, name=device, actor=making.acting(staff))
        return anonymous((login, secret))

    return start


def anonymous(auth: tuple[str, str] | None = None, client: str = "127.0.0.1") -> Drive:
    """A drive without a password of ours."""
    transport = httpx.WSGITransport(app=_as_bytes, remote_addr=client)
    return Drive(httpx.Client(transport=transport, base_url="http://localhost"), auth)


def _as_bytes(environ: dict[str, Any], start_response: Any) -> Any:
    """httpx hands the address over as text; servers hand over bytes as latin-1 (PEP 3333)."""
    environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")
    return application(environ, start_response)


@dataclass
class Filed:
    """A case of Zentrale Dienste with one document and one draft."""

    dossier: Dossier
    case: Case
    document: Document
    draft: DraftDocument

    @property
    def path(self) -> str:
        """Address of the case."""
        entry = self.dossier.filing_plan_entry
        parts = [
            f"{entry.code} {entry.title}",
            f"{self.dossier.reference} {self.dossier.title}",
            f"{self.case.reference} {self.case.title}",
        ]
        return "/Aktenplan/" + "/".join(part.replace("/", "-") for part in parts)

    @property
    def short(self) -> str:
        """Short address of the draft."""
        return f"/entwurf/{self.draft.public_id}/{self.draft.name}"


def file_one(case: Case, title: str = "Pachtvertrag", content: bytes = b"%PDF-1.7 abc") -> Document:
    """A document in a case."""
    return actions.file_document(
        case=case, title=title, kind="letter", content=content, name="v.pdf",
        content_type="application/pdf", direction="in", actor=ACTOR,
    )  # fmt: skip


@pytest.fixture
def filed() -> Filed:
    """What most tests need."""
    dossier = actions.open_dossier(
        title="Pachtvertrag Kiosk",
        entry=FilingPlanEntry.objects.get(code="23.20"),
        office=Office.objects.get(key="zentrale-dienste"),
        staff=making.person("gerd.harms"),
        actor=ACTOR,
    )
    case = actions.open_case(title="Kiosk am Markt", dossier=dossier, actor=ACTOR)
    draft = actions.create_draft(
        case=case, title="Kündigung", content=b"erster Stand", name="Kündigung.docx",
        content_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        actor=ACTOR,
    )  # fmt: skip
    return Filed(dossier, case, file_one(case), draft)


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests end here in the middle of a test's transaction: nothing may close it."""
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)
