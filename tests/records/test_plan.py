"""The filing plan: shipped sample, inheritance, bad files."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rathaus.records import actions, plan
from rathaus.records.models import FilingPlanEntry

LIBRARY = Path(__file__).parents[2] / "src/rathaus/library"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.django_db
def test_the_sample_loads_and_loading_again_changes_nothing() -> None:
    count = actions.load_filing_plan()
    before = list(FilingPlanEntry.objects.order_by("code").values())
    assert actions.load_filing_plan() == count == len(before) >= 60
    assert list(FilingPlanEntry.objects.order_by("code").values()) == before


@pytest.mark.django_db
def test_places_inherit_retention_and_disposal() -> None:
    actions.load_filing_plan()
    tax = FilingPlanEntry.objects.get(code="22.30")
    assert (tax.parent.code, tax.retention_years, tax.disposal) == ("22", 10, "V")  # type: ignore[union-attr]
    trade = FilingPlanEntry.objects.get(code="32.10")
    assert (trade.retention_years, trade.disposal) == (10, "B")


@pytest.mark.django_db
def test_an_adapted_plan_changes_places_and_keeps_the_others(tmp_path: Path) -> None:
    actions.load_filing_plan()
    changed = write(tmp_path, '- {code: "22.30", title: Hunde, years: 7, disposal: V}')
    assert actions.load_filing_plan(changed) == 1
    assert FilingPlanEntry.objects.get(code="22.30").title == "Hunde"
    assert FilingPlanEntry.objects.filter(code="33.20").exists()


def test_every_service_of_the_library_has_its_place() -> None:
    codes = {place.code for place in plan.read()}
    for path in LIBRARY.glob("*/service.yaml"):
        filing = yaml.safe_load(path.read_text("utf-8")).get("filing")
        if filing:
            assert filing["plan_code"] in codes, path.parent.name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", "list of places"),
        ("[1, 2]", "validation error"),
        ("- {code: '1', title: A}", "neither given nor inherited"),
        ("- {code: '1', title: A, years: 1, disposal: X}", "disposal"),
        ("- {code: '1', title: A, years: -1, disposal: V}", "years"),
        ("- {code: '1 2', title: A, years: 1, disposal: V}", "code"),
        ("- {code: '1', title: A, years: 1, disposal: V, colour: red}", "colour"),
        ("- {code: '1', title: A, years: 1, disposal: V}\n" * 2, "twice"),
        ("- {code: ", "expected"),
        ("!!python/object/apply:os.system ['true']", "constructor"),
    ],
)
def test_a_bad_plan_is_refused_with_the_reason(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(plan.PlanError, match=message):
        plan.read(write(tmp_path, text))


def test_a_plan_has_five_levels_at_most(tmp_path: Path) -> None:
    text = "{code: '9', title: X}"
    for level in range(5):
        text = f"{{code: '{level}', title: X, years: 1, disposal: V, places: [{text}]}}"
    with pytest.raises(plan.PlanError, match="deeper"):
        plan.read(write(tmp_path, f"- {text}"))
