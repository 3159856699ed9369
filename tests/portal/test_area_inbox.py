"""The mailbox: everything of all cases, read state of each person, nothing confidential in mail."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from rathaus.accounts.actions import acting, profile
from rathaus.core.jobs import run_pending
from rathaus.proceedings import mailbox
from rathaus.proceedings.models import Application, Letter, Seen
from tests.portal import residents
from tests.portal.residents import Person


@pytest.fixture
def person() -> Person:
    return Person()


def keys(person: Person) -> list[str]:
    return re.findall(r'name="ausgewaehlt" value="([^"]+)"', person.get("/konto/postfach/").page)


def mark(person: Person, keys: list[str], read: str = "1") -> None:
    person.get("/konto/postfach/")
    person.browser.post({"ausgewaehlt": keys, "gelesen": read}, "/konto/postfach/markieren/")


def test_letters_receipts_and_messages_of_all_cases(person: Person) -> None:
    one, two = person.apply(), person.apply("osterfeuer-anzeigen")
    residents.write_to(two, "Wann genau?")
    residents.decide(one)
    page = person.get("/konto/postfach/").page
    assert page.count("Eingangsbestätigung mit Ihren Angaben</a>") == 2
    assert "Wann genau?" in page
    assert mailbox.count_new(person.account) == 4
    for show, there, gone in (
        ("letters", "history", "Wann genau?"),
        ("messages", "Wann genau?", "Eingangsbestätigung mit"),
        ("receipts", "Eingangsbestätigung mit", "Wann genau?"),
    ):
        page = person.get(f"/konto/postfach/?zeige={show}").page
        assert gone not in page
        assert there in page or show == "letters"
    assert "Wann genau?" in person.get("/konto/postfach/?q=genau").page
    assert "Wann genau?" not in person.get("/konto/postfach/?q=Xyz").page


def test_opening_a_letter_is_reading_it(person: Person) -> None:
    letter = residents.decide(person.apply())
    assert letter.document is not None
    path = f"/vorgang/{letter.application.public_id}/dokument/{letter.document.public_id}/"
    before = mailbox.count_new(person.account)
    assert person.get(path).response["Content-Type"] == "application/pdf"
    letter.refresh_from_db()
    assert letter.first_read_at is not None
    assert mailbox.count_new(person.account) == before - 1


def test_the_status_page_shows_messages(person: Person) -> None:
    application = person.apply()
    residents.write_to(application)
    before = mailbox.count_new(person.account)
    person.get(f"/vorgang/{application.public_id}/")
    assert mailbox.count_new(person.account) == before - 1


def test_marking_in_bulk(person: Person) -> None:
    residents.write_to(person.apply())
    found = keys(person)
    assert len(found) == 2
    mark(person, found)
    assert mailbox.count_new(person.account) == 0
    mark(person, found[:1], read="0")
    assert mailbox.count_new(person.account) == 1
    assert Letter.objects.exclude(first_read_at=None).count() == 0


def test_marking_what_is_not_mine(person: Person) -> None:
    """The bulk path too looks only at what the account may open."""
    other = Person("Hinrich", "Fremdling")
    residents.write_to(other.apply())
    theirs = keys(other)
    mark(person, [*theirs, "d-x", "m-00000000-0000-4000-8000-000000000000", "' OR 1", ""])
    assert Seen.objects.count() == 0
    assert mailbox.count_new(other.account) == 2


def test_read_by_one_is_new_to_the_other(person: Person) -> None:
    other = Person("Theda", "Bohlen")
    place = person.found()
    acting.let_in(other.account, place, role="member", decided_by=None, actor=person.account.actor)
    person.apply(place=place)
    mark(person, keys(person))
    assert mailbox.count_new(person.account) == 0
    assert mailbox.count_new(other.account) == 1


def test_pages_of_mixed_items(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing twice, nothing left out, however documents and messages are mixed."""
    monkeypatch.setattr(mailbox, "PAGE", 2)
    for _ in range(2):
        application = person.apply()
        residents.write_to(application)
        residents.write_to(application, "Noch etwas")
    seen: list[str] = []
    after = ""
    while True:
        page = mailbox.page(person.account, mailbox.Wanted(after=after))
        seen += [item.key for item in page.items]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 6


# --- e-mail ------------------------------------------------------------------------------


def sent_to(address: str) -> list[str]:
    return [f"{m.subject}\n{m.body}" for m in mail.outbox if address in m.to]


def test_mail_says_nothing(person: Person) -> None:
    application = person.apply()
    mail.outbox.clear()
    residents.write_to(application, "Ihr Hund ist bissig.")
    [text] = sent_to("wiebke@example.org")
    assert "Es gibt Neues in Ihrem Servicekonto" in text
    for secret in ("Hund", "bissig", application.reference, application.code, "Steueramt"):
        assert secret not in text


def test_who_wants_no_mail_gets_none(person: Person) -> None:
    application = person.apply()
    profile.choose_notifications(
        account=person.account, status=False, reminders=True, actor=person.account.actor
    )
    mail.outbox.clear()
    residents.write_to(application)
    assert mail.outbox == []


def test_nothing_after_the_representation(person: Person) -> None:
    other = Person("Theda", "Bohlen", contact_email="theda@example.org")
    place = person.found()
    row = acting.let_in(
        other.account, place, role="member", decided_by=None, actor=person.account.actor
    )
    application = other.apply(place=place)
    acting.end(representation=row, by=other.account, actor=other.account.actor)
    mail.outbox.clear()
    residents.write_to(application)
    assert sent_to("theda@example.org") == []


def test_without_account_as_before(stranger: object) -> None:
    from tests.portal.browser import Browser

    assert isinstance(stranger, Browser)
    application = stranger.apply("hund-anmelden")
    Application.objects.filter(pk=application.pk).update(contact_email="da@example.org")
    application.refresh_from_db()
    run_pending()
    mail.outbox.clear()
    residents.write_to(application)
    [text] = sent_to("da@example.org")
    assert application.reference in text


def test_reminders_once(person: Person) -> None:
    from datetime import UTC, datetime, timedelta

    from rathaus.proceedings import reminders
    from rathaus.proceedings.models import Draft

    request = residents.ask(person.apply())
    draft = person.begin()
    Draft.objects.filter(pk=draft.pk).update(expires_at=datetime.now(UTC) + timedelta(days=2))
    type(request).objects.filter(pk=request.pk).update(
        due_on=(datetime.now(UTC) + timedelta(days=2)).date()
    )
    mail.outbox.clear()
    for _ in range(3):
        reminders.remind()
        run_pending()
    texts = sent_to("wiebke@example.org")
    assert len(texts) == 2
    assert not any("Hund" in text for text in texts)
    profile.choose_notifications(
        account=person.account, status=True, reminders=False, actor=person.account.actor
    )
    Draft.objects.filter(pk=draft.pk).update(reminded_at=None)
    mail.outbox.clear()
    reminders.remind()
    run_pending()
    assert mail.outbox == []


def test_more_than_anybody_counts(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "COUNTED", 1)
    for _ in range(2):
        residents.write_to(person.apply())
    assert '<span aria-hidden="true">1+</span>' in person.get("/konto/").page
