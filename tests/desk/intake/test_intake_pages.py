"""The pages of the intake: lists, one item, page work, filing, upload, quarantine, sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rathaus.core.jobs import run_pending
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records import actions as records
from rathaus.records.intake import actions
from rathaus.records.intake.models import Folder, Item, MailBox, Rule, Token, Upload
from rathaus.records.models import Case
from tests.desk.conftest import SignIn
from tests.records.intake import making

HOME = "/arbeit/eingang/"


@pytest.fixture
def office() -> Office:
    return organisation.office("steueramt")


@pytest.fixture
def item(office: Office) -> Item:
    content = making.pdf(making.LETTER, "Zweite Seite", "Dritte Seite")
    return making.receive(office, content, sender="Harm Janssen", name="abmeldung.pdf")


@pytest.fixture
def case(office: Office) -> Case:
    return open_case(office)


def open_case(office: Office, title: str = "Hundesteuer Bello") -> Case:
    from rathaus.records.models import FilingPlanEntry

    code = FilingPlanEntry.objects.order_by("-code").values_list("code", flat=True)[0]
    return records.open_case(filing_code=code, title=title, office=office, actor=making.CLERK)


def at(item: Item, *more: str) -> str:
    return HOME + "/".join([str(item.public_id), *more]) + "/"


def text(response: Any) -> str:
    return str(response.content.decode())


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


@pytest.mark.parametrize(
    "data",
    [
        {"act": "split"},
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
    tax.post(HOME + "auswahl/", {"act": "discard", "pick": picked, "reason": ""})
    assert Item.objects.filter(state="discarded").count() == 0
    tax.post(HOME + "auswahl/", {"act": "discard", "pick": picked, "reason": "Werbung"})
    assert [one.pk for one in Item.objects.filter(state="discarded")] == [items[2].pk]
    tax.post(HOME + "auswahl/", {"act": "restore", "pick": picked[2:]})
    assert Item.objects.get(pk=items[2].pk).state == "received"
    assert tax.post(HOME + "auswahl/", {"act": "restore", "pick": ["x", "\0"]}).status_code == 302


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
