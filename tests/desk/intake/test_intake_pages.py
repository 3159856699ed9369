"""The pages of the intake: lists, one item, page work, filing, upload, quarantine, sources."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rathaus.core.jobs import run_pending
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records.intake.models import Item
from rathaus.records.models import Case
from tests.desk.intake.ways import HOME, at, text
from tests.records.intake import making


def test_the_list_shows_filters_and_pages_with_a_constant_number_of_queries(
    tax: Client, office: Office, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        making.receive(office, making.pdf(f"Brief {number} {making.LETTER}"), name=f"b{number}.pdf")
    tax.get(HOME)
    with django_assert_max_num_queries(60) as few:
        assert "b2.pdf" in text(tax.get(HOME))
    counted = len(few.captured_queries)
    for number in range(3, 12):
        making.receive(office, making.pdf(f"Brief {number} {making.LETTER}"), name=f"b{number}.pdf")
    with django_assert_max_num_queries(counted):
        tax.get(HOME)
    assert "b7.pdf" in text(tax.get(HOME + "?q=b7"))
    assert "b8.pdf" not in text(tax.get(HOME + "?q=b7"))
    assert "Kein Eingang passt" in text(tax.get(HOME + "?quelle=mail"))
    for odd in ("?tab=%00", "?sort=x&nach=2026-01-01_x", "?nach=9999999999999999999_1", "?amt='"):
        assert tax.get(HOME + odd).status_code == 200


def test_the_list_goes_on_where_a_page_ends(
    tax: Client, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rathaus.records.intake import queries

    monkeypatch.setattr(queries, "PAGE", 2)
    for number in range(5):
        making.receive(office, f"Notiz {number}".encode(), name=f"n{number}.txt")
    seen, address = [], HOME
    while address:
        response = tax.get(address)
        seen += [row["item"].name for row in response.context["rows"]]
        address = response.context["next_url"]
    assert seen == [f"n{number}.txt" for number in (4, 3, 2, 1, 0)]


def test_other_offices_see_nothing_on_no_way(trade: Client, item: Item, case: Case) -> None:
    assert item.name not in text(trade.get(HOME))
    steps = ("angaben", "wiederherstellen", "neu-pruefen", "zuruecknehmen", "auspacken", "trennen",
             "weitergeben", "verwerfen", "seiten")  # fmt: skip
    for step in steps:
        assert trade.post(at(item, step)).status_code == 404
    for page in ("", "original", "seite/1", "seiten", "verwerfen"):
        address = at(item, page) if page else at(item)
        assert trade.get(address).status_code == 404
    for act in ("discard", "merge", "restore"):
        trade.post(HOME + "auswahl/", {"act": act, "pick": [item.public_id], "reason": "weg"})
    trade.post(HOME + "ablegen/", {"i": [item.public_id], "case": case.public_id})
    item.refresh_from_db()
    assert item.state == "ready"


def test_into_a_case_of_another_office_nothing_is_filed(trade: Client, case: Case) -> None:
    mine = making.receive(organisation.office("gewerbeamt"))
    data = {"i": [mine.public_id], "case": case.public_id}
    assert trade.post(HOME + "ablegen/", data).status_code == 404
    mine.refresh_from_db()
    assert mine.state == "ready"


def test_the_cashier_without_records_has_no_basket(cashier: Client, operator: Client) -> None:
    for client in (cashier, operator):
        assert client.get(HOME).status_code in {200, 403}
    assert operator.get(HOME).status_code == 403
    assert operator.get(HOME + "quellen/").status_code == 200
    assert cashier.get(HOME + "quellen/").status_code == 403


def test_an_item_says_everything(tax: Client, item: Item) -> None:
    twin = making.receive(item.office, item.read(), name="noch-einmal.pdf")
    page = text(tax.get(at(twin)))
    assert "Genau dieselbe Datei" in page
    assert "kein Virenscanner eingerichtet" in page
    assert item.blob.sha256[:16] in page
    assert tax.get(at(item, "seite", "1"))["Content-Type"] == "image/jpeg"
    assert tax.get(at(item, "seite", "9")).status_code == 404


def test_the_original_is_only_for_saving(tax: Client, office: Office) -> None:
    page = making.receive(office, b"<html><script>alert(1)</script></html>", name="x.html")
    response = tax.get(at(page, "original"))
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "Internetseite" in text(tax.get(at(page)))


def test_nothing_unchecked_leaves_the_house(tax: Client, office: Office) -> None:
    bad = making.receive(office, making.EICAR, name="a.txt")
    fresh = making.receive(office, checked=False)
    assert tax.get(at(bad, "original")).status_code == 404
    assert tax.get(at(fresh, "original")).status_code == 302
    assert tax.get(at(fresh, "seite", "1")).status_code == 404
    assert tax.get(f"{HOME}ablegen/?i={fresh.public_id}").status_code == 302


def test_describe_keeps_what_was_typed(tax: Client, item: Item) -> None:
    typed = {"title": "Neuer <Titel>", "sender": "X", "direction": "in", "dated_on": "31.2.2026"}
    response = tax.post(at(item, "angaben"), typed)
    assert response.status_code == 422
    assert "Neuer &lt;Titel&gt;" in text(response)
    tax.post(at(item, "angaben"), {**typed, "dated_on": "28.2.2026"})
    item.refresh_from_db()
    assert (item.subject, str(item.dated_on)) == ("Neuer <Titel>", "2026-02-28")


def test_order_rotation_and_leaving_out(tax: Client, item: Item) -> None:
    data = {
        "act": "edit",
        "place1": "3",
        "place2": "2",
        "place3": "1",
        "turn3": "90",
        "drop2": "on",
    }
    response = tax.post(at(item, "seiten"), data)
    run_pending()
    part = Item.objects.get(origins__original=item)
    assert response["Location"] == at(part)
    assert [line[:12] for line in making.page_texts(part.read())] == [
        "Dritte Seite",
        "Sehr geehrte",
    ]
    assert making.rotations(part.read()) == [90, 0]
    item.refresh_from_db()
    assert item.state == "replaced"
    assert "Entstanden aus" in text(tax.get(at(part)))
    assert "Ersetzt durch" in text(tax.get(at(item)))
    tax.post(at(item, "zuruecknehmen"))
    item.refresh_from_db()
    part.refresh_from_db()
    assert (item.state, part.state) == ("ready", "discarded")


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ({"act": "split", "cut1": "on"}, [1, 2]),
        ({"act": "burst"}, [1, 1, 1]),
        ({"act": "ranges", "ranges": "1-2, 3"}, [2, 1]),
    ],
)
def test_dividing(tax: Client, item: Item, data: dict[str, str], parts: list[int]) -> None:
    tax.post(at(item, "seiten"), data)
    run_pending()
    made = Item.objects.filter(origins__original=item).order_by("position")
    assert [one.pages for one in made] == parts
    assert {one.sender for one in made} == {"Harm Janssen"}


def test_dividing_keeps_order_and_rotation(tax: Client, item: Item) -> None:
    data = {"act": "split", "place1": "3", "place3": "1", "turn2": "90", "cut3": "on"}
    tax.post(at(item, "seiten"), data)
    run_pending()
    first, other = Item.objects.filter(origins__original=item).order_by("position")
    assert first.origins.get().pages == [[3, 0]]
    assert other.origins.get().pages == [[2, 90], [1, 0]]
    assert making.rotations(other.read()) == [90, 0]


@pytest.mark.parametrize(
    "data",
    [
        {"act": "split"},
        {"act": "ranges", "ranges": "²"},
        {"act": "ranges", "ranges": "0-2"},
        {"act": "ranges", "ranges": "1-9999999999999"},
        {"act": "ranges", "ranges": "alles"},
        {"act": "edit", "drop1": "1", "drop2": "1", "drop3": "1"},
        {"act": "explode"},
    ],
)
def test_bad_page_work_changes_nothing(tax: Client, item: Item, data: dict[str, str]) -> None:
    response = tax.post(at(item, "seiten"), data)
    assert response.status_code == 422
    assert Item.objects.count() == 1


def test_return_in_the_field_of_the_reason_discards(tax: Client, item: Item) -> None:
    """A browser presses the first button of the form then."""
    form = text(tax.get(HOME)).partition(f'action="{HOME}auswahl/"')[2]
    assert form.index('value="discard"') < form.index('value="file"')


def test_merge_keeps_the_order_of_ticking(tax: Client, item: Item, office: Office) -> None:
    other = making.receive(office, making.picture("JPEG"), name="foto.jpg")
    tax.post(HOME + "auswahl/", {"act": "merge", "pick": [other.public_id, item.public_id]})
    run_pending()
    part = Item.objects.get(origins__original=other)
    assert part.pages == 4
    assert [origin.original_id for origin in part.origins.all()] == [other.pk, item.pk]
    assert "Zweite Seite" in making.page_texts(part.read())[2]


def test_search_and_file_keeps_what_was_typed(tax: Client, item: Item, case: Case) -> None:
    address = f"{HOME}ablegen/"
    assert "Hundesteuer Bello" in text(tax.get(f"{address}?i={item.public_id}"))
    typed = {"i": item.public_id, "act": "search", "q": "Bello", "title": "Mein Titel"}
    page = text(tax.post(address, typed))
    assert 'value="Mein Titel"' in page
    assert case.reference in page
    response = tax.post(address, {**typed, "case": case.public_id, "kind": "upload"})
    assert response["Location"] == reverse("desk:file_case", args=[case.public_id])
    document = case.documents.get()
    assert (document.title, document.kind) == ("Mein Titel", "upload")
    again = tax.post(address, {**typed, "case": case.public_id})
    assert again["Location"] == HOME
    assert case.documents.count() == 1


def test_the_post_of_a_morning_one_after_the_other(
    tax: Client, office: Office, item: Item, case: Case
) -> None:
    """Ticked once it stays, as long as somebody is logged in; another office's is never next."""
    second, third = (making.receive(office, making.pdf(f"Brief {n}")) for n in (2, 3))
    making.receive(organisation.office("gewerbeamt"), making.pdf("Gewerbe"))
    here = reverse("desk:intake_file")

    def file(one: Item, **data: str) -> str:
        sent = {"i": str(one.public_id), "case": str(case.public_id), "kind": "letter", **data}
        return str(tax.post(here, sent)["Location"])

    assert "onward" in text(tax.get(f"{here}?i={third.public_id}"))
    assert f"/{second.public_id}/" in file(third, onward="on")
    assert 'name="onward" checked' in text(tax.get(f"{here}?i={item.public_id}"))
    assert f"/{second.public_id}/" in file(item, onward="on"), "at the end again from the top"
    assert file(second, onward="on") == reverse("desk:intake")
    assert "nichts mehr" in text(tax.get(reverse("desk:intake")))
    fourth = making.receive(office, making.pdf("Brief 4"))
    assert file(fourth) == reverse("desk:file_case", args=[case.public_id])
    assert 'name="onward" checked' not in text(tax.get(f"{here}?i={fourth.public_id}"))


