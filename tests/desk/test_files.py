"""Documents, records, search: only the own office's, always safe to open."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rathaus.core import storage
from rathaus.core.jobs import run_pending
from rathaus.proceedings.models import Application
from rathaus.records import actions as records
from rathaus.records.models import Document, DocumentVersion
from tests.desk import making
from tests.desk.conftest import SignIn
from tests.support.tamper import execute


def version(application: Application, kind: str = "application_data") -> DocumentVersion:
    return DocumentVersion.objects.get(document__case=application.case, document__kind=kind)


def upload(application: Application, name: str, content_type: str, content: bytes) -> Document:
    return records.file_document(
        case=application.case,
        title=name,
        kind="upload",
        content=content,
        name=name,
        content_type=content_type,
        direction="in",
        actor=making.RESIDENT,
    )


def test_a_download_is_an_attachment_and_leaves_a_trace(tax: Client) -> None:
    application = making.taken()
    run_pending()
    row = version(application, "application")
    response = tax.get(reverse("desk:file", args=[row.public_id]))
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    event = application.case.chain.events.get(type="document.viewed")
    assert event.actor_label == "Eilert Janssen"


@pytest.mark.parametrize(
    "content_type", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/plain", ""]
)
def test_nothing_a_browser_could_run_keeps_its_type(tax: Client, content_type: str) -> None:
    application = making.taken()
    document = upload(
        application, 'x"; filename="evil.html', content_type, b"<script>alert(1)</script>"
    )
    response = tax.get(reverse("desk:file", args=[document.current.public_id]))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["Content-Disposition"].startswith("attachment")
    assert "\n" not in response["Content-Disposition"]


def test_damaged_and_shredded_documents_are_explained(tax: Client) -> None:
    application = making.taken()
    row = version(application)
    address = reverse("desk:file", args=[row.public_id])
    execute("UPDATE core_blob SET inline = %s WHERE id = %s", b"RB1rubbish" * 9, row.blob_id)
    damaged = tax.get(address).content.decode()
    assert "beschädigt" in damaged and "ändern Sie nichts am Vorgang" in damaged
    storage.shred(row.blob)
    response = tax.get(address)
    assert response.status_code == 410
    assert not application.case.chain.events.filter(type="document.viewed").exists()


def test_the_plan_shows_only_dossiers_of_the_own_offices(sign_in: SignIn) -> None:
    making.new_case()
    making.new_case("osterfeuer-anzeigen")

    def dossiers(login: str, word: str) -> list[str]:
        page = sign_in(login).get(reverse("desk:files"), {"q": word})
        return [dossier.title for dossier in page.context["dossiers"]]

    assert not dossiers("eilert.janssen", "Brauchtumsfeuer")
    assert dossiers("habbo.freese", "Brauchtumsfeuer")
    assert dossiers("meike.ulrichs", "Brauchtumsfeuer")  # the registry keeps everything
    assert dossiers("eilert.janssen", "Hundesteuer")
    assert dossiers("meike.ulrichs", "Hundesteuer")


def test_a_dossier_leads_to_the_case_and_its_documents(tax: Client) -> None:
    application = making.taken()
    case = application.case
    page = tax.get(reverse("desk:dossier", args=[case.dossier.public_id])).content.decode()
    address = reverse("desk:file_case", args=[case.public_id])
    assert address in page
    text = tax.get(address).content.decode()
    assert version(application).blob.sha256[:12] in text
    assert "Angaben aus dem Formular" in text


def test_a_long_dossier_has_pages(tax: Client) -> None:
    applications = [making.new_case() for _ in range(3)]
    address = reverse("desk:dossier", args=[applications[0].case.dossier.public_id])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rathaus.desk.views.plan.dossiers.PAGE", 2)
        first = tax.get(address).content.decode()
        link = re.search(r'href="([^"]+)" rel="next"', first)
        assert link is not None
        second = tax.get(link[1]).content.decode()
    seen = [a.case.reference in first for a in applications]
    assert seen == [a.case.reference not in second for a in applications]
    for rubbish in ("x", "-1", "9" * 30, "%00"):
        assert tax.get(f"{address}?nach={rubbish}").status_code == 200


def test_the_check_says_intact_and_names_what_was_changed(tax: Client) -> None:
    application = making.taken()
    address = reverse("desk:file_check", args=[application.case.public_id])
    assert "Unverändert" in tax.post(address).content.decode()
    execute(
        "UPDATE core_event SET actor_label = 'Jemand anders' WHERE chain_id = %s AND seq = 2",
        application.case.chain_id
        if connection.vendor != "sqlite"
        else application.case.chain_id.hex,
    )
    text = tax.post(address).content.decode()
    assert "Hier wurde etwas verändert" in text and "Ändern Sie jetzt nichts." in text
    assert "event 2" in text or "Eintrag 2" in text or "Ereignis 2" in text


def test_the_package_holds_everything_and_is_noted(tax: Client) -> None:
    application = making.taken()
    response = tax.post(reverse("desk:file_package", args=[application.case.public_id]))
    package = zipfile.ZipFile(io.BytesIO(response.content))
    assert {"vorgang.json", "ereignisse.json", "SHA256SUMS"} <= set(package.namelist())
    assert json.loads(package.read("vorgang.json"))["reference"] == application.reference
    assert application.case.chain.events.filter(type="case.exported").exists()


def test_the_record_page_has_a_fixed_number_of_queries(tax: Client) -> None:
    application = making.taken()
    address = reverse("desk:file_case", args=[application.case.public_id])

    def count() -> int:
        tax.get(address)
        with CaptureQueriesContext(connection) as found:
            tax.get(address)
        return len(found)

    few = count()
    for number in range(8):
        upload(application, f"n{number}.pdf", "application/pdf", b"%PDF-1.4 x" + bytes([number]))
    assert count() == few


# --- search -----------------------------------------------------------------------------------


def hits(client: Client, text: str, **more: str) -> list[str]:
    page = client.get(reverse("desk:search"), {"q": text, **more})
    assert page.status_code == 200
    return [one["hit"].case.reference for one in page.context["hits"]]


def test_words_of_documents_are_found_in_the_own_office_only(sign_in: SignIn) -> None:
    application = making.taken()
    upload(application, "notiz.txt", "text/plain", "Der Dackel heißt Torfnase.".encode())
    run_pending()
    tax = sign_in("eilert.janssen")
    assert hits(tax, "Torfnase") == [application.reference]
    assert hits(tax, application.reference)[0] == application.reference
    assert hits(sign_in("insa.cordes"), "Torfnase") == []
    assert "<mark>Torfnase</mark>" in tax.get("/arbeit/suche/?q=torfnase").content.decode()


def test_found_text_is_never_markup(tax: Client) -> None:
    application = making.taken()
    upload(application, "x.txt", "text/plain", b"Torfnase <script>alert(1)</script> Ende")
    run_pending()
    text = tax.get("/arbeit/suche/?q=Torfnase").content.decode()
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    "text", ["", "%00", '"', '""" OR 1=1', "NEAR(", "*", "ä" * 3000, "🦄", "a:b:c", "../.."]
)
def test_any_question_gets_an_answer(tax: Client, text: str) -> None:
    assert isinstance(hits(tax, text), list)
    assert tax.get("/arbeit/suche/?q=a&nach=rubbish&art=xyz").status_code == 200
