"""Searches with a name and what came since one looked."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office, StaffMember
from rathaus.records.finding import actions, queries
from rathaus.records.finding.actions import CannotSave
from rathaus.records.finding.models import SavedSearch
from rathaus.records.finding.wanted import Wanted
from rathaus.records.models import Case
from tests.records.conftest import file, open_case

pytestmark = pytest.mark.django_db


def news(staff: StaffMember) -> list[int | None]:
    return [one.new for one in queries.with_news(staff, queries.saved_for(staff))]


def test_new_since_the_last_look(record: dict[str, Case], harms: StaffMember) -> None:
    saved = actions.save(staff=harms, name="Hunde", wanted=Wanted("hund in:dokumente"))
    assert news(harms) == [None]
    look = queries.newest_of(harms, saved)
    actions.looked(search=saved, staff=harms, position=look)
    assert news(harms) == [0]
    from datetime import timedelta

    from rathaus.core.clock import now, shifted

    with shifted(now() + timedelta(minutes=5)):
        file(record["dogs"], b"Noch ein Hund", title="Nachtrag")
        file(record["fair"], b"Kein Tier", title="Anderes")
        run_pending()
        run_pending()
    assert news(harms) == [1]
    actions.looked(search=saved, staff=harms, position=queries.newest_of(harms, saved))
    assert news(harms) == [0]


def test_counting_is_bounded(
    offices: dict[str, Office], harms: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MAX_NEW", 5)
    case = open_case(offices["buergerbuero"])
    for number in range(8):
        file(case, b"Wort", title=f"Brief {number}")
    run_pending()
    saved = actions.save(staff=harms, name="Wort", wanted=Wanted("wort"))
    actions.looked(search=saved, staff=harms, position=0)
    (one,) = queries.with_news(harms, [saved])
    assert one.new == 5 and one.more


def test_many_saved_searches_cost_a_bounded_number_of_queries(
    record: dict[str, Case], harms: StaffMember
) -> None:
    for number in range(20):
        saved = actions.save(staff=harms, name=f"Suche {number}", wanted=Wanted("hund"))
        actions.looked(search=saved, staff=harms, position=0)
    with CaptureQueriesContext(connection) as captured:
        queries.with_news(harms, queries.saved_for(harms))
    assert len(captured) <= 5 + 4 * queries.MAX_COUNTED


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_is_needed(record: dict[str, Case], harms: StaffMember, name: str) -> None:
    with pytest.raises(CannotSave, match="Namen"):
        actions.save(staff=harms, name=name, wanted=Wanted("hund"))


def test_names_are_told_apart(harms: StaffMember, freese: StaffMember) -> None:
    actions.save(staff=harms, name="Hunde", wanted=Wanted("hund"))
    with pytest.raises(CannotSave, match="schon"):
        actions.save(staff=harms, name=" Hunde ", wanted=Wanted("katze"))
    actions.save(staff=freese, name="Hunde", wanted=Wanted("hund"))


def test_nothing_cannot_be_saved_and_nothing_with_foreign_offices(
    harms: StaffMember, offices: dict[str, Office]
) -> None:
    with pytest.raises(CannotSave, match="zuerst"):
        actions.save(staff=harms, name="Leer", wanted=Wanted())
    with pytest.raises(CannotSave, match="Amt"):
        actions.save(staff=harms, name="Fremd", wanted=Wanted("x"), office=offices["ordnungsamt"])


def test_there_is_an_end(harms: StaffMember, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MAX_SAVED", 2)
    for name in ("a", "b"):
        actions.save(staff=harms, name=name, wanted=Wanted("x"))
    with pytest.raises(CannotSave):
        actions.save(staff=harms, name="c", wanted=Wanted("x"))


def test_only_ones_own_can_be_deleted(harms: StaffMember, freese: StaffMember) -> None:
    saved = actions.save(staff=harms, name="Hunde", wanted=Wanted("hund"))
    assert not actions.delete(staff=freese, public_id=saved.public_id)
    assert actions.delete(staff=harms, public_id=saved.public_id)
    assert not SavedSearch.objects.exists()
