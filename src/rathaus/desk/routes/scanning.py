"""Replacement scanning: pages of the desk."""

from __future__ import annotations

from django.urls import URLPattern

from rathaus.desk.routes.page import page
from rathaus.desk.views.scanning import (
    batch,
    check,
    files,
    overview,
    panels,
    paper,
    procedure,
    profiles,
)

panels.register()

BATCH = "scannen/stapel/<uuid:ident>/"

urlpatterns: list[URLPattern] = [
    page("scannen/", overview.index, "scan", needs="scan.work"),
    page("scannen/stapel/", overview.batches, "scan_batches", needs="scan.work"),
    page("scannen/neu/", batch.create, "scan_new", needs="scan.work"),
    page(BATCH, batch.show, "scan_batch", needs="scan.work"),
    page(BATCH + "vorgang/", batch.place, "scan_place", needs="scan.work"),
    page(BATCH + "uebergeben/", batch.hand_over, "scan_transfer", needs="scan.work"),
    page(BATCH + "abbrechen/", batch.cancel, "scan_cancel", needs="scan.work"),
    page(BATCH + "dateien/", files.upload, "scan_upload", needs="scan.work"),
    page(BATCH + "scan-ordner/", files.from_folder, "scan_folder", needs="scan.work"),
    page("scannen/datei/<uuid:ident>/", files.edit, "scan_file", needs="scan.work"),
    page("scannen/datei/<uuid:ident>/entfernen/", files.remove, "scan_remove", needs="scan.work"),
    page("scannen/datei/<uuid:ident>/neu/", files.rescan, "scan_rescan", needs="scan.work"),
    page("scannen/seite/<int:pk>/", files.picture, "scan_picture", needs="scan.work"),
    page(BATCH + "pruefen/", check.start, "scan_check_start", needs="scan.work"),
    page(BATCH + "pruefen/seite/<int:number>/", check.item, "scan_check", needs="scan.work"),
    page(BATCH + "pruefen/ende/", check.finish, "scan_check_end", needs="scan.work"),
    page(BATCH + "sperren/", paper.hold, "scan_hold", needs="scan.destroy"),
    page(BATCH + "freigeben/", paper.release, "scan_release", needs="scan.destroy"),
    page("scannen/papier/", paper.index, "scan_paper", needs="scan.work"),
    page("scannen/papier/vernichten/", paper.destroy, "scan_destroy", needs="scan.destroy"),
    page(
        "scannen/papier/protokoll/<uuid:ident>/",
        paper.protocol,
        "scan_protocol",
        needs="scan.work",
    ),
    page("scannen/profile/", profiles.index, "scan_profiles", needs="scan.work"),
    page("scannen/profile/neu/", profiles.create, "scan_profile_new", needs="scan.manage"),
    page("scannen/profile/<uuid:ident>/", profiles.show, "scan_profile", needs="scan.work"),
    page("scannen/verfahren/", procedure.index, "scan_procedure", needs="scan.work"),
    page(
        "scannen/verfahren/festhalten/",
        procedure.keep,
        "scan_procedure_keep",
        needs="scan.manage",
    ),
    page(
        "scannen/verfahren/<int:number>/",
        procedure.download,
        "scan_procedure_pdf",
        needs="scan.work",
    ),
]
