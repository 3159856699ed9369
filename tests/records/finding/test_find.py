"""Finding by fields; every expectation is the same on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office, StaffMember
from rathaus.records import actions
from rathaus.records.finding import people, queries
from rathaus.records.finding.wanted import Wanted
from rathaus.records.models import Case
from rathaus.records.work import actions as work
from rathaus.search import vocabulary
from tests.records.conftest import CLERK, file, open_case, staff
from tests.records.finding.conftest import titles

pytestmark = pytest.mark.django_db
DOGS = {"Anmeldung", "Impfausweis", "Steuerbescheid"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bello", {"Anmeldung"}),
        ("hund", {"V: Hundesteuer Janssen", *DOGS}),
        ("gebuehr", {"Anmeldung"}),
        ('"gebühr beträgt"', {"Anmeldung"}),
        ('"beträgt gebühr"', set()),
        ("marktplatz", {"Impfausweis", "Pachtvertrag"}),
        ("marktplatz -vertrag", {"Impfausweis"}),
        ("pachtv", {"Pachtvertrag"}),
        ("Pacht*", {"V: Marktstand", "Pachtvertrag"}),
        ("typ:bild", {"Impfausweis"}),
        ("hund typ:bild", {"Impfausweis"}),
        ("hund -typ:bild in:dokumente", DOGS - {"Impfausweis"}),
        ("typ:textdatei art:schreiben", {"Steuerbescheid"}),
        ("richtung:ausgang", {"Steuerbescheid"}),
        ("art:Nachweis", {"Impfausweis"}),
        ("groesse:>100KB", {"Impfausweis"}),
        ("groesse:<100KB typ:text plan:23", set()),
        ("groesse:<100KB plan:23", {"Pachtvertrag"}),
        ("in:Vorgänge", {"V: Hundesteuer Janssen", "V: Marktstand"}),
        ("plan:23.20", {"V: Marktstand", "Pachtvertrag"}),
        ("plan:23", {"V: Marktstand", "Pachtvertrag"}),
        ("plan:23 marktplatz", {"Pachtvertrag"}),
        ("amt:Bürgerbüro vertrag", {"Pachtvertrag"}),
        ("amt:ordnungsamt", set()),
        ("titel:steuer", {"V: Hundesteuer Janssen", "Steuerbescheid"}),
        ("stand:offen in:vorgang", {"V: Hundesteuer Janssen", "V: Marktstand"}),
        ("stand:abgeschlossen", set()),
        ("durch:harms", {"Anmeldung", "Steuerbescheid"}),
        ("zeit:heute vertrag", {"Pachtvertrag"}),
        ("von:heute bis:heute vertrag", {"Pachtvertrag"}),
        ("bis:gestern", set()),
        ("zeit:letztesjahr", set()),
    ],
)
def test_fields(record: dict[str, Case], harms: StaffMember, text: str, expected: set[str]) -> None:
    assert set(titles(harms, text)) == expected


def test_the_form_says_the_same_as_the_box(record: dict[str, Case], harms: StaffMember) -> None:
    assert titles(harms, "hund", typ="image") == titles(harms, "hund typ:bild") == ["Impfausweis"]
    assert titles(harms, "", plan="23.20", **{"in": "document"}) == ["Pachtvertrag"]


def test_references_whole_in_part_and_of_documents(
    record: dict[str, Case], harms: StaffMember
) -> None:
    case = record["dogs"]
    whole = {"V: Hundesteuer Janssen", *DOGS}
    assert set(titles(harms, f"az:{case.reference}")) == whole
    assert set(titles(harms, f"az:{case.reference.partition('/')[2]}")) >= whole
    assert set(titles(harms, "", az=case.reference)) == whole
    assert titles(harms, f"az:{case.reference}-2") == ["Impfausweis"]
    assert titles(harms, "az:99.99/2026") == []


def test_a_moved_document_is_found_by_its_former_reference(
    record: dict[str, Case], harms: StaffMember
) -> None:
    document = record["dogs"].documents.get(title="Impfausweis")
    actions.move_document(
        document=document, target=record["fair"], staff=harms, reason="falsch", actor=CLERK
    )
    run_pending()
    assert titles(harms, f"az:{record['dogs'].reference}-2") == ["Impfausweis"]
    assert "Impfausweis" in titles(harms, "plan:23")
    assert "Impfausweis" not in titles(harms, "plan:33")


def test_orders(record: dict[str, Case], harms: StaffMember) -> None:
    newest = titles(harms, "in:dokumente", order="newest")
    assert titles(harms, "in:dokumente", order="oldest") == newest[::-1]
    assert titles(harms, "steuer")[:2] == titles(harms, "titel:steuer")


def test_closing_and_tags_change_what_is_found_without_reading_texts_again(
    record: dict[str, Case], harms: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rathaus.records.jobs._text", None)
    case = record["fair"]
    tag = work.create_tag(name="Eilt sehr", office=case.office, tone="bad", actor=CLERK)
    work.tag_case(case=case, tag=tag, actor=CLERK)
    actions.close_case(case=case, actor=CLERK)
    run_pending()
    found = {"V: Marktstand", "Pachtvertrag"}
    assert set(titles(harms, "stand:abgeschlossen")) == found
    assert set(titles(harms, 'tag:"eilt SEHR"')) == found
    assert set(titles(harms, "stand:offen")) & found == set()
    work.untag_case(case=case, tag=tag, actor=CLERK)
    actions.reopen_case(case=case, actor=CLERK)
    run_pending()
    assert titles(harms, 'tag:"Eilt sehr"') == []
    assert set(titles(harms, "stand:offen")) >= found


def test_merged_tags(record: dict[str, Case], harms: StaffMember) -> None:
    office = record["dogs"].office
    gone = work.create_tag(name="Alt", office=office, tone="off", actor=CLERK)
    kept = work.create_tag(name="Neu", office=office, tone="off", actor=CLERK)
    document = record["dogs"].documents.get(title="Impfausweis")
    work.tag_document(document=document, tag=gone, actor=CLERK)
    run_pending()
    assert titles(harms, "tag:alt") == ["Impfausweis"]
    work.merge_tags(gone=gone, kept=kept, actor=CLERK)
    run_pending()
    assert titles(harms, "tag:neu") == ["Impfausweis"]


def test_people_told_by_the_rooms_above(
    offices: dict[str, Office], harms: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "_sources", [])
    people.register(lambda keys: {key: ["Käthe Müller"] for key in keys})
    case = open_case(offices["buergerbuero"], title="Ausweis")
    file(case, b"Ohne Namen", title="Antrag")
    run_pending()
    assert set(titles(harms, "person:mueller")) == {"V: Ausweis", "Antrag"}
    assert titles(harms, "person:meier") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("von:morgenabend hund", "kein Datum"),
        ("plan:99.99", "Aktenplan"),
        ("amt:Mondamt", "Amt"),
        ("stand:halb", "offen"),
        ("typ:hologramm", "PDF"),
        ("groesse:riesig", "groesse:>1MB"),
        ("tag:nie", "Schlagwort"),
        ("az:---", "Aktenzeichen"),
        ("titel:!!", "kein Wort"),
        ("-von:2026", "Minus"),
        ("von:2027 bis:2026", "liegt nach"),
        ("farbe:rot hund", "farbe:"),
    ],
)
def test_what_does_not_fit_is_explained(
    record: dict[str, Case], harms: StaffMember, text: str, told: str
) -> None:
    page = queries.find(harms, Wanted(text))
    assert any(told in problem for problem in page.problems), page.problems


def test_nothing_asked_finds_nothing(record: dict[str, Case], harms: StaffMember) -> None:
    for text in ("", "  ", "-hund", '""', "von:"):
        assert titles(harms, text) == []


def test_meant_words_come_only_from_what_one_may_see(
    record: dict[str, Case], harms: StaffMember, freese: StaffMember
) -> None:
    assert queries.find(harms, Wanted("Impfauswies")).suggestion == "Impfausweis"
    assert queries.find(freese, Wanted("Impfauswies")).suggestion == ""
    assert queries.find(freese, Wanted("Hundegebel typ:text")).suggestion == ""
    assert queries.find(harms, Wanted("hund")).suggestion == ""


def test_documents_lie_under_their_case(record: dict[str, Case], harms: StaffMember) -> None:
    groups = queries.find(harms, Wanted("hund")).groups
    assert [group.case.title for group in groups] == ["Hundesteuer Janssen"]
    assert groups[0].hit is not None and len(groups[0].documents) == 3


def test_pages_join(record: dict[str, Case], harms: StaffMember) -> None:
    whole = titles(harms, "in:dokumente")
    found: list[str] = []
    after: str | None = None
    while after != "":
        page = queries.find(harms, Wanted("in:dokumente"), limit=2, after=after)
        found += [hit.document.title for hit in page.hits if hit.document]
        after = page.next
    assert found == whole


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=80), field=st.sampled_from(["", "az", "von", "amt", "plan", "groesse"])
)
def test_no_search_is_an_error(
    record: dict[str, Case], harms: StaffMember, text: str, field: str
) -> None:
    queries.find(harms, Wanted.of({"q": text, **({field: text} if field else {})}))


def test_words_of_destroyed_records_are_forgotten(
    record: dict[str, Case], harms: StaffMember
) -> None:
    from rathaus.search import actions as search
    from rathaus.search.models import Word

    document = record["dogs"].documents.get(title="Anmeldung")
    search.remove("document", str(document.public_id))
    assert Word.objects.filter(term="bello").exists()
    place = vocabulary.sweep("", 10)
    while place:
        place = vocabulary.sweep(place, 10)
    assert not Word.objects.filter(term="bello").exists()
    assert Word.objects.get(term="marktplatz").weight == 2


@pytest.mark.parametrize("count", [3, 30])
def test_the_number_of_queries_does_not_grow(
    offices: dict[str, Office], harms: StaffMember, count: int
) -> None:
    for number in range(count):
        case = open_case(offices["buergerbuero"], title=f"Wort {number}")
        file(case, b"Wort", title=f"Brief {number}")
    run_pending()
    queries.find(harms, Wanted("wort"))
    with CaptureQueriesContext(connection) as captured:
        page = queries.find(harms, Wanted("wort plan:33 amt:buergerbuero"), limit=50)
        assert all(hit.case.office.label for hit in page.hits)
    assert len(captured) <= 13, [query["sql"][:80] for query in captured]
    staff("late", offices["buergerbuero"])
