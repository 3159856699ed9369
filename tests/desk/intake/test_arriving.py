"""What arrives is said to have arrived only when it did: broken off at the end, disk full."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rathaus.core import storage
from rathaus.organisation.models import Office
from rathaus.records.intake import actions
from rathaus.records.intake.actions import uploads
from rathaus.records.intake.models import Item, Upload
from tests.desk.intake.test_intake_sources import begin, part
from tests.desk.intake.ways import HOME, at, text
from tests.desk.making import person
from tests.records.intake import making

BIG = b"0123456789" * 1000
"""Too large for the row: it goes to the disk."""


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def broken_off(tax: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    """All parts are there, and the step that makes the item of them fails."""
    tax.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(uploads, "receive", full)
        url = str(begin(tax).json()["url"])
        assert part(tax, url, "0", b"0123456789").status_code == 500
    assert Upload.objects.get().is_whole
    assert not Item.objects.exists()
    return url


def test_the_last_step_is_made_up_for_when_the_part_comes_again(
    tax: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = broken_off(tax, monkeypatch)
    told = part(tax, url, "0", b"0123456789")
    assert (told.status_code, told.json()) == (200, {"offset": 10, "done": at(Item.objects.get())})
    assert Item.objects.get().read() == b"0123456789"
    assert not Upload.objects.exists()


def test_the_last_step_is_made_up_for_when_the_file_is_chosen_again(
    tax: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_off(tax, monkeypatch)
    assert begin(tax).json()["offset"] == 10
    assert Item.objects.get().read() == b"0123456789"


def test_what_another_request_has_just_put_together_is_over(
    tax: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = broken_off(tax, monkeypatch)
    Upload.objects.get().parts.all().delete()
    assert part(tax, url, "0", b"0123456789").status_code == 404
    assert not Item.objects.exists()


def test_a_full_disk_is_said_and_leaves_no_half_file(
    tax: Client, office: Office, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    _token, secret = actions.make_token(
        office=office, name="Scanner", staff=person("eilert.janssen"), actor=making.CLERK
    )
    place = Path(storage.storages["records"].location)
    before = sorted(place.rglob("*"))
    monkeypatch.setattr(storage, "_through", full)
    file = SimpleUploadedFile("brief.txt", BIG)
    page = text(tax.post(HOME + "hochladen/", {"files": file}, follow=True))
    assert "kein Speicherplatz" in page
    url = begin(tax, size=len(BIG)).json()["url"]
    refused = part(tax, url, "0", BIG)
    assert refused.status_code == 422
    assert "kein Speicherplatz" in refused.json()["error"]
    answer = Client().post(
        "/api/v1/eingang/",
        {"file": SimpleUploadedFile("b.txt", BIG)},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 507
    assert not Item.objects.exists()
    assert [one for one in sorted(place.rglob("*")) if one.is_file()] == [
        one for one in before if one.is_file()
    ]
