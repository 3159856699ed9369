"""Browsing: topics, A to Z, popular, related, and what a page costs."""

from __future__ import annotations

from datetime import date

import pytest

from rathaus.catalogue import actions, present, queries
from rathaus.catalogue.definition import Duration
from rathaus.catalogue.models import ServiceVersion, Topic
from rathaus.organisation import hours, revision

from .conftest import build

DAY = date(2026, 11, 22)


def test_topics_with_counts(catalogue) -> None:
    entries = queries.topics()
    assert [row.slug for row in entries] == [row.slug for row in catalogue.topics]
    for row in entries:
        topic, services = queries.topic(row.slug)
        assert row.count == len(services) > 0
        assert topic.title == row.title
        assert all(row.slug in service.topics for service in services)
    with pytest.raises(Topic.DoesNotExist):
        queries.topic("gibt-es-nicht")


def test_an_empty_topic_counts_zero(bauen: None) -> None:
    assert [(row.slug, row.count) for row in queries.topics()] == [("bauen", 0)]


def test_a_to_z_sorts_umlauts_with_their_letters(bauen: None, actor) -> None:
    for number, title in enumerate(
        ["Übermittlung sperren", "Urkunde", "Ölheizung", "Ordnung", "Ämter", "Asche", "50 Jahre"]
    ):
        actions.publish(definition=build(slug=f"a{number}", title=title), actor=actor)
    letters = {row.letter: [s.title for s in row.services] for row in queries.a_to_z()}
    assert letters["A"] == ["Ämter", "Asche"]
    assert letters["O"] == ["Ölheizung", "Ordnung"]
    assert letters["U"] == ["Übermittlung sperren", "Urkunde"]
    assert letters["0–9"] == ["50 Jahre"]
    assert letters["X"] == []
    assert [row.letter for row in queries.a_to_z()][:26] == [chr(c) for c in range(65, 91)]


def test_every_service_stands_once_in_the_list(catalogue) -> None:
    listed = [s.slug for row in queries.a_to_z() for s in row.services]
    assert sorted(listed) == sorted(row.slug for row in catalogue.services)


def test_popular_services_in_their_order(catalogue) -> None:
    rows = queries.popular(4)
    assert [row.popular for row in rows] == sorted(row.popular for row in rows)
    assert 1 <= len(rows) <= 4 and all(row.popular for row in rows)


def test_related_services_never_include_oneself(catalogue) -> None:
    for row in catalogue.services:
        found = queries.related(row)
        assert row.slug not in [other.slug for other in found]
        assert len({other.slug for other in found}) == len(found) <= 4
        wanted = list(row.related)[: len(found)]
        assert [other.slug for other in found][: len(wanted)] == wanted


def test_the_responsible_office_with_hours(catalogue) -> None:
    office = queries.office_of(queries.current("gewerbe-anmelden").parsed)
    assert office is not None and office.key == "gewerbeamt"
    assert hours.week(office)
    assert "gewerbe-anmelden" in [row.slug for row in queries.services_of(office)]


def test_an_unknown_service(catalogue) -> None:
    with pytest.raises(ServiceVersion.DoesNotExist):
        queries.current("gibt-es-nicht")


def test_installing_again_changes_nothing(catalogue, actor) -> None:
    before = set(ServiceVersion.objects.values_list("pk", flat=True))
    actions.install(library=catalogue, actor=actor)
    assert set(ServiceVersion.objects.values_list("pk", flat=True)) == before


def test_a_service_page_costs_two_queries(catalogue, django_assert_num_queries) -> None:
    def page() -> None:
        definition = queries.current("gewerbe-anmelden").parsed
        office = queries.office_of(definition)
        assert office is not None
        hours.status(office)
        hours.week(office)
        queries.topics_of(definition)
        queries.related(definition)
        queries.topics()
        present.fee_text(definition, DAY)

    page()
    revision.begin_request()
    try:
        with django_assert_num_queries(2):  # revision of the catalogue and of the town
            page()
    finally:
        revision.end_request()


def test_nothing_at_all(db: None) -> None:
    assert queries.definitions() == [] and queries.topics() == [] and queries.popular() == []
    assert all(row.services == () for row in queries.a_to_z())


FEE = {"label": "x", "legal_basis": "§ 1", "valid_from": "2026-01-01"}


@pytest.mark.parametrize(
    ("fees", "text"),
    [
        ([], "kostenlos"),
        ([{**FEE, "key": "a", "amount_cents": 2600}], "26,00\N{NO-BREAK SPACE}€"),
        ([{**FEE, "key": "a", "amount_cents": 0}], "kostenlos"),
        (
            [
                {**FEE, "key": "a", "amount_cents": 1500},
                {
                    **FEE,
                    "key": "b",
                    "kind": "per_piece",
                    "quantity_field": "laenge",
                    "included": 1,
                    "amount_cents": 750,
                },
            ],
            "ab 15,00\N{NO-BREAK SPACE}€",
        ),
        (
            [
                {**FEE, "key": "a", "amount_cents": 4600, "condition": {"var": "laenge"}},
                {**FEE, "key": "b", "amount_cents": 2760, "condition": {"!": [{"var": "laenge"}]}},
            ],
            "ab 27,60\N{NO-BREAK SPACE}€",
        ),
        ([{**FEE, "key": "a", "amount_cents": 2600, "valid_to": "2026-06-30"}], "kostenlos"),
    ],
)
def test_the_fee_in_a_few_characters(fees: list[dict[str, object]], text: str) -> None:
    definition = build(fees=fees, payment_policy="before")
    assert present.fee_text(definition, DAY).replace(" €", "\N{NO-BREAK SPACE}€") == text


def test_durations_and_log_in() -> None:
    assert present.duration_text(Duration(working_days=1)) == "1 Arbeitstag"
    assert present.duration_text(Duration(working_days=3)) == "3 Arbeitstage"
    assert present.duration_text(Duration(working_days=0)) == "sofort"
    assert present.duration_text(Duration(note="2 bis 4 Wochen")) == "2 bis 4 Wochen"
    assert present.duration_text(Duration()) == ""
    assert present.fill_text(Duration(fill_minutes=10)) == "etwa 10 Minuten"
    assert present.trust_text(build()) == "ohne Anmeldung"
