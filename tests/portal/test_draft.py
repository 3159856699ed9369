"""Two windows, expired access, another device: nothing is lost, nothing happens twice."""

from __future__ import annotations

import re
from datetime import timedelta

import time_machine
from django.core import mail
from django.utils import timezone

from rathaus.core.jobs import run_pending
from rathaus.core.models import Job
from rathaus.portal import grants, standing
from rathaus.proceedings.models import Application, Draft
from tests.portal.browser import Browser

SLUG = "meldebescheinigung-einfach"
FIRST = {"fuer_wen": "selbst", "zweck": "arbeit"}


def test_second_window_does_not_overwrite_unseen(resident: Browser) -> None:
    draft = resident.begin(SLUG)
    path, first_window = resident.path, resident.page
    resident.post(FIRST)
    resident.get(path)
    second_window = resident.page
    resident.post({**FIRST, "zweck": "heirat"})
    resident.path, resident.page = path, second_window
    resident.post({**FIRST, "zweck": "rente"})
    assert resident.status == 409
    assert "In einem anderen Fenster geändert" in resident.page
    assert re.search(r'value="rente"[^>]*checked', resident.page)
    draft.refresh_from_db()
    assert draft.answers["zweck"] == "heirat"
    resident.post({**FIRST, "zweck": "rente"})
    draft.refresh_from_db()
    assert draft.answers["zweck"] == "rente"
    assert first_window


def test_double_click_is_no_conflict(resident: Browser) -> None:
    resident.begin(SLUG)
    path, page = resident.path, resident.page
    resident.post(FIRST)
    after = resident.path
    resident.path, resident.page = path, page
    resident.post(FIRST)
    assert (resident.status, resident.path) == (200, after)


def test_two_windows_on_two_steps_do_not_disturb_each_other(resident: Browser) -> None:
    draft = resident.fill(SLUG)
    person, way = f"/antrag/{draft.public_id}/person/", f"/antrag/{draft.public_id}/versand/"
    steps = [step.key for step in draft.version.parsed.form.steps]
    way = f"/antrag/{draft.public_id}/{steps[2]}/"
    person = f"/antrag/{draft.public_id}/{steps[0]}/"
    resident.get(person)
    window = resident.page
    resident.get(way)
    resident.post({"anzahl": "3", "versand": "online"})
    resident.path, resident.page = person, window
    resident.post({**FIRST, "zweck": "heirat"})
    draft.refresh_from_db()
    assert (draft.answers["anzahl"], draft.answers["zweck"]) == (3, "heirat")


def test_mark_without_meaning_protects_what_is_stored() -> None:
    stored = {"a": "1"}
    assert standing.conflicts("rubbish", 4, stored, {"a": "2"}, ["a"])
    assert not standing.conflicts("rubbish", 4, {}, {"a": "2"}, ["a"])
    assert not standing.conflicts("4.x", 4, stored, {"a": "2"}, ["a"])


def test_save_and_continue_on_another_device(resident: Browser, stranger: Browser) -> None:
    draft = resident.begin(SLUG)
    resident.post({**FIRST, "save": "1"})
    assert resident.path == f"/antrag/{draft.public_id}/speichern/"
    draft.refresh_from_db()
    assert draft.code in resident.page
    assert draft.answers["zweck"] == "arbeit"
    link = f"http://testserver/fortsetzen/?antrag={draft.public_id}"
    assert link in resident.page
    stranger.get(link.removeprefix("http://testserver"))
    stranger.post({"antrag": str(draft.public_id), "code": draft.code.lower()})
    assert stranger.path.startswith(f"/antrag/{draft.public_id}/")
    assert stranger.status == 200


def test_saving_keeps_what_is_right_although_something_is_missing(resident: Browser) -> None:
    draft = resident.begin(SLUG)
    resident.post({"zweck": "arbeit", "save": "1"})
    draft.refresh_from_db()
    assert draft.answers.get("zweck") == "arbeit"
    assert resident.path.endswith("/speichern/")


