"""A town with two offices, a filing plan and cases to work on."""

from __future__ import annotations

from typing import Any

import pytest

from rathaus.core.actors import Actor
from rathaus.core.models import User
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Membership, Office, Role, StaffMember, Town
from rathaus.records import actions
from rathaus.records.models import Case, Document
from tests.support import town

RESIDENT = Actor.resident("draft-1")
CLERK = Actor.staff("1", "Anke Harms", "buergerbuero")
SYSTEM = Actor.system("worker")


@pytest.fixture
def offices(db: None) -> dict[str, Office]:
    Town.objects.create(name="Moordorf", postal_code="26639", city="Moordorf")
    names = {"buergerbuero": "Bürgerbüro", "ordnungsamt": "Ordnungsamt"}
    found = {key: Office.objects.create(key=key, name=name) for key, name in names.items()}
    organisation.forget()
    return found


@pytest.fixture
def plan(db: None) -> int:
    return town.filing_plan()


@pytest.fixture
def case(offices: dict[str, Office], plan: int) -> Case:
    return open_case(offices["buergerbuero"])


def open_case(office: Office, **more: Any) -> Case:
    values = {"filing_code": "33.20", "title": "Meldebescheinigung", "actor": RESIDENT, **more}
    return actions.open_case(office=office, **values)


def file(case: Case, content: bytes = b"Guten Tag", **more: Any) -> Document:
    values: dict[str, Any] = {
        "title": "Nachricht",
        "kind": "message",
        "name": "nachricht.txt",
        "content_type": "text/plain",
        "direction": "in",
        "actor": RESIDENT,
        **more,
    }
    return actions.file_document(case=case, content=content, **values)


def staff(login: str, *offices: Office, role: Role = Role.CLERK) -> StaffMember:
    member = StaffMember.objects.create(
        user=User.objects.create_user(login), first_name=login.title(), last_name="Test"
    )
    for office in offices:
        Membership.objects.create(staff=member, office=office, role=role)
    organisation.forget()
    return member
