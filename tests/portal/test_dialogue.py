"""Messages, answers to the town hall's questions, withdrawal, letters."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import today
from rathaus.core.jobs import run_pending
from rathaus.core.models import Event
from rathaus.forms.models import Upload
from rathaus.organisation.models import StaffMember
from rathaus.proceedings import actions
from rathaus.proceedings.models import Application, CorrectionRequest
from rathaus.records.models import Document
from tests.portal.browser import Browser


@pytest.fixture
def application(resident: Browser) -> Application:
    return resident.apply("hund-anmelden")


@pytest.fixture
def staff() -> StaffMember:
    return StaffMember.objects.filter(memberships__office__key="steueramt").first()


def picture(name: str = "foto.png") -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (20, 20), "white").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), "image/png")


def acting(staff: StaffMember) -> Actor:
    return Actor.staff(str(staff.user_id), staff.name, "Steueramt")


def asked(application: Application, staff: StaffMember) -> CorrectionRequest:
    actions.take_over(application=application, staff=staff, actor=acting(staff))
    return actions.request_correction(
        application=application,
        staff=staff,
        items=[
            actions.CorrectionItem("missing", "Bitte schicken Sie den Impfpass.", upload=True),
            actions.CorrectionItem("incorrect", "Welche Rasse hat der Hund?"),
        ],
        text="Uns fehlt noch etwas.",
        due_on=today() + timedelta(days=14),
        actor=acting(staff),
    )


def test_message_with_a_file(resident: Browser, application: Application) -> None:
    resident.get(f"/vorgang/{application.public_id}/nachricht/")
    resident.post({"text": "Wann kommt die Marke?", "message": picture()})
    assert "Ihre Nachricht ist angekommen" in resident.page
    assert "Wann kommt die Marke?" in resident.page
    message = application.messages.get()
    assert message.incoming
    document = message.documents.get()
    path = f"/vorgang/{application.public_id}/dokument/{document.public_id}/"
    assert path in resident.page
    answer = resident.client.get(path)
    assert answer["Content-Type"] == "image/png"
    assert "attachment" in answer["Content-Disposition"]
    assert "sandbox" in answer["Content-Security-Policy"]


def test_wrong_file_keeps_the_text(resident: Browser, application: Application) -> None:
    resident.get(f"/vorgang/{application.public_id}/nachricht/")
    fake = SimpleUploadedFile("bescheid.pdf", b"MZ\x90\x00 program", "application/pdf")
    resident.post({"text": "Siehe Anhang", "message": fake})
    assert resident.title.startswith("Fehler:")
    assert "Siehe Anhang" in resident.page
    assert application.messages.count() == 0


def test_empty_message(resident: Browser, application: Application) -> None:
    resident.get(f"/vorgang/{application.public_id}/nachricht/")
    resident.post({"text": "   "})
    assert "Schreiben Sie Ihre Nachricht" in resident.page
    assert application.messages.count() == 0


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "\u202eevil\u202c", "👩‍👩‍👧 שלום مرحبا", "a" * 6000]
)
def test_hostile_text_is_shown_as_text(
    resident: Browser, application: Application, text: str
) -> None:
    resident.get(f"/vorgang/{application.public_id}/nachricht/")
    resident.post({"text": text})
    assert resident.status == 200
    assert "<script>alert" not in resident.page
    assert "\u202e" not in resident.page


def test_reading_marks_messages_of_the_town_hall(
    resident: Browser, application: Application, staff: StaffMember
) -> None:
    actions.send_message(application=application, text="Guten Tag", actor=acting(staff))
    resident.get(f"/vorgang/{application.public_id}/")
    assert "Guten Tag" in resident.page
    assert staff.name in resident.page
    assert application.messages.get().read_at


def test_correction_is_answered(
    resident: Browser, application: Application, staff: StaffMember
) -> None:
    asked(application, staff)
    resident.get(f"/vorgang/{application.public_id}/")
    assert "Wir brauchen noch etwas von Ihnen" in resident.page
    assert "Jetzt antworten" in resident.page
    resident.get(f"/vorgang/{application.public_id}/antworten/")
    assert "Impfpass" in resident.page
    resident.post({"item_1": picture("impfpass.png"), "text_2": "Ein Dackel"})
    assert "Ihre Antwort ist angekommen" in resident.page
    application.refresh_from_db()
    assert application.state == "in_progress"
    request = application.corrections.get()
    assert request.answers["2"]["text"] == "Ein Dackel"
    assert request.answers["1"]["documents"]
    resident.get(f"/vorgang/{application.public_id}/antworten/")
    assert resident.path == f"/vorgang/{application.public_id}/"


def test_correction_keeps_file_and_text_when_something_is_missing(
    resident: Browser, application: Application, staff: StaffMember
) -> None:
    asked(application, staff)
    resident.get(f"/vorgang/{application.public_id}/antworten/")
    resident.post({"item_1": picture("impfpass.png"), "text_1": "Seite 3"})
    assert "Beantworten Sie Punkt 2" in resident.page
    assert "impfpass.png" in resident.page
    assert "Seite 3" in resident.page
    resident.post({"text_1": "Seite 3", "text_2": "Ein Dackel"})
    assert "Ihre Antwort ist angekommen" in resident.page
    assert len(application.corrections.get().answers["1"]["documents"]) == 1


def test_no_file_needs_a_reason(
    resident: Browser, application: Application, staff: StaffMember
) -> None:
    asked(application, staff)
    resident.get(f"/vorgang/{application.public_id}/antworten/")
    resident.post({"text_2": "Ein Dackel"})
    assert "Punkt 1: Laden Sie eine Datei hoch" in resident.page
    resident.post({"text_1": "Ich habe keinen.", "text_2": "Ein Dackel"})
    assert "Ihre Antwort ist angekommen" in resident.page


def test_a_file_that_is_needed_is_not_called_voluntary(
    resident: Browser, application: Application, staff: StaffMember
) -> None:
    asked(application, staff)
    resident.get(f"/vorgang/{application.public_id}/antworten/")
    for _time in ("as shown", "as sent without anything"):
        label = re.search(r'<label[^>]*for="item_1">(.*?)</label>', resident.page, re.DOTALL)
        assert label and "Impfpass" in label[1]
        assert "freiwillig" not in label[1]
        assert "Wenn Sie die Datei nicht haben: Schreiben Sie hier, warum." in resident.page
        resident.post({})
        assert resident.title.startswith("Fehler:")


def test_removed_file_is_not_sent(
    resident: Browser, application: Application, staff: StaffMember
) -> None:
    asked(application, staff)
    resident.get(f"/vorgang/{application.public_id}/antworten/")
    resident.post({"item_1": picture("falsch.png")})
    upload = Upload.objects.get(owner=application.public_id)
    resident.post({"text_1": "Habe keinen", "text_2": "Ein Dackel", "_delete_file": str(upload.pk)})
    assert "falsch.png" not in resident.page
    resident.post({"text_1": "Habe keinen", "text_2": "Ein Dackel"})
    assert application.corrections.get().answers["1"]["documents"] == []
    assert not Upload.objects.exists()


def test_another_window_leaves_my_files_alone(resident: Browser, application: Application) -> None:
    """Two windows, or two people who act for one organisation, write about the same case."""
    address = f"/vorgang/{application.public_id}/nachricht/"
    resident.get(address)
    resident.post({"text": "", "message": picture("mein.png")})  # the text is still missing
    mine = resident.page
    resident.get(address)
    resident.post({"text": "Aus dem anderen Fenster", "message": picture("anderes.png")})
    assert "Ihre Nachricht ist angekommen" in resident.page
    resident.page = mine
    resident.post({"text": "Mit meinem Bild"}, address)
    assert "Ihre Nachricht ist angekommen" in resident.page
    sent = {m.text: [d.title for d in m.documents.all()] for m in application.messages.all()}
    assert sent == {
        "Aus dem anderen Fenster": ["anderes.png"],
        "Mit meinem Bild": ["mein.png"],
    }


def test_nothing_is_sent_without_a_file_that_is_gone(
    resident: Browser, application: Application
) -> None:
    """A day later, or sent twice: it is said, the text stays, and a second try goes."""
    address = f"/vorgang/{application.public_id}/nachricht/"
    resident.get(address)
    resident.post({"text": "", "message": picture("weg.png")})
    Upload.objects.all().delete()
    resident.post({"text": "Siehe Bild"}, address)
    assert "Eine Ihrer Dateien ist nicht mehr da" in resident.page
    assert "Siehe Bild" in resident.page
    assert not application.messages.exists()
    resident.post({"text": "Siehe Bild", "message": picture("neu.png")}, address)
    assert "Ihre Nachricht ist angekommen" in resident.page
    assert [d.title for d in application.messages.get().documents.all()] == ["neu.png"]


def test_another_window_leaves_the_files_of_my_answer_alone(
    resident: Browser, application: Application, staff: StaffMember
) -> None:
    asked(application, staff)
    address = f"/vorgang/{application.public_id}/antworten/"
    resident.get(address)
    resident.post({"item_1": picture("mein.png")})
    mine = resident.page
    resident.get(address)
    resident.post({"item_1": picture("anderes.png")})
    resident.page = mine
    resident.post({"text_2": "Ein Dackel"}, address)
    assert "Ihre Antwort ist angekommen" in resident.page
    [filed] = application.corrections.get().answers["1"]["documents"]
    assert Document.objects.get(pk=filed).title == "mein.png"


@pytest.mark.parametrize("way", ["nachricht", "antworten"])
@pytest.mark.parametrize("ident", ["x", "", "00000000-0000-4000-8000-000000000000"])
def test_forged_files_are_told_not_sent(
    resident: Browser, application: Application, staff: StaffMember, way: str, ident: str
) -> None:
    asked(application, staff)
    resident.get(f"/vorgang/{application.public_id}/{way}/")
    forged = {"message.files": ident, "item_1.files": ident, "item_2.files": ident}
    resident.post({"text": "Da", "text_1": "Da", "text_2": "Da", **forged})
    assert "Eine Ihrer Dateien ist nicht mehr da" in resident.page
    resident.post({"_delete_file": ident, **forged})
    assert resident.status == 200


def test_withdrawal_asks_first(resident: Browser, application: Application) -> None:
    resident.get(f"/vorgang/{application.public_id}/zurueckziehen/")
    application.refresh_from_db()
    assert application.is_open
    resident.post({"grund": "Hund verkauft"})
    assert "Ihr Antrag ist zurückgezogen" in resident.page
    application.refresh_from_db()
    assert application.state == "withdrawn"
    resident.get(f"/vorgang/{application.public_id}/zurueckziehen/")
    assert resident.path == f"/vorgang/{application.public_id}/"


def test_withdrawn_paid_application_says_what_becomes_of_the_money(resident: Browser) -> None:
    application = resident.apply("meldebescheinigung-einfach")
    resident.get(f"/vorgang/{application.public_id}/zurueckziehen/")
    assert "nichts mehr bezahlen" in resident.page
    resident.post({})
    resident.get(f"/vorgang/{application.public_id}/")
    assert "aufgehoben" in resident.page


def test_letter_is_fetched_and_noted(
    resident: Browser, application: Application, staff: StaffMember
) -> None:
    actions.take_over(application=application, staff=staff, actor=acting(staff))
    template = next(row for row in application.service.letters if row.outcome == "granted")
    letter = actions.draft_letter(
        application=application, template_key=template.key, reason="96,00 € im Jahr"
    )
    actions.decide(
        application=application, staff=staff, outcome="granted", letter=letter, actor=acting(staff)
    )
    resident.get(f"/vorgang/{application.public_id}/")
    assert "wird gerade erstellt" in resident.page
    run_pending()
    resident.get(f"/vorgang/{application.public_id}/")
    document = application.letters.get().document
    path = f"/vorgang/{application.public_id}/dokument/{document.public_id}/"
    assert path in resident.page
    assert not Event.objects.filter(type="letter.read").exists()
    resident.client.get(path)
    resident.client.get(path)
    assert Event.objects.filter(type="letter.read").count() == 1


def test_a_document_that_was_destroyed_is_explained(
    resident: Browser, application: Application
) -> None:
    path = own_document(application)
    storage.shred(Document.objects.get(case=application.case, kind="application").as_filed.blob)
    resident.get(path)
    assert resident.status == 410
    assert "Dieses Dokument gibt es nicht mehr" in resident.page
    assert f"/vorgang/{application.public_id}/" in resident.page
    assert not Event.objects.filter(type="document.viewed").exists()


def test_a_damaged_document_says_whom_to_ask(
    resident: Browser,
    application: Application,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def damaged(*_args: object) -> bytes:
        raise storage.StorageDamaged("cut")

    path = own_document(application)
    monkeypatch.setattr("rathaus.records.models.DocumentVersion.read", damaged)
    resident.get(path)
    assert resident.status == 500
    assert "Das liegt an uns" in resident.page
    assert application.case.office.name in resident.page
    assert [record.levelname for record in caplog.records if record.name == "rathaus.portal"] == [
        "ERROR"
    ]
    assert not Event.objects.filter(type="document.viewed").exists()


def own_document(application: Application) -> str:
    """Address of the receipt."""
    run_pending()
    receipt = Document.objects.get(case=application.case, kind="application")
    return f"/vorgang/{application.public_id}/dokument/{receipt.public_id}/"


def test_files_cannot_be_poured_in(
    resident: Browser, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rathaus.portal.limits.UPLOADS", 2)
    for _ in range(3):
        resident.get(f"/vorgang/{application.public_id}/nachricht/")
        resident.post({"text": "", "message": picture()})
    assert resident.status == 429
    assert Upload.objects.count() == 2
