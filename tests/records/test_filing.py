"""Opening cases and filing documents."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from rathaus.core import storage
from rathaus.core.events import verify_chain
from rathaus.core.models import Event
from rathaus.organisation.models import Office
from rathaus.records import actions, states
from rathaus.records.models import Case, Document, DocumentVersion, Dossier, Immutable
from tests.records.conftest import CLERK, RESIDENT, SYSTEM, file, open_case

pytestmark = pytest.mark.django_db


def types(case: Case) -> list[str]:
    return list(
        Event.objects.filter(chain=case.chain).order_by("seq").values_list("type", flat=True)
    )


@time_machine.travel(datetime(2026, 5, 4, 10, tzinfo=UTC))
def test_cases_of_a_place_year_and_office_share_a_dossier(
    offices: dict[str, Office], plan: int
) -> None:
    first, second = open_case(offices["buergerbuero"]), open_case(offices["buergerbuero"])
    other = open_case(offices["ordnungsamt"])
    assert first.dossier == second.dossier != other.dossier
    assert first.dossier.reference == "33.20/2026"
    assert [c.reference for c in (first, second, other)] == [
        "33.20/2026-0001",
        "33.20/2026-0002",
        "33.20/2026-0003",
    ]
    assert (first.retention_years, first.disposal) == (2, "V")


def test_the_year_is_the_one_on_the_town_halls_clock(offices: dict[str, Office], plan: int) -> None:
    with time_machine.travel(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), tick=False):
        case = open_case(offices["buergerbuero"])
    assert case.reference == "33.20/2027-0001"
    assert case.dossier.year == 2027


def test_a_service_may_set_retention_and_a_reference_come_from_outside(
    offices: dict[str, Office], plan: int
) -> None:
    case = open_case(offices["ordnungsamt"], reference="OA 7/26", retention_years=4, disposal="A")
    assert (case.reference, case.retention_years, case.disposal) == ("OA 7/26", 4, "A")
    with pytest.raises(IntegrityError):
        open_case(offices["ordnungsamt"], reference="OA 7/26")


def test_an_unknown_place_is_refused_and_leaves_nothing(
    offices: dict[str, Office], plan: int
) -> None:
    with pytest.raises(actions.UnknownFilingCode):
        open_case(offices["ordnungsamt"], filing_code="99.99")
    assert not Case.objects.exists() and not Dossier.objects.exists()


def test_the_history_tells_who_filed_what(case: Case) -> None:
    document = file(case, b"%PDF-1.7 x", name="antrag.pdf", content_type="application/pdf")
    version = document.current
    actions.note_view(version=version, actor=CLERK)
    assert types(case) == ["case.opened", "document.filed", "document.viewed"]
    filed = Event.objects.get(type="document.filed")
    assert filed.data["sha256"] == version.blob.sha256
    assert filed.data["document_id"] == str(document.public_id)
    viewed = Event.objects.get(type="document.viewed")
    assert (viewed.actor_label, viewed.actor_office) == ("Anke Harms", "buergerbuero")
    assert verify_chain(case.chain) == []


def test_no_title_or_file_name_in_the_unerasable_history(
    offices: dict[str, Office], plan: int
) -> None:
    case = open_case(offices["buergerbuero"], title="Sterbefall Meinders")
    file(case, title="Ausweis Meinders", name="meinders.pdf")
    text = str(list(Event.objects.filter(chain=case.chain).values_list("data", flat=True)))
    assert "einders" not in text


def test_bytes_come_back_as_filed(case: Case) -> None:
    for content in (b"", b"x", b"Antrag " * 300_000):
        assert file(case, content).current.read() == content
    blob = storage.put(b"vorher gespeichert")
    assert file(case, blob).current.blob_id == blob.pk  # type: ignore[arg-type]


def test_versions_follow_each_other(case: Case) -> None:
    document = file(case, b"eins")
    actions.add_version(
        document=document, content=b"zwei", name="b.txt", content_type="text/plain", actor=CLERK
    )
    numbers = list(document.versions.order_by("number").values_list("number", flat=True))
    assert numbers == [1, 2]
    assert Document.objects.with_versions().get(pk=document.pk).current.read() == b"zwei"
    assert types(case)[-1] == "document.version_added"


def test_two_people_adding_a_version_at_once_do_not_overwrite(case: Case) -> None:
    document = file(case, b"eins")
    stale = Document.objects.get(pk=document.pk)
    more = {"name": "b.txt", "content_type": "text/plain", "actor": CLERK}
    actions.add_version(document=document, content=b"zwei", **more)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError):
        actions.add_version(document=stale, content=b"drei", **more)  # type: ignore[arg-type]
    assert document.versions.count() == 2


def test_a_version_refuses_every_change(case: Case) -> None:
    version = DocumentVersion.objects.get(pk=file(case).current.pk)
    version.name = "anders.txt"
    with pytest.raises(Immutable):
        version.save()
    with pytest.raises(Immutable):
        version.delete()


def test_filing_stays_small(case: Case) -> None:
    blob = storage.put(b"Inhalt")
    with CaptureQueriesContext(connection) as opening:
        open_case(case.office)
    with CaptureQueriesContext(connection) as filing:
        file(case, blob)  # type: ignore[arg-type]
    assert len(work(opening)) <= 8
    assert len(work(filing)) <= 8


def work(captured: CaptureQueriesContext) -> list[str]:
    """Statements apart from the brackets of a transaction."""
    brackets = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(brackets)]


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("antrag-33.20/2026-0001.json", "antrag-33.20-2026-0001.json"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Windows\\x.exe", "C-Windows-x.exe"),
        ("", "dokument"),
        ("...", "dokument"),
        ("a\x00b.pdf", "a-b.pdf"),
        ("rechnung\u202efdp.exe", "rechnung-fdp.exe"),
        ("Führungszeugnis 😀.pdf", "Führungszeugnis 😀.pdf"),
    ],
)
def test_file_names_lose_what_is_dangerous(case: Case, given_name: str, kept: str) -> None:
    assert file(case, name=given_name).current.name == kept


@given(st.text(max_size=400))
def test_no_file_name_leaves_its_folder(name: str) -> None:
    safe = actions.safe_name(name)
    assert 0 < len(safe) <= 200
    assert "/" not in safe and "\\" not in safe and "\x00" not in safe
    assert not safe.startswith(".")


def test_long_names_keep_their_ending() -> None:
    assert actions.safe_name("x" * 300 + ".pdf").endswith(".pdf")


def test_unknown_kinds_and_directions_are_refused(case: Case) -> None:
    for wrong in ({"kind": "junk"}, {"direction": "up"}):
        from django.db import transaction

        with pytest.raises(IntegrityError), transaction.atomic():
            file(case, **wrong)


@time_machine.travel(datetime(2026, 5, 4, 10, tzinfo=UTC))
def test_retention_runs_from_the_end_of_the_year_of_closing(case: Case) -> None:
    actions.close_case(case=case, actor=CLERK)
    case.refresh_from_db()
    assert (case.state, case.retention_until) == ("closed", date(2028, 12, 31))
    assert types(case)[-1] == "case.closed"


def test_closing_twice_and_filing_afterwards_are_refused(case: Case) -> None:
    actions.close_case(case=case, actor=CLERK)
    stale = Case.objects.get(pk=case.pk)
    stale.state = "open"
    with pytest.raises(actions.CaseIsClosed):
        actions.close_case(case=stale, actor=CLERK)
    with pytest.raises(actions.CaseIsClosed):
        file(case, actor=RESIDENT)
    assert types(case).count("case.closed") == 1


def test_the_letter_made_after_the_decision_is_still_filed(case: Case) -> None:
    actions.close_case(case=case, actor=CLERK)
    assert file(case, kind="letter", direction="out", actor=SYSTEM).pk


def test_reopening(case: Case) -> None:
    with pytest.raises(actions.RecordsError):
        actions.reopen_case(case=case, actor=CLERK)
    actions.close_case(case=case, actor=CLERK)
    actions.reopen_case(case=case, actor=CLERK)
    case.refresh_from_db()
    assert (case.state, case.retention_until, case.closed_at) == ("open", None, None)
    assert file(case).pk


def test_the_transition_table_is_complete() -> None:
    from rathaus.core.events import type_of
    from rathaus.organisation.permissions import TABLE

    for step in states.TRANSITIONS:
        assert step.source != step.target
        assert type_of(step.event) is not None
        assert step.permission in TABLE
    for state in states.CaseState:
        assert states.possible(state)
    with pytest.raises(KeyError):
        states.transition("burn")


def test_a_failing_rendition_does_not_touch_the_original(case: Case) -> None:
    version = file(case, b"Original").current
    with pytest.raises(AttributeError):
        actions.add_rendition(version=version, kind="pdf", content=None, actor=SYSTEM)  # type: ignore[arg-type]
    assert version.read() == b"Original"
    actions.add_rendition(version=version, kind="pdf", content=b"%PDF", actor=SYSTEM, verdict="ok")
    actions.add_rendition(version=version, kind="pdf", content=b"%PDF2", actor=SYSTEM)
    assert version.renditions.get().blob.read() == b"%PDF2"
    assert types(case).count("rendition.added") == 2
