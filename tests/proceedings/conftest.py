"""A town with its services, a resident with a complete draft, a clerk."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from rathaus.catalogue import library
from rathaus.catalogue import queries as catalogue
from rathaus.core.actors import Actor
from rathaus.organisation.models import StaffMember
from rathaus.proceedings import actions
from rathaus.proceedings.models import Application, Draft
from tests.support import town as demo


@pytest.fixture
def town(db: None) -> None:
    demo.load()


def sample(slug: str) -> dict[str, Any]:
    """Answers of the first valid test case of a service."""
    text = (library.SHIPPED / slug / "cases.yaml").read_text(encoding="utf-8")
    cases = yaml.safe_load(text)
    return next(case["answers"] for case in cases if case["expect"] == "valid")


def new_draft(slug: str, **more: Any) -> Draft:
    version = catalogue.current(slug)
    draft = actions.start_draft(version=version, actor=Actor.resident("r"))
    answers = {**sample(slug), **more}
    return actions.save_step(
        draft=draft, step_key="kontakt", answers=answers, revision=0, actor=draft.actor
    )


def new_application(slug: str = "hund-anmelden", **more: Any) -> Application:
    draft = new_draft(slug, **more)
    return actions.submit(draft=draft, actor=draft.actor)


@pytest.fixture
def draft(town: None) -> Draft:
    return new_draft("hund-anmelden")


@pytest.fixture
def application(town: None) -> Application:
    return new_application()


def clerk(office: str) -> StaffMember:
    return StaffMember.objects.filter(memberships__office__key=office).first()


def acting(staff: StaffMember) -> Actor:
    return Actor.staff(str(staff.user_id), staff.name, "Steueramt")
