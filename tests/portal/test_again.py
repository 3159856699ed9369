"""After a mistake the page is reached by its own address, with all that was typed."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rathaus.forms.models import Upload
from rathaus.proceedings.models import Application, Draft
from rathaus.proceedings.models.draft import Typed
from tests.forms import files
from tests.portal.browser import Browser, errors, sample, typed

SLUG = "meldebescheinigung-einfach"
RIGHT = {"fuer_wen": "selbst", "zweck": "arbeit"}
WRONG = "keine-adresse@@example"


def at(resident: Browser, slug: str, step: str) -> tuple[Draft, str]:
    """On a step of a new draft, which is open to begin with any."""
    draft = resident.begin(slug)
    path = f"/antrag/{draft.public_id}/{step}/"
    resident.get(path)
    assert resident.path == path
    return draft, path


def test_a_mistake_leads_back_by_redirect_with_the_wrong_input(resident: Browser) -> None:
    draft, path = at(resident, SLUG, "kontakt")
    resident.post({"email": WRONG, "telefon": "04944 1"})
    assert resident.response.redirect_chain == [(path, 303)]
    for _again in range(2):  # by the redirect, and after a reload
        assert resident.title.startswith("Fehler:")
        assert any("E-Mail" in error for error in errors(resident.page))
        assert f'value="{WRONG}"' in resident.page and 'value="04944 1"' in resident.page
        resident.get(path)
    draft.refresh_from_db()
    assert draft.answers.get("email") is None
    assert draft.typed and WRONG not in draft.typed
    assert draft.not_saved["typed"]["email"] == [WRONG]
    assert "csrfmiddlewaretoken" not in draft.not_saved["typed"]


def test_it_goes_when_the_step_is_mended(resident: Browser) -> None:
    draft, path = at(resident, SLUG, "kontakt")
    first = f"/antrag/{draft.public_id}/{draft.version.parsed.form.steps[0].key}/"
    resident.post({"email": WRONG})
    resident.get(first)
    resident.post(RIGHT)  # another step leaves it alone
    resident.get(path)
    assert WRONG in resident.page
    resident.post(typed(_fields(draft, "kontakt"), sample(SLUG)))
    assert resident.path != path
    draft.refresh_from_db()
    assert draft.typed == ""
    resident.get(path)
    assert WRONG not in resident.page and not resident.title.startswith("Fehler:")


def test_it_goes_when_the_draft_is_sent(resident: Browser) -> None:
    draft = resident.fill(SLUG)
    check = resident.path
    resident.get(f"/antrag/{draft.public_id}/kontakt/")
    resident.post({"email": WRONG})
    resident.get(check)
    resident.post({})
    assert Application.objects.filter(draft=draft).exists()
    draft.refresh_from_db()
    assert draft.typed == ""


def test_the_way_to_the_check_page_stays_in_the_address(resident: Browser) -> None:
    draft = resident.fill(SLUG)
    path = f"/antrag/{draft.public_id}/kontakt/?pruefen=1"
    resident.get(path)
    resident.post({"email": WRONG})
    assert resident.path == path and "Übernehmen" in resident.page


def test_who_leaves_with_a_mistake_finds_it_again(resident: Browser) -> None:
    _draft, path = at(resident, SLUG, "kontakt")
    resident.post({"email": WRONG, "telefon": "04944 305140", "save": "1"})
    assert resident.path.endswith("/speichern/")
    resident.get(path)
    assert WRONG in resident.page and "04944 305140" in resident.page


def test_a_file_stays_while_something_else_is_mended(resident: Browser) -> None:
    slug = "geburtsurkunde"
    draft, path = at(resident, slug, "antragsteller")
    pdf = SimpleUploadedFile("ausweis.pdf", files.pdf(), "application/pdf")
    resident.post({"ausweis": pdf})
    assert resident.response.redirect_chain == [(path, 303)]
    assert errors(resident.page) and "ausweis.pdf" in resident.page
    resident.get(path)
    kept = re.findall(r'name="ausweis.files" value="([^"]+)"', resident.page)
    assert kept == [str(Upload.objects.get(owner=draft.public_id).pk)]
    answers = typed(_fields(draft, "antragsteller"), sample(slug))
    resident.post({**answers, "ausweis.files": kept})
    draft.refresh_from_db()
    assert [file["id"] for file in draft.answers["ausweis"]] == kept


def test_a_refused_file_is_answered_at_once_with_the_reason(resident: Browser) -> None:
    draft, _path = at(resident, "geburtsurkunde", "antragsteller")
    text = SimpleUploadedFile("ausweis.txt", b"nur Text", "text/plain")
    resident.post({"ausweis": text, "person.last_name": "Onken"})
    assert resident.response.redirect_chain == []
    assert any("PDF" in error for error in errors(resident.page))
    assert 'value="Onken"' in resident.page
    draft.refresh_from_db()
    assert draft.typed == ""


def test_what_was_typed_by_somebody_surer_is_not_shown(resident: Browser) -> None:
    draft, path = at(resident, SLUG, "kontakt")
    for level, shown in ((2, False), (0, True)):
        sealed = Typed(level, {"email": [WRONG]}).sealed("kontakt")
        Draft.objects.filter(pk=draft.pk).update(typed=sealed)
        resident.get(path)
        assert (WRONG in resident.page) is shown


@pytest.mark.parametrize("broken", ["x", "AAAA", "ä"])
def test_what_cannot_be_opened_is_as_if_nothing_was_typed(resident: Browser, broken: str) -> None:
    draft, path = at(resident, SLUG, "kontakt")
    Draft.objects.filter(pk=draft.pk).update(typed=broken)
    assert resident.get(path).status == 200 and not resident.title.startswith("Fehler:")


def test_a_right_step_asks_the_draft_no_more_often(resident: Browser) -> None:
    """One look and one save, whatever may have been typed before."""
    draft = resident.begin(SLUG)
    page = dict(_hidden(resident.page))
    token = resident.client.cookies["csrftoken"].value
    with CaptureQueriesContext(connection) as found:
        answer = resident.client.post(
            resident.path, {**page, **RIGHT, "csrfmiddlewaretoken": token}
        )
    assert answer.status_code == 303
    about = [one["sql"] for one in found if "proceedings_draft" in one["sql"]]
    assert [sql.split()[0] for sql in about] == ["SELECT", "UPDATE"]
    draft.refresh_from_db()
    assert draft.revision == 1


def _hidden(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<input type="hidden" name="(_stand)" value="([^"]*)"', page)


def _fields(draft: Draft, key: str):
    return next(step.fields for step in draft.version.parsed.form.steps if step.key == key)
