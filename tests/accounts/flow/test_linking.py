"""Linked log-ins: one person, one account, and always a way in."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, connections

from rathaus.accounts import ways
from rathaus.accounts.actions import children, linking, merging, profile
from rathaus.accounts.errors import Changed
from rathaus.accounts.models import (
    Account,
    Child,
    ContactConfirmation,
    DataExport,
    Identity,
    PendingLogin,
)
from rathaus.catalogue import queries as catalogue
from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import verify_chain
from rathaus.core.jobs import run_pending
from rathaus.core.models import Chain, EventPersonalData
from rathaus.proceedings import actions
from rathaus.proceedings.models import Draft
from rathaus.proceedings.personal import export
from tests.accounts.flow.conftest import come_back, depart
from tests.portal.browser import Browser
from tests.support import town as demo
from tests.support.logins import FakeSource, link, log_in, make_account, verified


def at_once(*works: Any) -> list[Any]:
    """Run these in threads of their own; what each returned or raised."""
    results: list[Any] = [None] * len(works)
    barrier = threading.Barrier(len(works))

    def run(index: int, work: Any) -> None:
        barrier.wait(10)
        try:
            results[index] = work()
        except Exception as error:
            results[index] = error
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def chain_of(account: Account) -> Chain:
    """The chain as it is now."""
    return Chain.objects.get(pk=account.chain_id)


def linked(browser: Browser, subject: str = "erika", source: str = "bundid") -> Browser:
    browser.get("/konto/verknuepfungen/")
    ident = depart(browser, source, zweck="link", ziel="identities")
    return come_back(browser, ident, subject, source=source)


def test_link_list_and_unlink(resident: Browser, bundid: FakeSource) -> None:
    account = make_account()
    log_in(resident.client, account)
    linked(resident)
    assert bundid.asked[-1]["link"] is True
    assert "BundID ist verknüpft" in resident.page
    assert "Ihr einziger Weg in das Konto" in resident.page
    linked(resident, "erika-land", "niedersachsen")
    assert account.identities.count() == 2
    row = account.identities.get(source="bundid")
    resident.get("/konto/verknuepfungen/").post(
        {}, f"/konto/verknuepfungen/{row.public_id}/loesen/"
    )
    assert "Die Verknüpfung ist gelöst" in resident.page
    last = account.identities.get()
    resident.post({}, f"/konto/verknuepfungen/{last.public_id}/loesen/")
    assert "einziger Weg" in resident.page
    assert account.identities.count() == 1
    assert verify_chain(chain_of(account)) == []


def test_nobody_unlinks_for_somebody_else(resident: Browser) -> None:
    other = make_account()
    row = link(other)
    link(other, "more")
    log_in(resident.client, make_account())
    resident.get("/konto/verknuepfungen/").post(
        {}, f"/konto/verknuepfungen/{row.public_id}/loesen/"
    )
    assert other.identities.count() == 2


def test_one_log_in_on_one_account(resident: Browser) -> None:
    """The second account is told plainly, and offered to become one with the first."""
    first, second = make_account(first_names="Erika"), make_account()
    link(first)
    log_in(resident.client, second)
    linked(resident)
    assert resident.path == "/konto/zusammenfuehren/"
    assert "öffnet schon ein anderes Servicekonto" in resident.page
    assert first.identities.count() == 1 and not second.identities.exists()


def test_merging_moves_everything(resident: Browser) -> None:
    keep, give_up = make_account(last_name="Neu"), make_account(first_names="Erika")
    link(give_up)
    Child.objects.create(
        account=give_up, first_names="K", last_name="M", birth_date="2020-01-01", declared_at=now()
    )
    draft = actions.start_draft(
        version=catalogue.current("hund-anmelden"), actor=Actor.resident("x"), account=give_up
    )
    log_in(resident.client, keep)
    linked(resident)
    for text in ("1 Anmeldung", "1 Entwurf", "1 Kind"):
        assert text in resident.page
    resident.post({"zusammenfuehren": "1"})
    assert "Die Konten sind zusammengeführt" in resident.page
    draft.refresh_from_db()
    assert draft.account == keep
    assert keep.identities.count() == 1 and keep.children.count() == 1
    give_up.refresh_from_db()
    keep.refresh_from_db()
    assert give_up.closed_at is not None and not give_up.user.is_active
    assert (keep.first_names, keep.last_name) == ("Erika", "Neu")
    for account in (keep, give_up):
        assert account.chain.events.filter(type="accounts.merged").count() == 1
        assert verify_chain(chain_of(account)) == []


def test_merging_can_be_declined_and_is_not_for_everybody(resident: Browser) -> None:
    keep, other = make_account(), make_account()
    link(other)
    log_in(resident.client, keep)
    resident.get("/konto/zusammenfuehren/")
    assert resident.path == "/konto/verknuepfungen/", "nothing was proposed"
    linked(resident)
    resident.post({"abbrechen": "1"})
    assert Account.objects.filter(closed_at=None).count() == 2
    resident.get("/konto/zusammenfuehren/")
    assert resident.path == "/konto/verknuepfungen/"


def test_merging_with_oneself_or_twice() -> None:
    keep, give_up = make_account(), make_account()
    with pytest.raises(merging.SameAccount):
        merging.merge(keep=keep, give_up=keep, actor=linking.acting(keep))
    merging.merge(keep=keep, give_up=give_up, actor=linking.acting(keep))
    with pytest.raises(Changed):
        merging.merge(keep=give_up, give_up=keep, actor=linking.acting(keep))


def test_adding_needs_a_fresh_log_in(resident: Browser) -> None:
    account = make_account()
    with clock.shifted(clock.now() - timedelta(minutes=40)):
        log_in(resident.client, account)
    resident.get("/konto/verknuepfungen/")
    assert "Erst bestätigen" in resident.page
    resident.post({"zweck": "link", "ziel": "identities"}, "/konto/anmelden/bundid/")
    assert "Bitte bestätigen Sie" in resident.page, "the page does not decide, the server does"
    assert not PendingLogin.objects.exists()


def test_guest_cannot_be_linked() -> None:
    account = make_account()
    with pytest.raises(linking.GuestOnly):
        linking.link(account=account, verified=verified(subject=""), actor=linking.acting(account))


@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.fixture(autouse=True)
    def _town(self, transactional_db: None) -> None:
        demo.load()

    def test_two_accounts_one_bpk2(self) -> None:
        accounts = [make_account(), make_account()]
        results = at_once(
            *(
                lambda account=account: linking.link(
                    account=account, verified=verified(), actor=linking.acting(account)
                )
                for account in accounts
            )
        )
        assert Identity.objects.count() == 1
        assert sum(isinstance(result, linking.LinkedElsewhere) for result in results) == 1

    def test_last_two_ways_in_cannot_go_at_once(self) -> None:
        account = make_account()
        rows = [link(account), link(account, "land", "niedersachsen")]
        results = at_once(
            *(
                lambda row=row: linking.unlink(
                    account=Account.objects.get(pk=account.pk),
                    public_id=row.public_id,
                    actor=linking.acting(account),
                )
                for row in rows
            )
        )
        assert account.identities.count() == 1
        assert sum(isinstance(result, ways.LastWayIn) for result in results) == 1
        assert verify_chain(chain_of(account)) == []
        assert connection.vendor in {"sqlite", "postgresql"}

    def test_opening_twice_makes_one_account(self) -> None:
        open_one = lambda: linking.open_with(  # noqa: E731
            verified=verified(), language="de", first_names="E", last_name="M"
        )
        at_once(open_one, open_one)
        assert Account.objects.count() == 1
        assert Draft.objects.count() == 0


# --- what the owner learns, what really leads in ---------------------------------------------


def mailed(to: str) -> list[str]:
    """Subjects of what was sent to an address."""
    run_pending()
    return [letter.subject for letter in mail.outbox if letter.to == [to]]


def test_the_owner_reads_of_each_change_of_a_way_in() -> None:
    """Whoever sits at an open session of somebody else cannot add a log-in unseen."""
    account = make_account(contact_email="erika@example.org")
    actor = linking.acting(account)
    for _twice in range(2):
        linking.link(account=account, verified=verified(), actor=actor)
    linking.link(account=account, verified=verified(source="niedersachsen"), actor=actor)
    with_land = account.identities.get(source="niedersachsen")
    linking.unlink(account=account, public_id=with_land.public_id, actor=actor)
    linked, unlinked = mailed("erika@example.org")[:2], mailed("erika@example.org")[2:]
    assert linked == ["Ihr Servicekonto hat eine weitere Anmeldung"] * 2
    assert unlinked == ["Eine Anmeldung Ihres Servicekontos wurde gelöst"]
    assert not any("BundID" in letter.subject for letter in mail.outbox)


def test_both_addresses_read_of_a_merger() -> None:
    keep = make_account(contact_email="neu@example.org")
    give_up = make_account(contact_email="alt@example.org")
    merging.merge(keep=keep, give_up=give_up, actor=linking.acting(keep))
    for address in ("neu@example.org", "alt@example.org"):
        assert mailed(address) == ["Zwei Servicekonten wurden zusammengeführt"]


def test_nothing_readable_stays_of_the_account_given_up() -> None:
    """Also in its history: it would outlive the deletion of the account that was kept."""
    keep, give_up = make_account(), make_account()
    children.declare_child(
        account=give_up, first_names="Enno", last_name="Janssen",
        birth_date=clock.today() - timedelta(days=900), actor=linking.acting(give_up),
    )  # fmt: skip
    profile.begin_contact_change(
        account=give_up, email="alt@example.org", actor=linking.acting(give_up)
    )
    copy = export.request_export(account=give_up, actor=linking.acting(give_up))
    told = EventPersonalData.objects.filter(event__chain=give_up.chain)
    assert told.exists()
    merging.merge(keep=keep, give_up=give_up, actor=linking.acting(keep))
    assert not told.exists()
    assert not DataExport.objects.filter(pk=copy.pk).exists()
    assert not ContactConfirmation.objects.filter(account=give_up).exists()
    assert keep.children.get().last_name == "Janssen"
    assert verify_chain(chain_of(give_up)) == []


def test_a_source_the_town_gave_up_is_no_way_in(resident: Browser, bundid: FakeSource) -> None:
    """Two links, but only one of them opens the account: that one stays."""
    account = make_account()
    usable, dead = link(account), link(account, source="ehemalig")
    log_in(resident.client, account)
    resident.get("/konto/verknuepfungen/")
    assert "Ihr einziger Weg in das Konto" in resident.page
    assert "Sie zählt nicht als Weg in Ihr Konto" in resident.page
    for row, left in ((usable, 2), (dead, 1)):
        resident.post({}, f"/konto/verknuepfungen/{row.public_id}/loesen/")
        assert account.identities.count() == left
    assert account.identities.get() == usable


def test_an_old_log_in_at_the_other_side_links_nothing(
    resident: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A town may switch `force_authn` off; a session somebody left open there is no proof."""
    account = make_account()
    log_in(resident.client, account)
    real = FakeSource.finish
    monkeypatch.setattr(
        FakeSource,
        "finish",
        lambda self, returned: replace(
            real(self, returned), authenticated_at=now() - timedelta(minutes=20)
        ),
    )
    linked(resident)
    assert "Es wurde nichts verknüpft" in resident.page
    assert not account.identities.exists()


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("/konto/daten/loeschen/", "/konto/daten/loeschen/"),
        ("/konto/daten/kopie/", "/konto/daten/kopie/"),
        ("/konto/daten/kopie/{copy}/laden/", "/konto/daten/kopie/{copy}/"),
        ("/konto/verknuepfungen/{row}/loesen/", "/konto/verknuepfungen/"),
    ],
)
def test_after_the_fresh_proof_one_is_where_one_wanted_to_be(
    resident: Browser, asked: str, shown: str
) -> None:
    account = make_account()
    row = link(account)
    copy = export.request_export(account=account, actor=linking.acting(account))
    names = {"copy": copy.public_id, "row": row.public_id}
    with clock.shifted(clock.now() - timedelta(minutes=40)):
        log_in(resident.client, account)
    resident.get("/konto/")
    if "{row}" in asked:
        resident.post({}, asked.format(**names))
    else:
        resident.get(asked.format(**names))
    assert resident.path == "/konto/sicherheit/bestaetigen/"
    come_back(resident, depart(resident, zweck="confirm"))
    assert resident.path == shown.format(**names)
