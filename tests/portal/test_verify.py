"""Anybody can check a document; nobody learns about the person."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rathaus.core.jobs import run_pending
from rathaus.core.models import Blob
from rathaus.proceedings.models import Application, Verification
from tests.portal.browser import Browser


@pytest.fixture
def receipt(resident: Browser) -> Verification:
    resident.apply("hund-anmelden")
    run_pending()
    return Verification.objects.get(kind="receipt")


def test_code_from_the_printed_link(stranger: Browser, receipt: Verification) -> None:
    stranger.get(f"/echtheit/?code={receipt.code}")
    assert receipt.code in stranger.page
    assert "haben wir vergeben" not in stranger.page
    stranger.post({"code": receipt.code.lower()})
    assert "Diesen Prüfcode haben wir vergeben" in stranger.page
    assert receipt.application.reference in stranger.page
    assert receipt.application.applicant_name not in stranger.page


def test_genuine_file(stranger: Browser, receipt: Verification) -> None:
    content = receipt.document.current.read()
    blobs = Blob.objects.count()
    stranger.get("/echtheit/")
    file = SimpleUploadedFile("beleg.pdf", content, "application/pdf")
    stranger.post({"code": receipt.code, "datei": file})
    assert "Echt und unverändert" in stranger.page
    assert Blob.objects.count() == blobs


def test_changed_file(stranger: Browser, receipt: Verification) -> None:
    content = receipt.document.current.read() + b" "
    stranger.get("/echtheit/")
    file = SimpleUploadedFile("beleg.pdf", content, "application/pdf")
    stranger.post({"code": receipt.code, "datei": file})
    assert "nicht das Dokument" in stranger.page


@pytest.mark.parametrize("code", ["ZZZZ-ZZZZ-ZZZZ-ZZZZ", "🐶", "%", "' OR 1=1 --", "x" * 60])
def test_unknown_code(stranger: Browser, receipt: Verification, code: str) -> None:
    stranger.get("/echtheit/")
    stranger.post({"code": code})
    assert "kennen wir nicht" in stranger.page


def test_asking_too_often(stranger: Browser) -> None:
    stranger.get("/echtheit/")
    page = stranger.page
    for _ in range(31):
        stranger.page = page
        stranger.post({"code": "ZZZZ-ZZZZ"}, "/echtheit/")
    assert stranger.status == 429
    assert Application.objects.count() == 0
