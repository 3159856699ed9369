"""A case of the Steueramt in the demo town, with documents to work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rathaus.core.jobs import run_pending
from rathaus.organisation.models import StaffMember
from rathaus.records import actions as records
from rathaus.records.models import Case, Document, DocumentVersion
from tests.desk import conftest as desk
from tests.desk import making
from tests.records.work.conftest import pdf

_town = desk._town
sign_in = desk.sign_in
SignIn = desk.SignIn


def text(response: Any) -> str:
    return str(response.content.decode())


def post(client: Client, name: str, args: list[Any], **data: Any) -> Any:
    return client.post(reverse(f"desk:{name}", args=args), data)


@dataclass
class Matter:
    """A case that belongs to the Steueramt, and one that belongs to the Gewerbeamt."""

    case: Case
    document: Document
    foreign: Case
    foreign_document: Document

    @property
    def version(self) -> DocumentVersion:
        return self.document.versions.order_by("-number")[0]


def person(login: str) -> StaffMember:
    return making.person(login)


def file(case: Case, text: str = "Guten Tag", **more: Any) -> Document:
    values: dict[str, Any] = {
        "title": "Schreiben der Eigentümerin",
        "kind": "upload",
        "name": "brief.pdf",
        "content_type": "application/pdf",
        "direction": "in",
        "actor": making.RESIDENT,
        **more,
    }
    return records.file_document(case=case, content=pdf(text), **values)


@pytest.fixture
def matter() -> Matter:
    own = making.new_case().case
    foreign = making.new_case("osterfeuer-anzeigen").case
    found = Matter(own, file(own), foreign, file(foreign, "Fremd"))
    run_pending()
    return found


@pytest.fixture
def tax(sign_in: SignIn) -> Client:
    """Eilert Janssen: head and clerk of the Steueramt."""
    return sign_in("eilert.janssen")