def test_attachments_that_stay_behind_are_said(tax: Client, office: Office, case: Case) -> None:
    parts = [(f"{n}.pdf", making.pdf(str(n)), "application/pdf") for n in range(3)]
    mail = making.receive(office, making.mail(*parts), name="m.eml")
    address = f"{HOME}ablegen/?i={mail.public_id}"
    assert "nicht mit" not in text(tax.get(address))
    first, second, _third = mail.children.order_by("position")
    Item.objects.filter(pk=first.pk).update(state="checking")
    Item.objects.filter(pk=second.pk).update(state="quarantined")
    page = text(tax.get(address))
    assert "auch 1 Anhang" in page
    assert "2 Anhänge sind noch nicht geprüft oder liegen in Quarantäne" in page


def test_a_new_case_for_what_came_in(tax: Client, item: Item, case: Case) -> None:
    address, base = f"{HOME}ablegen/", {"i": item.public_id, "act": "new"}
    assert tax.post(address, base).status_code == 422
    assert tax.post(address, {**base, "new_title": "Vertrag"}).status_code == 422
    wrong = {
        **base,
        "new_title": "Vertrag",
        "place": "dossier:00000000-0000-0000-0000-000000000000",
    }
    assert tax.post(address, wrong).status_code == 422
    place = f"dossier:{case.dossier.public_id}"
    tax.post(address, {**base, "new_title": "Vertrag Futtermittel", "place": place})
    new = Case.objects.get(title="Vertrag Futtermittel")
    assert new.dossier == case.dossier
    assert new.documents.count() == 1


