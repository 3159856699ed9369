"""Finding a service by what people type."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rathaus.catalogue import actions, search

from .conftest import build

pytestmark = pytest.mark.usefixtures("catalogue")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Gewerbeschein", "gewerbe-anmelden"),
        ("gewerbeschein", "gewerbe-anmelden"),
        ("GEWERBE ANMELDEN", "gewerbe-anmelden"),
        ("gewerbe abmelden", "gewerbe-abmelden"),
        ("Gewerbe-Anmeldung", "gewerbe-anmelden"),
        ("selbständig machen", "gewerbe-anmelden"),
        ("selbststaendig", "gewerbe-anmelden"),
        ("gewrbe anmelden", "gewerbe-anmelden"),
        ("Perso", "personalausweis"),
        ("personalausweis", "personalausweis"),
        ("Ausweis verlängern", "personalausweis"),
        ("hundesteuer", "hund-anmelden"),
        ("hundestuer", "hund-anmelden"),
        ("hund anmelden", "hund-anmelden"),
        ("Hund abmelden", "hund-abmelden"),
        ("ich möchte meinen Hund anmelden", "hund-anmelden"),
        ("osterfeuer genehmigung", "osterfeuer-anzeigen"),
        ("Brauchtumsfeuer", "osterfeuer-anzeigen"),
        ("geburtsurkunde nachbestellen", "geburtsurkunde"),
        ("geburtsurkude", "geburtsurkunde"),
        ("heiratsurkunde", "eheurkunde"),
        ("kfz", "kfz-zulassung"),
        ("auto anmelden", "kfz-zulassung"),
        ("meldebescheinigung", "meldebescheinigung-einfach"),
    ],
)
def test_the_first_hit(text: str, slug: str) -> None:
    found = search.find(text)
    assert len(found) and found[0].slug == slug, [hit.slug for hit in found]


def test_strasse_in_every_spelling(catalogue, actor) -> None:
    assert [h.slug for h in search.find("strasse")] == [h.slug for h in search.find("STRAẞE")]
    assert [h.slug for h in search.find("strasse")] == [h.slug for h in search.find("straße")]


@pytest.mark.parametrize("text", ["führerschein", "Führerschein beantragen", "fuehrerschein"])
def test_the_driving_licence_is_not_here_but_nobody_is_left_alone(text: str) -> None:
    found = search.find(text)
    assert list(found) == []
    assert found.suggestions and not found.did_you_mean


def test_typing_errors_are_named() -> None:
    assert search.find("gewrbe anmelden").did_you_mean == "Gewerbe anmelden"
    assert search.find("Gewerbe anmelden").did_you_mean == ""


def test_the_unfinished_last_word() -> None:
    assert {hit.slug for hit in search.find("gewerb")} >= {"gewerbe-anmelden", "gewerbe-abmelden"}


def test_exact_title_before_title_word_before_everyday_word_before_body(catalogue, actor) -> None:
    rows = [
        build(slug="z-a", title="Drachen", synonyms=["x"], topics=["wohnen-melden"]),
        build(slug="z-b", title="Drachen zähmen", synonyms=["x"], topics=["wohnen-melden"]),
        build(slug="z-c", title="Echse", synonyms=["Drachen"], topics=["wohnen-melden"]),
        build(
            slug="z-d",
            title="Vogel",
            synonyms=["x"],
            topics=["wohnen-melden"],
            description="Auch Drachen.",
        ),
    ]
    for row in reversed(rows):
        actions.publish(definition=row, actor=actor)
    found = [hit.slug for hit in search.find("drachen", limit=10)]
    assert found[0] == "z-a"
    assert set(found[1:3]) == {"z-b", "z-c"}
    assert "z-d" not in found[:3]
    tame = [hit.slug for hit in search.find("drache zaehmen")]
    assert tame[0] == "z-b"


def test_a_new_service_is_found_at_once_and_a_retired_one_no_more(catalogue, actor) -> None:
    assert list(search.find("Einfriedung")) == []
    row = build(topics=["wohnen-melden"])
    version = actions.publish(definition=row, actor=actor)
    assert search.find("Einfriedung")[0].slug == "zaun-anzeigen"
    actions.retire(service=version.service, actor=actor, reason="x")
    assert list(search.find("Einfriedung")) == []


@pytest.mark.parametrize(
    "text", ["", "   ", "der die das", "?!", "\x00", "🙂", "\u202e\u202e", "\ud800"]
)
def test_nothing_useful_gives_nothing(text: str) -> None:
    assert list(search.find(text)) == []


def test_ten_megabytes_are_cut() -> None:
    assert isinstance(search.find("hund " * 2_000_000), search.SearchResult)
    assert list(search.find("x" * 10_000_000)) == []


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=60))
def test_no_text_is_an_error(text: str) -> None:
    found = search.find(text)
    assert len({hit.slug for hit in found}) == len(found)
    scores = [hit.score for hit in found]
    assert scores == sorted(scores, reverse=True)


def test_one_query_for_the_revision(django_assert_num_queries) -> None:
    search.find("hund")
    with django_assert_num_queries(1):
        search.find("gewerbe")


def test_many_services_do_not_cost_more_queries(
    catalogue, actor, django_assert_num_queries
) -> None:
    search.find("hund")
    with django_assert_num_queries(1):
        search.find("hund")
    for number in range(10):
        row = build(slug=f"zaun-{number}", title=f"Zaun {number}", topics=["wohnen-melden"])
        actions.publish(definition=row, actor=actor)
    with django_assert_num_queries(3):  # revision, versions, topics
        search.find("zaun")
