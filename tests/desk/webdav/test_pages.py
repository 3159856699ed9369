"""Pages: passwords of devices, and opening a draft in an office program."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rathaus.core.clock import now, shifted
from rathaus.desk.webdav import passwords
from rathaus.desk.webdav.models import DevicePassword
from rathaus.organisation.models import StaffMember
from tests.desk import making
from tests.desk.conftest import SignIn
from tests.desk.webdav.conftest import ACTOR, Connect, Filed, anonymous

INDEX = "/arbeit/sicherheit/geraetekennwoerter/"


@pytest.fixture
def harms(sign_in: SignIn) -> Client:
    """Gerd Harms: head of Zentrale Dienste."""
    return sign_in("gerd.harms")


def page(client: Client, url: str) -> str:
    answer: Any = client.get(url)
    assert answer.status_code == 200, url
    return str(answer.content.decode())


def test_make_use_and_end_a_password(harms: Client) -> None:
    assert INDEX in page(harms, reverse("desk:security"))
    assert "Noch kein Gerätekennwort" in page(harms, INDEX)
    shown = harms.post(INDEX + "neu/", {"device": "Laptop <b>"}).content.decode()
    found = re.search(r"<samp>((?:[0-9A-Z]{4}-){5}[0-9A-Z]{4})</samp>", shown)
    assert found
    assert "Laptop &lt;b&gt;" in shown
    drive = anonymous(("gerd.harms", found[1]))
    assert drive.send("PROPFIND", "/", Depth="0").status_code == 207
    listed = page(harms, INDEX)
    assert found[1] not in listed
    assert "zuletzt" in listed
    row = DevicePassword.objects.get()
    assert harms.post(f"{INDEX}{row.public_id}/entziehen/").status_code == 302
    assert drive.send("PROPFIND", "/", Depth="0").status_code == 401


def test_nobody_ends_a_password_of_somebody_else(harms: Client, trade: Client) -> None:
    row, _secret = passwords.make(staff=making.person("gerd.harms"), name="PC", actor=ACTOR)
    assert trade.post(f"{INDEX}{row.public_id}/entziehen/").status_code == 404
    assert DevicePassword.objects.exists()


def test_a_device_needs_a_name_and_ten_are_enough(harms: Client) -> None:
    empty = harms.post(INDEX + "neu/", {"device": " \x00 "})
    assert (empty.status_code, "einen Namen" in empty.content.decode()) == (422, True)
    staff: StaffMember = making.person("gerd.harms")
    for _ in range(passwords.MOST):
        passwords.make(staff=staff, name="PC", actor=ACTOR)
    full = harms.post(INDEX + "neu/", {"device": "Handy"})
    assert (full.status_code, 'value="Handy"' in full.content.decode()) == (422, True)
    assert "Entziehen Sie erst eines" in page(harms, INDEX)


def test_a_new_password_needs_a_fresh_factor(harms: Client) -> None:
    with shifted(now() + timedelta(minutes=16)):
        answer = harms.post(INDEX + "neu/", {"device": "Laptop"})
    assert answer.status_code == 302
    assert not DevicePassword.objects.exists()


@pytest.mark.one_database
def test_the_draft_says_how_to_open_it(harms: Client, filed: Filed) -> None:
    case = page(harms, reverse("desk:file_case", args=[filed.case.public_id]))
    url = reverse("desk:draft_open", args=[filed.draft.public_id])
    assert url in case
    shown = page(harms, url)
    address = f"http://localhost:8000/webdav/entwurf/{filed.draft.public_id}/K%C3%BCndigung.docx"
    assert f'href="ms-word:ofe|u|{address}"' in shown
    assert f"<samp>{address}</samp>" in shown
    assert "zuerst ein Gerätekennwort" in shown
    drive = opened_in_word(filed)
    assert "Gerd Harms hat den Entwurf gerade offen" in page(harms, url)
    assert "geöffnet von Gerd Harms" in page(
        harms, reverse("desk:file_case", args=[filed.case.public_id])
    )
    assert drive.send("GET", filed.short).status_code == 200


def opened_in_word(filed: Filed) -> Any:
    staff = making.person("gerd.harms")
    _row, secret = passwords.make(staff=staff, name="PC", actor=ACTOR)
    drive = anonymous(("gerd.harms", secret))
    drive.lock(filed.short)
    return drive


@pytest.mark.one_database
def test_strangers_and_switched_off(
    harms: Client, trade: Client, filed: Filed, settings: Any, connect: Connect
) -> None:
    url = reverse("desk:draft_open", args=[filed.draft.public_id])
    assert trade.get(url).status_code == 404
    settings.RATHAUS_WEBDAV = False
    for address in (url, INDEX, INDEX + "neu/"):
        assert harms.get(address).status_code == 404
    assert INDEX not in page(harms, reverse("desk:security"))
    assert url not in page(harms, reverse("desk:file_case", args=[filed.case.public_id]))
