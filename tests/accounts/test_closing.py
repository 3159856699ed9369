"""Closing an account: what goes, what the law keeps, and that nothing comes back."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail, serializers
from django.db import connection

from rathaus.accounts import jobs
from rathaus.accounts.actions import acting, children, closing, profile
from rathaus.accounts.actions.inactivity import UNUSED
from rathaus.accounts.errors import Changed, CodeWrong, TooManyTries
from rathaus.accounts.models import (
    Account,
    Authentication,
    Child,
    Consent,
    Identity,
    Organisation,
    Representation,
)
from rathaus.accounts.terms import give_consent
from rathaus.cli import main
from rathaus.core.clock import shifted, today
from rathaus.core.events import verify_chain
from rathaus.core.jobs import run_pending
from rathaus.core.models import Event, EventPersonalData, User
from rathaus.forms.models import Upload
from rathaus.proceedings.models import Application, Draft, Seen
from tests.portal import residents
from tests.portal.browser import Browser
from tests.portal.residents import Person
from tests.support import town as demo
from tests.support.logins import HIGH, link, make_account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town(db: None, settings: object) -> None:
    demo.load()


@pytest.fixture
def person() -> Person:
    """Somebody who has one of everything."""
    person = Person(contact_email="wiebke@example.org")
    account = person.account
    EmailAddress.objects.create(
        user=account.user, email="wiebke@example.org", verified=True, primary=True
    )
    Authenticator.objects.create(
        user=account.user, type=Authenticator.Type.WEBAUTHN, data={"name": "Telefon"}
    )
    link(account)
    give_consent(account=account, actor=account.actor)
    children.declare_child(
        account=account,
        first_names="Enno",
        last_name="Janssen",
        birth_date=today() - timedelta(days=900),
        actor=account.actor,
    )
    profile.save_profile(account=account, phone="04944 12345", actor=account.actor)
    person.log_in(HIGH)
    return person


def close(person: Person) -> None:
    closing.close(account=person.account, actor=person.account.actor)


def everything(account: Account) -> str:
    """All rows of the room and of the events that could still name the person."""
    rows = [
        *Account.objects.filter(pk=account.pk),
        *Identity.objects.all(),
        *Consent.objects.all(),
        *Child.objects.all(),
        *Authentication.objects.all(),
        *EmailAddress.objects.all(),
        *Event.objects.filter(chain=account.chain),
        *EventPersonalData.objects.filter(event__chain=account.chain),
        *User.objects.filter(pk=account.user_id),
    ]
    return json.dumps(json.loads(serializers.serialize("json", rows)), ensure_ascii=False)


def test_nothing_readable_stays(person: Person) -> None:
    assert "Janssen" in everything(person.account)
    close(person)
    left = everything(person.account)
    for word in ("Wiebke", "Janssen", "Enno", "wiebke@", "04944"):
        assert word not in left
    assert not Authenticator.objects.filter(user=person.account.user).exists()
    assert not UserSession.objects.filter(user=person.account.user).exists()
    person.account.chain.refresh_from_db()
    assert verify_chain(person.account.chain) == []


def test_nobody_is_logged_in_any_more(person: Person) -> None:
    other_device = Browser()
    from tests.support.logins import log_in

    log_in(other_device.client, person.account)
    assert other_device.client.get("/konto/").status_code == 200
    close(person)
    for browser in (person.browser, other_device):
        assert browser.client.get("/konto/").status_code == 303
    user = User.objects.get(pk=person.account.user_id)
    assert not user.is_active and not user.has_usable_password()


def test_records_stay_and_drafts_go(person: Person) -> None:
    application, draft = person.apply(), person.begin("hund-abmelden")
    Seen.objects.create(
        account=person.account,
        document=application.case.documents.first(),
        at=datetime.now(UTC),
    )
    close(person)
    application.refresh_from_db()
    assert application.account is None
    assert application.answers
    assert not Draft.objects.filter(pk=draft.pk).exists()
    assert not Upload.objects.filter(owner=draft.public_id).exists()
    assert not Seen.objects.exists()
    told = Event.objects.filter(chain=application.case.chain).last()
    assert told is not None and told.type == "application.detached"
    application.case.chain.refresh_from_db()
    assert verify_chain(application.case.chain) == []


def test_case_can_be_opened_with_its_code_again(person: Person) -> None:
    application = person.apply()
    close(person)
    stranger = Browser()
    stranger.get("/vorgang/")
    stranger.post({"aktenzeichen": application.reference, "code": application.code})
    assert stranger.path == f"/vorgang/{application.public_id}/"


def test_case_of_an_organisation_opens_with_no_code(person: Person) -> None:
    """Or a person who left would come back with the code of the receipt."""
    application = person.apply(place=person.found())
    close(person)
    stranger = Browser()
    stranger.get("/vorgang/")
    stranger.post({"aktenzeichen": application.reference, "code": application.code})
    assert stranger.get(f"/vorgang/{application.public_id}/").status == 403


def test_who_registers_again_sees_nothing_of_it(person: Person) -> None:
    application = person.apply()
    close(person)
    again = Person(contact_email="wiebke@example.org")
    link(again.account)  # the same bPK2
    again.log_in(HIGH)
    assert application.reference not in again.get("/konto/antraege/").page
    assert again.get(f"/vorgang/{application.public_id}/").status == 403


def test_the_only_admin_takes_the_others_along(person: Person) -> None:
    place = person.found()
    other = make_account()
    acting.let_in(other, place, role="member", decided_by=None, actor=other.actor)
    close(person)
    assert not Representation.objects.filter(state__in=["active", "requested"]).exists()


def test_another_admin_keeps_it_running(person: Person) -> None:
    place = person.found()
    other = make_account()
    acting.let_in(other, place, role="admin", decided_by=None, actor=other.actor)
    close(person)
    assert list(
        Representation.objects.filter(state="active").values_list("account", flat=True)
    ) == [other.pk]


def test_closing_twice(person: Person) -> None:
    close(person)
    with pytest.raises(Changed):
        close(person)


@pytest.mark.django_db(transaction=True)
def test_closed_in_two_windows() -> None:
    demo.load()
    person = Person()
    person.apply()
    gate, outcome = threading.Barrier(2), []

    def run() -> None:
        account = Account.objects.select_related("chain", "user").get(pk=person.account.pk)
        gate.wait()
        try:
            closing.close(account=account, actor=account.actor)
            outcome.append("closed")
        except Changed:
            outcome.append("was closed")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["closed", "was closed"]
    assert Event.objects.filter(type="application.detached").count() == 1


# --- on the page ---------------------------------------------------------------------------


def test_the_page_names_what_stays(person: Person) -> None:
    application = person.apply()
    page = person.get("/konto/daten/loeschen/").page
    assert application.reference in page
    assert "Jahre nach dem Ende des Vorgangs" in page
    assert "1 Antrag ist noch nicht fertig" in page


def test_on_the_page(person: Person) -> None:
    application = person.apply()
    person.get("/konto/daten/loeschen/")
    person.browser.post({})
    assert "Setzen Sie das Häkchen" in person.browser.page
    assert Account.objects.get(pk=person.account.pk).closed_at is None
    person.browser.post({"loeschen": "yes"})
    assert person.browser.path == "/konto/geloescht/"
    assert application.reference in person.browser.page
    assert application.code in person.browser.page
    assert Account.objects.get(pk=person.account.pk).closed_at is not None
    again = person.get("/konto/geloescht/")
    assert again.path == "/"


def test_needs_a_fresh_proof(person: Person) -> None:
    Authenticator.objects.all().delete()  # no browser here that has the passkey
    late = datetime.now(UTC) + timedelta(minutes=40)
    with shifted(late):
        page = person.get("/konto/daten/loeschen/")
        assert page.path == "/konto/sicherheit/bestaetigen/"
        person.browser.post({"loeschen": "yes"}, "/konto/daten/loeschen/")
    assert Account.objects.get(pk=person.account.pk).closed_at is None


# --- nobody uses it ---------------------------------------------------------------------------


def at(days: int) -> datetime:
    """So long after the last use."""
    return datetime.now(UTC) + timedelta(days=days, minutes=5)


def run(days: int) -> None:
    with shifted(at(days)):
        jobs.remove_unused()
        run_pending()


def test_warned_twice_then_removed() -> None:
    account = make_account(contact_email="lange@example.org")
    last = UNUSED.days
    run(last - 61)
    assert mail.outbox == []
    run(last - 60)
    run(last - 59)
    assert len(mail.outbox) == 1
    assert "bald gelöscht" in mail.outbox[0].subject
    run(last - 14)
    run(last - 10)
    assert len(mail.outbox) == 2
    account.refresh_from_db()
    assert account.closed_at is None
    run(last + 1)
    account.refresh_from_db()
    assert account.closed_at is not None
    assert account.contact_email == ""


def test_a_log_in_keeps_it() -> None:
    account = make_account(contact_email="lange@example.org")
    run(UNUSED.days - 60)
    Account.objects.filter(pk=account.pk).update(last_used_at=at(UNUSED.days - 30), warned_at=None)
    run(UNUSED.days + 5)
    account.refresh_from_db()
    assert account.closed_at is None


def test_never_without_two_weeks_notice() -> None:
    """Also where the job did not run for a long time."""
    account = make_account(contact_email="lange@example.org")
    run(UNUSED.days + 100)
    account.refresh_from_db()
    assert account.closed_at is None and account.warned_at is not None
    run(UNUSED.days + 110)
    account.refresh_from_db()
    assert account.closed_at is None
    run(UNUSED.days + 115)
    account.refresh_from_db()
    assert account.closed_at is not None


def test_log_in_data_does_not_stay() -> None:
    person = Person()
    person.log_in(HIGH)
    assert Authentication.objects.exists()
    with shifted(datetime.now(UTC) + timedelta(hours=13)):
        jobs.drop_expired()
    assert not Authentication.objects.exists()


# --- the address for notices ---------------------------------------------------------------------


def code_of(address: str) -> str:
    import re

    run_pending()
    body = next(m.body for m in reversed(mail.outbox) if address in m.to)
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", str(body))
    assert found is not None
    return found[0]


def test_an_address_counts_once_confirmed() -> None:
    account = make_account(contact_email="alt@example.org")
    profile.begin_contact_change(account=account, email="neu@example.org", actor=account.actor)
    account.refresh_from_db()
    assert account.contact_email == "alt@example.org"
    code = code_of("neu@example.org")
    profile.confirm_contact(account=account, code=code.lower(), actor=account.actor)
    account.refresh_from_db()
    assert account.contact_email == "neu@example.org"
    with pytest.raises(CodeWrong):
        profile.confirm_contact(account=account, code=code, actor=account.actor)


def test_the_old_address_reads_that_it_counts_no_more() -> None:
    """Whoever sits at an open session cannot turn the warnings of the owner off unseen."""
    account = make_account(contact_email="alt@example.org")
    for address in ("Alt@example.org", "neu@example.org"):
        profile.begin_contact_change(account=account, email=address, actor=account.actor)
        profile.confirm_contact(account=account, code=code_of(address), actor=account.actor)
    profile.remove_contact(account=account, actor=account.actor)
    profile.remove_contact(account=account, actor=account.actor)
    run_pending()
    told = [letter.to[0] for letter in mail.outbox if "andere Adresse" in letter.subject]
    assert told == ["Alt@example.org", "neu@example.org"]


def test_five_tries() -> None:
    account = make_account()
    profile.begin_contact_change(account=account, email="neu@example.org", actor=account.actor)
    code = code_of("neu@example.org")
    for _ in range(5):
        with pytest.raises(CodeWrong):
            profile.confirm_contact(account=account, code="AAAA-AAAA", actor=account.actor)
    with pytest.raises(CodeWrong):
        profile.confirm_contact(account=account, code=code, actor=account.actor)


def test_somebody_elses_code() -> None:
    one, two = make_account(), make_account()
    profile.begin_contact_change(account=one, email="neu@example.org", actor=one.actor)
    code = code_of("neu@example.org")
    with pytest.raises(CodeWrong):
        profile.confirm_contact(account=two, code=code, actor=two.actor)


def test_nobodys_mailbox_is_flooded() -> None:
    for _ in range(5):
        account = make_account()
        profile.begin_contact_change(account=account, email="da@example.org", actor=account.actor)
    account = make_account()
    with pytest.raises(TooManyTries):
        profile.begin_contact_change(account=account, email="DA@example.org", actor=account.actor)


def test_the_clerk_reads_that_it_is_gone(person: Person) -> None:
    application = person.apply()
    residents.look_at(application)
    close(person)
    words = [str(event.type) for event in Event.objects.filter(chain=application.case.chain)]
    assert "application.detached" in words
    assert Application.objects.get(pk=application.pk).applicant_name


def test_the_counter_finds_an_account_without_address_by_its_case(person: Person) -> None:
    """Opened with a BundID account that the person has no more."""
    application = person.apply()
    EmailAddress.objects.all().delete()
    by = ["neu@example.org", "--by", "Insa Cordes"]
    assert main(["account", "address", application.reference, *by]) == 0
    address = EmailAddress.objects.get(email="neu@example.org")
    assert (address.user_id, address.verified) == (person.account.user_id, True)
    close(person)
    assert main(["account", "address", application.reference, *by]) == 1


def test_who_takes_the_terms_back_may_think_better_of_it(person: Person) -> None:
    consent = person.account.consents.get()
    person.get(f"/konto/daten/einwilligung/{consent.pk}/")
    assert "Nach 14 Tagen löschen wir es" in person.browser.page
    person.browser.post({})
    assert "löschen wir Ihr Servicekonto" in person.browser.page
    person.browser.post({}, "/konto/daten/einwilligung/")
    assert "Ihr Konto bleibt" in person.browser.page
    person.browser.post({}, "/konto/daten/einwilligung/")
    assert person.account.consents.filter(withdrawn_at=None).count() == 1
    run(15)
    person.account.refresh_from_db()
    assert person.account.closed_at is None


def test_without_the_terms_an_account_ends_after_two_weeks(person: Person) -> None:
    keeps, never = make_account(), make_account()
    give_consent(account=keeps, actor=keeps.actor)
    consent = person.account.consents.get()
    profile.withdraw_consent(consent=consent, actor=person.account.actor)
    run(13)
    person.account.refresh_from_db()
    assert person.account.closed_at is None
    run(15)
    person.account.refresh_from_db()
    assert person.account.closed_at is not None
    assert "gelöscht" in mail.outbox[-1].subject
    assert Account.objects.filter(pk__in=[keeps.pk, never.pk], closed_at=None).count() == 2


def test_an_organisation_nobody_acts_for_goes(person: Person) -> None:
    """But not while a case or a draft names it, nor while somebody may still decide about it."""
    left, with_case, going_on = (person.found() for _ in range(3))
    person.apply(place=with_case)
    for place in (left, with_case):
        row = Representation.objects.get(organisation=place)
        acting.end(representation=row, by=person.account, actor=person.account.actor)
    for days, there in ((29, True), (31, False)):
        with shifted(at(days)):
            jobs.drop_left_organisations()
        assert Organisation.objects.filter(pk=left.pk).exists() is there
    assert Organisation.objects.filter(pk__in=[with_case.pk, going_on.pk]).count() == 2