def test_bulk_filing_and_discarding(tax: Client, office: Office, case: Case) -> None:
    items = [making.receive(office, f"Brief {n}".encode(), name=f"{n}.txt") for n in range(3)]
    picked = [one.public_id for one in items]
    response = tax.post(HOME + "auswahl/", {"act": "file", "pick": picked[:2]})
    page = tax.get(response["Location"])
    assert [one.pk for one in page.context["choice"].items] == [items[0].pk, items[1].pk]
    tax.post(HOME + "ablegen/", {"i": picked[:2], "case": case.public_id})
    assert case.documents.count() == 2
    forgotten = {"act": "discard", "pick": picked[2:], "reason": "", "here": "?sort=oldest"}
    page = tax.post(HOME + "auswahl/", forgotten, follow=True)
    assert Item.objects.filter(state="discarded").count() == 0
    assert page.context["wanted"].oldest
    assert f'value="{picked[2]}" checked' in text(page)
    tax.post(HOME + "auswahl/", {"act": "discard", "pick": picked, "reason": "Werbung"})
    assert [one.pk for one in Item.objects.filter(state="discarded")] == [items[2].pk]
    tax.post(HOME + "auswahl/", {"act": "restore", "pick": picked[2:]})
    assert Item.objects.get(pk=items[2].pk).state == "received"
    assert tax.post(HOME + "auswahl/", {"act": "restore", "pick": ["x", "\0"]}).status_code == 302


def test_unpack_move_discard_and_retry_from_the_page(tax: Client, office: Office) -> None:
    archive = making.receive(
        office, making.zipped({"a/b.txt": b"eins", "c.txt": b"zwei"}), name="z.zip"
    )
    tax.post(at(archive, "auspacken"))
    run_pending()
    assert Item.objects.filter(parent=archive, state="ready").count() == 2
    assert "Gehört dazu" in text(tax.get(at(archive)))
    assert tax.post(at(archive, "verwerfen"), {"reason": ""}).status_code == 422
    tax.post(at(archive, "verwerfen"), {"reason": "nicht für uns"})
    assert Item.objects.filter(state="discarded").count() == 3
    tax.post(at(archive, "wiederherstellen"))
    run_pending()
    assert Item.objects.filter(state="ready").count() == 3
    tax.post(at(archive, "weitergeben"), {"office": "gibtesnicht"})
    tax.post(at(archive, "weitergeben"), {"office": "gewerbeamt"})
    assert Item.objects.filter(office__key="gewerbeamt").count() == 3
