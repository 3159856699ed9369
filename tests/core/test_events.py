"""The event log: nothing changes unnoticed, personal data can be erased."""

from __future__ import annotations

from typing import Annotated

import pytest
from django.db import DatabaseError, connection, transaction
from tests.support.tamper import execute

from rathaus.core import events
from rathaus.core.actors import Actor
from rathaus.core.models import Chain, Event, EventPersonalData

ACTOR = Actor.staff("42", "Frau Janssen", "gewerbeamt")


@events.event_type("test.said", text="Gesagt", public=True)
class Said(events.EventType):
    words: int
    who: Annotated[str, events.Personal] = ""


def chain_of(count: int) -> Chain:
    chain = events.new_chain("test")
    for number in range(count):
        with transaction.atomic():
            events.record(chain, Said(words=number, who="Tjark"), actor=ACTOR)
    return chain


@pytest.mark.django_db
def test_chain_is_intact_after_many_events():
    chain = chain_of(5)
    assert events.verify_chain(chain) == []
    assert [e.seq for e in chain.events.order_by("seq")] == [1, 2, 3, 4, 5]


@pytest.mark.django_db
def test_personal_data_is_not_in_the_event_and_can_be_erased():
    chain = chain_of(2)
    event = chain.events.get(seq=1)
    assert "Tjark" not in str(event.data)
    assert event.personal == {"who": "Tjark"}
    assert events.erase_personal(event)
    assert event.personal is None
    assert events.verify_chain(chain) == []


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE core_event SET type='x'", "DELETE FROM core_event"])
def test_database_refuses_change_of_an_event(statement):
    chain_of(1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.filter(type="test.said").count() == 1


@pytest.mark.django_db
def test_changed_actor_is_named():
    chain = chain_of(3)
    execute("UPDATE core_event SET actor_label='Herr X' WHERE seq=2")
    findings = events.verify_chain(chain)
    assert [f.what for f in findings] == ["content changed"]
    assert "event 2" in findings[0].where


@pytest.mark.django_db
def test_removed_event_and_cut_tail_are_named():
    chain = chain_of(4)
    execute("DELETE FROM core_eventpersonaldata")
    execute("DELETE FROM core_event WHERE seq=4")
    assert [f.what for f in events.verify_chain(chain)] == ["events missing at the end"]
    execute("DELETE FROM core_event WHERE seq=2")
    assert "event missing before it" in [f.what for f in events.verify_chain(chain)]


@pytest.mark.django_db
def test_changed_personal_data_is_named():
    chain = chain_of(1)
    EventPersonalData.objects.update(data={"who": "Okka"})
    assert [f.what for f in events.verify_chain(chain)] == ["personal data changed"]


@pytest.mark.django_db(transaction=True)
def test_event_outside_a_transaction_is_refused():
    chain = events.new_chain("test")
    with pytest.raises(events.NotInTransaction):
        events.record(chain, Said(words=1), actor=ACTOR)


@pytest.mark.django_db(transaction=True)
def test_rolled_back_event_leaves_a_usable_chain():
    chain = events.new_chain("test")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        events.record(chain, Said(words=1), actor=ACTOR)
        1 / 0  # noqa: B018
    with transaction.atomic():
        events.record(chain, Said(words=2), actor=ACTOR)
    assert events.verify_chain(Chain.objects.get(pk=chain.pk)) == []
    assert chain.events.count() == 1


@pytest.mark.django_db
def test_stale_copy_of_a_chain_appends_behind_the_newer_events():
    chain = chain_of(1)
    stale = Chain.objects.get(pk=chain.pk)
    with transaction.atomic():
        events.record(chain, Said(words=7), actor=ACTOR)
        events.record(stale, Said(words=8), actor=ACTOR)
    assert events.verify_chain(Chain.objects.get(pk=chain.pk)) == []
    assert chain.events.count() == 3


@pytest.mark.django_db
def test_events_recorded_together_make_the_same_chain():
    old = chain_of(2)
    with events.together():
        new = events.new_chain("test")
        for number in range(3):
            events.record(new, Said(words=number, who="Tjark" if number else ""), actor=ACTOR)
            events.record(old, Said(words=number), actor=ACTOR)
    for chain, count in ((old, 5), (new, 3)):
        stored = Chain.objects.get(pk=chain.pk)
        assert (stored.length, stored.head) == (chain.length, chain.head)
        assert stored.length == count
        assert events.verify_chain(stored) == []
    assert [event.personal for event in new.events.order_by("seq")] == [
        None,
        {"who": "Tjark"},
        {"who": "Tjark"},
    ]


@pytest.mark.django_db
def test_events_recorded_together_join_a_chain_that_moved_meanwhile():
    stale = chain_of(1)
    with transaction.atomic():
        events.record(Chain.objects.get(pk=stale.pk), Said(words=1), actor=ACTOR)
    with events.together():
        events.record(stale, Said(words=2), actor=ACTOR)
        events.record(stale, Said(words=3), actor=ACTOR)
    assert [event.data["words"] for event in stale.events.order_by("seq")] == [0, 1, 2, 3]
    assert events.verify_chain(Chain.objects.get(pk=stale.pk)) == []


@pytest.mark.django_db
def test_nothing_is_recorded_when_the_block_fails():
    chain = chain_of(1)
    with pytest.raises(ZeroDivisionError), events.together():
        events.record(chain, Said(words=1), actor=ACTOR)
        events.record(events.new_chain("test"), Said(words=1), actor=ACTOR)
        raise ZeroDivisionError
    assert Chain.objects.filter(kind="test").count() == 1
    assert events.verify_chain(Chain.objects.get()) == []
    with transaction.atomic():
        events.record(Chain.objects.get(), Said(words=2), actor=ACTOR)
    assert Event.objects.filter(type="test.said").count() == 2
