"""What stands on the pages when a message of the archive is not taken."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rathaus.desk.views.disposal import advice
from rathaus.records.disposal.models import Archive
from rathaus.records.models import Case
from tests.desk.disposal.test_pages import HOME, begin, text, url

pytestmark = pytest.mark.one_database
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


def slipping() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("../../../etc/cron.d/x", "x")
    return out.getvalue()


CASES: dict[str, tuple[str, bytes, str, str]] = {
    "empty": ("leer.zip", b"", "Die Datei ist leer.", "Bitten Sie um eine neue"),
    "no zip": ("brief.zip", b"Guten Tag", "keine Zip-Datei", "Bitten Sie um eine neue"),
    "broken": ("a.xml", b"<offen>", "nicht lesbar", "Bitten Sie um eine neue"),
    "other xml": ("a.xml", b"<html/>", "keine xdomea-Nachricht", "Bitten Sie um eine neue"),
    "entity": ("a.xml", ENTITY, "eine DTD", "kann ein Angriff sein"),
    "zip slip": ("a.zip", slipping(), "unerlaubte Dateinamen", "kann ein Angriff sein"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_reason_and_what_helps(
    manager: Client, archive: Archive, old: list[Case], name: str
) -> None:
    called, content, reason, helps = CASES[name]
    process = begin(manager, archive, old)
    given: dict[str, Any] = {"message": SimpleUploadedFile(called, content)}
    said = text(manager.post(url(process, "empfangen/"), given, follow=True))
    assert reason in said and helps in said
    listed = text(manager.get(HOME + "abgewiesen/"))
    assert reason in listed and helps in listed


def test_every_key_has_advice() -> None:
    keys = {"wrong-time", "twice", "", *advice.DANGER, *advice.DAMAGED, *advice.ELSEWHERE}
    assert all(advice.on(key).endswith(".") for key in keys | {"zip-encrypted", "too-large"})