def test_wrong_code_for_a_draft(resident: Browser, stranger: Browser) -> None:
    draft = resident.begin(SLUG)
    resident.post({**FIRST, "save": "1"})
    stranger.get("/fortsetzen/")
    stranger.post({"antrag": str(draft.public_id), "code": "AAAA-AAAA-AAAA"})
    assert "passen nicht zusammen" in stranger.page
    page = stranger.page
    for number in range(12):
        spelling = str(draft.public_id).upper() if number % 2 else draft.public_id.hex
        stranger.page = page
        stranger.post({"antrag": spelling, "code": "AAAA-AAAA-AAAA"}, "/fortsetzen/")
    assert stranger.status == 429


def test_draft_without_code_cannot_be_opened_with_an_empty_one(
    resident: Browser, stranger: Browser
) -> None:
    draft = resident.begin(SLUG)
    for code in ("", " ", "-", "----"):
        stranger.get("/fortsetzen/")
        stranger.post({"antrag": str(draft.public_id), "code": code})
        assert stranger.path.startswith("/fortsetzen/")


def test_expired_draft_says_so(resident: Browser, stranger: Browser) -> None:
    draft = resident.begin(SLUG)
    resident.post({**FIRST, "save": "1"})
    draft.refresh_from_db()
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        stranger.get("/fortsetzen/")
        stranger.post({"antrag": str(draft.public_id), "code": draft.code})
        assert "abgelaufen" in stranger.page


def test_expired_access_keeps_what_was_typed(resident: Browser) -> None:
    draft = resident.begin(SLUG)
    resident.post({**FIRST, "save": "1"})
    draft.refresh_from_db()
    resident.get(f"/antrag/{draft.public_id}/")
    steps = draft.version.parsed.form.steps
    path = f"/antrag/{draft.public_id}/{steps[0].key}/"
    resident.get(path)
    del resident.client.cookies[grants.NAME]
    resident.post({**FIRST, "zweck": "heirat"})
    assert resident.status == 403
    assert "Was Sie gerade eingetragen haben" in resident.page
    resident.post({"_code": draft.code})
    assert resident.status == 200
    draft.refresh_from_db()
    assert draft.answers["zweck"] == "heirat"
    resident.get(path)
    assert resident.status == 200


def test_code_of_a_sent_draft_opens_the_application(resident: Browser, stranger: Browser) -> None:
    draft = resident.fill("hund-anmelden")
    resident.post({"save": "1"})
    draft.refresh_from_db()
    resident.get(f"/antrag/{draft.public_id}/pruefen/")
    resident.post({})
    application = Application.objects.get()
    stranger.get("/fortsetzen/")
    stranger.post({"antrag": str(draft.public_id), "code": draft.code})
    assert stranger.path == f"/vorgang/{application.public_id}/"


def test_mail_carries_the_link_but_never_the_code(resident: Browser) -> None:
    draft = resident.begin(SLUG)
    resident.post({**FIRST, "save": "1"})
    resident.post({"email": "wiebke@example.org"})
    assert "Der Link ist unterwegs" in resident.page
    job = Job.objects.get(name="portal.mail_draft_link")
    assert "wiebke" not in str(job.args)
    run_pending()
    draft.refresh_from_db()
    [message] = mail.outbox
    assert message.to == ["wiebke@example.org"]
    assert str(draft.public_id) in message.body
    assert draft.code not in message.body + message.subject
    assert "Meldebescheinigung" not in message.body + message.subject


def test_wrong_address_is_an_error(resident: Browser) -> None:
    resident.begin(SLUG)
    resident.post({**FIRST, "save": "1"})
    resident.post({"email": "keine adresse"})
    assert resident.title.startswith("Fehler:")
    assert not Job.objects.filter(name="portal.mail_draft_link").exists()


def test_deleted_draft_cannot_be_sent(resident: Browser) -> None:
    draft = resident.fill("hund-anmelden")
    page, path = resident.page, resident.path
    Draft.objects.filter(pk=draft.pk).delete()
    resident.page, resident.path = page, path
    resident.post({})
    assert resident.status == 403
    assert Application.objects.count() == 0
