"""Cases in every state, made through the program's own actions."""

from __future__ import annotations

from typing import Any

import yaml

from rathaus.catalogue import library
from rathaus.catalogue import queries as catalogue
from rathaus.core.actors import Actor
from rathaus.forms.definition import Field, FieldType, Step
from rathaus.organisation.models import StaffMember
from rathaus.payments import actions as payments
from rathaus.proceedings import actions
from rathaus.proceedings.models import Application, Draft

PASSWORD = "ein langes Testkennwort"
RESIDENT = Actor.resident("r")


def sample(slug: str) -> dict[str, Any]:
    """Answers of the first valid test case of a service."""
    text = (library.SHIPPED / slug / "cases.yaml").read_text(encoding="utf-8")
    cases = yaml.safe_load(text)
    return next(case["answers"] for case in cases if case["expect"] == "valid")


def new_draft(slug: str = "hund-anmelden", **more: Any) -> Draft:
    """A complete draft that nobody sent yet."""
    draft = actions.start_draft(version=catalogue.current(slug), actor=RESIDENT)
    return actions.save_step(
        draft=draft,
        step_key="kontakt",
        answers={**sample(slug), **more},
        revision=0,
        actor=RESIDENT,
    )


def new_case(slug: str = "hund-anmelden", **more: Any) -> Application:
    """A submitted application: free and new, or waiting for its fee."""
    return actions.submit(draft=new_draft(slug, **more), actor=RESIDENT)


def person(login: str) -> StaffMember:
    """A member of staff of the demo town."""
    return StaffMember.objects.select_related("user").get(user__login=login)


def acting(staff: StaffMember) -> Actor:
    """That person as an actor."""
    return Actor.staff(str(staff.user_id), staff.name, "Amt")


def taken(login: str = "eilert.janssen", slug: str = "hund-anmelden") -> Application:
    """A case that `login` works on."""
    application = new_case(slug)
    if application.claim is not None and application.state == "awaiting_payment":
        pay(application)
    staff = person(login)
    actions.take_over(application=application, staff=staff, actor=acting(staff))
    return application


def pay(application: Application) -> None:
    """The whole fee in cash."""
    claim = application.claim
    assert claim is not None
    cashier = acting(person("theda.saathoff"))
    payments.record_counter_payment(claim=claim, amount=claim.amount, method="cash", staff=cashier)
    application.refresh_from_db()


def posted(step: Step, answers: dict[str, Any]) -> dict[str, Any]:
    """What a browser sends for `step` when `answers` are typed in."""
    data: dict[str, Any] = {}
    for field in step.fields:
        if answers.get(field.key) not in (None, ""):
            _put(data, field, field.key, answers[field.key])
    return data


def _put(data: dict[str, Any], field: Field, name: str, value: Any) -> None:
    if field.type == FieldType.GROUP:
        data[f"{name}.count"] = len(value)
        for index, item in enumerate(value):
            for child in field.fields:
                if item.get(child.key) is not None:
                    _put(data, child, f"{name}.{index}.{child.key}", item[child.key])
    elif isinstance(value, bool):
        data[name] = "yes" if value else "no"
    elif isinstance(value, dict):
        data.update({f"{name}.{part}": inner for part, inner in value.items()})
    elif field.type == FieldType.MONEY:
        data[name] = f"{value / 100:.2f}".replace(".", ",")
    elif isinstance(value, float):
        data[name] = str(value).replace(".", ",")
    elif field.type != FieldType.UPLOAD:
        data[name] = value
