"""Whose papers: what a resident sent in and what the town addressed to them, nothing else."""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.forms.models import Upload
from rathaus.organisation import queries as organisation
from rathaus.proceedings import actions, documents, mailbox
from rathaus.proceedings.models import Application
from rathaus.proceedings.personal import export
from rathaus.records import actions as records
from rathaus.records.intake.actions import file_item
from rathaus.records.models import Document
from rathaus.theme import letters
from tests.desk import making as desk_making
from tests.portal import residents
from tests.portal.residents import Person
from tests.records.intake import making as intake_making
from tests.support import desk, files

SECRET = "Stellungnahme"
UPLOAD = "sachkunde_nachweis"
Filed = Callable[[Application], Document]


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def clerk() -> Client:
    client = Client()
    desk.sign_in(client, desk_making.person("eilert.janssen").user)
    return client


def newest(application: Application) -> Document:
    return Document.objects.filter(case=application.case).latest("pk")


def statement_of_the_police(application: Application, **more: str) -> Document:
    """As the form of the desk proposes it: Schreiben, Eingang."""
    client = Client()
    desk.sign_in(client, desk_making.person("eilert.janssen").user)
    address = reverse("desk:case_upload", args=[application.case.public_id])
    typed = {"title": f"{SECRET} der Polizei", "kind": "letter", "direction": "in", **more}
    paper = files.pdf(SECRET)
    response = client.post(address, {**typed, "files": io_file("polizei.pdf", paper)})
    assert response.status_code == 302
    run_pending()
    return newest(application)


def io_file(name: str, content: bytes) -> io.BytesIO:
    found = io.BytesIO(content)
    found.name = name
    return found


def proof_of_a_third_person(application: Application) -> Document:
    return statement_of_the_police(application, title=f"{SECRET} Nachbar", kind="upload")


def letter_to_another_authority(application: Application) -> Document:
    return statement_of_the_police(
        application, title=f"{SECRET} für den Landkreis", direction="out"
    )


def mail_of_a_third_person(application: Application) -> Document:
    """Taken in with its attachment, which is a proof by default."""
    office = organisation.office_by_id(application.office_id)
    content = intake_making.mail(
        (f"{SECRET}.pdf", files.pdf(SECRET), "application/pdf"), subject=f"{SECRET} Nachbarin"
    )
    item = intake_making.receive(office, content, name="mail.eml")
    actor = Actor.staff("7", "Eilert Janssen", office.name)
    file_item(item=item, case=application.case, actor=actor)
    run_pending()
    return Document.objects.get(case=application.case, kind="upload")


OF_OTHERS = [
    statement_of_the_police,
    proof_of_a_third_person,
    letter_to_another_authority,
    mail_of_a_third_person,
]


def copy_of(person: Person) -> tuple[dict[str, Any], zipfile.ZipFile]:
    row = export.request_export(account=person.account, actor=person.account.actor)
    run_pending()
    row.refresh_from_db()
    package = zipfile.ZipFile(io.BytesIO(b"".join(export.content(row))))
    name = next(name for name in package.namelist() if name.endswith("antrag.json"))
    return json.loads(package.read(name)), package


def path_of(application: Application, document: Document) -> str:
    return f"/vorgang/{application.public_id}/dokument/{document.public_id}/"


@pytest.mark.parametrize("file", OF_OTHERS)
def test_papers_of_others_reach_the_applicant_on_no_way(person: Person, file: Filed) -> None:
    application = person.apply()
    theirs = file(application)
    page = person.get(f"/vorgang/{application.public_id}/").page
    assert "Eingangsbestätigung mit Ihren Angaben" in page
    assert SECRET not in page
    assert SECRET not in person.get("/konto/postfach/").page
    for document in Document.objects.filter(case=application.case, pk__gte=theirs.pk):
        assert person.get(path_of(application, document)).status == 404
    assert mailbox.mark(account=person.account, keys=[f"d-{theirs.public_id}"], read=True) == 0
    case, package = copy_of(person)
    assert not any(SECRET in name for name in package.namelist())
    assert not any(SECRET in document["title"] for document in case["documents"])
    # Of the form the answers as a file, and the receipt.
    assert [document["kind"] for document in case["documents"]] == [
        "application_data",
        "application",
    ]


@pytest.mark.parametrize("file", OF_OTHERS)
def test_papers_of_others_are_hidden_without_an_account_too(resident: Any, file: Filed) -> None:
    application = resident.apply("hund-anmelden")
    run_pending()
    theirs = file(application)
    resident.get(f"/vorgang/{application.public_id}/")
    assert "Eingangsbestätigung" in resident.page
    assert SECRET not in resident.page
    assert resident.client.get(path_of(application, theirs)).status_code == 404


