"""Records manager and operator see what is proved; a clerk takes a case's proof along."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.core.models import Job
from rathaus.records.evidence import actions
from rathaus.records.evidence.models import RunFinding, Seal, VerificationRun
from rathaus.records.evidence.offline import pruefen
from rathaus.records.models import Case
from tests.desk import making
from tests.desk.conftest import SignIn
from tests.support.tamper import execute

ACTOR = Actor.system("evidence")


@pytest.fixture(autouse=True)
def tsa(settings: Any) -> None:
    url = "http://localhost:8000/simulation/zeitstempel/"
    settings.RATHAUS_TSA = [f"simulation|{url}|simulation/tsa-ca.pem"]
    settings.RATHAUS_TSA_TRANSPORT = "rathaus.simulation.paypal.transport.in_process"


@pytest.fixture
def case() -> Case:
    """A dog tax case, sealed and stamped."""
    application = making.taken()
    run_pending()
    actions.seal_all(actor=ACTOR)
    run_pending()
    return application.case


@pytest.fixture
def archive(sign_in: SignIn) -> Client:
    """Meike Ulrichs: records manager."""
    return sign_in("meike.ulrichs")


def text(client: Client, name: str, *arguments: object) -> str:
    response = client.get(reverse(f"desk:{name}", args=arguments))
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_tells_what_is_sealed(case: Case, archive: Client, operator: Client) -> None:
    for client in (archive, operator):
        page = text(client, "evidence")
        assert "Siegel 1" in page and "antwortet" in page and "Nichts ist fällig" in page
        assert Seal.objects.get().hash in page
    line = archive.get(reverse("desk:evidence_line"))
    assert line["Content-Disposition"].startswith("attachment")
    assert line.content.decode().startswith("Siegel 1 vom ")


def test_nothing_is_sealed_yet(archive: Client) -> None:
    assert "Noch kein Siegel" in text(archive, "evidence")


def test_without_a_service(archive: Client, settings: Any) -> None:
    settings.RATHAUS_TSA = []
    assert "Kein Zeitstempeldienst ist eingerichtet" in text(archive, "evidence")
    settings.RATHAUS_TSA = ["<b>kaputt"]
    page = text(archive, "evidence")
    assert "In den Einstellungen stimmt etwas nicht" in page and "<b>kaputt" not in page


def test_who_may_not(case: Case, tax: Client, cashier: Client) -> None:
    for client in (tax, cashier):
        assert client.get(reverse("desk:evidence")).status_code == 403
        assert client.post(reverse("desk:evidence_verify")).status_code == 403
        assert client.post(reverse("desk:evidence_seal")).status_code == 403


def test_seal_now(case: Case, archive: Client) -> None:
    making.taken()
    archive.post(reverse("desk:evidence_seal"))
    archive.post(reverse("desk:evidence_seal"))
    assert Job.objects.filter(name="evidence.seal", state="ready").count() == 1
    run_pending()
    assert Seal.objects.count() == 2


def test_verify_as_a_job(case: Case, archive: Client) -> None:
    execute("UPDATE records_document SET title = 'X' WHERE kind = 'application_data'")
    response = archive.post(reverse("desk:evidence_verify"), {"sample": "100", "since": ""})
    run = VerificationRun.objects.get()
    assert response["Location"] == reverse("desk:evidence_run", args=[run.pk])
    assert "Jetzt nachsehen" in text(archive, "evidence_run", run.pk)
    again = archive.post(reverse("desk:evidence_verify"), {"sample": "100"})
    assert again["Location"] == response["Location"]
    run_pending()
    page = text(archive, "evidence_run", run.pk)
    assert "Titel, Dateiname oder Dateityp wurde verändert" in page
    assert reverse("desk:file_case", args=[case.public_id]) in page


def test_findings_keep_titles_to_who_may_see_them(case: Case, operator: Client) -> None:
    """The operator learns that something is wrong, not what the document is called."""
    execute("UPDATE records_document SET title = 'Geheim' WHERE kind = 'application_data'")
    operator.post(reverse("desk:evidence_verify"), {"sample": "100"})
    run_pending()
    page = text(operator, "evidence_run", VerificationRun.objects.get().pk)
    assert case.reference in page and "„…“" in page
    assert "Geheim" not in page
    assert reverse("desk:file_case", args=[case.public_id]) not in page


@pytest.mark.parametrize(
    "data",
    [
        {"sample": "7"},
        {"sample": "100", "since": "morgen"},
        {"sample": "100", "since": "2099-01-01"},
        {"sample": "<script>"},
    ],
)
def test_wishes_that_make_no_sense(archive: Client, data: dict[str, str]) -> None:
    response = archive.post(reverse("desk:evidence_verify"), data, follow=True)
    assert "nicht in der Zukunft" in response.content.decode()
    assert not VerificationRun.objects.exists()


def test_stop(case: Case, archive: Client) -> None:
    archive.post(reverse("desk:evidence_verify"), {"sample": "5"})
    run = VerificationRun.objects.get()
    archive.post(reverse("desk:evidence_stop", args=[run.pk]))
    run_pending()
    assert "Vorzeitig beendet" in text(archive, "evidence_run", run.pk)
    for pk in (run.pk + 1, 2**63):
        assert archive.get(reverse("desk:evidence_run", args=[pk])).status_code == 404


def test_many_findings_come_in_pages(case: Case, archive: Client) -> None:
    archive.post(reverse("desk:evidence_verify"), {"sample": "5"})
    run = VerificationRun.objects.get()
    RunFinding.objects.bulk_create(
        RunFinding(run=run, object=f"Ding {n}", what="seal changed") for n in range(70)
    )
    page = text(archive, "evidence_run", run.pk)
    assert "Ding 49" in page and "Ding 50" not in page
    after = page.split("?nach=")[1].split('"')[0]
    more = archive.get(reverse("desk:evidence_run", args=[run.pk]), {"nach": after})
    assert "Ding 69" in more.content.decode()


def test_the_box_of_a_case(case: Case, tax: Client) -> None:
    page = text(tax, "file_case", case.public_id)
    assert "Unverändert seit" in page and "Siegel 1" in page
    assert "Simulierter Zeitstempeldienst" in page


def test_the_package_convinces_the_verifier(case: Case, tax: Client, tmp_path: Path) -> None:
    response = tax.post(reverse("desk:evidence_package", args=[case.public_id]))
    path = tmp_path / "paket.zip"
    path.write_bytes(response.getvalue())
    assert pruefen.main([str(path)]) == 0
    with zipfile.ZipFile(path) as archive:
        assert "pruefen.py" in archive.namelist()
    assert case.chain.events.filter(type="case.exported").count() == 1


def test_the_package_is_for_the_own_office(case: Case, trade: Client) -> None:
    address = reverse("desk:evidence_package", args=[case.public_id])
    assert trade.post(address).status_code == 404
    assert trade.get(address).status_code in (404, 405)


def test_the_number_of_queries_does_not_grow(case: Case, archive: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            text(archive, "evidence")
        return len(captured)

    queries()
    few = queries()
    for _ in range(3):
        making.taken()
        actions.seal_all(actor=ACTOR)
    run_pending()
    assert queries() <= few


def test_a_dossier_in_one_package(case: Case, tax: Client, trade: Client, tmp_path: Path) -> None:
    address = reverse("desk:evidence_dossier", args=[case.dossier.public_id])
    assert address in text(tax, "dossier", case.dossier.public_id)
    path = tmp_path / "paket.zip"
    path.write_bytes(tax.post(address).getvalue())
    assert pruefen.main([str(path)]) == 0
    assert trade.post(address).status_code == 404


def test_a_dossier_that_is_too_large(
    case: Case, tax: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rathaus.desk.views.evidence.case.MOST_BYTES", 10)
    address = reverse("desk:evidence_dossier", args=[case.dossier.public_id])
    assert "zu groß" in tax.post(address, follow=True).content.decode()
