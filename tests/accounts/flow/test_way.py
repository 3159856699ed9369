"""Out to an account system and back: what people see when it goes well, and when it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rathaus.accounts import flow
from rathaus.accounts.actions import profile
from rathaus.accounts.models import Account, Authentication, Identity, PendingLogin
from rathaus.core import clock
from rathaus.core.events import verify_chain
from tests.accounts.flow.conftest import answer, come_back, depart, log_in_by
from tests.portal.browser import Browser
from tests.support.logins import FakeSource, link, log_in, make_account


def test_handover_works_by_button_and_leads_only_there(resident: Browser) -> None:
    depart(resident)
    assert '<form method="post" action="https://idp.example/sso"' in resident.page
    policy = resident.response["Content-Security-Policy"]
    assert "form-action 'self' https://idp.example;" in policy
    assert "no-store" in resident.response["Cache-Control"]
    assert "https://idp.example" not in resident.get("/").response["Content-Security-Policy"]


def test_known_person_is_logged_in_and_sees_where_they_are(resident: Browser) -> None:
    account = make_account(first_names="Erika", last_name="Mustermann")
    link(account)
    log_in_by(resident)
    assert resident.status == 200
    assert resident.path == "/konto/"
    assert Identity.objects.get().last_level == 1
    row = Authentication.objects.get(source="bundid")
    assert row.account == account
    assert "MUSTERMANN" not in row.sealed, "nothing readable is kept"


def test_unknown_person_is_asked_before_an_account_is_opened(resident: Browser) -> None:
    log_in_by(resident)
    assert resident.path == "/konto/neu/"
    assert "Erika Maria Mustermann" in resident.page
    assert not Account.objects.exists()
    resident.post({})
    assert "Stimmen Sie den Nutzungsbedingungen zu" in resident.page
    assert not Account.objects.exists()
    resident.post({"einverstanden": "yes", "email": "erika@example.org"})
    account = Account.objects.get()
    assert profile.pending_contact(account) == "erika@example.org"
    assert account.name == "Erika Maria Mustermann"
    assert account.consents.count() == 1
    assert account.contact_email == ""
    assert not account.user.has_usable_password()
    assert verify_chain(account.chain) == []
    assert resident.path == "/konto/"


def test_second_log_in_finds_the_account(resident: Browser, stranger: Browser) -> None:
    log_in_by(resident).post({"einverstanden": "yes"})
    log_in_by(stranger)
    assert stranger.path == "/konto/"
    assert Account.objects.count() == 1


def test_existing_account_is_linked_after_logging_in_there(resident: Browser) -> None:
    account = make_account(first_names="Erika")
    log_in_by(resident)
    resident.post({"vorhanden": "1"})
    assert resident.path == "/konto/anmelden/"
    log_in(resident.client, account)
    resident.get("/konto/verknuepfungen/")
    assert "BundID hinzufügen?" in resident.page
    assert "<b>Erika Maria Mustermann</b>" in resident.page, "a shared device: is it me?"
    resident.post({}, "/konto/verknuepfungen/hinzufuegen/")
    assert "BundID ist verknüpft" in resident.page
    assert account.identities.get().source == "bundid"


def test_giving_up_leads_back_with_a_friendly_word(resident: Browser) -> None:
    come_back(resident, depart(resident), data={"error": "cancelled"})
    assert "Sie haben die Anmeldung abgebrochen" in resident.page
    assert resident.status == 200
    assert not Authentication.objects.exists()


def test_refused_says_what_to_do_and_nothing_to_attackers(
    resident: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    come_back(resident, depart(resident), data={"error": "signature"})
    assert resident.status == 403
    assert "Die Anmeldung hat nicht geklappt" in resident.page
    incident = resident.page.split('<b class="rh-num">')[1][:9]
    assert incident in caplog.text, "the operator finds it in the log"
    assert "erika" not in caplog.text.lower()
    assert "signature" not in resident.page


def test_source_that_does_not_answer_loses_nothing(resident: Browser, bundid: FakeSource) -> None:
    bundid.refuse_to_begin = True
    resident.get("/leistungen/hund-anmelden/")
    resident.post({}, "/konto/anmelden/bundid/")
    assert resident.status == 503
    assert "gerade nicht erreichbar" in resident.page
    assert not PendingLogin.objects.exists()


def test_two_windows_do_not_disturb_each_other(resident: Browser) -> None:
    link(make_account())
    first, second = depart(resident), depart(resident)
    come_back(resident, first)
    assert resident.path == "/konto/"
    come_back(resident, second)
    assert (resident.status, resident.path) == (200, "/konto/"), "in already, so no fright"


def test_a_double_click_over_there_logs_in_once(resident: Browser) -> None:
    """Also with the button "back", where the page of the account system posts once more."""
    link(make_account())
    waiting, ident = depart(resident), depart(resident)
    answer(resident.client, {"state": ident, "code": "erika"})  # the browser drops this response
    come_back(resident, ident)
    assert (resident.status, resident.path) == (200, "/konto/")
    come_back(resident, ident)
    assert (resident.status, resident.path) == (200, "/konto/")
    row = PendingLogin.objects.get(request_id=waiting)
    assert row.state == flow.SENT, "the other window was not used up"


def test_a_double_click_of_a_new_person_leads_to_the_question(resident: Browser) -> None:
    ident = depart(resident)
    come_back(come_back(resident, ident), ident)
    assert (resident.status, resident.path) == (200, "/konto/neu/")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("level", "ein höheres Vertrauensniveau nötig"),
        ("expired", "hat zu lange gedauert"),
        ("attributes_missing", "fehlen Angaben"),
        ("status-503", "antwortet zurzeit nicht"),
    ],
)
def test_who_can_do_something_reads_what(resident: Browser, code: str, text: str) -> None:
    account = make_account()
    log_in(resident.client, account)
    come_back(resident, depart(resident, zweck="confirm"), data={"error": code})
    assert resident.status == 403
    assert text in resident.page and "konnten die Antwort nicht prüfen" not in resident.page


def test_the_number_of_a_stray_answer_is_in_the_log(
    resident: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    resident.get("/leistungen/")
    come_back(resident, "unknown")
    incident = resident.page.split('<b class="rh-num">')[1][:9]
    assert resident.status == 403 and incident in caplog.text


def test_guest_gets_no_account(resident: Browser) -> None:
    come_back(resident, depart(resident), "")
    assert "Damit geht es nur im Formular" in resident.page
    assert not Account.objects.exists()


def test_reloading_the_last_page_goes_on(resident: Browser) -> None:
    link(make_account())
    ident = depart(resident)
    response = answer(resident.client, {"state": ident, "code": "erika"})
    resident.client.get(response.url)
    again = resident.client.get(response.url)
    # The session has a new key by now: no second log-in, and no error worth a fright.
    assert again.status_code in {303, 403}


def test_log_in_that_took_too_long_does_not_count(resident: Browser) -> None:
    ident = depart(resident)
    with clock.shifted(clock.now() + timedelta(minutes=16)):
        assert answer(resident.client, {"state": ident, "code": "erika"}).status_code == 403


def test_unknown_source_is_no_page(resident: Browser) -> None:
    resident.get("/leistungen/hund-anmelden/").post({}, "/konto/anmelden/gibtesnicht/")
    assert resident.status == 404
    assert answer(resident.client, {}, "gibtesnicht").status_code == 404
    assert resident.client.get("/konto/metadaten/bundid/").status_code == 404


def test_anonymous_browser_costs_no_session_query(resident: Browser) -> None:
    resident.client.get("/")
    with CaptureQueriesContext(connection) as queries:
        resident.client.get("/leistungen/hund-anmelden/")
    text = " ".join(query["sql"] for query in queries.captured_queries)
    assert "django_session" not in text and "accounts_" not in text
