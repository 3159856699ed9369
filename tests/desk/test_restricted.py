"""A case in a restricted dossier: whoever is named works on it, colleagues do not learn of it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rathaus.core.clock import now, today
from rathaus.core.events import verify_chain
from rathaus.core.jobs import run_pending
from rathaus.desk.urls import CASE, urlpatterns
from rathaus.organisation.models import Membership, Role, StaffMember
from rathaus.proceedings import actions, queries, rights
from rathaus.proceedings.models import Application
from rathaus.records import actions as records
from rathaus.records.models import DocumentVersion
from tests.desk import making
from tests.desk.conftest import SignIn
from tests.desk.test_bulk import BULK, ids, said

BASKET = "/arbeit/"
SLUG = "gewerbe-abmelden"
OF_A_CASE = [str(pattern.name) for pattern in urlpatterns if str(pattern.pattern).startswith(CASE)]
TABS = ("all", "new", "mine", "waiting", "overdue", "unpaid", "done")


def restrict(application: Application, *named: StaffMember, may_write: bool = True) -> Application:
    """Close the dossier of `application` to all but `named`."""
    actor = making.acting(making.person("insa.cordes"))
    dossier = application.case.dossier
    records.set_access(dossier=dossier, own_access="restricted", reason="heikel", actor=actor)
    for person in named:
        records.give(dossier=dossier, staff=person, may_write=may_write, reason="Fall", actor=actor)
    application.case.dossier.refresh_from_db()
    return application


@pytest.fixture
def secret() -> Application:
    """A new case of the Gewerbeamt that only Insa Cordes may see; nobody stands in for her."""
    StaffMember.objects.update(substitute=None)
    return restrict(making.new_case(SLUG), making.person("insa.cordes"))


@pytest.fixture
def colleague(sign_in: SignIn) -> Client:
    """Renko Folkerts: clerk of the same office."""
    return sign_in("renko.folkerts")


@pytest.fixture(params=["renko.folkerts", "hilke.tammena"])
def unnamed(request: pytest.FixtureRequest, sign_in: SignIn) -> Client:
    """A clerk of the same office, and the head above all offices."""
    return sign_in(request.param)


def listed(client: Client, question: str = "") -> list[int]:
    page = client.get(f"{BASKET}{question}")
    return [row.application.pk for row in page.context["rows"]]


@pytest.mark.parametrize("name", OF_A_CASE)
def test_no_page_of_the_case_exists_for_a_colleague(
    colleague: Client, secret: Application, name: str
) -> None:
    """What (s)he may do nowhere (403) tells nothing: the answer is that for a made-up address."""
    url, made_up = (reverse(f"desk:{name}", args=[key]) for key in (secret.public_id, uuid.uuid4()))
    found = [colleague.get(url).status_code, colleague.post(url).status_code]
    assert found == [colleague.get(made_up).status_code, colleague.post(made_up).status_code]
    assert set(found) <= {403, 404, 405}
    secret.refresh_from_db()
    assert (secret.state, secret.assigned_to) == ("received", None)


def test_the_head_above_does_not_see_it_either(sign_in: SignIn, secret: Application) -> None:
    head = sign_in("hilke.tammena")
    assert head.get(reverse("desk:case", args=[secret.public_id])).status_code == 404
    assert head.post(reverse("desk:assign", args=[secret.public_id])).status_code == 404


def test_whoever_is_named_works_on_it(trade: Client, secret: Application) -> None:
    assert trade.get(reverse("desk:case", args=[secret.public_id])).status_code == 200
    assert listed(trade) == [secret.pk]
    assert trade.get(BASKET).context["numbers"]["new"] == 1
    trade.post("/arbeit/naechster/")
    secret.refresh_from_db()
    assert secret.assigned_to == making.person("insa.cordes")
    assert trade.get(reverse("desk:decide", args=[secret.public_id])).status_code == 200
    case_page = trade.get(reverse("desk:file_case", args=[secret.case.public_id]))
    assert case_page.context["application"] == secret.public_id


def test_no_tab_filter_or_number_of_the_basket_tells_of_it(
    unnamed: Client, secret: Application
) -> None:
    for change in ({}, {"due_on": today() - timedelta(days=2)}, {"state": "awaiting_payment"}):
        Application.objects.filter(pk=secret.pk).update(**change)
        for tab in TABS:
            assert listed(unnamed, f"?tab={tab}") == []
        assert set(unnamed.get(BASKET).context["numbers"].values()) == {0}
    assert listed(unnamed, f"?q={secret.reference}&tab=unpaid") == []


def test_the_figures_leave_it_out(unnamed: Client, trade: Client, secret: Application) -> None:
    assert unnamed.get(BASKET).context["new_today"] == 0
    assert trade.get(BASKET).context["new_today"] == 1
    since = now() - timedelta(days=9)
    Application.objects.filter(pk=secret.pk).update(
        state="decided", released_at=since, decided_at=since + timedelta(days=3)
    )
    assert unnamed.get(BASKET).context["duration"] == "–"
    assert trade.get(BASKET).context["duration"] == "3,0 Tage"


def test_take_next_never_hands_it_out(colleague: Client, secret: Application) -> None:
    assert "keinen neuen Vorgang" in said(colleague.post("/arbeit/naechster/"))
    secret.refresh_from_db()
    assert secret.state == "received"


@pytest.mark.parametrize("act", ["take", "put_back", "assign"])
def test_bulk_does_not_reach_it(unnamed: Client, secret: Application, act: str) -> None:
    to = str(making.person("renko.folkerts").public_id)
    response = unnamed.post(BULK, {"act": act, "pick": ids(secret), "to": to})
    assert said(response) == "Wählen Sie zuerst mindestens einen Vorgang aus."
    secret.refresh_from_db()
    assert (secret.state, secret.assigned_to) == ("received", None)


def test_search_record_and_export_do_not_tell_of_it(
    colleague: Client, trade: Client, secret: Application
) -> None:
    run_pending()
    search = reverse("desk:search")
    for client, count in ((colleague, 0), (trade, 1)):
        groups = client.get(search, {"q": f"az:{secret.reference}"}).context["groups"]
        assert [group["application"] for group in groups] == [secret.public_id] * count
    case = secret.case.public_id
    assert colleague.get(reverse("desk:file_case", args=[case])).status_code == 404
    assert colleague.post(reverse("desk:file_package", args=[case])).status_code == 404
    version = DocumentVersion.objects.filter(document__case=secret.case)[0].public_id
    assert colleague.get(reverse("desk:file", args=[version])).status_code == 404


def test_it_is_handed_only_to_who_may_see_it(sign_in: SignIn, secret: Application) -> None:
    head, named, other = map(making.person, ("hilke.tammena", "insa.cordes", "renko.folkerts"))
    restrict(secret, head)
    client = sign_in("hilke.tammena")
    page = client.get(reverse("desk:case", args=[secret.public_id]))
    assert page.context["colleagues"] == [named]
    for person, holder in ((other, None), (named, named)):
        to = str(person.public_id)
        client.post(BULK, {"act": "assign", "pick": ids(secret), "to": to})
        client.post(reverse("desk:assign", args=[secret.public_id]), {"to": to})
        secret.refresh_from_db()
        assert secret.assigned_to == holder


@pytest.mark.parametrize("started", [False, True])
def test_who_is_named_for_reading_looks_and_does_nothing_else(
    trade: Client, colleague: Client, started: bool
) -> None:
    StaffMember.objects.update(substitute=None)
    reader, writer = making.person("renko.folkerts"), making.person("insa.cordes")
    case = making.taken(slug=SLUG, login="insa.cordes") if started else making.new_case(SLUG)
    restrict(case, writer)
    restrict(case, reader, may_write=False)
    page = colleague.get(reverse("desk:case", args=[case.public_id]))
    assert page.status_code == 200
    assert not any(offer.possible for offer in page.context["offers"])
    assert not page.context["can_message"] and not page.context["can_note"]
    before = Application.objects.values().get(pk=case.pk)
    for name in OF_A_CASE:
        answer = colleague.post(reverse(f"desk:{name}", args=[case.public_id]))
        assert answer.status_code in {403, 405}, name
    colleague.post("/arbeit/naechster/")
    colleague.post(BULK, {"act": "take", "pick": ids(case)})
    assert Application.objects.values().get(pk=case.pk) == before
    assert queries.colleagues(case.case) == [writer]
    if started:
        assert trade.get(reverse("desk:decide", args=[case.public_id])).status_code == 200


def test_a_case_whose_clerk_lost_the_right_comes_to_who_has_it(sign_in: SignIn) -> None:
    StaffMember.objects.update(substitute=None)
    case = making.taken(slug=SLUG, login="renko.folkerts")
    other = making.taken(slug=SLUG, login="renko.folkerts")
    other_dossier = other.case.dossier_id != case.case.dossier_id
    restrict(case, making.person("insa.cordes"))
    run_pending()
    case.refresh_from_db()
    assert (case.state, case.assigned_to) == ("received", None)
    event = case.case.chain.events.get(type="application.clerk_lost")
    assert event.personal_row.data == {"clerk": making.person("renko.folkerts").name}
    assert case.pk in listed(sign_in("insa.cordes"), "?tab=new")
    assert verify_chain(case.case.chain) == []
    other.refresh_from_db()
    assert (other.assigned_to is not None) is other_dossier
    run_pending()
    assert case.case.chain.events.filter(type="application.clerk_lost").count() == 1


def test_a_grant_that_ran_out_frees_the_case_and_keeps_its_state(trade: Client) -> None:
    StaffMember.objects.update(substitute=None)
    case = restrict(making.taken(slug=SLUG, login="insa.cordes"), making.person("insa.cordes"))
    rights.free_cases()
    case.refresh_from_db()
    assert case.assigned_to is not None
    Application.objects.filter(pk=case.pk).update(state="awaiting_resident")
    case.case.dossier.grants.update(until=today() - timedelta(days=1))
    rights.free_cases()
    case.refresh_from_db()
    assert (case.state, case.assigned_to) == ("awaiting_resident", None)


def test_whoever_manages_access_is_told_that_nobody_can_go_on(sign_in: SignIn) -> None:
    StaffMember.objects.update(substitute=None)
    case = restrict(making.new_case(SLUG), making.person("insa.cordes"), may_write=False)
    page = reverse("desk:dossier_access", args=[case.case.dossier.public_id])
    registry = StaffMember.objects.filter(memberships__role=Role.RECORDS_MANAGER).first()
    assert registry is not None
    client = sign_in(registry.user.login)
    assert client.get(page).context["unattended"] == [case.reference]
    assert "niemand aus dem zuständigen Amt" in client.get(page).content.decode()
    restrict(case, making.person("insa.cordes"))
    assert client.get(page).context["unattended"] == []


def test_entered_at_the_counter_it_is_gone_from_there(colleague: Client) -> None:
    """A service whose place is restricted: the clerk who entered it gets the reference only."""
    restrict(making.new_case(SLUG))
    draft = making.new_draft(SLUG)
    type(draft).objects.filter(pk=draft.pk).update(entered_by=making.person("renko.folkerts"))
    response = colleague.post(reverse("desk:enter_check", args=[draft.public_id]))
    assert response["Location"] == reverse("desk:enter")
    assert Application.objects.get(draft=draft).reference in said(response)


def test_the_cash_desk_has_no_link_to_it(sign_in: SignIn) -> None:
    """Theda Saathoff is cashier and a clerk of the Standesamt here: the claim stays hers."""
    client, certificate = sign_in("theda.saathoff"), making.new_case("geburtsurkunde")
    claim = certificate.claim
    assert claim is not None
    Membership.objects.create(
        staff=making.person("theda.saathoff"), role=Role.CLERK, office=certificate.case.office
    )
    url = reverse("desk:claim", args=[claim.public_id])
    assert client.get(url).context["case_visible"]
    restrict(certificate)
    assert not client.get(url).context["case_visible"]


def test_a_substitute_sees_it_as_long_as_the_named_person_is_away(
    colleague: Client, secret: Application
) -> None:
    page = reverse("desk:case", args=[secret.public_id])
    away = StaffMember.objects.filter(pk=making.person("insa.cordes").pk)
    away.update(substitute=making.person("renko.folkerts"))
    assert colleague.get(page).status_code == 200
    away.update(substitute_until=today() - timedelta(days=1))
    assert colleague.get(page).status_code == 404


def test_a_grant_that_ran_out_closes_the_page(trade: Client, secret: Application) -> None:
    page = reverse("desk:case", args=[secret.public_id])
    assert trade.get(page).status_code == 200
    secret.case.dossier.grants.update(until=today() - timedelta(days=1))
    assert trade.get(page).status_code == 404
    assert listed(trade) == []


def test_the_number_of_queries_does_not_grow_with_restricted_dossiers(trade: Client) -> None:
    def count() -> int:
        trade.get(BASKET)
        with CaptureQueriesContext(connection) as found:
            trade.get(BASKET)
        return len(found)

    one = making.person("insa.cordes")
    making.new_case("gewerbe-anmelden")
    restrict(making.new_case(SLUG), one)
    few = count()
    for year in range(2010, 2020):
        dossier = making.new_case(SLUG).case.dossier
        dossier.pk, dossier._state.adding, dossier.year = None, True, year
        dossier.public_id, dossier.reference = making.new_draft(SLUG).public_id, f"R-{year}"
        dossier.chain, dossier.number, dossier.series = None, None, ""
        dossier.save(force_insert=True)
        records.give(dossier=dossier, staff=one, reason="x", actor=making.acting(one))
    assert count() == few <= 16


def test_messages_of_residents_still_reach_whoever_is_named(
    trade: Client, colleague: Client, secret: Application
) -> None:
    actions.send_message(application=secret, text="Hallo?", actor=making.RESIDENT)
    assert "neue Nachricht" in trade.get(BASKET).content.decode()
    assert "neue Nachricht" not in colleague.get(BASKET).content.decode()
