"""From the first second everything is in the record; the receipt follows and can be checked."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from io import BytesIO

import pikepdf
import pytest
import time_machine
from django.core import mail
from pypdf import PdfReader

from rathaus.core import events, jobs
from rathaus.proceedings import actions, errors, queries
from rathaus.proceedings.models import Application
from rathaus.records.models import Document
from tests.proceedings.conftest import new_application, new_draft

pytestmark = pytest.mark.django_db


def test_record_is_complete_at_once(application):
    data = Document.objects.get(case=application.case, kind="application_data")
    content = data.versions.get().blob.read()
    assert json.loads(content) == application.answers
    assert hashlib.sha256(content).hexdigest() == application.answers_sha256
    types = list(application.case.chain.events.values_list("type", flat=True))
    assert "application.submitted" in types
    assert events.verify_chain(application.case.chain) == []


def test_a_club_and_who_acts_for_it_are_told_apart_in_one_line(town):
    with time_machine.travel("2026-11-23T09:00:00Z"):
        application = new_application("osterfeuer-anzeigen")
    assert application.applicant_name == "Boßelverein „Liek up Mullberg“ e. V., Habbo Janßen"


def test_name_is_not_readable_in_the_event(application):
    event = application.case.chain.events.get(type="application.submitted")
    assert application.applicant_name
    assert application.applicant_name not in json.dumps(event.data)
    assert event.personal == {"applicant": application.applicant_name}


def test_receipt_follows_and_anybody_can_check_it(application):
    jobs.run_pending()
    document = Document.objects.get(case=application.case, kind="application")
    content = document.versions.get().blob.read()
    row = application.verifications.get(kind="receipt")
    check = queries.verify_receipt(row.code.lower(), sender="1.2.3.4")
    assert check is not None
    assert check.reference == application.reference
    assert check.matches(hashlib.sha256(content).hexdigest())
    assert not check.matches(hashlib.sha256(content + b" ").hexdigest())
    with pikepdf.open(BytesIO(content)) as pdf:
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "A")
        assert meta["pdfuaid:part"] == "1"


def test_the_receipt_says_what_was_declared(application):
    jobs.run_pending()
    document = Document.objects.get(case=application.case, kind="application")
    content = document.versions.get().blob.read()
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    declared = "Ich melde es innerhalb von zwei Wochen, wenn ich den Hund nicht mehr halte."
    assert declared in re.sub(r"\s+", " ", text)


def test_receipt_job_may_run_twice(application):
    from rathaus.proceedings.jobs import make_receipt

    jobs.run_pending()
    make_receipt(application_id=application.pk)
    jobs.run_pending()
    assert Document.objects.filter(case=application.case, kind="application").count() == 1
    assert len(mail.outbox) <= 1


def test_mail_says_nothing_confidential(town):
    application = new_application()
    assert application.contact_email
    jobs.run_pending()
    [message] = mail.outbox
    text = message.subject + message.body
    assert application.reference in text
    assert application.code not in text
    assert application.applicant_name not in text
    assert "Hund" not in text


def test_unpaid_fee_keeps_the_application_safe_but_not_on_the_desk(town):
    application = new_application("meldebescheinigung-einfach")
    assert application.state == "awaiting_payment"
    assert application.claim is not None
    assert application.claim.amount_cents > 0
    assert application.due_on is None
    assert not Application.objects.on_the_desk().exists()
    assert queries.what_now(application).action == "pay"


def test_deadline_counts_working_days_from_the_receipt(town):
    # Thursday before Easter: Good Friday and Easter Monday do not count.
    with time_machine.travel("2027-03-25T10:00:00Z"):
        application = new_application("hund-anmelden")
    assert application.service.duration.working_days == 7
    assert application.due_on == date(2027, 4, 7)


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        ("2027-03-25", "2027-03-30"),  # Thursday before Easter: Sunday, Easter Monday, Tuesday
        ("2027-03-09", "2027-03-12"),  # Tuesday to Friday
        ("2027-03-12", "2027-03-15"),  # Friday to Monday
    ],
)
def test_three_days_of_the_law_are_plain_days(town, sent, due):
    """§ 15 (1) GewO; a last day without work moves to the next working day (§ 31 (3) VwVfG)."""
    with time_machine.travel(f"{sent}T10:00:00Z"):
        application = new_application("gewerbe-abmelden")
    assert application.due_on == date.fromisoformat(due)


def test_reference_and_code_open_it(application):
    opened = queries.by_reference(
        f" {application.reference.lower()} ", application.code, sender="1.2.3.4"
    )
    assert opened.pk == application.pk
    with pytest.raises(errors.CodeWrong):
        queries.by_reference(application.reference, "0000-0000-0000", sender="1.2.3.4")
    with pytest.raises(errors.CodeWrong):
        queries.by_reference("99.99-1/2026", application.code, sender="1.2.3.4")


def test_unknown_verification_code_vouches_for_nothing(application):
    for code in ("", "AAAA-BBBB-CCCC-DDDD", "\x00", "x" * 5000):
        assert queries.verify_receipt(code, sender="1.2.3.4") is None


def test_who_began_on_a_version_finishes_on_it(town):
    from rathaus.catalogue import actions as catalogue_actions
    from rathaus.catalogue import queries as catalogue
    from rathaus.core.actors import Actor

    draft = new_draft("hund-anmelden")
    current = catalogue.current("hund-anmelden")
    changed = current.parsed.model_copy(update={"summary": "Neuer Text für diese Leistung."})
    catalogue_actions.publish(definition=changed, actor=Actor.system("test"))
    assert catalogue.current("hund-anmelden").number == current.number + 1
    application = actions.submit(draft=draft, actor=draft.actor)
    assert application.version.number == current.number


def test_two_workers_with_the_same_receipt_file_one(application, monkeypatch):
    from rathaus.proceedings import documents
    from rathaus.proceedings import jobs as room_jobs

    original = documents.receipt_pdf

    def overtaken(*arguments):
        content = original(*arguments)
        monkeypatch.setattr(documents, "receipt_pdf", original)
        room_jobs.make_receipt(application_id=application.pk)  # the other worker finishes first
        return content

    monkeypatch.setattr(documents, "receipt_pdf", overtaken)
    room_jobs.make_receipt(application_id=application.pk)
    assert Document.objects.filter(case=application.case, kind="application").count() == 1
    assert application.case.chain.events.filter(type="receipt.ready").count() == 1
    application.case.chain.refresh_from_db()
    assert events.verify_chain(application.case.chain) == []
