"""Attacks on the way out and back. Every class of the list in OWASP's and BundID's papers that
does not concern the signature itself, which each source checks for itself."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from rathaus.accounts import flow, targets
from rathaus.accounts.models import Account, Authentication, Identity, PendingLogin
from rathaus.accounts.trust import TrustLevel
from rathaus.core import clock
from tests.accounts.flow.conftest import answer, come_back, depart, log_in_by
from tests.portal.browser import Browser
from tests.support.logins import HIGH, FakeSource, link, log_in, make_account, verified

EVIL = "https://evil.example/"
SESSION = settings.RESIDENT_SESSION_COOKIE_NAME


def test_openrathaus_june_2024(resident: Browser) -> None:
    """The incident of June 2024 that took some 300 municipalities off the net, twice.

    A foreign page read the form token of the log-in page across origins, posted the log-in form
    from there with a ``redirect=`` to a page of the same host, and that page had a parameter
    (``noSuchEntryRedirect=``) that led off the host. Who followed saw a genuine BundID log-in
    for their town and landed on the attacker's page. Four things each would have stopped it;
    all four hold here.
    """
    # (1) No foreign page reads our pages: no CORS header, however one asks.
    page = resident.client.get("/konto/anmelden/", headers={"Origin": EVIL.rstrip("/")})
    assert not [name for name in page.headers if name.lower().startswith("access-control")]
    # (2) A log-in begun by a foreign page is refused, even with the right token.
    resident.get("/leistungen/hund-anmelden/")
    for headers in (
        {"Sec-Fetch-Site": "cross-site", "Origin": EVIL.rstrip("/")},
        {"Sec-Fetch-Site": "same-site"},
    ):
        resident.post({}, "/konto/anmelden/bundid/", headers=headers)
        assert resident.status == 403
    assert not PendingLogin.objects.exists()
    # (3) Where it leads is a name in our table: parameters with addresses change nothing.
    link(make_account())
    names = ("redirect", "noSuchEntryRedirect", "next", "RelayState", "BackURL", "target", "url")
    resident.get("/leistungen/hund-anmelden/")
    query = "&".join(f"{name}={EVIL}" for name in names)
    resident.post(dict.fromkeys(names, EVIL), f"/konto/anmelden/bundid/?{query}")
    assert "evil" not in resident.page
    ident = resident.page.split('name="RelayState" value="')[1].split('"')[0]
    response = resident.client.post(
        f"/konto/rueckkehr/bundid/?{query}",
        {**dict.fromkeys(names, EVIL), "state": ident, "code": "erika"},
        follow=True,
    )
    assert [url for url, _status in response.redirect_chain][-1] == "/konto/"
    # (4) No second hop: no page of this host redirects to an address it was given.
    for path in ("/", "/konto/", "/konto/anmelden/", "/konto/neu/", "/sprache/en/", "/vorgang/"):
        hop = resident.client.get(f"{path}?{query}")
        assert "evil" not in hop.get("Location", "")


@pytest.mark.parametrize(
    "evil", [EVIL, "//evil.example", "javascript:alert(1)", "\\\\evil", "/\t/evil"]
)
@pytest.mark.parametrize("name", ["ziel", "zweck", "_antrag", "_schritt", "next", "redirect"])
def test_no_parameter_leads_away(resident: Browser, name: str, evil: str) -> None:
    resident.get("/leistungen/hund-anmelden/")
    resident.post({"zweck": "login", name: evil}, "/konto/anmelden/bundid/")
    if resident.status == 200:
        ident = resident.page.split('name="RelayState" value="')[1].split('"')[0]
        pending = PendingLogin.objects.get(request_id=ident)
        assert pending.view in targets.TABLE
        response = answer(resident.client, {"state": ident, "error": "cancelled"})
        assert response.url == f"/konto/rueckkehr/{pending.pk}/fertig/"
        assert resident.client.get(response.url)["Location"].startswith("/konto/")
    else:
        assert resident.status == 400
    assert "evil" not in resident.page


@pytest.mark.parametrize(
    ("view", "args"),
    [
        ("portal:language", {"code": "en"}),
        ("simulation:index", None),
        ("https://evil.example", None),
        ("portal:step", {"draft_id": "../../evil", "step_key": "x"}),
        ("portal:step", {"draft_id": str(uuid.uuid4()), "step_key": "//evil.example"}),
        ("portal:service", {"slug": "x/../../evil"}),
        ("portal:area", {"next": EVIL}),
    ],
)
def test_only_pages_of_the_table_are_targets(view: str, args: dict[str, str] | None) -> None:
    with pytest.raises(targets.UnknownTarget):
        targets.target(view, args)
    assert targets.or_area(view, args).url == "/konto/"


def test_every_target_is_a_page_of_this_host() -> None:
    sample = {"draft_id": str(uuid.uuid4()), "application_id": str(uuid.uuid4()),
              "step_key": "kontakt", "slug": "hund-anmelden"}  # fmt: skip
    for view, wanted in targets.TABLE.items():
        try:
            url = targets.target(view, {name: sample[name] for name in wanted}).url
        except targets.UnknownTarget:
            continue  # not mounted
        assert re.fullmatch(r"/[a-z0-9/_-]*", url)


def test_log_in_csrf_attackers_answer_in_the_victims_browser(
    resident: Browser, stranger: Browser
) -> None:
    """The attacker logs in, catches the answer and lets the victim's browser post it."""
    link(make_account(), "attacker")
    stolen = depart(stranger)
    refused = answer(resident.client, {"state": stolen, "code": "attacker"}, follow=True)
    assert refused.status_code == 403, "nobody in this browser asked for it"
    # Even if the victim has a log-in of their own under way: it answers another request.
    depart(resident)
    refused = answer(resident.client, {"state": stolen, "code": "attacker"}, follow=True)
    assert refused.status_code == 403
    assert not Authentication.objects.exists()


