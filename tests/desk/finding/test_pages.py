"""The search page, its fields, its addresses, and searches with a name."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.records import actions
from rathaus.records.finding.models import SavedSearch
from tests.desk import making
from tests.desk.conftest import SignIn

HOME = "/arbeit/suche/"
NAME = "Torfnase"


@pytest.fixture
def dog(_town: None) -> str:
    """Reference of a dog's case that the Steueramt may read."""
    application = making.taken()
    actions.file_document(
        case=application.case,
        title="Beschreibung",
        kind="note",
        content=f"Der Dackel heißt {NAME}.".encode(),
        name="notiz.txt",
        content_type="text/plain",
        direction="internal",
        actor=Actor.staff("1", "Eilert Janssen", "Steueramt"),
    )
    run_pending()
    return application.reference


def page(client: Client, **query: str) -> str:
    return client.get(HOME, query).content.decode()


def test_found_under_its_case_with_marks(tax: Client, dog: str) -> None:
    text = page(tax, q=f"{NAME} az:{dog}")
    assert f"<mark>{NAME}</mark>" in text and dog in text
    single = page(tax, q=NAME, einzeln="1")
    assert f"<mark>{NAME}</mark>" in single


def test_sizes_read_as_everywhere_else(tax: Client, dog: str) -> None:
    text = page(tax, q=f"{NAME} az:{dog}")
    assert re.search(r"\d+\s(Byte|KB)\b", text)
    assert "Bytes" not in text


def test_other_offices_find_nothing(trade: Client, dog: str) -> None:
    for query in ({"q": NAME}, {"az": dog}, {"q": f"az:{dog}"}, {"zeit": "heute", "q": NAME}):
        assert trade.get(HOME, query).context["hits"] == []


def test_the_form_keeps_everything_and_can_be_taken_back(tax: Client, dog: str) -> None:
    text = page(tax, q="hund", stand="open", von="unsinn", plan="99.99", sort="newest")
    assert 'value="unsinn"' in text and "kein Datum" in text
    assert '<option value="99.99" selected>' in text and "Aktenplan gibt es" in text
    assert 'name="sort" value="newest"' in text
    assert "ab: unsinn" in text and "Alles zurücksetzen" in text


@pytest.mark.parametrize("name", ["q", "az", "von", "plan", "groesse", "nach", "sort", "x"])
@pytest.mark.parametrize("value", ["\x00", "<script>alert(1)</script>", "é" * 5000, "'\"><b>"])
def test_hostile_addresses(tax: Client, name: str, value: str) -> None:
    response = tax.get(HOME, {name: value})
    assert response.status_code == 200
    assert b"<script>alert" not in response.content and b"'\"><b>" not in response.content


def test_a_search_is_saved_opened_and_deleted(tax: Client, dog: str) -> None:
    sent = {"suche": f"q={NAME}&stand=open", "name": "Hunde", "amt": ""}
    assert tax.post(reverse("desk:search_save"), sent).status_code == 302
    saved = SavedSearch.objects.get()
    assert "Hunde" in page(tax) and "Hunde" in tax.get("/arbeit/akten/").content.decode()
    opened = tax.get(reverse("desk:search_saved", args=[saved.public_id]), follow=True)
    assert f"<mark>{NAME}</mark>" in opened.content.decode()
    tax.post(reverse("desk:search_delete", args=[saved.public_id]))
    assert not SavedSearch.objects.exists()


def test_what_cannot_be_saved_is_explained_and_stays(tax: Client, dog: str) -> None:
    sent = {"suche": f"q={NAME}", "name": "", "amt": ""}
    response = tax.post(reverse("desk:search_save"), sent)
    assert response.status_code == 422
    text = response.content.decode()
    assert "Geben Sie der Suche einen Namen" in text and f'value="{NAME}"' in text
    sent |= {"name": "Fremd", "amt": "gewerbeamt"}
    assert (
        "können Sie nichts teilen" in tax.post(reverse("desk:search_save"), sent).content.decode()
    )


def test_saved_searches_are_ones_own(tax: Client, sign_in: SignIn, dog: str) -> None:
    tax.post(reverse("desk:search_save"), {"suche": f"q={NAME}", "name": "Spürnasen", "amt": ""})
    saved = SavedSearch.objects.get()
    other = sign_in("insa.cordes")
    assert "Spürnasen" not in other.get(HOME).content.decode()
    for name in ("search_saved", "search_delete"):
        url = reverse(f"desk:{name}", args=[saved.public_id])
        response = other.post(url) if name == "search_delete" else other.get(url)
        assert response.status_code == 404


def test_roles_without_records_have_no_search(operator: Client) -> None:
    for url in (HOME, "/arbeit/suche/hilfe/"):
        assert operator.get(url).status_code == 403
    assert operator.post(reverse("desk:search_save"), {"suche": "q=a"}).status_code == 403


def test_help_has_an_example_for_each_field(tax: Client) -> None:
    text = tax.get("/arbeit/suche/hilfe/").content.decode()
    assert "az:33.20/2026-0007" in text and "groesse:&gt;1MB" in text


def test_the_page_asks_a_bounded_number_of_questions(tax: Client, dog: str) -> None:
    page(tax, q=NAME)
    with CaptureQueriesContext(connection) as captured:
        page(tax, q=NAME)
    assert len(captured) <= 45
