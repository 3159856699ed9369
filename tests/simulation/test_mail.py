"""The mailbox of the simulation."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.test import Client

from rathaus.simulation.mail import Backend
from rathaus.simulation.models import SimulatedMail

pytestmark = pytest.mark.django_db


def send(subject: str = "Ihr Antrag WM-2026-00001", **changes: Any) -> SimulatedMail:
    message = EmailMultiAlternatives(
        subject,
        changes.pop("body", "Guten Tag,\n\nsiehe https://example.org/"),
        "rathaus@example.org",
        ["mara@example.org"],
    )
    message.attach("eingang.pdf", b"%PDF-1.7 test", "application/pdf")
    message.attach("../../böse.html", "<script>alert(1)</script>", "text/html")
    assert Backend().send_messages([message]) == 1
    return SimulatedMail.objects.latest("pk")


def test_mail_is_listed_and_can_be_read(client: Client) -> None:
    mail = send()
    assert mail.subject in client.get("/simulation/post/").content.decode()
    page = client.get(f"/simulation/post/{mail.token}/").content.decode()
    assert "mara@example.org" in page
    assert "eingang.pdf" in page
    assert 'href="https://example.org/"' in page


def test_text_cannot_smuggle_markup(client: Client) -> None:
    mail = send(subject="<b>x</b>", body="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(f"/simulation/post/{mail.token}/").content.decode()
    assert "<b>x</b>" not in client.get("/simulation/post/").content.decode()


def test_pdf_opens_and_html_is_only_downloaded(client: Client) -> None:
    pdf, html = send().attachments.order_by("pk")
    shown = client.get(f"/simulation/post/anhang/{pdf.token}/")
    assert (shown["Content-Type"], shown.content) == ("application/pdf", b"%PDF-1.7 test")
    saved = client.get(f"/simulation/post/anhang/{html.token}/")
    assert saved["Content-Type"] == "application/octet-stream"
    assert saved["Content-Disposition"].startswith("attachment")


def test_header_injection_is_refused() -> None:
    with pytest.raises(BadHeaderError):
        send(subject="x\nBcc: all@example.org")


def test_list_is_paged(client: Client) -> None:
    for number in range(60):
        send(f"Nachricht {number}")
    first = client.get("/simulation/post/").content.decode()
    assert "Nachricht 59" in first
    assert "Nachricht 9<" not in first
    oldest_shown = SimulatedMail.objects.order_by("-pk")[49].token
    assert "Nachricht 9<" in client.get(f"/simulation/post/?vor={oldest_shown}").content.decode()
    assert client.get("/simulation/post/?vor=nonsense").status_code == 404


def test_empty_mailbox_and_index(client: Client) -> None:
    assert "Noch keine E-Mail" in client.get("/simulation/post/").content.decode()
    assert "/simulation/post/" in client.get("/simulation/").content.decode()
