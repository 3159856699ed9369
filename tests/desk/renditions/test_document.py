"""The page of a document: only one's own office's, each look is kept, never anything to run."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rathaus.core.jobs import run_pending
from rathaus.core.models import Event
from rathaus.records import actions as records
from rathaus.records.models import Case, DocumentVersion
from rathaus.records.renditions.models import RenditionWork
from tests.desk import making
from tests.records.renditions import making as papers


@pytest.fixture
def case() -> Case:
    return making.new_case().case


def filed(case: Case, content: bytes, name: str = "brief.pdf", kind: str = "") -> DocumentVersion:
    return records.file_document(
        case=case, title="Kaufvertrag", kind="upload", content=content, name=name,
        content_type=kind or "application/pdf", direction="in", actor=making.RESIDENT,
    ).current  # fmt: skip


def address(name: str, version: DocumentVersion, *more: object) -> str:
    return reverse(f"desk:{name}", args=[version.public_id, *more])


def views() -> int:
    return Event.objects.filter(type="document.viewed").count()


def test_pages_text_and_original_are_one_click_away(tax: Client, case: Case) -> None:
    version = filed(case, papers.page())
    run_pending()
    page = tax.get(address("document", version)).content.decode()
    assert "Wiedergabe stimmt: 1 von 1 Seiten, Text vollständig" in page
    assert f'href="{address("file", version)}"' in page
    assert f'href="{address("document_archive", version)}"' in page
    assert version.blob.sha256 in page
    text = tax.get(address("document", version) + "?ansicht=text").content.decode()
    assert papers.SENTENCE in text
    response = tax.get(address("document_archive", version))
    assert response["Content-Disposition"] == 'attachment; filename="brief-pdfa.pdf"'
    assert response.content.startswith(b"%PDF-1.7")


def test_a_look_is_kept_once_and_not_for_each_picture(tax: Client, case: Case) -> None:
    version = filed(case, papers.page())
    run_pending()
    page = tax.get(address("document", version)).content.decode()
    assert views() == 1
    picture = page.split('<img src="')[1].split('"')[0].replace("&amp;", "&")
    response = tax.get(picture)
    assert response["Content-Type"] == "image/png" and views() == 1
    assert "sandbox" in response["Content-Security-Policy"]
    assert tax.get(address("document_thumb", version))["Content-Type"] == "image/jpeg"
    assert views() == 1
    bare = picture.split("?")[0]
    for query in ("", "?z=", "?z=forged:x", "?z=" + "a" * 5000):
        assert tax.get(bare + query).status_code == 200
    assert views() == 5, "a picture without its page is a look of its own"


def test_another_office_sees_nothing(trade: Client, case: Case) -> None:
    version = filed(case, papers.page())
    run_pending()
    for name, more in (
        ("document", []), ("document_picture", [1]), ("document_thumb", []),
        ("document_archive", []),
    ):  # fmt: skip
        assert trade.get(address(name, version, *more)).status_code == 404
    assert trade.post(address("document_remake", version)).status_code == 404
    assert views() == 0


@pytest.mark.parametrize("number", [0, 2, 99999, 10**12])
def test_a_page_that_is_not_there(tax: Client, case: Case, number: int) -> None:
    version = filed(case, papers.page())
    run_pending()
    assert tax.get(address("document_picture", version, number)).status_code == 404


def test_while_it_is_prepared_and_when_it_cannot_be(tax: Client, case: Case) -> None:
    version = filed(case, papers.encrypted())
    page = tax.get(address("document", version)).content.decode()
    assert "Die Vorschau wird vorbereitet" in page
    run_pending()
    page = tax.get(address("document", version)).content.decode()
    assert "mit einem Kennwort geschützt" in page and "Vorschau nicht möglich" in page
    assert address("file", version) in page


def test_a_letter_of_the_town_gets_its_preview_when_it_is_opened(tax: Client, case: Case) -> None:
    run_pending()
    receipt = DocumentVersion.objects.get(document__case=case, document__kind="application")
    assert not RenditionWork.objects.filter(version=receipt).exists()
    tax.get(address("document", receipt))
    run_pending()
    assert tax.get(address("document_picture", receipt, 1)).status_code == 200


def test_making_anew(tax: Client, case: Case) -> None:
    version = filed(case, papers.page())
    run_pending()
    assert "wird schon gearbeitet" not in follow(tax, version)
    assert RenditionWork.objects.get(version=version).state == "waiting"
    assert "wird schon gearbeitet" in follow(tax, version)
    run_pending()
    assert RenditionWork.objects.get(version=version).state == "done"
    assert Event.objects.filter(type="rendition.added").count() == 6


def follow(client: Client, version: DocumentVersion) -> str:
    return client.post(address("document_remake", version), follow=True).content.decode()


@pytest.mark.parametrize("query", ["?ab=x", "?ab=-1", "?ab=99999", "?groesse=%00", "?ansicht=q"])
def test_odd_addresses_show_the_first_page(tax: Client, case: Case, query: str) -> None:
    version = filed(case, papers.page())
    run_pending()
    page = tax.get(address("document", version) + query).content.decode()
    assert 'id="seite-1"' in page


def test_long_documents_cost_no_more_queries(tax: Client, case: Case) -> None:
    counts = []
    for pages in (1, 45):
        version = filed(case, papers.joined(*[papers.page(times=pages)] * pages))
        run_pending()
        with CaptureQueriesContext(connection) as captured:
            page = tax.get(address("document", version)).content.decode()
        counts.append(len(captured))
        assert page.count("<img ") == min(pages, 20)
    assert counts[0] == counts[1]
    last = tax.get(address("document", version) + "?ab=41").content.decode()
    assert 'id="seite-45"' in last and 'id="seite-40"' not in last
    assert tax.get(address("document_picture", version, 45)).status_code == 200


def test_operators_see_the_queue_and_restart(operator: Client, tax: Client, case: Case) -> None:
    version = filed(case, papers.encrypted(), "geheim.pdf")
    run_pending()
    page = operator.get(reverse("desk:renditions")).content.decode()
    assert "Mit Kennwort geschützt" in page and str(version.public_id) in page
    assert "Kaufvertrag" not in page and "geheim.pdf" not in page
    assert tax.get(reverse("desk:renditions")).status_code == 403
    work = RenditionWork.objects.get(version=version)
    operator.post(reverse("desk:rendition_retry", args=[work.pk]))
    work.refresh_from_db()
    assert work.state == "waiting"
    run_pending()
    for reason, expected in (("broken", "failed"), ("encrypted", "waiting")):
        operator.post(reverse("desk:renditions_retry"), {"grund": reason})
        work.refresh_from_db()
        assert work.state == expected
    assert operator.post(reverse("desk:renditions_retry"), {"grund": "x"}).status_code == 404
    assert operator.post(reverse("desk:rendition_retry", args=[10**15])).status_code == 404
    assert operator.get(reverse("desk:renditions") + "?grund=zz&nach=zz").status_code == 200


def test_what_failed_looks_failed(tax: Client, case: Case) -> None:
    version = filed(case, b"%PDF-1.7\nkaputt")
    run_pending()
    page = tax.get(address("document", version)).content.decode()
    assert page.count("rh-state--bad") == 3 and "rh-state--late" not in page
