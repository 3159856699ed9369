"""Finding records, and never those of others."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rathaus.core.jobs import claim, run_pending
from rathaus.core.models import Job
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office, Role, StaffMember
from rathaus.records import actions, queries
from rathaus.records.models import Case, Document, DocumentVersion
from rathaus.search.models import Entry
from tests.records.conftest import CLERK, SYSTEM, file, open_case, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_offices(offices: dict[str, Office], plan: int) -> dict[str, Case]:
    found = {}
    for key, office in offices.items():
        found[key] = open_case(office, title=f"Auskunft für {key}")
        file(found[key], f"Geheimnis von {key}: Hundesteuerbescheid".encode(), title=f"Brief {key}")
    run_pending()
    return found


def titles(member: StaffMember | None, text: str, **more: Any) -> set[str]:
    page = queries.find(member, text, **more)
    return {hit.document.title if hit.document else hit.case.title for hit in page.hits}


def test_full_text_and_titles_and_references(
    two_offices: dict[str, Case], offices: dict[str, Office]
) -> None:
    clerk = staff("clerk", offices["buergerbuero"])
    assert titles(clerk, "hund bescheid") == {"Brief buergerbuero"}
    assert titles(clerk, "Hundesteuerbescheide") == {"Brief buergerbuero"}
    assert titles(clerk, "Auskünfte", kind="case") == {"Auskunft für buergerbuero"}
    reference = two_offices["buergerbuero"].reference
    assert titles(clerk, reference) == {"Brief buergerbuero", "Auskunft für buergerbuero"}
    (hit,) = queries.find(clerk, "geheimnis").hits
    assert ("Geheimnis", True) in hit.snippet
    assert hit.case == two_offices["buergerbuero"]


def test_nobody_finds_what_is_another_offices(
    two_offices: dict[str, Case], offices: dict[str, Office]
) -> None:
    clerk = staff("clerk", offices["buergerbuero"])
    foreign = two_offices["ordnungsamt"]
    document = foreign.documents.get()
    assert titles(clerk, "ordnungsamt") == set()
    assert titles(clerk, foreign.reference) == set()
    assert list(queries.cases_for(clerk)) == [two_offices["buergerbuero"]]
    with pytest.raises(Case.DoesNotExist):
        queries.case_for(clerk, foreign.public_id)
    with pytest.raises(Document.DoesNotExist):
        queries.document_for(clerk, document.public_id)
    with pytest.raises(DocumentVersion.DoesNotExist):
        queries.version_for(clerk, document.current.public_id)


@pytest.mark.parametrize("role", [Role.CASHIER, Role.DESIGNER, Role.OPERATOR])
def test_roles_without_case_work_see_no_record(
    two_offices: dict[str, Case], offices: dict[str, Office], role: Role
) -> None:
    member = staff("other", *offices.values(), role=role)
    assert not queries.cases_for(member).exists()
    assert titles(member, "geheimnis") == set()


def test_the_records_manager_sees_all(
    two_offices: dict[str, Case], offices: dict[str, Office]
) -> None:
    manager = staff("archiv", offices["ordnungsamt"], role=Role.RECORDS_MANAGER)
    assert queries.cases_for(manager).count() == 2
    assert titles(manager, "geheimnis") == {"Brief buergerbuero", "Brief ordnungsamt"}
    assert queries.version_for(
        manager, two_offices["buergerbuero"].documents.get().current.public_id
    ).read()


def test_nobody_and_the_inactive_see_nothing(
    two_offices: dict[str, Case], offices: dict[str, Office]
) -> None:
    member = staff("gone", *offices.values())
    member.user.is_active = False
    for somebody in (None, member):
        assert not queries.cases_for(somebody).exists()
        assert titles(somebody, "geheimnis") == set()


def test_a_stale_index_gives_nothing_away(
    two_offices: dict[str, Case], offices: dict[str, Office]
) -> None:
    clerk = staff("clerk", offices["buergerbuero"])
    for entry in Entry.objects.all():
        marks = entry.tokens.split()
        marks[1] = f"s=office:{offices['buergerbuero'].pk}"
        Entry.objects.filter(pk=entry.pk).update(tokens=" ".join(marks), scope=marks[1][2:])
    assert titles(clerk, "geheimnis") == {"Brief buergerbuero"}


def test_a_substitute_sees_the_records_of_the_absent(
    two_offices: dict[str, Case], offices: dict[str, Office]
) -> None:
    absent = staff("absent", offices["ordnungsamt"])
    helper = staff("helper", offices["buergerbuero"])
    absent.substitute = helper
    absent.save()
    assert titles(helper, "geheimnis") == {"Brief buergerbuero", "Brief ordnungsamt"}


@pytest.mark.parametrize("count", [5, 50])
def test_lists_cost_the_same_whatever_their_length(
    offices: dict[str, Office], plan: int, count: int
) -> None:
    clerk = staff("clerk", offices["buergerbuero"])
    cases = [open_case(offices["buergerbuero"]) for _ in range(count)]
    for number in range(count):
        file(cases[0], f"Wort {number}".encode())
    run_pending()
    organisation.offices()  # kept between requests
    with CaptureQueriesContext(connection) as captured:
        for case in queries.cases_for(clerk):
            assert case.dossier.filing_plan_entry.code and case.office.name
    assert len(captured) <= 6, [q["sql"][:90] for q in captured]
    with CaptureQueriesContext(connection) as captured:
        for document in queries.documents_of(cases[0]):
            assert document.current.blob.size and document.current.name
    assert len(captured) == 2
    with CaptureQueriesContext(connection) as captured:
        for hit in queries.find(clerk, "wort", limit=50).hits:
            assert hit.case.dossier.filing_plan_entry.code and hit.case.office.name
    assert len(captured) <= 11


def test_lists_do_not_load_the_bytes(case: Case) -> None:
    file(case)
    with CaptureQueriesContext(connection) as captured:
        list(queries.documents_of(case))
    assert not any("inline" in q["sql"] or "wrapped_key" in q["sql"] for q in captured)


def indexed(document: Document) -> str:
    return Entry.objects.get(kind="document", key=str(document.public_id)).body


def test_what_is_indexed_of_each_kind_of_file(case: Case) -> None:
    answers = b'{"name": "Onno Janssen", "aliases": ["O. J."], "born": 1987, "dog": true}'
    plain = file(case, "Moin Käthe".encode())
    data = file(case, answers, name="a.json", content_type="application/json", text="ignored")
    scan = file(case, b"\x89PNG...", name="s.png", content_type="image/png", text="Gelesener Text")
    none = file(case, b"\x89PNG.,.", name="t.png", content_type="image/png")
    broken = file(case, b"%PDF-1.7 kaputt", name="b.pdf", content_type="application/pdf")
    deep = file(case, b"[" * 100_000, name="d.json", content_type="application/json")
    pdf = file(case, pdf_with("Niederschrift"), name="p.pdf", content_type="application/pdf")
    run_pending()
    assert not Job.objects.exclude(state="done").exists()
    assert "Moin Käthe" in indexed(plain)
    assert "Onno Janssen" in indexed(data) and "1987" in indexed(data)
    assert "True" not in indexed(data) and "born" not in indexed(data)
    assert "Gelesener Text" in indexed(scan)
    assert "Niederschrift" in indexed(pdf)
    for unreadable in (none, broken, deep):
        assert indexed(unreadable).strip().startswith(unreadable.current.name)


def pdf_with(text: str) -> bytes:
    import pikepdf

    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(300, 300))
    page = pdf.pages[0]
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
    page.Contents = pdf.make_stream(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode())
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


def test_a_receipt_made_from_the_answers_is_found_by_its_title(case: Case) -> None:
    more = {"kind": "application", "name": "e.pdf", "content_type": "application/pdf"}
    sent = file(case, pdf_with("Eingang"), direction="out", title="Eingangsbestätigung", **more)
    paper = file(case, pdf_with("Papierantrag"), direction="in", **more)
    run_pending()
    assert "Eingang" not in indexed(sent) and Entry.objects.filter(title=sent.title).exists()
    assert "Papierantrag" in indexed(paper)


def test_a_new_version_replaces_what_is_found(case: Case) -> None:
    document = file(case, b"Apfelbaum")
    run_pending()
    actions.add_version(
        document=document, content=b"Birnbaum", name="b", content_type="text/plain", actor=CLERK
    )
    run_pending()
    assert "Birnbaum" in indexed(document) and "Apfelbaum" not in indexed(document)


def test_indexing_again_is_harmless_and_damage_does_not_block_it(case: Case) -> None:
    document = file(case, b"kurz")
    blob = document.current.blob
    type(blob).objects.filter(pk=blob.pk).update(inline=b"kaputt")
    run_pending()
    assert not Job.objects.exclude(state="done").exists()
    Document.objects.update(indexed=0)
    Case.objects.update(indexed=False)
    actions.file_document(
        case=case,
        title="Noch eins",
        kind="note",
        content=b"lang",
        name="n",
        content_type="text/plain",
        direction="internal",
        actor=SYSTEM,
    )
    run_pending()
    assert Entry.objects.count() == 3


def test_soft_hyphens_and_divided_words_are_joined(case: Case) -> None:
    document = file(case, "Beschei-\nnigung und Be\u00adscheid".encode())
    run_pending()
    assert "Bescheinigung und Bescheid" in indexed(document)


def test_one_job_indexes_what_was_filed_with_the_opening(case: Case) -> None:
    first, second = file(case, b"Apfel"), file(case, b"Birne")
    assert Job.objects.filter(name="records.index").count() == 1
    run_pending()
    assert "Apfel" in indexed(first) and "Birne" in indexed(second)
    later = file(case, b"Kirsche")
    run_pending()
    assert "Kirsche" in indexed(later)


def test_what_is_filed_while_a_job_runs_gets_its_own(case: Case) -> None:
    (running,) = claim("worker", ahead=timedelta(seconds=5))
    assert running.name == "records.index"
    file(case, b"Apfel")
    assert Job.objects.filter(name="records.index").count() == 2
