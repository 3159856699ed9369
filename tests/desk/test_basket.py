"""The basket: what is shown, in which order, and that it stays fast."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from rathaus.core.clock import now, today
from rathaus.core.events import new_chain
from rathaus.proceedings import actions
from rathaus.proceedings.models import Application
from rathaus.records.models import Case
from tests.desk import making
from tests.desk.conftest import SignIn

BASKET = "/arbeit/"


def copies(of: Application, count: int) -> None:
    """`count` more rows like `of`, one day of deadline apart; without going through the form."""
    first = Case.objects.count()
    for number in range(count):
        case = Case.objects.get(pk=of.case_id)
        case.pk, case._state.adding = None, True
        case.public_id, case.reference = uuid.uuid4(), f"X-{first + number:05d}"
        case.series, case.number, case.chain = "", None, new_chain("case")
        case.save(force_insert=True)
        row = Application.objects.get(pk=of.pk)
        row.pk, row._state.adding = None, True
        row.public_id, row.case, row.draft, row.claim = uuid.uuid4(), case, None, None
        row.applicant_name = f"Person {number:05d}"
        row.due_on = today() + timedelta(days=number % 30)
        row.submitted_at = now() - timedelta(minutes=number)
        row.save(force_insert=True)


def shown(page: Any) -> list[str]:
    """References in the order of the page."""
    return re.findall(r'class="rh-num">([^<·]+?)(?: ·[^<]*)?</small>', page.content.decode())


def queries_of(client: Client, url: str) -> int:
    client.get(url)  # definitions and offices are read once per process
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_the_number_of_queries_does_not_grow_with_the_rows(tax: Client) -> None:
    application = making.taken()
    copies(application, 4)
    few = queries_of(tax, BASKET)
    copies(application, 45)
    many = queries_of(tax, BASKET)
    assert many == few <= 16, "the numbers in the rail come together"


def test_every_row_appears_once_over_all_pages(tax: Client) -> None:
    copies(making.new_case(), 129)
    for sort in ("due", "newest", "oldest"):
        url: str | None = f"{BASKET}?sort={sort}"
        seen: list[str] = []
        pages = 0
        while url:
            page = tax.get(url)
            seen += shown(page)
            pages += 1
            link = re.search(r'href="([^"]+)" rel="next"', page.content.decode())
            url = link[1].replace("&amp;", "&") if link else None
        assert (len(seen), len(set(seen)), pages) == (130, 130, 3), sort


def test_the_oldest_deadline_stands_first(tax: Client) -> None:
    copies(making.new_case(), 9)
    page = tax.get(BASKET)
    dates = [row.due_on for row in _rows(page)]
    assert dates == sorted(dates)


def _rows(page: Any) -> list[Application]:
    return [row.application for row in page.context["rows"]]


def test_late_cases_say_since_when(tax: Client) -> None:
    application = making.new_case()
    Application.objects.filter(pk=application.pk).update(due_on=today() - timedelta(days=1))
    text = tax.get(f"{BASKET}?tab=overdue").content.decode()
    assert "überfällig seit 1 Tag" in text
    assert "is-late" in text


def test_tabs_show_what_they_promise(tax: Client) -> None:
    new, mine = making.new_case(), making.taken()
    other = making.taken("theda.saathoff")
    waiting = making.taken()
    actions.request_correction(
        application=waiting,
        staff=making.person("eilert.janssen"),
        items=[actions.CorrectionItem("missing", "Foto")],
        text="",
        due_on=today() + timedelta(days=9),
        actor=making.acting(making.person("eilert.janssen")),
    )
    gone = making.new_case()
    actions.withdraw(application=gone, actor=making.RESIDENT)

    def tab(name: str) -> set[int]:
        return {row.pk for row in _rows(tax.get(f"{BASKET}?tab={name}"))}

    assert tab("all") == {new.pk, mine.pk, other.pk, waiting.pk}
    assert tab("new") == {new.pk}
    assert tab("mine") == {mine.pk, waiting.pk}
    assert tab("waiting") == {waiting.pk}
    assert tab("done") == {gone.pk}
    assert tab("overdue") == tab("unpaid") == set()


def test_unpaid_applications_wait_in_their_own_tab(sign_in: SignIn) -> None:
    application = making.new_case("geburtsurkunde")
    assert application.state == "awaiting_payment"
    client = sign_in("fenna.wilken")
    assert _rows(client.get(BASKET)) == []
    assert [row.pk for row in _rows(client.get(f"{BASKET}?tab=unpaid"))] == [application.pk]


def test_filters_find_by_name_reference_and_service(tax: Client) -> None:
    dog, gone = making.new_case(), making.new_case("hund-abmelden")
    name = "Frauke Özdemir-Müller"
    Application.objects.filter(pk=dog.pk).update(
        applicant_name=name, applicant_folded=name.casefold()
    )
    for question, expected in (
        ("q=Özdemir", [dog.pk]),
        ("q=özdemir", [dog.pk]),
        (f"q={gone.reference}", [gone.pk]),
        ("leistung=hund-abmelden", [gone.pk]),
        ("q=niemand", []),
        ("amt=standesamt", []),
    ):
        assert [row.pk for row in _rows(tax.get(f"{BASKET}?{question}"))] == expected, question


@pytest.mark.parametrize(
    "question",
    [
        "nach=rubbish",
        "nach=2026-01-01_" + "9" * 400,
        "nach=0001-01-01T00:00:00%2B14:00_5&sort=newest",
        "nach=9999-12-31T23:59:59-14:00_5&sort=oldest",
        "nach=2026-01-01T00:00:00_5&sort=newest",
        "nach=%00",
        "q=%00%00Huhu",
        "q=" + "ä" * 5000,
        "q=%F0%9F%A6%84%E2%80%AE",
        "q=%25_%5C'%22--",
        "tab=__class__&sort=id;drop",
        "leistung=../../etc&amt=%0d%0a",
        "tab=%ff%fe",
    ],
)
def test_hostile_questions_get_a_page(tax: Client, question: str) -> None:
    making.new_case()
    assert tax.get(f"{BASKET}?{question}").status_code == 200


def test_the_duration_leaves_out_waiting_for_residents(tax: Client) -> None:
    fast, slow = making.new_case(), making.new_case()
    moment = now()
    for row, days in ((fast, 2), (slow, 12)):
        Application.objects.filter(pk=row.pk).update(
            state="decided",
            submitted_at=moment - timedelta(days=20),
            released_at=moment - timedelta(days=20),
            decided_at=moment - timedelta(days=20 - days),
        )
    slow.corrections.create(
        state="answered",
        items=[],
        due_on=today(),
        created_at=moment - timedelta(days=19),
        answered_at=moment - timedelta(days=9),
    )
    assert tax.get(BASKET).context["duration"] == "2,0 Tage"


def test_roles_without_cases_start_elsewhere(operator: Client) -> None:
    response = operator.get(BASKET)
    assert response.status_code == 302
    assert operator.get(response["Location"]).status_code == 200


def test_the_head_of_the_town_sees_all_offices(sign_in: SignIn) -> None:
    ids = {making.new_case().pk, making.new_case("osterfeuer-anzeigen").pk}
    assert {row.pk for row in _rows(sign_in("hilke.tammena").get(BASKET))} == ids


def test_a_new_message_is_marked_until_the_clerk_read_it(tax: Client) -> None:
    application = making.taken()
    actions.send_message(application=application, text="Hallo?", actor=making.RESIDENT)
    assert "neue Nachricht" in tax.get(BASKET).content.decode()
    tax.get(reverse("desk:case", args=[application.public_id]))
    assert "neue Nachricht" not in tax.get(BASKET).content.decode()


def test_a_message_after_the_end_stays_until_it_is_answered_or_put_away(tax: Client) -> None:
    """Looking at a closed case must not take it off the desk: the telephone may ring then."""
    application = making.taken()
    Application.objects.filter(pk=application.pk).update(state="decided")
    actions.send_message(application=application, text="Wann?", actor=making.RESIDENT)
    case = reverse("desk:case", args=[application.public_id])
    for _look in range(2):
        text = tax.get(case).content.decode()
        assert "bleibt im Posteingang, bis Sie antworten" in text
    assert "neue Nachricht" in tax.get(BASKET).content.decode()
    seen = application.messages.get().pk
    actions.send_message(application=application, text="Und wo?", actor=making.RESIDENT)
    tax.post(f"{case}nachricht/erledigt/", {"seen": seen})
    assert [row.pk for row in _rows(tax.get(BASKET))] == [application.pk]
    tax.post(f"{case}nachricht/", {"seen": seen + 1, "message": "Morgen um neun in Zimmer 12."})
    assert not _rows(tax.get(BASKET))
    assert "bleibt im Posteingang" not in tax.get(case).content.decode()


def test_the_deadline_rests_while_the_resident_is_asked(tax: Client) -> None:
    application = making.taken()
    Application.objects.filter(pk=application.pk).update(
        state="awaiting_resident", due_on=today() - timedelta(days=3)
    )
    text = tax.get(BASKET).content.decode()
    assert "ruht" in text
    assert "überfällig seit" not in text


def test_the_way_back_from_a_case_keeps_the_list_one_works_through(tax: Client) -> None:
    application = making.taken()
    case = reverse("desk:case", args=[application.public_id])
    for question in ("", "?tab=mine&leistung=hund-anmelden&q=" + application.reference):
        tax.get(BASKET + question)
        page = html.fromstring(tax.get(case).content.decode())
        crumb = str(page.xpath("//nav[@class='rh-crumb']//a/@href")[0])
        assert parse_qs(urlsplit(crumb).query) == parse_qs(question[1:])


def test_links_in_a_list_of_cases_are_told_apart_by_name_alone(tax: Client) -> None:
    """A screen reader lists links without what stands around them."""
    making.taken()
    making.taken()
    page = html.fromstring(tax.get(BASKET).content.decode())
    names = []
    for link in page.xpath("//tbody//th//a"):
        parts = [page.get_element_by_id(one) for one in link.get("aria-labelledby").split()]
        assert parts[0] is link
        names.append(" ".join(part.text_content() for part in parts))
    assert len(set(names)) == len(names) == 2


def test_what_came_in_today_leads_to_a_list_that_shows_it(tax: Client) -> None:
    assert "sort=newest" not in stat_urls(tax)
    application = making.taken()  # no longer "new", but it came today
    assert stat_urls(tax) == "/arbeit/?sort=newest"
    assert next(iter(_rows(tax.get(stat_urls(tax))))).pk == application.pk


def stat_urls(client: Client) -> str:
    page = html.fromstring(client.get(BASKET).content.decode())
    found = page.xpath("//ul[@class='rh-stats']/li[contains(., 'heute eingegangen')]//a/@href")
    return str(found[0]) if found else ""


def test_what_is_done_begins_with_the_newest(tax: Client) -> None:
    old, new = making.new_case(), making.new_case()
    Application.objects.update(state="decided")
    Application.objects.filter(pk=old.pk).update(due_on="2020-01-02")
    Application.objects.filter(pk=new.pk).update(submitted_at=now() + timedelta(minutes=1))
    page = tax.get(BASKET, {"tab": "done"})
    assert [row.pk for row in _rows(page)] == [new.pk, old.pk]
    assert "Ausgewählte" not in page.content.decode(), "there is nothing to choose"
    assert [tab["url"] for tab in page.context["tabs"] if tab["label"] == "Alle"] == [BASKET]
    page = tax.get(BASKET, {"tab": "done", "sort": "due"})
    assert [row.pk for row in _rows(page)] == [old.pk, new.pk]
    assert "sort=due" in tax.session["desk_basket"]