def test_log_in_csrf_with_a_planted_token(resident: Browser, stranger: Browser) -> None:
    """A cookie can be planted from a neighbouring host; the session of the victim cannot."""
    link(make_account(), "attacker")
    ident = depart(stranger)
    resident.get("/leistungen/hund-anmelden/")
    resident.client.cookies[flow.COOKIE] = stranger.client.cookies[flow.COOKIE].value
    response = answer(resident.client, {"state": ident, "code": "attacker"})
    assert response.status_code == 303
    assert resident.client.get(response.url).status_code == 403
    depart(resident)
    assert resident.client.get(response.url).status_code == 403
    assert not Authentication.objects.exists()


def test_answer_in_another_browser(resident: Browser, stranger: Browser) -> None:
    ident = depart(resident)
    assert answer(stranger.client, {"state": ident, "code": "erika"}).status_code == 403
    assert PendingLogin.objects.get().state == flow.SENT, "the real one may still come"


def test_finish_needs_session_and_browser(resident: Browser) -> None:
    link(make_account())
    ident = depart(resident)
    finish = answer(resident.client, {"state": ident, "code": "erika"}).url
    cookies = {name: morsel.value for name, morsel in resident.client.cookies.items()}
    for missing in (SESSION, flow.COOKIE):
        other = Client()
        for name, value in cookies.items():
            if name != missing:
                other.cookies[name] = value
        assert other.get(finish).status_code == 403
    assert not Authentication.objects.exists()


def test_stolen_pending_id_is_worth_nothing(resident: Browser, stranger: Browser) -> None:
    link(make_account())
    ident = depart(resident)
    finish = answer(resident.client, {"state": ident, "code": "erika"}).url
    depart(stranger)
    assert stranger.client.get(finish).status_code == 403
    assert stranger.client.get(f"/konto/rueckkehr/{uuid.uuid4()}/fertig/").status_code == 403
    assert not Authentication.objects.exists()


