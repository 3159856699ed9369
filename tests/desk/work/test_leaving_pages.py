"""What leaves the house: packages of a case, and documents shown to people outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rathaus.core.clock import today
from rathaus.core.jobs import run_pending
from rathaus.records import verify
from rathaus.records.work.models import (
    ExportOrder,
    Share,
)
from tests.desk.work.conftest import Matter, SignIn, post, text


@pytest.mark.parametrize("format", ["pdf", "zip"])
def test_a_package_is_for_one_person_and_seven_days(
    tax: Client, sign_in: SignIn, matter: Matter, format: str
) -> None:
    assert post(tax, "export_case", [matter.foreign.public_id], format=format).status_code == 404
    post(tax, "export_case", [matter.case.public_id], format=format)
    order = ExportOrder.objects.get()
    assert "in Arbeit" in text(tax.get(reverse("desk:tasks") + "?zeige=packages"))
    address = reverse("desk:export_fetch", args=[order.public_id])
    assert tax.get(address).status_code == 404
    run_pending()
    got = tax.get(address)
    assert got.status_code == 200
    assert b"".join(got).startswith({"pdf": b"%PDF", "zip": b"PK"}[format])  # type: ignore[arg-type]
    assert sign_in("meike.ulrichs").get(address).status_code == 404
    names = set(matter.case.chain.events.values_list("type", flat=True))
    assert {"export.made", "export.taken"} <= names
    assert post(tax, "export_case", [matter.case.public_id], format="exe").status_code == 302
    assert ExportOrder.objects.count() == 1


# --- sharing with outside -------------------------------------------------------------------------


def shared(tax: Client, matter: Matter, **more: Any) -> tuple[Share, str, str]:
    response = tax.post(
        reverse("desk:share_new", args=[matter.case.public_id]),
        {
            "document": str(matter.document.public_id),
            "recipient": "Rechtsanwältin Deichmann",
            "purpose": "Akteneinsicht nach § 29 VwVfG",
            "until": (today() + timedelta(days=3)).isoformat(),
            "email": "kanzlei@example.org",
            **more,
        },
    )
    assert response.status_code == 200, text(response)
    return Share.objects.get(), response.context["code"], response.context["link"]


def test_link_and_code_open_the_documents_and_nothing_else(
    tax: Client, matter: Matter, mailoutbox: list[Any]
) -> None:
    share, code, link = shared(tax, matter)
    run_pending()
    assert link in mailoutbox[-1].body
    assert code not in "".join(mail.body for mail in mailoutbox)
    lawyer = Client()
    path = reverse("portal:share", args=[share.public_id])
    assert link.endswith(path)
    assert "Schreiben der Eigentümerin" not in text(lawyer.get(path))
    assert lawyer.get(f"{path}1/").status_code == 302
    wrong = lawyer.post(path, {"code": "0000-0000-0000"})
    assert "passen nicht" in text(wrong)
    assert lawyer.post(path, {"code": code.lower().replace("-", " ")}).status_code == 303
    page = text(lawyer.get(path))
    assert "Schreiben der Eigentümerin" in page
    for hidden in ("Eilert", "Janssen", matter.case.title, str(matter.version.public_id)):
        assert hidden not in page
    got = lawyer.get(f"{path}1/")
    assert got.content.startswith(b"%PDF-")
    assert got["Content-Disposition"].startswith("attachment")
    for number in ("2", "0", "99999"):
        assert lawyer.get(f"{path}{number}/").status_code == 404
    names = list(matter.case.chain.events.values_list("type", flat=True))
    assert [names.count(name) for name in ("share.visited", "share.fetched")] == [1, 1]
    event = matter.case.chain.events.get(type="share.opened")
    assert "Deichmann" not in str(event.data)
    # Another share's cookie, and a revoked share, open nothing.
    post(tax, "share_revoke", [matter.case.public_id, share.public_id])
    assert lawyer.get(f"{path}1/").status_code == 302
    assert "passen nicht" in text(lawyer.post(path, {"code": code}))
    assert verify.run_case(matter.case).ok


def test_guessing_codes_is_slow(tax: Client, matter: Matter) -> None:
    share, code, _link = shared(tax, matter)
    path = reverse("portal:share", args=[share.public_id])
    answers = [Client().post(path, {"code": f"AAAA-BBBB-{n:04d}"}).status_code for n in range(12)]
    assert answers[-1] == 429
    assert Client().post(path, {"code": code}).status_code == 429


def test_a_share_ends_by_itself(tax: Client, matter: Matter) -> None:
    share, code, _link = shared(tax, matter)
    path = reverse("portal:share", args=[share.public_id])
    reader = Client()
    reader.post(path, {"code": code})
    assert reader.get(f"{path}1/").status_code == 200
    Share.objects.update(expires_on=today() - timedelta(days=1))
    assert reader.get(f"{path}1/").status_code == 302
    unknown = reverse("portal:share", args=["00000000-0000-4000-8000-000000000000"])
    assert "passen nicht" in text(reader.post(unknown, {"code": code}))


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": ""}, {"purpose": " "}, {"until": "gestern"}, {"document": ""},
        {"until": "2099-01-01"}, {"email": "keine adresse"},
    ],
)  # fmt: skip
def test_a_wrong_share_is_explained(tax: Client, matter: Matter, change: dict[str, str]) -> None:
    response = tax.post(
        reverse("desk:share_new", args=[matter.case.public_id]),
        {
            "document": str(matter.document.public_id),
            "recipient": "Behalte mich",
            "purpose": "Behalte mich auch",
            "until": today().isoformat(),
            **change,
        },
    )
    assert response.status_code == 422
    assert "Behalte mich" in text(response)
    assert not Share.objects.exists()
