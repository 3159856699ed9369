"""The page of longer work: progress, result, failure; only for those it concerns."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records.intake import working
from rathaus.records.intake.models import Item, Work
from tests.desk.intake.ways import HOME, at, text
from tests.records.intake import making


def long_item(office: Office) -> Item:
    return making.receive(office, making.pdf(*(f"Seite {n}" for n in range(14))), name="lang.pdf")


def test_a_long_document_is_divided_in_the_background(
    tax: Client, trade: Client, office: Office
) -> None:
    item = long_item(office)
    response = tax.post(at(item, "seiten"), {"act": "burst"})
    work = Work.objects.get()
    here = reverse("desk:intake_work", args=[work.public_id])
    assert response["Location"] == here
    page = text(tax.get(here))
    assert "Sie können diese Seite verlassen" in page
    assert "<progress" in page
    assert "Wird gerade bearbeitet" in text(tax.get(at(item)))
    assert "in Arbeit" in text(tax.get(HOME))
    assert trade.get(here).status_code == 404
    assert trade.post(here + "noch-einmal/").status_code == 404
    second = tax.post(at(item, "seiten"), {"act": "burst"})
    assert second["Location"] == at(item)  # somebody, or the same click, was faster
    run_pending()
    page = text(tax.get(here))
    assert "data-open" not in page
    assert "Daraus entstanden" in page
    assert page.count("(14/14)") == 1
    assert Item.objects.filter(origins__original=item).count() == 14


def test_a_failure_is_shown_and_repeated(tax: Client, office: Office) -> None:
    item = long_item(office)
    tax.post(at(item, "seiten"), {"act": "burst"})
    work = Work.objects.get()
    working.fail(work, "Die Seiten dieser Datei lassen sich nicht lesen.")
    here = reverse("desk:intake_work", args=[work.public_id])
    assert "Es ist nichts verloren" in text(tax.get(here))
    assert "lassen sich nicht lesen" in text(tax.get(at(item)))
    tax.post(here + "noch-einmal/")
    tax.post(here + "noch-einmal/")
    run_pending()
    assert Item.objects.filter(origins__original=item).count() == 14


def test_many_are_merged_and_separated_in_the_background(tax: Client, office: Office) -> None:
    one, two = long_item(office), making.receive(office, making.stack("", "RH1:TRENN", ""))
    tax.post(at(two, "trennen"))
    response = tax.post(HOME + "auswahl/", {"act": "merge", "pick": [one.public_id, two.public_id]})
    assert response["Location"].partition("?")[0] == HOME  # the second is being separated
    assert Work.objects.get().kind == "separate"
    run_pending()
    parts = list(Item.objects.filter(origins__original=two))
    picked = [one.public_id, parts[0].public_id]
    response = tax.post(HOME + "auswahl/", {"act": "merge", "pick": picked})
    assert "arbeiten" in response["Location"]
    run_pending()
    assert Item.objects.get(origins__original=one).pages == 15
