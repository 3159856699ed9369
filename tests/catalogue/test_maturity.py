"""OZG maturity model 1.1: the lowest criterion decides."""

from __future__ import annotations

from typing import Any

import pytest

from rathaus.catalogue import maturity
from rathaus.catalogue.facts import Capabilities, facts
from rathaus.core import logic

from .conftest import BASE


def test_the_model_has_five_levels_and_ten_criteria() -> None:
    model = maturity.load("1.1")
    assert [row.level for row in model.levels] == [0, 1, 2, 3, 4]
    assert [row.name for row in model.levels] == [
        "Offline",
        "Information",
        "Formular-Assistent",
        "Online-Leistung",
        "Online-Transaktion",
    ]
    assert len(model.criteria) == len({row.key for row in model.criteria}) == 10
    assert model.conform_from == 3


def test_conditions_read_only_facts_that_exist(make) -> None:
    known = set(facts(make(), Capabilities()))
    for row in maturity.load().criteria:
        for step in row.steps:
            assert logic.variables(step.condition) <= known, row.key


def test_model_2_is_not_pretended() -> None:
    with pytest.raises(KeyError):
        maturity.load("2.0")


def test_an_online_service_meets_the_law(make) -> None:
    report = maturity.assess(make())
    assert (report.level, report.name, report.conform) == (3, "Online-Leistung", True)
    deciding = [row.key for row in report.criteria if row.decides]
    assert deciding == ["once_only"]
    assert "Once-Only" in report.next_steps[0]


def test_once_only_makes_it_a_transaction(make) -> None:
    report = maturity.assess(make(maturity={"once_only": True}))
    assert report.level == 4
    assert report.next_steps == []


@pytest.mark.parametrize(
    ("level", "criterion", "changes"),
    [
        (2, "written_form", {"maturity": {"written_form": True}}),
        (2, "result", {"maturity": {"result_digital": False}}),
        (2, "identification", {"maturity": {"personal_appearance": True}}),
        (2, "identification", {"trust_level": "high"}),
        (2, "proofs", {"maturity": {"proofs_online": False}}),
        (2, "information", {"legal": []}),
        (2, "information", {"duration": {}}),
        (3, "proofs", {"documents": [{"label": "Plan", "upload": True}]}),
    ],
)
def test_one_weak_criterion_decides(
    make, level: int, criterion: str, changes: dict[str, Any]
) -> None:
    report = maturity.assess(make(**changes))
    assert report.level == level
    weak = next(row for row in report.criteria if row.key == criterion)
    assert weak.decides and weak.level == level and weak.reason and weak.next_step
    assert weak.next_step in report.next_steps


def test_a_login_that_is_offered_lifts_the_level(make) -> None:
    definition = make(trust_level="substantial")
    assert maturity.assess(definition).level == 2
    offered = Capabilities(trust_level="high")
    assert maturity.assess(definition, capabilities=offered).level == 3


def information(**changes: Any) -> dict[str, Any]:
    return {
        **BASE,
        "mode": "information",
        "form": None,
        "fees": [],
        "payment_policy": "none",
        "letters": [],
        "filing": None,
        **changes,
    }


def test_information_only_is_level_one(make) -> None:
    report = maturity.assess(make(**information(not_online_reason="Sie müssen kommen.")))
    assert report.level == 1 and not report.conform
    assert report.note == "Sie müssen kommen."
    assert "Ein Online-Formular anlegen." in report.next_steps


def test_a_service_of_somebody_else_says_whose(make) -> None:
    changes = {
        "mode": "external",
        "external_url": "https://a.example.de",
        "external_name": "Landkreis Aurich",
    }
    report = maturity.assess(make(**information(**changes)))
    assert report.level == 1
    assert "Landkreis Aurich" in report.note


@pytest.mark.parametrize("online", [True, False])
def test_every_criterion_explains_itself(make, online: bool) -> None:
    report = maturity.assess(make() if online else make(**information()))
    for row in report.criteria:
        assert row.reason
        assert bool(row.next_step) is (row.level < 4)
        assert row.level >= report.level


def test_the_shipped_services(catalogue) -> None:
    from rathaus.catalogue import queries

    levels = {row.slug: maturity.assess(row).level for row in queries.definitions()}
    assert levels["gewerbe-anmelden"] == 3
    assert levels["personalausweis"] == levels["kfz-zulassung"] == 1
    assert levels["geburtsurkunde"] == 2  # paper with a seal
