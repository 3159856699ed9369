"""Leistungen and Betrieb."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rathaus.catalogue import maturity, queries
from rathaus.core.clock import now
from rathaus.core.models import Job, JobState
from rathaus.organisation.models import Membership


def dead(number: int = 1, error: str = "Traceback\nValueError: <b>kaputt</b>") -> list[Job]:
    return [
        Job.objects.create(
            name="proceedings.send_notice",
            args={"application_id": n, "key": "paid"},
            state=JobState.DEAD,
            run_at=now(),
            created_at=now(),
            finished_at=now(),
            attempts=12,
            last_error=error,
        )
        for n in range(number)
    ]


def test_every_service_shows_its_level_reason_and_next_step(trade: Client) -> None:
    text = trade.get("/arbeit/leistungen/").content.decode()
    for definition in queries.definitions():
        assert definition.title in text
        page = trade.get(f"/arbeit/leistungen/{definition.slug}/").content.decode()
        report = maturity.assess(definition)
        for criterion in report.criteria:
            assert criterion.title in page
    assert trade.get("/arbeit/leistungen/gibt-es-nicht/").status_code == 404


def test_figures_are_figures_with_text(trade: Client) -> None:
    """The bars have numbers beside them and the list says the level in words."""
    text = trade.get("/arbeit/leistungen/").content.decode()
    assert "rh-bars" in text
    assert 'aria-label="Stufe 3 von 4"' in text


def test_dead_letters_are_shown_with_their_error_and_restarted(operator: Client) -> None:
    row = dead()[0]
    text = operator.get("/arbeit/betrieb/").content.decode()
    assert "1 gescheitert" in text
    assert "proceedings.send_notice" in text
    assert "ValueError: &lt;b&gt;kaputt&lt;/b&gt;" in text
    operator.post(reverse("desk:retry", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == JobState.READY
    response = operator.post(reverse("desk:retry", args=[row.pk]), follow=True)
    assert "schon neu gestartet" in response.content.decode()
    assert operator.post(reverse("desk:retry", args=[10**30])).status_code == 404
    assert operator.post(reverse("desk:retry", args=[0])).status_code == 404


def test_all_at_once(operator: Client) -> None:
    dead(3)
    operator.post(reverse("desk:retry_all"))
    assert not Job.objects.filter(state=JobState.DEAD).exists()


def test_many_dead_letters_do_not_make_the_page_slow(operator: Client) -> None:
    dead(2)
    operator.get("/arbeit/betrieb/")
    with CaptureQueriesContext(connection) as few:
        operator.get("/arbeit/betrieb/")
    dead(70)
    with CaptureQueriesContext(connection) as many:
        page = operator.get("/arbeit/betrieb/")
    assert len(few) == len(many)
    assert "und 22 weitere" in page.content.decode()


def test_the_rail_calls_the_operator(operator: Client, trade: Client) -> None:
    dead(2)
    assert "rh-rail__n--late" in operator.get("/arbeit/leistungen/").content.decode()
    assert "Betrieb" not in trade.get("/arbeit/leistungen/").content.decode()


def test_everybody_sees_who_helps_with_what(trade: Client, operator: Client) -> None:
    text = trade.get("/arbeit/hilfe/").content.decode()
    for name in ("Habbo Freese", "Lars Poppinga", "Meike Ulrichs", "Theda Saathoff"):
        assert name in text
    assert "04944 305-120" in text
    assert "Fenna Wilken" not in text, "the head of another office"
    Membership.objects.filter(role="cashier").delete()
    text = operator.get("/arbeit/hilfe/").content.decode()
    assert "Kassenzeichen" not in text, "nobody does it: no empty heading"
    assert "/arbeit/hilfe/" in trade.get("/arbeit/beschaeftigte/").content.decode()
