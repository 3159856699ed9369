"""Uploads, quarantine, rules, sources and separator sheets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rathaus import doctor
from rathaus.core.jobs import run_pending
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records.intake import actions
from rathaus.records.intake.models import Folder, Item, MailBox, Rule, Token, Upload
from rathaus.records.models import Case
from tests.desk.conftest import SignIn
from tests.desk.intake.ways import HOME, at, text
from tests.records.intake import making


def test_upload_of_many_files_without_script(tax: Client) -> None:
    files = [SimpleUploadedFile(f"{n}.txt", b"hallo") for n in range(3)]
    files.append(SimpleUploadedFile("leer.txt", b""))
    response = tax.post(HOME + "hochladen/", {"files": files}, follow=True)
    assert "3 Dateien sind angekommen" in text(response)
    assert "leer.txt" in text(response)
    assert Item.objects.count() == 3
    assert tax.post(HOME + "hochladen/", {}).status_code == 422


def begin(client: Client, **more: Any) -> Any:
    body = {"name": "a/b/stapel.pdf", "size": 10, "modified": "1", "office": "steueramt", **more}
    return client.post(HOME + "hochladen/neu/", json.dumps(body), content_type="application/json")


def part(client: Client, url: str, offset: str, content: bytes) -> Any:
    return client.post(
        url, content, content_type="application/octet-stream", headers={"Upload-Offset": offset}
    )


def test_an_interrupted_upload_goes_on(tax: Client) -> None:
    told = begin(tax).json()
    assert part(tax, told["url"], "0", b"01234").json() == {"offset": 5, "done": ""}
    again = begin(tax).json()
    assert again == {**told, "offset": 5}
    assert part(tax, told["url"], "0", b"01234").status_code == 409
    assert part(tax, told["url"], "5", b"567890000").json() == {"offset": 5}
    done = part(tax, told["url"], "5", b"56789").json()
    item = Item.objects.get()
    assert done["done"] == at(item)
    assert (item.read(), item.name, item.source_detail) == (
        b"0123456789",
        "stapel.pdf",
        "a/b/stapel.pdf",
    )
    assert not Upload.objects.exists()


def test_a_source_that_brings_nothing_is_said_to_the_office_and_the_operator(
    tax: Client, trade: Client, office: Office
) -> None:
    folder = Folder.objects.create(
        office=office, kind="scan", path="/srv/scan/steueramt", last_error="Nicht lesbar."
    )
    assert "/srv/scan/steueramt: Nicht lesbar." in text(tax.get(HOME))
    assert "/srv/scan/steueramt" not in text(trade.get(HOME))
    checks = {one.name: one for one in doctor.checks()}
    assert (checks["intake"].ok, "Nicht lesbar." in checks["intake"].found) == (False, True)
    Folder.objects.filter(pk=folder.pk).update(active=False)
    assert "/srv/scan/steueramt" not in text(tax.get(HOME))


def test_hostile_uploads(tax: Client, trade: Client) -> None:
    url = begin(tax).json()["url"]
    assert part(trade, url, "0", b"x").status_code == 404
    for offset in ("-1", "x", "9" * 40, ""):
        assert part(tax, url, offset, b"x").status_code == 400
    assert begin(tax, size=0).status_code == 422
    assert begin(tax, size=10**15).status_code == 422
    assert begin(tax, size="x").status_code == 400
    assert begin(tax, office="ordnungsamt").status_code == 403
    assert (
        tax.post(HOME + "hochladen/neu/", "[]", content_type="application/json").status_code == 400
    )
    assert begin(tax, name="../../x\0" + "y" * 5000).status_code == 200


def test_four_eyes_in_quarantine(tax: Client, sign_in: SignIn, office: Office) -> None:
    bad = making.receive(office, making.EICAR + b" Fehlalarm", name="verdacht.txt")
    address = f"{HOME}quarantaene/"
    decide = f"{address}{bad.public_id}/"
    assert "verdacht.txt" in text(tax.get(address))
    tax.post(decide, {"act": "ask", "reason": "kurz"})
    tax.post(decide, {"act": "agree"})
    bad.refresh_from_db()
    assert (bad.state, bad.release_asked_by) == ("quarantined", None)
    tax.post(decide, {"act": "ask", "reason": "Testdatei der IT, telefonisch bestätigt"})
    tax.post(decide, {"act": "agree"})
    bad.refresh_from_db()
    assert bad.state == "quarantined"
    second = sign_in(records_manager())
    second.post(decide, {"act": "refuse"})
    bad.refresh_from_db()
    assert bad.release_asked_by is None
    tax.post(decide, {"act": "ask", "reason": "Testdatei der IT, telefonisch bestätigt"})
    second.post(decide, {"act": "agree"})
    run_pending()
    bad.refresh_from_db()
    assert (bad.state, bad.virus) == ("ready", "released")


def records_manager() -> str:
    from rathaus.organisation.models import Membership, Role

    row = Membership.objects.filter(role=Role.RECORDS_MANAGER).select_related("staff__user").first()
    assert row is not None
    return str(row.staff.user.login)


def test_a_clerk_releases_nothing(sign_in: SignIn, trade: Client, operator: Client) -> None:
    bad = making.receive(organisation.office("gewerbeamt"), making.EICAR, name="x.txt")
    decide = f"{HOME}quarantaene/{bad.public_id}/"
    assert sign_in("renko.folkerts").post(decide, {"act": "discard"}).status_code in {403, 404}
    assert "x.txt" in text(operator.get(f"{HOME}quarantaene/"))
    assert operator.post(decide, {"act": "discard"}).status_code == 403
    bad.refresh_from_db()
    assert bad.state == "quarantined"


def test_rules_are_made_ordered_tried_and_deleted(tax: Client, item: Item, case: Case) -> None:
    address = f"{HOME}regeln/"
    form = {"amt": "steueramt", "name": "Hunde", "words": "Hund abmelden", "place": case.reference}
    assert tax.post(address, {**form, "place": "nirgends"}).status_code == 422
    assert tax.post(address, {**form, "words": ""}).status_code == 422
    tax.post(address, form)
    tax.post(address, {**form, "name": "Zweite", "sender": "janssen", "words": ""})
    first, second = Rule.objects.order_by("position")
    page = tax.get(f"{address}?amt=steueramt")
    assert [one["rule"] for one in page.context["trial"]] == [first]
    tax.post(f"{address}{second.public_id}/", {"act": "up"})
    page = tax.get(f"{address}?amt=steueramt")
    assert [one["rule"] for one in page.context["trial"]] == [second]
    tax.post(f"{address}{second.public_id}/", {"act": "off"})
    tax.post(f"{address}{first.public_id}/", {"act": "remove"})
    page = tax.get(f"{address}?amt=steueramt")
    assert [one["rule"] for one in page.context["trial"]] == [None]
    edit = {**form, "regel": str(second.public_id), "name": "Umbenannt"}
    tax.post(address, edit)
    assert Rule.objects.get().name == "Umbenannt"


def test_sources_are_set_up_by_the_operator(
    operator: Client, tmp_path: Path, settings: Any
) -> None:
    address = f"{HOME}quellen/"
    scan = tmp_path / "scan"
    scan.mkdir()
    folder = {"act": "folder", "office": "steueramt", "kind": "scan", "path": str(scan)}
    assert operator.post(address, folder).status_code == 422
    settings.RATHAUS_INTAKE_FOLDERS = [str(tmp_path)]
    for bad in ("/etc", "scan", f"{scan}/../..", str(tmp_path / "fehlt"), "x\0"):
        assert operator.post(address, {**folder, "path": bad}).status_code == 422
    assert operator.post(address, folder).status_code == 302
    assert operator.post(address, folder).status_code == 422
    one = Folder.objects.get()
    change = f"{address}ordner/{one.public_id}/"
    operator.post(change, {"act": "pause"})
    one.refresh_from_db()
    assert not one.active
    operator.post(change, {"act": "remove"})
    assert not Folder.objects.exists()


def test_a_mail_box_never_shows_its_password(operator: Client, settings: Any) -> None:
    address = f"{HOME}quellen/"
    box = {"act": "mailbox", "office": "steueramt", "host": "imap.example", "port": "993",
           "tls": "tls", "user": "post@example", "password": "geheim-42", "folder": "INBOX",
           "done": "Fertig"}  # fmt: skip
    assert operator.post(address, box).status_code == 422
    settings.RATHAUS_INTAKE_MAIL_HOSTS = ["imap.example"]
    for wrong in ({"port": "0"}, {"done": "INBOX"}, {"office": ""}, {"user": 'a\r\n"x'}):
        response = operator.post(address, {**box, **wrong})
        if wrong.get("user"):
            continue  # line breaks are folded before they reach anything
        assert response.status_code == 422, wrong
        assert "geheim-42" not in text(response)
    MailBox.objects.all().delete()
    assert operator.post(address, box).status_code == 302
    assert "geheim-42" not in text(operator.get(address))
    assert "geheim" not in MailBox.objects.get().password


def test_a_token_is_shown_once(operator: Client) -> None:
    address = f"{HOME}quellen/"
    assert operator.post(address, {"act": "token", "office": "steueramt"}).status_code == 422
    made = operator.post(address, {"act": "token", "office": "steueramt", "name": "Scanner"})
    secret = made.context["new_token"]
    assert secret in text(made)
    assert secret not in text(operator.get(address))
    token = Token.objects.get()
    assert token.digest == actions.token_digest(secret)
    operator.post(f"{address}zugang/{token.public_id}/", {"act": "remove"})
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_separator_sheets(tax: Client, trade: Client, case: Case) -> None:
    address = f"{HOME}trennblatt/"
    plain = tax.get(f"{address}?pdf=1")
    assert plain.content.startswith(b"%PDF-")
    with_case = tax.get(address, {"pdf": "1", "aktenzeichen": case.reference})
    assert case.reference in "".join(making.page_texts(with_case.content))
    assert trade.get(address, {"pdf": "1", "aktenzeichen": case.reference}).status_code == 422
