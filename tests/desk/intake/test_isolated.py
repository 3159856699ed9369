"""What becomes of an item in quarantine, for those who only wanted to work with it."""

from __future__ import annotations

from django.test import Client

from rathaus.core.jobs import run_pending
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records.intake import actions
from tests.desk.conftest import SignIn
from tests.desk.intake.ways import HOME, at, text
from tests.records.intake import making


def test_who_worked_with_it_is_told_and_cannot_open_it(sign_in: SignIn, trade: Client) -> None:
    office = organisation.office("gewerbeamt")
    bad = making.receive(office, making.EICAR, name="rechnung.pdf")
    clerk = sign_in("renko.folkerts")
    page = text(clerk.get(at(bad)))
    assert "In Quarantäne" in page and "Eicar-Test-Signature" in page
    assert "um eine neue Datei" in page and "zu zweit" in page
    assert f"{HOME}quarantaene/" not in page
    assert clerk.get(f"{at(bad)}original/").status_code == 404
    assert clerk.post(f"{at(bad)}angaben/", {"title": "x"}).status_code == 404


def test_other_offices_do_not_learn_of_it(tax: Client) -> None:
    bad = making.receive(organisation.office("gewerbeamt"), making.EICAR, name="rechnung.pdf")
    assert tax.get(at(bad)).status_code == 404


def test_brought_back_it_is_isolated_again_and_says_so(tax: Client, office: Office) -> None:
    bad = making.receive(office, making.EICAR, name="rechnung.pdf")
    actions.discard(item=bad, reason="Schadsoftware", actor=making.CLERK)
    tax.post(f"{at(bad)}wiederherstellen/")
    run_pending()
    bad.refresh_from_db()
    assert bad.state == "quarantined"
    page = tax.get(at(bad))
    assert page.status_code == 200
    assert f"{HOME}quarantaene/" in text(page)


def test_while_it_is_checked_the_page_says_that_nothing_is_to_be_done(
    tax: Client, office: Office
) -> None:
    item = making.receive(office, b"Guten Tag", name="brief.txt", checked=False)
    assert item.state == "received"
    assert "Nichts: Ablegen und laden" in text(tax.get(at(item)))
