"""The clerk's way: take over, ask, decide; and what the resident can do meanwhile."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from rathaus.core import clock, events, jobs
from rathaus.core.clock import now
from rathaus.core.money import Money
from rathaus.payments import actions as payments
from rathaus.payments import queries as payment_queries
from rathaus.proceedings import actions, errors, queries
from rathaus.proceedings.actions import CorrectionItem
from rathaus.proceedings.models import Application, Letter
from rathaus.proceedings.queries import BasketFilter, worklist
from rathaus.proceedings.states import TABLE, Move, MoveRefused, State, find, possible
from rathaus.records.models import Document
from tests.proceedings.conftest import acting, clerk, new_application

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(town):
    return clerk("steueramt")


@pytest.fixture
def actor(staff):
    return acting(staff)


@pytest.fixture
def mine(application, staff, actor):
    actions.take_over(application=application, staff=staff, actor=actor)
    return application


def ask(application, staff, actor, **more):
    items = [CorrectionItem("missing", "Bitte schicken Sie den Sachkundenachweis.", upload=True)]
    return actions.request_correction(
        application=application, staff=staff, items=items, text="", actor=actor,
        due_on=date(2026, 12, 10), **more,
    )  # fmt: skip


def grant(application, staff, actor):
    template = next(t for t in application.service.letters if t.outcome == "granted")
    letter = actions.draft_letter(
        application=application, template_key=template.key, reason="Geprüft."
    )
    return actions.decide(
        application=application, staff=staff, outcome="granted", letter=letter, actor=actor
    )


def test_only_one_clerk_gets_it(application, staff, actor):
    stale = Application.objects.get(pk=application.pk)
    actions.take_over(application=application, staff=staff, actor=actor)
    with pytest.raises(MoveRefused):
        actions.take_over(application=stale, staff=staff, actor=actor)
    actions.put_back(application=application, actor=actor)
    assert Application.objects.get(pk=application.pk).assigned_to is None


def test_open_question_blocks_the_decision_and_stops_the_clock(mine, staff, actor):
    with time_machine.travel("2026-11-23T09:00:00Z") as clock:
        Application.objects.filter(pk=mine.pk).update(due_on=date(2026, 11, 27))
        mine.refresh_from_db()
        request = ask(mine, staff, actor)
        assert mine.state == State.AWAITING_RESIDENT
        assert queries.what_now(mine).must_act
        with pytest.raises(errors.CorrectionPending):
            grant(mine, staff, actor)
        clock.shift(timedelta(days=7))
        resident = mine.draft.actor
        actions.answer_correction(
            request=request, answers={"1": "Liegt bei."}, owner=mine.public_id, actor=resident
        )
    mine.refresh_from_db()
    assert mine.state == State.IN_PROGRESS
    assert mine.due_on == date(2026, 12, 4)  # five working days later
    with pytest.raises(MoveRefused):
        actions.answer_correction(
            request=request, answers={"1": "Nochmal"}, owner=mine.public_id, actor=resident
        )


def test_decision_makes_a_letter_and_closes_the_case(mine, staff, actor):
    decision = grant(mine, staff, actor)
    jobs.run_pending()
    letter = Letter.objects.get(decision=decision)
    assert letter.document.versions.get().blob.read().startswith(b"%PDF-")
    mine.refresh_from_db()
    assert mine.state == State.DECIDED
    assert mine.case.state == "closed"
    assert mine.case.retention_until is not None
    assert events.verify_chain(mine.case.chain) == []
    assert queries.what_now(mine).action == "letter"


def test_letter_with_open_placeholder_is_not_sent(mine, staff, actor):
    template = next(t for t in mine.service.letters if t.outcome == "rejected")
    letter = actions.draft_letter(application=mine, template_key=template.key)
    with pytest.raises(errors.LetterIncomplete) as caught:
        actions.decide(
            application=mine, staff=staff, outcome="rejected", letter=letter, actor=actor
        )
    assert caught.value.placeholders == ["grund"]
    assert Application.objects.get(pk=mine.pk).state == State.IN_PROGRESS


def test_letter_names_answers_not_code(mine, staff, actor):
    template = next(t for t in mine.service.letters if t.outcome == "granted")
    letter = actions.draft_letter(application=mine, template_key=template.key)
    assert mine.reference in letter.subject + letter.body


def test_record_and_resident_read_the_name_of_a_document_not_what_the_clerk_clicked(
    mine, staff, actor
):
    letter = actions.draft_letter(application=mine, template_key="ablehnung", reason="Nein.")
    actions.decide(application=mine, staff=staff, outcome="rejected", letter=letter, actor=actor)
    jobs.run_pending()
    mine.refresh_from_db()
    document = Letter.objects.get(application=mine).document
    assert document.title == "Ablehnung Ihres Antrags zur Hundesteuer"
    assert document.title in str(queries.what_now(mine).text)


def test_message_after_the_end_comes_back_to_the_desk(mine, staff, actor):
    grant(mine, staff, actor)
    jobs.run_pending()
    mine.refresh_from_db()
    actions.send_message(application=mine, text="Wann kommt die Marke?", actor=mine.draft.actor)
    page = queries.basket(staff, [mine.case.office_id], BasketFilter())
    assert [row.pk for row in page.rows] == [mine.pk]
    actions.mark_messages_read(application=mine, incoming=True)
    assert not queries.basket(staff, [mine.case.office_id], BasketFilter()).rows
    mine.case.refresh_from_db()
    assert mine.case.state == "closed"


def test_an_answer_of_the_town_does_not_hide_a_message_nobody_read(mine, staff, actor):
    """A colleague writes without having seen it: the decided case stays on the desk."""
    grant(mine, staff, actor)
    jobs.run_pending()
    mine.refresh_from_db()
    actions.send_message(application=mine, text="Wann kommt die Marke?", actor=mine.draft.actor)
    actions.send_message(application=mine, text="Bitte bewerten Sie uns.", actor=actor)
    page = queries.basket(staff, [mine.case.office_id], BasketFilter())
    assert [row.pk for row in page.rows] == [mine.pk]
    actions.mark_messages_read(application=mine, incoming=True)
    assert not queries.basket(staff, [mine.case.office_id], BasketFilter()).rows


def test_a_second_click_is_no_second_message(mine, staff, actor):
    resident = mine.draft.actor
    for who in (actor, resident):
        first = actions.send_message(application=mine, text="Guten Tag", actor=who)
        assert actions.send_message(application=mine, text="Guten Tag", actor=who) == first
        actions.send_message(application=mine, text="Guten Tag!", actor=who)
        with clock.shifted(now() + timedelta(minutes=2)):
            later = actions.send_message(application=mine, text="Guten Tag", actor=who)
        assert later != first
    assert mine.messages.filter(incoming=False).count() == 3
    assert mine.messages.filter(incoming=True).count() == 3
    assert Document.objects.filter(case=mine.case, kind="message").count() == 6


def test_basket_shows_no_other_office(application, staff):
    assert not queries.basket(staff, [application.case.office_id + 999], BasketFilter()).rows
    assert queries.counts(staff, [])["all"] == 0
    assert queries.counts(staff, [application.case.office_id])["new"] == 1


def test_basket_pages_show_every_case_once_oldest_deadline_first(town, staff, monkeypatch):
    for _ in range(7):
        new_application()
    office = Application.objects.first().case.office_id
    Application.objects.filter(pk=Application.objects.first().pk).update(due_on=None)
    monkeypatch.setattr(worklist, "PAGE", 2)
    seen, after = [], ""
    while not seen or after:
        page = queries.basket(staff, [office], BasketFilter(after=after))
        seen += [(row.due_on or date.max, row.pk) for row in page.rows]
        after = page.next
    assert len(seen) == 7
    assert seen == sorted(seen)


@pytest.mark.parametrize("after", ["x", "_", "2026-13-45_3", "9999-12-31_" + "9" * 40, "\x00_1"])
def test_hostile_page_key_is_harmless(application, staff, after):
    for sort in ("due", "newest", "oldest"):
        queries.basket(
            staff, [application.case.office_id], BasketFilter(after=after, sort=sort, text="%_'\"")
        )


def test_withdrawal_of_a_paid_application_asks_for_the_money_back(town):
    application = new_application("meldebescheinigung-einfach")
    staff = clerk("stadtkasse")
    cashier = acting(staff)
    claim = application.claim
    payments.record_counter_payment(
        claim=claim, amount=Money(claim.amount_cents), method="cash", staff=cashier
    )
    application.refresh_from_db()
    assert application.state == State.RECEIVED
    assert application.due_on is not None
    actions.withdraw(application=application, actor=application.draft.actor, reason="Irrtum")
    application.refresh_from_db()
    assert application.state == State.WITHDRAWN
    assert payment_queries.refunds().items
    jobs.run_pending()
    assert Document.objects.filter(case=application.case, kind="payment_receipt").count() == 1
    assert events.verify_chain(application.case.chain) == []


def test_withdrawal_of_an_unpaid_application_cancels_the_claim(town):
    application = new_application("meldebescheinigung-einfach")
    actions.withdraw(application=application, actor=application.draft.actor)
    application.claim.refresh_from_db()
    assert application.claim.state == "cancelled"


def test_nothing_is_withdrawn_after_the_decision(mine, staff, actor):
    grant(mine, staff, actor)
    with pytest.raises(MoveRefused):
        actions.withdraw(application=mine, actor=mine.draft.actor)


def test_looking_is_recorded_once_per_hour(application, actor):
    for _ in range(3):
        actions.mark_viewed(application=application, actor=actor)
    seen = application.case.chain.events.filter(type="application.viewed")
    assert [event.actor_label for event in seen] == [actor.label]
    with time_machine.travel(now() + timedelta(hours=2)):
        actions.mark_viewed(application=application, actor=actor)
    assert seen.all().count() == 2


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("move", list(Move))
@pytest.mark.parametrize("kind", ["resident", "staff", "system", "provider"])
def test_table_decides_alone(state, move, kind):
    row = find(move, state, kind)
    assert (row is not None) == (move in possible(state, kind))
    if row is not None:
        assert row in TABLE
    if state in {"decided", "rejected", "withdrawn"}:
        assert row is None


@pytest.mark.parametrize(
    ("way", "promised", "never"),
    [
        ("post", "Verschickt", "Zur Abholung bereit"),
        ("abholung", "Zur Abholung bereit", "Verschickt"),
    ],
)
@pytest.mark.parametrize("slug", ["eheurkunde", "geburtsurkunde", "sterbeurkunde"])
def test_who_picks_up_the_certificate_is_not_told_that_it_is_on_its_way(
    town, slug, way, promised, never
):
    application = new_application(slug, versand=way)
    titles = [entry.title for entry in queries.timeline(application, queries.what_now(application))]
    assert promised in titles
    assert never not in titles


def test_timeline_tells_what_was_and_what_comes(mine, staff, actor):
    entries = queries.timeline(mine, queries.what_now(mine))
    assert [e.state for e in entries if e.state != "next"][-1] == "now"
    assert entries[0].at is not None
    assert any(e.state == "next" for e in entries)


def test_names_are_found_however_they_are_written(application, staff):
    Application.objects.filter(pk=application.pk).update(
        applicant_name="Ömer Özdemir", applicant_folded="ömer özdemir"
    )
    for text in ("özdemir", "ÖZDEMIR", "Özd"):
        assert queries.basket(staff, [application.case.office_id], BasketFilter(text=text)).rows


def test_what_has_ended_is_not_handed_on(mine, staff, actor):
    grant(mine, staff, actor)
    before = mine.case.chain.events.count()
    with pytest.raises(MoveRefused):
        actions.assign(application=mine, staff=staff, actor=actor)
    assert mine.case.chain.events.count() == before
