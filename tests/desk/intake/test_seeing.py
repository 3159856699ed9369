"""What was filed is seen in the intake by whoever may see it in the record, on no other way."""

from __future__ import annotations

import pytest
from django.test import Client

from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office, StaffMember
from rathaus.records import actions as records
from rathaus.records.intake import actions, planning
from rathaus.records.intake.models import Item, Rule
from rathaus.records.models import Case
from tests.desk.conftest import SignIn
from tests.desk.intake.ways import HOME, at, text
from tests.desk.making import person
from tests.records.intake import making


@pytest.fixture
def colleague(sign_in: SignIn) -> Client:
    """Records manager: works in every basket, and is named in no dossier."""
    StaffMember.objects.update(substitute=None)
    return sign_in("meike.ulrichs")


def close(case: Case, *, may_write: bool = True) -> None:
    """Only Eilert Janssen sees it from now on."""
    records.set_access(
        dossier=case.dossier, own_access="restricted", reason="heikel", actor=making.CLERK
    )
    records.give(
        dossier=case.dossier,
        staff=person("eilert.janssen"),
        may_write=may_write,
        reason="Fall",
        actor=making.CLERK,
    )
    case.dossier.refresh_from_db()


def test_a_filed_item_follows_its_case(
    tax: Client, colleague: Client, item: Item, case: Case
) -> None:
    actions.file_item(item=item, case=case, actor=making.CLERK)
    assert colleague.get(at(item, "original")).status_code == 200
    close(case)
    for page in ("", "original", "seite/1"):
        address = at(item, page) if page else at(item)
        assert colleague.get(address).status_code == 404
        assert tax.get(address).status_code == 200
    assert item.name not in text(colleague.get(HOME + "?tab=filed"))
    assert item.name in text(tax.get(HOME + "?tab=filed"))
    twin = making.receive(item.office, item.read(), name="noch-einmal.pdf")
    assert item.name not in text(colleague.get(at(twin)))


def test_an_original_follows_the_cases_of_its_parts(
    tax: Client, colleague: Client, item: Item, case: Case
) -> None:
    first, other = actions.carry_out(plan=planning.split(item, [[1], [2, 3]]), actor=making.CLERK)
    run_pending()
    first.refresh_from_db()
    (turned,) = actions.carry_out(plan=planning.edit(first, [(1, 90)]), actor=making.CLERK)
    run_pending()
    turned.refresh_from_db()
    actions.file_item(item=turned, case=case, actor=making.CLERK)
    close(case)
    for one in (item, first, turned):
        assert colleague.get(at(one, "original")).status_code == 404
        assert tax.get(at(one, "original")).status_code == 200
    assert colleague.get(at(other, "original")).status_code == 200
    assert str(item.public_id) not in text(colleague.get(at(other)))


def test_an_attachment_does_not_name_a_mail_out_of_sight(
    colleague: Client, office: Office, case: Case
) -> None:
    content = making.mail(("Nachweis.pdf", making.pdf("Nachweis"), "application/pdf"))
    mail = making.receive(office, content, name="m.eml")
    actions.file_item(item=mail, case=case, actor=making.CLERK, with_children=False)
    close(case)
    page = text(colleague.get(at(mail.children.get())))
    assert "Nachweis.pdf" in page
    assert mail.title not in page


def test_a_rule_does_not_name_a_place_out_of_sight(
    tax: Client, colleague: Client, office: Office, case: Case
) -> None:
    Rule.objects.create(office=office, name="Hunde", words="hund", case=case, position=1)
    close(case)
    address = f"{HOME}regeln/?amt=steueramt"
    assert case.title in text(tax.get(address))
    page = text(colleague.get(address))
    assert "Hunde" in page
    assert case.title not in page
    assert case.reference not in page


def test_who_only_reads_a_case_files_nothing_into_it(tax: Client, item: Item, case: Case) -> None:
    close(case, may_write=False)
    data = {"i": item.public_id, "case": case.public_id, "title": "Mein Titel"}
    response = tax.post(HOME + "ablegen/", data)
    assert response.status_code == 422
    assert "dürfen Sie nichts ablegen" in text(response)
    assert 'value="Mein Titel"' in text(response)
    place = f"dossier:{case.dossier.public_id}"
    data = {"i": item.public_id, "act": "new", "new_title": "Neuer Vorgang", "place": place}
    assert tax.post(HOME + "ablegen/", data).status_code == 422
    item.refresh_from_db()
    assert item.state == "ready"
    assert Case.objects.count() == 1


def test_a_new_case_into_which_nothing_came_does_not_stay(
    tax: Client, item: Item, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rathaus.desk.views.intake import filing

    real = filing._new_case

    def meanwhile(*args: object) -> Case:
        new = real(*args)  # type: ignore[arg-type]
        actions.file_item(item=Item.objects.get(pk=item.pk), case=case, actor=making.CLERK)
        return new

    monkeypatch.setattr(filing, "_new_case", meanwhile)
    place = f"dossier:{case.dossier.public_id}"
    data = {"i": item.public_id, "act": "new", "new_title": "Doppelklick", "place": place}
    page = text(tax.post(HOME + "ablegen/", data, follow=True))
    assert "inzwischen weiter" in page
    assert not Case.objects.filter(title="Doppelklick").exists()
