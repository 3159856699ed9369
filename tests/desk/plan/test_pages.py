"""Pages of plan, dossiers, documents, access: who gets in, what happens, nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import today
from rathaus.desk.views.plan import documents, loans
from rathaus.organisation.models import Office
from rathaus.records import actions, verify
from rathaus.records.models import (
    Case,
    Document,
    Dossier,
    DraftDocument,
    FilingPlanEntry,
    Loan,
)
from tests.desk import making
from tests.desk.conftest import SignIn

ACTOR = Actor.staff("1", "Gerd Harms", "Zentrale Dienste")


def place(code: str) -> FilingPlanEntry:
    return FilingPlanEntry.objects.get(code=code)


@pytest.fixture
def harms(sign_in: SignIn) -> Client:
    """Gerd Harms: head of Zentrale Dienste."""
    return sign_in("gerd.harms")


@pytest.fixture
def registry(sign_in: SignIn) -> Client:
    """Meike Ulrichs: Schriftgutverwaltung."""
    return sign_in("meike.ulrichs")


def dossier(code: str = "23.20", title: str = "Pachtvertrag Kiosk", **more: Any) -> Dossier:
    values: dict[str, Any] = {
        "office": Office.objects.get(key="zentrale-dienste"),
        "staff": making.person("gerd.harms"),
        "actor": ACTOR,
        **more,
    }
    return actions.open_dossier(title=title, entry=place(code), **values)


def upload(name: str = "vertrag.pdf", content: bytes = b"%PDF-1.7 x") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def url(name: str, thing: Any) -> str:
    return reverse(f"desk:{name}", args=[thing.public_id])


def test_a_contract_from_the_empty_plan_to_the_filed_document(harms: Client) -> None:
    typed = {
        "title": "Wartungsvertrag Aufzug",
        "entry": str(place("23.20").public_id),
        "office": "zentrale-dienste",
        "access": "",
        "medium": "001",
    }
    page = harms.post(reverse("desk:dossier_new"), typed, follow=True)
    found = Dossier.objects.get(title="Wartungsvertrag Aufzug")
    assert "Wartungsvertrag Aufzug" in page.content.decode()
    harms.post(url("dossier_case", found), {"title": "Abschluss"})
    case = Case.objects.get(dossier=found)
    typed = {"kind": "letter", "direction": "in", "files": [upload(), upload("anlage.pdf")]}
    page = harms.post(url("case_upload", case), typed, follow=True)
    assert "2 Dokumente sind abgelegt." in page.content.decode()
    assert [d.title for d in Document.objects.order_by("number")] == ["vertrag", "anlage"]
    harms.post(url("case_note", case), {"title": "Telefonat", "text": "Herr Ubben rief an."})
    harms.post(url("case_rename", case), {"title": "Abschluss des Vertrags"})
    harms.post(url("case_close", case))
    harms.post(url("dossier_close", found))
    found.refresh_from_db()
    assert found.state == "closed"
    assert verify.run().findings == []
    assert harms.get(reverse("desk:files"), {"q": found.reference}).url == url("dossier", found)


def test_what_was_typed_stays_when_something_is_missing(harms: Client) -> None:
    typed = {"title": "", "entry": "x", "office": "zentrale-dienste", "note": "Wichtig & eilig"}
    page = harms.post(reverse("desk:dossier_new"), typed)
    text = page.content.decode()
    assert page.status_code == 400
    assert "Wichtig &amp; eilig" in text and "Fehler:" in text
    assert not Dossier.objects.exists()
    typed = {**typed, "title": "A", "entry": str(place("23.20").public_id), "medium": "003"}
    assert "wo das Papier steht" in harms.post(reverse("desk:dossier_new"), typed).content.decode()


def test_two_new_versions_at_the_same_moment(
    harms: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    case = actions.open_case(dossier=dossier(), title="x", actor=ACTOR)
    more = {"name": "a.txt", "content_type": "text/plain", "actor": ACTOR}
    document = actions.file_document(
        case=case, title="A", kind="letter", direction="in", content=b"a", **more
    )
    real = documents.accepted

    def meanwhile(*args: Any, **known: Any) -> Any:
        same = Document.objects.select_related("case__chain").get(pk=document.pk)
        actions.add_version(document=same, content=b"b", **more)
        return real(*args, **known)

    with monkeypatch.context() as patch:
        patch.setattr(documents, "accepted", meanwhile)
        page = harms.post(url("document_version", document), {"files": upload()})
    assert page.status_code == 400
    assert "wurde eine andere Fassung abgelegt" in page.content.decode()
    document.refresh_from_db()
    assert document.latest == 2
    settings.RATHAUS_CLAMD, settings.RATHAUS_CLAMD_MAX_MB = "unix:/nowhere", 0
    page = harms.post(url("document_version", document), {"files": upload()})
    assert "zu groß für den Virenschutz" in page.content.decode()


def test_a_full_disk_is_said_where_files_are_sent(
    harms: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "_through", full)
    case = actions.open_case(dossier=dossier(), title="x", actor=ACTOR)
    typed = {"kind": "letter", "direction": "in", "files": upload(content=b"x" * 20_000)}
    page = harms.post(url("case_upload", case), typed)
    assert page.status_code == 400
    assert "kein Speicherplatz" in page.content.decode()
    assert not Document.objects.exists()


def test_another_office_gets_no_page_of_the_dossier(sign_in: SignIn) -> None:
    found = dossier()
    case = actions.open_case(dossier=found, title="x", actor=ACTOR)
    document = actions.file_document(
        case=case, title="x", kind="note", content=b"x", name="x.txt", content_type="text/plain",
        direction="in", actor=ACTOR,
    )  # fmt: skip
    draft = actions.create_draft(
        case=case, title="x", content=b"x", name="x", content_type="text/plain", actor=ACTOR
    )
    stranger = sign_in("insa.cordes")
    gets = [
        ("dossier", found), ("dossier_change", found), ("dossier_move", found),
        ("dossier_case", found), ("dossier_lend", found), ("dossier_access", found),
        ("dossier_access_change", found), ("dossier_grant", found), ("dossier_log", found),
        ("file_case", case), ("case_rename", case), ("case_upload", case), ("case_note", case),
        ("case_move", case), ("case_access", case), ("case_log", case),
        ("record_document", document), ("document_rename", document),
        ("document_version", document), ("document_move", document),
        ("document_access", document), ("draft_load", draft), ("draft_replace", draft),
    ]  # fmt: skip
    for name, thing in gets:
        assert stranger.get(url(name, thing)).status_code == 404, name
    for name, thing in [
        ("dossier_close", found), ("dossier_pick", found), ("case_close", case),
        ("draft_file", draft), ("draft_discard", draft), ("file_package", case),
    ]:  # fmt: skip
        assert stranger.post(url(name, thing), {"pick": case.public_id}).status_code == 404, name
    actions.give(dossier=found, staff=making.person("insa.cordes"), reason="x", actor=ACTOR)
    writes = {
        "dossier_change", "dossier_move", "dossier_case", "dossier_lend", "case_rename",
        "case_upload", "case_note", "case_move", "document_rename", "document_version",
        "document_move", "draft_replace", "dossier_access_change", "dossier_grant",
    }  # fmt: skip
    for name, thing in gets:
        expected = 403 if name in writes else 200
        assert stranger.get(url(name, thing)).status_code == expected, name


def test_bulk_refiling_takes_only_cases_of_this_dossier_and_needs_rights_there(
    tax: Client,
) -> None:
    mine = {"office": Office.objects.get(key="steueramt"), "staff": making.person("eilert.janssen")}
    source, target = dossier("22.10", **mine), dossier("22.10", "Ablage", **mine)
    cases = [actions.open_case(dossier=source, title=f"V{n}", actor=ACTOR) for n in range(3)]
    foreign = making.new_case("osterfeuer-anzeigen").case
    picked = [str(case.public_id) for case in [*cases[:2], foreign]]
    page = tax.post(url("dossier_pick", source), {"pick": picked, "erst": "1", "q": "Ablage"})
    assert "2 Vorgänge umhängen" in page.content.decode()
    assert f"akte:{target.public_id}" in page.content.decode()
    goal = {"pick": picked, "ziel": f"akte:{target.public_id}"}
    assert tax.post(url("dossier_pick", source), goal).status_code == 400  # no reason
    tax.post(url("dossier_pick", source), {**goal, "reason": "aufgeräumt"})
    assert set(target.cases.all()) == set(cases[:2])
    elsewhere = foreign.dossier
    goal = {"pick": [str(cases[2].public_id)], "ziel": f"akte:{elsewhere.public_id}"}
    assert tax.post(url("dossier_pick", source), {**goal, "reason": "x"}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.dossier == elsewhere


def test_documents_move_by_page_and_the_old_reference_leads_on(harms: Client) -> None:
    found = dossier()
    first = actions.open_case(dossier=found, title="Eins", actor=ACTOR)
    second = actions.open_case(dossier=found, title="Zwei", actor=ACTOR)
    harms.post(
        url("case_upload", first), {"kind": "letter", "direction": "in", "files": [upload()]}
    )
    document = Document.objects.get()
    text = harms.get(url("document_move", document), {"q": "Zwei"}).content.decode()
    assert f"vorgang:{second.public_id}" in text
    move = {"ziel": f"vorgang:{second.public_id}", "reason": "falsch"}
    harms.post(url("document_move", document), move)
    document.refresh_from_db()
    assert document.case == second
    page = harms.get(url("record_document", document)).content.decode()
    assert f"früher {first.reference}" in page
    jump = harms.get(reverse("desk:files"), {"q": f"{first.reference}-01"})
    assert jump.url == url("record_document", document)


def test_a_draft_by_page_until_it_is_filed(harms: Client, sign_in: SignIn) -> None:
    case = actions.open_case(dossier=dossier(), title="Eins", actor=ACTOR)
    typed = {"kind": "letter", "direction": "out", "draft": "1", "files": [upload("brief.odt")]}
    harms.post(url("case_upload", case), typed)
    draft = DraftDocument.objects.get()
    assert "Entwurf" in harms.get(url("file_case", case)).content.decode()
    harms.post(url("draft_replace", draft), {"files": upload("b.odt", b"2"), "revision": "1"})
    stale = {"files": upload("b.odt", b"3"), "revision": "1"}
    late = harms.post(url("draft_replace", draft), stale)
    assert late.status_code == 400 and "inzwischen geändert" in late.content.decode()
    loaded = harms.get(url("draft_load", draft))
    assert loaded.content == b"2" and loaded["Content-Type"] == "application/octet-stream"
    for rubbish in ("", "x", "-1", "1"):
        harms.post(url("draft_file", draft), {"revision": rubbish})
    assert not Document.objects.filter(case=case).exists()
    harms.post(url("draft_file", draft), {"revision": "2", "direction": "out"})
    assert Document.objects.get(case=case).direction == "out"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "mindestens eine Datei"),
        ([("leer.pdf", b"")], "ist leer"),
        ([("gut.pdf", b"gut"), ("boese.txt", b"EICAR")], "Schadprogramm"),
    ],
)
def test_bad_uploads_leave_nothing(
    harms: Client, files: list[tuple[str, bytes]], message: str
) -> None:
    test_virus = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    sent = [upload(name, test_virus if content == b"EICAR" else content) for name, content in files]
    case = actions.open_case(dossier=dossier(), title="Eins", actor=ACTOR)
    typed = {"kind": "letter", "direction": "in", "title": "Mein Titel", "files": sent}
    page = harms.post(url("case_upload", case), typed)
    assert page.status_code == 400
    assert message in page.content.decode() and "Mein Titel" in page.content.decode()
    assert not Document.objects.exists()


def test_who_may_see_it_and_why(harms: Client, sign_in: SignIn, registry: Client) -> None:
    found = dossier("11.10", "Personalakte Ubben")
    page = harms.get(url("dossier_access", found)).content.decode()
    assert "2 Personen dürfen es sehen" in page and "hat die Akte angelegt" in page
    assert "in Vertretung für Gerd Harms" in page  # Antje Schoon stands in for him
    typed = {
        "who": f"p:{making.person('insa.cordes').public_id}",
        "level": "read",
        "until": (today() + timedelta(days=3)).isoformat(),
        "reason": "Beurteilung",
    }
    harms.post(url("dossier_grant", found), typed)
    insa = sign_in("insa.cordes")
    assert insa.get(url("dossier", found)).status_code == 200
    log = harms.get(url("dossier_log", found), {"art": "looked"}).content.decode()
    assert "Insa Cordes" in log
    grant = found.grants.get(staff=making.person("insa.cordes"))
    assert insa.post(url("grant_revoke", grant)).status_code == 403
    harms.post(url("grant_revoke", grant))
    assert insa.get(url("dossier", found)).status_code == 404
    # The registry manages access without seeing what it is about.
    assert registry.get(url("dossier", found)).status_code == 404
    entry_page = registry.get(url("plan_entry", place("11.10"))).content.decode()
    assert found.reference in entry_page and "Ubben" not in entry_page
    access = registry.get(url("dossier_access", found)).content.decode()
    assert "Ubben" not in access and "Sie sehen den Inhalt nicht" in access
    bad = harms.post(url("dossier_grant", found), {**typed, "until": "gestern"})
    assert bad.status_code == 400 and "Beurteilung" in bad.content.decode()


def test_protecting_a_dossier_does_not_lock_its_keeper_out(harms: Client) -> None:
    found = dossier()
    typed = {"access": "restricted", "reason": "Rechtsstreit"}
    harms.post(url("dossier_access_change", found), typed)
    found.refresh_from_db()
    assert found.access == "restricted"
    assert harms.get(url("dossier", found)).status_code == 200


def test_the_registry_changes_the_plan_and_others_do_not(registry: Client, trade: Client) -> None:
    entry = place("23.20")
    for name in ("plan_change", "plan_access"):
        assert trade.get(url(name, entry)).status_code == 403
    assert trade.get(reverse("desk:plan_import")).status_code == 403
    assert trade.get(reverse("desk:patterns")).status_code == 403
    assert trade.post(url("plan_retire", entry)).status_code == 403
    typed = {"code": "23.30", "title": "Wald", "own_years": "", "own_disposal": "", "note": ""}
    above = f"?oben={place('23').public_id}"
    registry.post(reverse("desk:plan_new") + above, {**typed, "own_access": "town"})
    new = place("23.30")
    page = registry.get(url("plan_entry", new)).content.decode()
    assert "geerbt von 23 Liegenschaften" in page and "30 Jahre" in page
    typed |= {"own_years": "abc", "parent": str(place("23").public_id), "reason": "x"}
    bad = registry.post(url("plan_change", new), typed)
    assert bad.status_code == 400 and 'value="abc"' in bad.content.decode()
    registry.post(url("plan_change", new), {**typed, "own_years": "7", "code": "23.31"})
    assert place("23.31").own_years == 7
    registry.post(url("plan_retire", new))
    assert "stillgelegt" in registry.get(url("plan_entry", new)).content.decode()
    registry.post(url("plan_remove", new))
    assert FilingPlanEntry.objects.filter(code="23.31").exists()  # it had another code
    assert (
        "Stelle im Aktenplan geändert"
        in registry.get(reverse("desk:plan_changes")).content.decode()
    )


def test_the_plan_comes_in_by_page_after_a_look(registry: Client) -> None:
    table = "Kennzeichen;Bezeichnung;Jahre;Aussonderung\n99;Neues;5;V\n99.10;Darunter;;\n"
    sent = upload("plan.csv", table.encode())
    page = registry.post(reverse("desk:plan_import"), {"files": sent})
    assert not FilingPlanEntry.objects.filter(code="99").exists()
    signed = page.context["signed"]
    assert page.context["preview"].created == 2
    tampered = registry.post(reverse("desk:plan_import"), {"plan": signed + "x", "source": "p"})
    assert tampered.status_code == 400
    registry.post(reverse("desk:plan_import"), {"plan": signed, "source": "plan.csv"})
    assert place("99.10").parent == place("99")
    again = registry.post(reverse("desk:plan_import"), {"plan": signed, "source": "plan.csv"})
    assert again.status_code == 409
    bad = "Kennzeichen;Bezeichnung;Jahre\n98;Ohne Art;5\n<b>;x;\n"
    page = registry.post(reverse("desk:plan_import"), {"files": upload("p.csv", bad.encode())})
    text = page.content.decode()
    assert "So lässt sich der Plan nicht einlesen" in text and "&lt;b&gt;" in text


def test_patterns_are_shown_before_they_count(registry: Client) -> None:
    typed = {"case": "{Plan}-{Nr:3}", "dossier": "{Plan}/{Nr}", "document": "{Vorgang}.{Nr}"}
    page = registry.post(reverse("desk:patterns"), {**typed, "vorschau": "1"})
    assert "23.20-007" in page.content.decode()
    assert place("23.20").case_pattern == ""
    bad = registry.post(reverse("desk:patterns"), {**typed, "case": "{Plan}{Nr}"})
    assert bad.status_code == 400 and "{Plan}{Nr}" in bad.content.decode()
    registry.post(reverse("desk:patterns"), typed)
    assert place("23.20").case_pattern == "{Plan}-{Nr:3}"


def test_paper_goes_out_and_comes_back(harms: Client) -> None:
    found = dossier(medium="003", location="Keller")
    due = (today() + timedelta(days=5)).isoformat()
    bad = harms.post(url("dossier_lend", found), {"due": "bald", "name": "Gericht"})
    assert bad.status_code == 400 and "Gericht" in bad.content.decode()
    harms.post(url("dossier_lend", found), {"due": due, "name": "Gericht"})
    assert "Gericht" in harms.get(reverse("desk:loans")).content.decode()
    assert (
        "Nichts ist überfällig"
        in harms.get(reverse("desk:loans"), {"stand": "late"}).content.decode()
    )
    harms.post(reverse("desk:loan_back", args=[found.loans.get().public_id]), {"liste": "1"})
    assert "Nichts ist ausgeliehen" in harms.get(reverse("desk:loans")).content.decode()


@pytest.mark.parametrize("tab", ["", "late", "back"])
def test_the_list_of_loans_goes_on_behind_a_row(
    harms: Client, monkeypatch: pytest.MonkeyPatch, tab: str
) -> None:
    monkeypatch.setattr(loans, "PAGE", 2)
    day = today() - timedelta(days=3 if tab else -3)
    for number in range(5):
        found = dossier(title=f"Papier {number}", medium="003", location="Keller")
        Loan.objects.create(
            dossier=found,
            borrower_name=f"Gericht {number}",
            since=day - timedelta(days=9),
            due=day + timedelta(days=number % 2),
            back=today() - timedelta(days=number % 2) if tab == "back" else None,
        )
    seen: list[Loan] = []
    address = reverse("desk:loans") + f"?stand={tab}"
    while address:
        page = harms.get(address)
        seen += page.context["loans"]
        address = page.context["next_url"]
        if tab != "back" and len(seen) == 2:  # the last one seen comes back meanwhile
            Loan.objects.filter(pk=seen[-1].pk).update(back=today())
    assert len({loan.pk for loan in seen}) == len(seen) == 5
    key = [(loan.back, loan.pk) if tab == "back" else (loan.due, loan.pk) for loan in seen]
    assert key == sorted(key, reverse=tab == "back")


def test_the_case_of_an_application_is_not_closed_by_hand(tax: Client) -> None:
    case = making.taken().case
    tax.post(url("case_close", case))
    case.refresh_from_db()
    assert case.state == "open"


@pytest.mark.parametrize("rubbish", ["", "x", "%00", "-1", "9" * 40, "' OR 1=1 --", "<script>"])
def test_any_parameter_gets_an_answer(harms: Client, rubbish: str) -> None:
    found = dossier()
    pages = [
        (reverse("desk:files"), ("q", "auf")),
        (url("plan_entry", place("23.20")), ("q", "stand", "nach")),
        (url("dossier", found), ("q", "stand", "nach")),
        (url("dossier_log", found), ("art", "nach")),
        (reverse("desk:loans"), ("stand", "nach")),
        (url("dossier_move", found), ("q",)),
    ]
    for address, names in pages:
        for name in names:
            page = harms.get(address, {name: rubbish})
            assert page.status_code == 200, (address, name)
            assert "<script>" not in page.content.decode().replace("<script src", "")
    assert harms.get(reverse("desk:dossier_new"), {"in": rubbish}).status_code in {200, 404}


def test_the_tree_asks_as_often_with_many_dossiers(harms: Client) -> None:
    entry = place("23.20")

    def count(address: str) -> int:
        harms.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert harms.get(address).status_code == 200
        return len(captured)

    dossier()
    pages = [
        reverse("desk:files") + f"?auf={entry.public_id}",
        reverse("desk:files") + "?q=Pacht",
        url("plan_entry", entry),
    ]
    before = [count(page) for page in pages]
    for number in range(12):
        dossier(title=f"Pacht {number}")
    assert [count(page) for page in pages] == before


def test_every_page_has_a_permission_and_a_way_back(harms: Client) -> None:
    found = dossier()
    case = actions.open_case(dossier=found, title="Eins", actor=ACTOR)
    for address in (url("dossier_change", found), url("case_move", case), url("case_upload", case)):
        text = harms.get(address).content.decode()
        assert "Sie sind hier" in text and "Abbrechen" in text
        assert re.search(r"<h1>", text)
