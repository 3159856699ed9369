"""Evidence: pages of the desk."""

from __future__ import annotations

from django.urls import URLPattern

from rathaus.desk import panels
from rathaus.desk.routes.page import page
from rathaus.desk.views.evidence import case, overview, verification

panels.register("case", "desk/evidence/parts/case.html", case.panel, order=80)
panels.register("dossier_out", "desk/evidence/parts/dossier.html", case.dossier_action, order=80)

RUN = "beweis/pruefung/<int:pk>/"

urlpatterns: list[URLPattern] = [
    page("beweis/", overview.index, "evidence", needs="records.verify"),
    page("beweis/siegeln/", overview.seal, "evidence_seal", needs="records.verify"),
    page("beweis/siegel.txt", overview.seal_line, "evidence_line", needs="records.verify"),
    page("beweis/pruefung/", verification.start, "evidence_verify", needs="records.verify"),
    page(RUN, verification.show, "evidence_run", needs="records.verify"),
    page(RUN + "beenden/", verification.stop, "evidence_stop", needs="records.verify"),
    page(
        "akten/vorgang/<uuid:ident>/beweispaket/",
        case.package,
        "evidence_package",
        needs="records.file",
    ),
    page(
        "akten/<uuid:ident>/beweispaket/",
        case.dossier_package,
        "evidence_dossier",
        needs="records.file",
    ),
]