def test_what_i_sent_and_what_the_town_wrote_to_me_is_there(person: Person) -> None:
    application = person.apply()
    person.get(f"/vorgang/{application.public_id}/nachricht/")
    sent = io_file("impfpass.pdf", files.pdf("Impfpass"))
    person.browser.post({"text": "Anbei der Impfpass", "message": sent})
    attached(application, "Merkblatt.pdf")
    letter = residents.decide(application)
    assert letter.document is not None
    page = person.get(f"/vorgang/{application.public_id}/").page
    links = set(re.findall(rf"/vorgang/{application.public_id}/dokument/[0-9a-f-]+/", page))
    assert len(links) == 4  # receipt, letter, my file, the town's file
    assert "von Ihnen" in page and "vom Rathaus" in page
    for link in links:
        assert person.get(link).status == 200
    assert letter.title in person.get("/konto/postfach/").page
    titles = {document["title"] for document in copy_of(person)[0]["documents"]}
    assert {"impfpass.pdf", "Merkblatt.pdf", letter.title} <= titles


def attached(application: Application, name: str) -> None:
    """A message of the town with a file."""
    owner = uuid.uuid4()
    upload(owner, "message", name, files.pdf("Merkblatt"))
    actor = residents.clerk(application)[1]
    actions.send_message(application=application, text="Anbei", actor=actor, owner=owner)


def upload(owner: uuid.UUID, key: str, name: str, content: bytes) -> Upload:
    return Upload.objects.create(
        owner=owner, field_key=key, name=name, content_type="application/pdf",
        size=len(content), blob=storage.put(content),
    )  # fmt: skip


def test_answers_to_questions_are_mine(person: Person) -> None:
    application = person.apply()
    request = residents.ask(application)
    upload(application.public_id, "item_1", "foto.pdf", files.pdf("Foto"))
    actor = Actor.resident(str(application.public_id))
    actions.answer_correction(
        request=request, answers={"1": "Anbei"}, owner=application.public_id, actor=actor
    )
    page = person.get(f"/vorgang/{application.public_id}/").page
    assert "foto.pdf" in page and "von Ihnen" in page


def test_what_the_clerk_entered_for_me_is_mine_and_nothing_more(person: Person) -> None:
    """At the counter the clerk files the proofs; they belong to the application all the same."""
    application = entered_at_the_counter(person)
    theirs = proof_of_a_third_person(application)
    page = person.get(f"/vorgang/{application.public_id}/").page
    assert "haftpflicht.pdf" in page
    assert SECRET not in page
    assert person.get(path_of(application, theirs)).status == 404
    kinds = [document["kind"] for document in copy_of(person)[0]["documents"]]
    assert kinds == ["application_data", "upload", "application"]


def entered_at_the_counter(person: Person) -> Application:
    staff = desk_making.person("eilert.janssen")
    actor = desk_making.acting(staff)
    draft = desk_making.new_draft()
    type(draft).objects.filter(pk=draft.pk).update(
        channel="counter", entered_by=staff, account=person.account
    )
    draft.refresh_from_db()
    file = upload(draft.public_id, UPLOAD, "haftpflicht.pdf", files.pdf("Haftpflicht"))
    actions.save_step(
        draft=draft, step_key="hund", answers={UPLOAD: [file.as_answer()]},
        revision=draft.revision, actor=actor,
    )  # fmt: skip
    application = actions.submit(draft=draft, actor=actor)
    run_pending()
    return application


def test_the_receipt_names_only_what_i_sent(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made by a job; a clerk may be faster."""
    shown: list[Any] = []

    def render(data: Any) -> bytes:
        shown.append(data)
        return b"%PDF-"

    monkeypatch.setattr(letters, "render", render)
    application = entered_at_the_counter(person)
    proof_of_a_third_person(application)
    loaded = documents.load(application.pk)
    row = documents.verification(loaded, kind="receipt", key="receipt")
    documents.receipt_pdf(loaded, row)
    assert [file.name for file in shown[-1].files] == ["haftpflicht.pdf"]


def test_a_letter_moved_here_from_another_case_is_not_mine(person: Person) -> None:
    """What was addressed to one applicant does not become the other's by misfiling."""
    mine, other = person.apply(), Person("Hinrich", "Fremdling").apply()
    theirs = Document.objects.get(case=other.case, kind="application")
    _staff, actor = residents.clerk(other)
    records.move_document(
        document=theirs, target=mine.case, reason="Verwechslung", staff=None, actor=actor
    )
    assert person.get(path_of(mine, theirs)).status == 404
    assert f"d-{theirs.public_id}" not in person.get("/konto/postfach/").page


def test_notes_of_the_clerk_on_my_paper_stay_inside(person: Person) -> None:
    """A newer version of a letter is the town's; residents get what was issued."""
    application = person.apply()
    letter = residents.decide(application)
    assert letter.document is not None
    records.reopen_case(case=application.case, actor=Actor.system("t"))
    records.add_version(
        document=letter.document, content=b"%PDF-intern", name="vermerk.pdf",
        content_type="application/pdf", actor=residents.clerk(application)[1],
    )  # fmt: skip
    answer = person.browser.client.get(path_of(application, letter.document))
    assert answer.content == letter.document.versions.get(number=1).read()
    assert "vermerk.pdf" not in answer["Content-Disposition"]