def test_replay_of_the_answer_and_of_the_last_page(
    resident: Browser, bundid: FakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(make_account())
    ident = depart(resident)
    data = {"state": ident, "code": "erika"}
    finish = answer(resident.client, data).url
    read: list[Any] = []
    monkeypatch.setattr(bundid, "finish", read.append)
    assert answer(resident.client, data).url == finish, "the first answer counts"
    resident.client.get(finish)
    resident.client.post("/konto/abmelden/")
    resident.client.cookies.pop(SESSION, None)
    before = list(Authentication.objects.values_list("pk", "session_digest"))
    assert resident.client.get(finish).status_code == 403
    assert answer(resident.client, data, follow=True).status_code == 403
    assert Client().post("/konto/rueckkehr/bundid/", data).status_code == 403
    assert read == []
    assert list(Authentication.objects.values_list("pk", "session_digest")) == before


def test_unsolicited_answer_is_not_even_read(
    resident: Browser, bundid: FakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    monkeypatch.setattr(bundid, "finish", read.append)
    assert answer(resident.client, {"SAMLResponse": "PHg+", "RelayState": "x"}).status_code == 403
    assert resident.client.get("/konto/rueckkehr/bundid/?code=1&state=2").status_code == 403
    assert read == []


def test_answer_at_the_address_of_another_source(resident: Browser) -> None:
    ident = depart(resident)
    data = {"state": ident, "code": "erika"}
    assert answer(resident.client, data, "niedersachsen").status_code == 403


def test_session_fixation(resident: Browser) -> None:
    """A session key the attacker knew before is worth nothing after the log-in."""
    link(make_account())
    ident = depart(resident)
    known = resident.client.cookies[SESSION].value
    come_back(resident, ident)
    assert resident.client.cookies[SESSION].value != known
    attacker = Client()
    attacker.cookies[SESSION] = known
    assert attacker.get("/konto/verknuepfungen/").status_code == 303


def test_step_up_changes_the_session_key_too(resident: Browser) -> None:
    draft = resident.begin("meldebescheinigung-erweitert")
    ident = depart(resident, zweck="step_up", _antrag=str(draft.public_id), _schritt="person")
    known = resident.client.cookies[SESSION].value
    come_back(resident, ident)
    assert resident.client.cookies[SESSION].value != known
    attacker = Client()
    attacker.cookies[SESSION] = known
    attacker.cookies["rathaus_zugang"] = resident.client.cookies["rathaus_zugang"].value
    page = attacker.get(f"/antrag/{draft.public_id}/person/").content.decode()
    assert "Mustermann" not in page


def test_lower_level_than_asked_is_refused(resident: Browser, bundid: FakeSource) -> None:
    draft = resident.begin("meldebescheinigung-erweitert")
    bundid.level = TrustLevel.BASIC
    ident = depart(resident, zweck="step_up", _antrag=str(draft.public_id), _schritt="person")
    come_back(resident, ident)
    assert resident.status == 403
    assert not Authentication.objects.exists()


def test_nobody_names_the_level(resident: Browser, bundid: FakeSource) -> None:
    draft = resident.begin("meldebescheinigung-erweitert")
    more = {"level": "0", "stufe": "none"}
    depart(resident, zweck="step_up", _antrag=str(draft.public_id), _schritt="person", **more)
    assert bundid.asked[-1]["level"] == TrustLevel.SUBSTANTIAL


def test_step_up_for_a_draft_of_somebody_else(resident: Browser, stranger: Browser) -> None:
    draft = resident.begin("meldebescheinigung-erweitert")
    stranger.get("/leistungen/hund-anmelden/")
    data = {"zweck": "step_up", "_antrag": str(draft.public_id), "_schritt": "person"}
    stranger.post(data, "/konto/anmelden/bundid/")
    assert stranger.status == 403
    assert not PendingLogin.objects.exists()


def test_email_links_nothing(resident: Browser, bundid: FakeSource) -> None:
    """Pre-hijacking and its like: the same address says nothing about the same person."""
    victim = make_account(contact_email="erika@example.org")
    bundid.attributes = {"email": "erika@example.org", "family_name": "M"}
    log_in_by(resident, "attacker")
    assert resident.path == "/konto/neu/"
    assert not victim.identities.exists()
    resident.post({"einverstanden": "yes"})
    assert Account.objects.count() == 2
    assert Identity.objects.get().account != victim
    assert Account.objects.exclude(pk=victim.pk).get().contact_email == ""


def test_same_subject_at_two_sources_is_two_people(resident: Browser) -> None:
    """FINK or the account of the Land may give out an identifier that BundID uses as well."""
    link(make_account(), "erika", "bundid")
    log_in_by(resident, "erika", "niedersachsen")
    assert resident.path == "/konto/neu/"


def test_closed_account_is_not_entered(resident: Browser) -> None:
    account = make_account()
    link(account)
    Account.objects.filter(pk=account.pk).update(closed_at=clock.now())
    log_in_by(resident)
    assert resident.path == "/konto/neu/"
    resident.post({"einverstanden": "yes"})
    assert Account.objects.filter(closed_at=None).get().identities.count() == 1


def test_level_is_not_there_after_the_session(resident: Browser) -> None:
    """A level is never stored with the account: who comes back proves it again."""
    account = make_account()
    link(account)
    log_in(resident.client, account, HIGH)
    resident.client.cookies.pop(SESSION)
    log_in_by(resident)
    row = Authentication.objects.get(session_digest__isnull=False, source="bundid", level=1)
    assert row.account == account
    draft = resident.begin("meldebescheinigung-erweitert")
    assert resident.client.get(f"/antrag/{draft.public_id}/person/").status_code == 403


def test_proof_of_a_guest_does_not_go_into_an_account(resident: Browser) -> None:
    log_in(resident.client, None, HIGH, subject="somebody")
    account = make_account()
    link(account)
    log_in_by(resident)
    assert not Authentication.objects.filter(account=None).exists()
    draft = resident.begin("meldebescheinigung-erweitert")
    assert resident.client.get(f"/antrag/{draft.public_id}/person/").status_code == 403


def test_somebody_elses_proof_is_no_fresh_log_in(resident: Browser) -> None:
    """At an unlocked computer a stranger's BundID must not open the settings of the account."""
    account = make_account()
    with clock.shifted(clock.now() - timedelta(minutes=40)):
        log_in(resident.client, account)
    draft = resident.begin("meldebescheinigung-erweitert")
    ident = depart(resident, zweck="step_up", _antrag=str(draft.public_id), _schritt="person")
    come_back(resident, ident, "stranger")
    assert resident.path.endswith("/person/")
    resident.get("/konto/verknuepfungen/")
    assert "Erst bestätigen" in resident.page
    response = resident.client.get("/konto/verknuepfungen/bestaetigen/")
    assert response.status_code == 303


def test_confirming_with_somebody_elses_log_in(resident: Browser) -> None:
    account = make_account()
    link(account)
    link(make_account(), "other")
    log_in(resident.client, account)
    resident.get("/konto/verknuepfungen/")
    come_back(resident, depart(resident, zweck="confirm"), "other")
    assert resident.status == 409
    resident.get("/konto/verknuepfungen/")
    come_back(resident, depart(resident, zweck="confirm"), "unknown")
    assert resident.status == 409


def test_linking_belongs_to_the_account_that_began(resident: Browser) -> None:
    first, second = make_account(), make_account()
    log_in(resident.client, first)
    resident.get("/konto/verknuepfungen/")
    ident = depart(resident, zweck="link", ziel="identities")
    log_in(resident.client, second)
    come_back(resident, ident)
    assert resident.status == 403
    assert not Identity.objects.exists()


def test_link_and_confirm_need_a_log_in(resident: Browser) -> None:
    for purpose in ("link", "confirm"):
        resident.get("/leistungen/hund-anmelden/")
        resident.post({"zweck": purpose}, "/konto/anmelden/bundid/")
        assert resident.status == 400


def test_form_token_is_needed(resident: Browser) -> None:
    assert resident.client.post("/konto/anmelden/bundid/", {}).status_code == 403


@pytest.mark.parametrize(
    "data",
    [
        {"SAMLResponse": "A" * 1_500_000},
        {"state": "\x00" * 50, "code": "\x00"},
        {"RelayState": "x" * 10_000},
        {"state": "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "code": "é"},
        {"SAMLResponse": "%%%", "RelayState": "' OR 1=1 --"},
        {"state": "<script>alert(1)</script>"},
    ],
)
def test_hostile_answers(resident: Browser, data: dict[str, str]) -> None:
    depart(resident)
    response = answer(resident.client, data, follow=True)
    assert response.status_code in {400, 403}
    assert "<script>alert" not in response.content.decode()


def test_ten_megabytes_and_wrong_encodings(resident: Browser) -> None:
    depart(resident)
    big = b"SAMLResponse=" + b"A" * 10_000_000
    form = "application/x-www-form-urlencoded"
    path = "/konto/rueckkehr/bundid/"
    assert resident.client.post(path, big, content_type=form).status_code in {400, 413}
    for body, kind in (
        (b"state=\xff\xfe\xfd", form),
        (b"state=a", f"{form}; charset=utf-16"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"{}", "application/json"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
    ):
        sent = resident.client.post(path, body, content_type=kind, follow=True)
        assert sent.status_code in {400, 403}
    assert not Authentication.objects.exists()


def test_result_of_a_source_is_looked_at_again(resident: Browser, bundid: FakeSource) -> None:
    """Whatever a source does: another source, a later moment, a guest for linking do not pass."""
    for result in (
        verified(source="niedersachsen"),
        verified(authenticated_at=clock.now() + timedelta(hours=1)),
    ):
        bundid.finish = lambda returned, result=result: result  # type: ignore[method-assign,misc]
        come_back(resident, depart(resident))
        assert resident.status == 403
    assert not Authentication.objects.exists()


def test_too_many_starts_are_slowed_down(resident: Browser, monkeypatch: Any) -> None:
    from rathaus.portal.views.identity import start

    monkeypatch.setattr(start, "STARTS", 2)
    for status in (200, 200, 429):
        resident.get("/leistungen/hund-anmelden/").post({}, "/konto/anmelden/bundid/")
        assert resident.status == status
