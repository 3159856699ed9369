"""One person at a time: locks, their end, and new versions under them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from rathaus.core import clock
from rathaus.core.jobs import run_pending
from rathaus.records import actions as records
from rathaus.records.models import DocumentVersion
from rathaus.records.work import actions, comparing, queries
from rathaus.records.work.errors import InRun, LockedByOther, Moved, Unfit, WorkError
from rathaus.records.work.models import DocumentLock, Mention, VersionNote
from tests.records.work.conftest import House, acting, newest


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads with connections of their own, started together."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            results[index] = call()
        except BaseException as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def add(house: House, document: Any, staff: Any, content: bytes = b"Neu", **more: Any) -> Any:
    return actions.add_version(
        document=document,
        content=content,
        name="neu.txt",
        content_type="text/plain",
        reason="Datum berichtigt",
        staff=staff,
        actor=acting(staff),
        **more,
    )


def test_a_lock_keeps_colleagues_out_and_ends_by_itself(house: House) -> None:
    document = house.file()
    actions.take_lock(document=document, staff=house.anke, actor=acting(house.anke))
    with pytest.raises(LockedByOther) as refused:
        actions.take_lock(document=document, staff=house.bodo, actor=acting(house.bodo))
    assert "Anke Test" in str(refused.value)
    with pytest.raises(LockedByOther):
        add(house, document, house.bodo)
    with clock.shifted(clock.now() + timedelta(minutes=31)):
        assert queries.lock_of(document) is None
        lock = actions.take_lock(document=document, staff=house.bodo, actor=acting(house.bodo))
        assert lock.staff == house.bodo
    assert house.intact()


def test_working_on_renews_without_filling_the_history(house: House) -> None:
    document = house.file()
    first = actions.take_lock(document=document, staff=house.anke, actor=acting(house.anke))
    with clock.shifted(clock.now() + timedelta(minutes=20)):
        later = actions.take_lock(document=document, staff=house.anke, actor=acting(house.anke))
    assert later.until > first.until
    assert later.taken_at == first.taken_at
    assert house.events().count("document.lock_taken") == 1
    assert actions.release_lock(document=document, staff=house.anke, actor=acting(house.anke))
    assert not actions.release_lock(document=document, staff=house.anke, actor=acting(house.anke))
    assert house.events().count("document.lock_released") == 1


def test_a_lock_taken_away_is_explained_to_the_holder(house: House, mailoutbox: list[Any]) -> None:
    document = house.file()
    house.anke.email = "anke@example.org"
    house.anke.save()
    actions.take_lock(document=document, staff=house.anke, actor=acting(house.anke))
    values: dict[str, Any] = {"document": document, "staff": house.head}
    with pytest.raises(Unfit):
        actions.force_release(**values, reason=" ", actor=acting(house.head))
    actions.force_release(**values, reason="Frau Test ist krank", actor=acting(house.head))
    with pytest.raises(Moved):
        actions.force_release(**values, reason="noch einmal", actor=acting(house.head))
    mention = Mention.objects.select_related("comment").get()
    assert mention.staff == house.anke
    assert "krank" in mention.comment.text
    run_pending()
    assert len(mailoutbox) == 1
    assert "krank" not in mailoutbox[0].body
    event = house.case.chain.events.get(type="document.lock_forced")
    assert "krank" not in str(event.data)
    assert house.intact()


def test_a_new_version_names_its_reason_and_the_old_one_stays(house: House) -> None:
    document = house.file(b"Guten Tag Welt")
    old = newest(document)
    version = add(house, document, house.anke, b"Guten Abend Welt und Leute")
    run_pending()
    assert version.number == 2
    assert DocumentVersion.objects.get(pk=old.pk).read() == b"Guten Tag Welt"
    note = VersionNote.objects.get(version=version)
    assert (note.reason, note.words_added, note.words_removed) == ("Datum berichtigt", 3, 1)
    assert not DocumentLock.objects.exists()
    event = house.case.chain.events.get(type="document.version_explained")
    assert event.data["version_id"] == str(version.public_id)
    assert house.intact()


def test_what_a_new_version_refuses(house: House) -> None:
    document = house.file(b"gleich")
    with pytest.raises(Unfit, match="Byte"):
        add(house, document, house.anke, b"gleich")
    add(house, document, house.anke, b"zwei")
    with pytest.raises(Moved, match="neuere Fassung"):
        add(house, document, house.anke, b"drei", based_on=1)
    with pytest.raises(Unfit, match="warum"):
        actions.add_version(
            document=document,
            content=b"vier",
            name="x",
            content_type="text/plain",
            reason="   ",
            staff=house.anke,
            actor=acting(house.anke),
        )
    records.close_case(case=house.case, actor=acting(house.anke))
    document.refresh_from_db()
    with pytest.raises(records.CaseIsClosed):
        add(house, document, house.anke, b"vier")


def test_no_other_way_leads_past_a_lock(house: House) -> None:
    """A program that knows nothing of locks adds a version: refused and undone."""
    document = house.file()
    actions.take_lock(document=document, staff=house.anke, actor=acting(house.anke))
    with pytest.raises(LockedByOther):
        records.add_version(
            document=document,
            content=b"vorbei",
            name="x.txt",
            content_type="text/plain",
            actor=acting(house.bodo),
        )
    document.refresh_from_db()
    assert document.latest == 1
    assert house.intact()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_one_lock(house: House) -> None:
    document = house.file()

    def take(staff: Any) -> Callable[[], Any]:
        return lambda: actions.take_lock(document=document, staff=staff, actor=acting(staff))

    results = at_once(take(house.anke), take(house.bodo))
    assert sorted(isinstance(one, LockedByOther) for one in results) == [False, True], results
    assert DocumentLock.objects.count() == 1
    assert house.intact()


@pytest.mark.django_db(transaction=True)
def test_two_versions_at_once(house: House) -> None:
    document = house.file()
    results = at_once(
        lambda: add(house, house.case.documents.get(), house.anke, b"A", based_on=1),
        lambda: add(house, house.case.documents.get(), house.bodo, b"B", based_on=1),
    )
    lost = [one for one in results if isinstance(one, WorkError)]
    assert len(lost) == 1, results
    assert not isinstance(lost[0], InRun)
    document.refresh_from_db()
    assert document.latest == 2
    assert house.intact()


def test_compared_line_by_line() -> None:
    found = comparing.lines("eins\nzwei\ndrei", "eins\n2\ndrei")
    assert [(line.sign, line.text) for line in found] == [
        (" ", "eins"), ("-", "zwei"), ("+", "2"), (" ", "drei"),
    ]  # fmt: skip
