"""From arrival to filing: nothing is lost, doubled, or let through unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction

from rathaus.core.clock import now
from rathaus.core.events import verify_chain
from rathaus.core.jobs import run_pending
from rathaus.core.models import Blob, Event
from rathaus.organisation.models import Office
from rathaus.records import verify
from rathaus.records.actions import CaseIsClosed, close_case
from rathaus.records.intake import actions, purging
from rathaus.records.intake.errors import Empty, IntakeError, MovedOn, NoRoom, TooLarge
from rathaus.records.intake.models import Item
from rathaus.records.intake.states import OPEN, TRANSITIONS, ItemState, possible
from rathaus.records.models import Case
from tests.records.conftest import SYSTEM, open_case
from tests.records.intake import making
from tests.records.intake.making import CLERK, LETTER, pdf, receive


def story(item: Item) -> list[str]:
    return list(
        Event.objects.filter(chain=item.chain).order_by("seq").values_list("type", flat=True)
    )


def test_a_letter_is_checked_and_filed_byte_for_byte(case: Case) -> None:
    content = pdf(LETTER, "Seite zwei")
    item = receive(case.office, content, sender="Harm Janssen")
    assert (item.state, item.pages, item.virus) == ("ready", 2, "unused")
    assert "Hundesteuer" in item.text
    assert "unscanned" in item.marks
    document = actions.file_item(item=item, case=case, actor=CLERK, title="Abmeldung Bello")
    item.refresh_from_db()
    assert (item.state, item.document) == ("filed", document)
    version = document.versions.get()
    assert version.read() == content
    assert (document.title, document.kind, document.direction) == (
        "Abmeldung Bello",
        "letter",
        "in",
    )
    assert story(item) == ["intake.received", "intake.checked", "intake.filed"]
    assert verify_chain(item.chain) == []
    assert verify.run_case(case).ok
    taken = Event.objects.get(chain=case.chain, type="document.taken_in")
    assert taken.data["original_sha256"] == [version.blob.sha256]


def test_the_same_delivery_is_one_item(case: Case) -> None:
    first = receive(case.office, key="a")
    again = receive(case.office, key="a", checked=False)
    other = receive(case.office, key="b", checked=False)
    assert again.pk == first.pk
    assert again.was_known
    assert not first.was_known
    assert other.pk != first.pk
    assert Item.objects.count() == 2


@pytest.mark.parametrize("content", [b""])
def test_nothing_is_refused_with_a_sentence(case: Case, content: bytes) -> None:
    with pytest.raises(Empty, match="leer"):
        actions.receive(office=case.office, source="upload", name="x", content=content, actor=CLERK)


def test_too_large_is_refused_with_the_limit(case: Case, settings: Any) -> None:
    settings.RATHAUS_INTAKE_MAX_MB = 1
    with pytest.raises(TooLarge, match="höchstens 1 MB"):
        receive(case.office, b"x" * (1024 * 1024 + 1))
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("a\x00b\r\n.pdf", "a-b-.pdf"),
        ("\u202egnp.exe", "gnp.exe"),
        ("", "dokument"),
        ("x" * 500 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_hostile_names_are_made_harmless(case: Case, name: str, kept: str) -> None:
    item = receive(case.office, name=name, sender="<b>x\x00\n</b>" * 90, checked=False)
    assert item.name == kept
    assert len(item.sender) <= 200
    assert item.sender.isprintable()


def test_the_test_virus_is_isolated_and_never_filed(case: Case) -> None:
    item = receive(case.office, b"hallo " + making.EICAR, name="rechnung.pdf")
    assert (item.state, item.virus) == ("quarantined", "infected")
    assert not item.is_open
    with pytest.raises(MovedOn):
        actions.file_item(item=item, case=case, actor=CLERK)
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(state="ready")


def test_nobody_changes_or_deletes_what_came_in(case: Case) -> None:
    item = receive(case.office)
    other = receive(case.office, b"anderes")
    for change in ({"blob": other.blob_id}, {"key": "x"}, {"received_at": now()}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Item.objects.filter(pk=item.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_intake_item WHERE id = %s", [item.pk])


def test_discard_restore_and_purge(case: Case) -> None:
    content = pdf("Werbung fuer Hundefutter, jetzt besonders guenstig")
    item = receive(case.office, content)
    with pytest.raises(IntakeError, match="Grund"):
        actions.discard(item=item, reason=" ", actor=CLERK)
    actions.discard(item=item, reason="Werbung", actor=CLERK)
    assert Event.objects.get(chain=item.chain, type="intake.discarded").data == {}
    actions.restore(item=item, actor=CLERK)
    run_pending()
    item.refresh_from_db()
    assert item.state == "ready"
    actions.discard(item=item, reason="doch Werbung", actor=CLERK)
    with time_machine.travel(now() + timedelta(days=31)):
        item.refresh_from_db()
        with pytest.raises(MovedOn):
            actions.restore(item=item, actor=CLERK)
        purging.run()
    assert not Item.objects.exists()
    assert not Blob.objects.filter(pk=item.blob_id).exists()
    assert story(item)[-1] == "intake.purged"


def test_purging_never_takes_bytes_that_the_record_uses(case: Case) -> None:
    filed, twin = receive(case.office), receive(case.office)
    document = actions.file_item(item=filed, case=case, actor=CLERK)
    actions.discard(item=twin, reason="doppelt", actor=CLERK)
    with time_machine.travel(now() + timedelta(days=31)):
        purging.run()
    assert not Item.objects.filter(pk=twin.pk).exists()
    assert document.versions.get().read() == pdf(LETTER)


def test_into_a_closed_case_nothing_is_filed(case: Case) -> None:
    item = receive(case.office)
    close_case(case=case, actor=SYSTEM)
    with pytest.raises(CaseIsClosed):
        actions.file_item(item=item, case=case, actor=CLERK)
    item.refresh_from_db()
    assert (item.state, item.document) == ("ready", None)


def test_two_clerks_file_once(case: Case) -> None:
    item = receive(case.office)
    twin = Item.objects.select_related("chain", "office", "blob").get(pk=item.pk)
    actions.file_item(item=item, case=case, actor=CLERK)
    with pytest.raises(MovedOn, match="inzwischen weiter"):
        actions.file_item(item=twin, case=case, actor=CLERK)
    assert case.documents.count() == 1


def test_describe_and_move_to_another_office(case: Case, offices: dict[str, Office]) -> None:
    item = receive(
        case.office, making.mail(("a.pdf", pdf("Anlage"), "application/pdf")), name="m.eml"
    )
    actions.describe(
        item=item, title="Titel", sender="Wer", direction="out", dated_on=None, actor=CLERK
    )
    with pytest.raises(IntakeError):
        actions.describe(
            item=item, title="x", sender="", direction="sideways", dated_on=None, actor=CLERK
        )
    actions.move_to_office(item=item, office=offices["ordnungsamt"], actor=CLERK)
    places = Item.objects.values_list("office__key", flat=True)
    assert set(places) == {"ordnungsamt"}
    assert len(places) == 2


def with_attachment(case: Case) -> tuple[Item, Item]:
    content = making.mail(("a.pdf", pdf("Anlage"), "application/pdf"))
    mail = receive(case.office, content, name="m.eml")
    return mail, mail.children.get()


def test_a_mail_that_went_to_another_office_is_not_unpacked_twice(
    case: Case, offices: dict[str, Office]
) -> None:
    mail, _part = with_attachment(case)
    actions.move_to_office(item=mail, office=offices["ordnungsamt"], actor=CLERK)
    actions.discard(item=mail, reason="falsch", actor=CLERK)
    actions.restore(item=mail, actor=CLERK)
    run_pending()
    assert mail.children.count() == 1


def test_what_another_office_got_is_not_filed_nor_thrown_away_with_its_mail(
    case: Case, offices: dict[str, Office]
) -> None:
    mail, part = with_attachment(case)
    actions.move_to_office(item=part, office=offices["ordnungsamt"], actor=CLERK)
    actions.file_item(item=mail, case=case, actor=CLERK)
    part.refresh_from_db()
    assert (part.state, case.documents.count()) == ("ready", 1)
    other, given = with_attachment(case)
    actions.move_to_office(item=given, office=offices["ordnungsamt"], actor=CLERK)
    actions.discard(item=other, reason="Werbung", actor=CLERK)
    given.refresh_from_db()
    assert given.state == "ready"


def test_a_mail_thrown_away_goes_although_its_attachment_was_filed(case: Case) -> None:
    mail, part = with_attachment(case)
    actions.file_item(item=part, case=case, actor=CLERK)
    actions.discard(item=mail, reason="nur der Anhang zählt", actor=CLERK)
    with time_machine.travel(now() + timedelta(days=31)):
        purging.run()
    assert not Item.objects.filter(pk=mail.pk).exists()
    part.refresh_from_db()
    assert (part.state, part.parent) == ("filed", None)


def test_a_find_that_was_thrown_away_does_not_come_back_for_want_of_a_scanner(
    case: Case, monkeypatch: Any
) -> None:
    from rathaus.records.intake import checking

    says: list[tuple[Any, str]] = [("infected", "Wurm"), ("unused", ""), ("clean", "")]
    monkeypatch.setattr(checking.virus, "scan", lambda _: checking.virus.Verdict(*says.pop(0)))
    item = receive(case.office)
    for expected in ("quarantined", "ready"):
        item = Item.objects.select_related("chain", "office").get(pk=item.pk)
        actions.discard(item=item, reason="Schadsoftware", actor=CLERK)
        actions.restore(item=item, actor=CLERK)
        run_pending()
        item.refresh_from_db()
        assert item.state == expected
    assert (item.virus, item.virus_name) == ("clean", "")


def test_what_people_say_during_the_check_counts(case: Case, monkeypatch: Any) -> None:
    from rathaus.records.intake import checking

    mail = receive(case.office, making.mail(), name="m.eml", checked=False)
    real = checking.mailfile.read

    def meanwhile(content: bytes) -> Any:
        same = Item.objects.select_related("chain").get(pk=mail.pk)
        actions.describe(
            item=same, title="Mein Titel", sender="Ich", direction="in", dated_on=None, actor=CLERK
        )
        return real(content)

    monkeypatch.setattr(checking.mailfile, "read", meanwhile)
    checking.run(mail.pk)
    mail.refresh_from_db()
    assert (mail.subject, mail.sender, mail.state) == ("Mein Titel", "Ich", "ready")


def test_a_full_disk_leaves_out_no_attachment(case: Case, monkeypatch: Any) -> None:
    from rathaus.core import storage
    from rathaus.records.intake import checking

    content = making.mail(("a.txt", b"x" * 20_000, "text/plain"))
    mail = receive(case.office, content, name="m.eml", checked=False)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "_through", full)
        with pytest.raises(NoRoom):
            checking.run(mail.pk)
    checking.run(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.children.count()) == ("ready", 1)
    assert "parts_left_out" not in mail.marks


def test_a_failed_check_is_shown_and_can_be_repeated(case: Case, monkeypatch: Any) -> None:
    from rathaus.records.intake import checking

    def broken(*_: object) -> None:
        raise MemoryError

    item = receive(case.office, checked=False)
    with monkeypatch.context() as patch:
        patch.setattr(checking.kinds, "detect", broken)
        for _ in range(checking.MAX_TRIES - 1):
            with pytest.raises(MemoryError):
                checking.run(item.pk)
        checking.run(item.pk)
    item.refresh_from_db()
    assert (item.state, item.reason) == ("failed", "MemoryError")
    actions.retry(item=item, actor=CLERK)
    checking.run(item.pk)
    item.refresh_from_db()
    assert item.state == "ready"
    assert item.read() == pdf(LETTER)


def test_a_check_that_kills_its_worker_ends_with_a_person(case: Case) -> None:
    from rathaus.records.intake import checking

    item = receive(case.office, checked=False)
    Item.objects.filter(pk=item.pk).update(tries=checking.MAX_TRIES, state="checking")
    checking.run(item.pk)
    item.refresh_from_db()
    assert (item.state, item.reason) == ("failed", "worker")


@pytest.mark.one_database
def test_the_table_of_states_is_complete() -> None:
    reached = {step.target for step in TRANSITIONS} | {ItemState.RECEIVED}
    assert reached == set(ItemState)
    names = [step.name for step in TRANSITIONS]
    assert len(names) == len(set(names))
    for state in OPEN:
        assert possible(state), state
    # What is filed stays filed: the record has it.
    assert not possible(ItemState.FILED)


def test_every_wrong_step_is_refused(case: Case) -> None:
    from rathaus.records.intake.actions.state import move

    item = receive(case.office)
    for state in ItemState:
        Item.objects.filter(pk=item.pk).update(state=state, virus="clean")
        for step in TRANSITIONS:
            if step.source == state:
                continue
            item.refresh_from_db()
            with pytest.raises(MovedOn), transaction.atomic():
                move(item, step.name, None, actor=CLERK)


def test_other_office_is_a_different_delivery(offices: dict[str, Office], plan: int) -> None:
    one = receive(offices["buergerbuero"], key="k", checked=False)
    two = receive(offices["ordnungsamt"], key="k", checked=False)
    assert one.pk != two.pk
    assert open_case(offices["ordnungsamt"]).office == two.office
