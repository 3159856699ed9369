"""The scan place on the desk: who sees what, the whole way, hostile input."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records import actions as records
from rathaus.records.models import Case, Document
from rathaus.records.scanning import actions
from rathaus.records.scanning.models import (
    PaperDestruction,
    ProcedureVersion,
    ScanBatch,
    ScanPage,
    ScanProfile,
)
from rathaus.records.work import actions as work
from tests.desk.conftest import SignIn
from tests.desk.making import acting, person
from tests.records.scanning.conftest import DATA, MANAGER
from tests.records.scanning.making import stack

TYPED: dict[str, Any] = {
    "name": "Posteingang", "office": "steueramt", "device": "Kyocera", "resolution": "300",
    "colour": "grey", "format": "pdfa", "integrity": "normal", "availability": "normal",
    "confidentiality": "high", "sample_percent": "20", "sample_minimum": "2",
    "paper_count": "4", "paper_unit": "weeks", "excluded": "Urkunden\nVerträge", "note": "",
}  # fmt: skip


@pytest.fixture
def profile() -> ScanProfile:
    office = Office.objects.get(key="steueramt")
    return actions.save_profile(name="Hunde", office=office, data=DATA, actor=MANAGER)


@pytest.fixture
def case() -> Case:
    office = Office.objects.get(key="steueramt")
    return records.open_case(
        filing_code="22.30", title="Altakten", office=office, actor=Actor.system("test")
    )


@pytest.fixture
def manager(sign_in: SignIn) -> Client:
    return sign_in("meike.ulrichs")


def begun(client: Client, profile: ScanProfile, case: Case, sheets: int = 4) -> ScanBatch:
    data = {
        "profil": profile.public_id, "herkunft": "Regal 1", "blaetter": str(sheets),
        "vorbereitet": "Eilert Janssen", "vorgang": case.reference,
    }  # fmt: skip
    assert client.post(reverse("desk:scan_new"), data).status_code == 302
    return ScanBatch.objects.latest("pk")


def upload(client: Client, batch: ScanBatch, *sizes: int) -> None:
    files = [
        SimpleUploadedFile(f"brief_{n}.pdf", stack(size, first=10 * n), "application/pdf")
        for n, size in enumerate(sizes)
    ]
    client.post(reverse("desk:scan_upload", args=[batch.public_id]), {"dateien": files})
    run_pending()


def handed_over(client: Client, profile: ScanProfile, case: Case) -> ScanBatch:
    batch = begun(client, profile, case)
    upload(client, batch, 2, 2)
    client.post(reverse("desk:scan_transfer", args=[batch.public_id]), {"stimmt": "ja"})
    batch.refresh_from_db()
    assert batch.state == "transferred"
    return batch


def check_through(client: Client, batch: ScanBatch) -> None:
    place = [batch.public_id]
    page = client.post(reverse("desk:scan_check_start", args=place), follow=True)
    for _round in range(20):
        number = page.context["number"]
        if not page.context["left"]:
            break
        url = reverse("desk:scan_check", args=[*place, number])
        page = client.post(url, {"urteil": "good"}, follow=True)
    client.post(reverse("desk:scan_check_end", args=place))
    batch.refresh_from_db()


def test_the_whole_way_on_the_desk(
    tax: Client, manager: Client, profile: ScanProfile, case: Case
) -> None:
    batch = handed_over(tax, profile, case)
    page = tax.get(reverse("desk:scan_batch", args=[batch.public_id])).content.decode()
    assert "Sie haben selbst an diesem Stapel gescannt" in page
    answer = tax.post(reverse("desk:scan_check_start", args=[batch.public_id]), follow=True)
    assert "zweite Person" in answer.content.decode()
    assert not batch.checks.exists()
    check_through(manager, batch)
    assert batch.state == "passed"
    assert batch.paper_until is not None
    # Six weeks later; a clock set forward would end the sessions too.
    ScanBatch.objects.filter(pk=batch.pk).update(paper_until=clock.today())
    listed = manager.get(reverse("desk:scan_paper")).content.decode()
    assert batch.reference in listed
    data = {"pick": batch.public_id, "wie": "p4", "am": clock.today().isoformat()}
    manager.post(reverse("desk:scan_destroy"), data)
    batch.refresh_from_db()
    assert batch.state == "destroyed"
    row = PaperDestruction.objects.get()
    pdf = manager.get(reverse("desk:scan_protocol", args=[row.public_id]))
    assert pdf.content.startswith(b"%PDF-")
    assert pdf["Content-Disposition"].startswith("attachment")
    assert Document.objects.filter(case=case).count() == 4


def test_what_was_typed_is_kept_and_explained(tax: Client, profile: ScanProfile) -> None:
    data = {"profil": profile.public_id, "herkunft": "Regal <1>", "blaetter": "viele"}
    answer = tax.post(reverse("desk:scan_new"), {**data, "vorgang": "gibt es nicht"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Regal &lt;1&gt;" in text
    assert "eine Zahl von 1 bis 20.000" in text
    assert "Diesen Vorgang gibt es nicht" in text
    assert not ScanBatch.objects.exists()


def test_other_offices_see_nothing(
    tax: Client, trade: Client, profile: ScanProfile, case: Case
) -> None:
    batch = handed_over(tax, profile, case)
    file = batch.files.first()
    page = ScanPage.objects.first()
    assert file
    assert page
    assert batch.reference not in trade.get(reverse("desk:scan_batches")).content.decode()
    for name, argument in (
        ("scan_batch", batch.public_id),
        ("scan_file", file.public_id),
        ("scan_rescan", file.public_id),
        ("scan_picture", page.pk),
        ("scan_profile", profile.public_id),
    ):
        assert trade.get(reverse(f"desk:{name}", args=[argument])).status_code == 404, name
    for name in ("scan_check_start", "scan_transfer", "scan_cancel", "scan_upload", "scan_place"):
        assert trade.post(reverse(f"desk:{name}", args=[batch.public_id])).status_code == 404, name
    assert tax.get(reverse("desk:scan_picture", args=[page.pk]))["Content-Type"] == "image/jpeg"


def test_a_new_scan_waits_for_the_colleague_who_works_on_the_document(
    tax: Client, manager: Client, profile: ScanProfile, case: Case
) -> None:
    batch = handed_over(tax, profile, case)
    page = manager.post(reverse("desk:scan_check_start", args=[batch.public_id]), follow=True)
    while page.context["left"]:
        address = reverse("desk:scan_check", args=[batch.public_id, page.context["number"]])
        page = manager.post(address, {"urteil": "rescan", "grund": "schief"}, follow=True)
    manager.post(reverse("desk:scan_check_end", args=[batch.public_id]))
    file = batch.files.select_related("document__case__chain").earliest("position")
    colleague = person("meike.ulrichs")
    assert file.document is not None
    work.take_lock(document=file.document, staff=colleague, actor=acting(colleague))
    new = SimpleUploadedFile("neu.pdf", stack(2, first=90), "application/pdf")
    address = reverse("desk:scan_rescan", args=[file.public_id])
    answer = tax.post(address, {"datei": new, "stimmt": "ja"})
    assert answer.status_code == 422
    assert "Meike Ulrichs" in answer.content.decode()


def test_return_in_the_field_of_what_is_wrong_never_means_good(
    tax: Client, manager: Client, profile: ScanProfile, case: Case
) -> None:
    """A browser presses the first button of the form then."""
    batch = handed_over(tax, profile, case)
    start = reverse("desk:scan_check_start", args=[batch.public_id])
    page = manager.post(start, follow=True).content.decode()
    form = page.partition('class="sc-next sc-wide"')[2]
    assert form.index('value="rescan"') < form.index('value="good"')


def test_a_clerk_without_the_permission_destroys_nothing(
    sign_in: SignIn, tax: Client, manager: Client, profile: ScanProfile, case: Case
) -> None:
    batch = handed_over(tax, profile, case)
    check_through(manager, batch)
    clerk = sign_in("jan.deharde")
    data = {"pick": batch.public_id, "wie": "p4", "am": clock.today().isoformat()}
    assert clerk.post(reverse("desk:scan_destroy"), data).status_code == 403
    data["pick"] = uuid.uuid4()
    assert manager.post(reverse("desk:scan_destroy"), data).status_code == 403
    data["pick"] = batch.public_id
    early = manager.post(reverse("desk:scan_destroy"), data)
    assert early.status_code == 422
    assert "aufzubewahren" in early.content.decode()


def test_a_restricted_case_hides_its_batches(
    tax: Client, manager: Client, profile: ScanProfile, case: Case
) -> None:
    batch = handed_over(tax, profile, case)
    records.set_access(
        dossier=case.dossier, own_access="restricted", reason="Personal", actor=MANAGER
    )  # only named people from now on
    for client in (tax, manager):
        answer = client.get(reverse("desk:scan_batch", args=[batch.public_id]))
        assert answer.status_code == 404


def test_into_a_case_that_one_only_reads_no_scans_go(
    tax: Client, profile: ScanProfile, case: Case
) -> None:
    batch = begun(tax, profile, case)
    upload(tax, batch, 2, 2)
    records.set_access(
        dossier=case.dossier, own_access="restricted", reason="Personal", actor=MANAGER
    )
    records.give(
        dossier=case.dossier,
        staff=person("eilert.janssen"),
        may_write=False,
        reason="Auskunft",
        actor=MANAGER,
    )
    answer = tax.post(reverse("desk:scan_transfer", args=[batch.public_id]), {"stimmt": "ja"})
    assert answer.status_code == 422
    assert "nur lesen" in answer.content.decode()
    place = reverse("desk:scan_place", args=[batch.public_id])
    answer = tax.post(place, {"vorgang": case.reference}, follow=True)
    assert "nur lesen" in answer.content.decode()
    data = {"profil": profile.public_id, "herkunft": "x", "blaetter": "1", "vorbereitet": "x",
            "vorgang": case.reference}  # fmt: skip
    answer = tax.post(reverse("desk:scan_new"), data)
    assert answer.status_code == 422
    assert "nur lesen" in answer.content.decode()
    assert not Document.objects.filter(case=case).exists()


def test_a_scan_too_large_for_the_scanner_is_not_put_off(
    tax: Client, profile: ScanProfile, case: Case, settings: Any
) -> None:
    settings.RATHAUS_CLAMD, settings.RATHAUS_CLAMD_MAX_MB = "unix:/nowhere", 0
    batch = begun(tax, profile, case)
    file = SimpleUploadedFile("a.pdf", stack(1), "application/pdf")
    address = reverse("desk:scan_upload", args=[batch.public_id])
    page = tax.post(address, {"dateien": file}, follow=True).content.decode()
    assert "zu groß für den Virenscanner" in page


def test_profiles_are_made_and_changed_by_the_manager_only(tax: Client, manager: Client) -> None:
    assert tax.get(reverse("desk:scan_profile_new")).status_code == 403
    assert manager.post(reverse("desk:scan_profile_new"), TYPED).status_code == 302
    profile = ScanProfile.objects.get()
    url = reverse("desk:scan_profile", args=[profile.public_id])
    wrong = manager.post(url, {**TYPED, "resolution": "sehr hoch"})
    assert wrong.status_code == 422
    assert "150 bis 1200" in wrong.content.decode()
    manager.post(url, {**TYPED, "resolution": "600", "active": "ja"})
    profile.refresh_from_db()
    assert profile.latest == 2
    shown = tax.get(url).content.decode()
    assert "600 dpi" in shown
    assert 'name="resolution"' not in shown
    assert tax.post(url, {**TYPED, "office": "steueramt"}).status_code == 403


def test_the_procedure_is_kept_once(tax: Client, manager: Client, profile: ScanProfile) -> None:
    keep = reverse("desk:scan_procedure_keep")
    assert tax.post(keep).status_code == 403
    manager.post(keep)
    manager.post(keep)
    assert ProcedureVersion.objects.count() == 1
    text = tax.get(reverse("desk:scan_procedure")).content.decode()
    assert "bescheinigt nicht" in text
    assert profile.name in text
    pdf = tax.get(reverse("desk:scan_procedure_pdf", args=[1]))
    assert pdf.content.startswith(b"%PDF-")
    assert tax.get(reverse("desk:scan_procedure_pdf", args=[2**31])).status_code == 404


def test_each_hostile_file_is_refused_for_itself(
    tax: Client, profile: ScanProfile, case: Case
) -> None:
    batch = begun(tax, profile, case)
    files = [
        SimpleUploadedFile("../../x.pdf", stack(1)),
        SimpleUploadedFile("a.exe", b"MZ" + bytes(100)),
        SimpleUploadedFile("<script>.pdf", b"<script>alert(1)</script>"),
    ]
    url = reverse("desk:scan_upload", args=[batch.public_id])
    text = tax.post(url, {"dateien": files}, follow=True).content.decode()
    assert "1 Datei angenommen" in text
    assert "Das ist kein Scan" in text
    assert "<script>.pdf" not in text
    assert batch.files.count() == 1
    assert "Wählen Sie zuerst" in tax.post(url, follow=True).content.decode()


def test_a_case_is_found_by_a_word(tax: Client, profile: ScanProfile, case: Case) -> None:
    batch = actions.open_batch(
        profile=profile, origin="x", sheets=1, prepared_by="y", actor=Actor.staff("z", "Z")
    )
    with clock.shifted(clock.now() + timedelta(minutes=1)):
        run_pending()  # the search takes in what came a moment before
    url = reverse("desk:scan_place", args=[batch.public_id])
    page = tax.post(url, {"vorgang": "Altakten"}, follow=True)
    assert case.reference in page.content.decode()
    tax.post(url, {"id": case.public_id})
    batch.refresh_from_db()
    assert batch.case == case
    assert tax.post(url, {"id": uuid.uuid4()}).status_code == 404


def test_lists_need_the_same_queries_for_many(
    tax: Client, profile: ScanProfile, case: Case
) -> None:
    def count(name: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert tax.get(reverse(f"desk:{name}")).status_code == 200
        return len(queries)

    def more(times: int) -> None:
        for number in range(times):
            actions.open_batch(
                profile=profile, origin=f"Regal {number}", sheets=1, prepared_by="x",
                actor=Actor.staff("z", "Z"), case=case,
            )  # fmt: skip

    more(2)
    before = {name: count(name) for name in ("scan", "scan_batches")}
    more(30)
    assert {name: count(name) for name in before} == before


@pytest.mark.parametrize(
    "query", ["?nach=x", "?nach=99999999999999999999", "?stand=%00", "?sort=;drop", "?amt=%F0"]
)
@pytest.mark.one_database
def test_hostile_queries_of_the_list(tax: Client, query: str) -> None:
    assert tax.get(reverse("desk:scan_batches") + query).status_code == 200
