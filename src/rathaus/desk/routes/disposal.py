"""Retention and disposal: pages of the desk."""

from __future__ import annotations

from django.urls import URLPattern

from rathaus.desk.routes.page import page
from rathaus.desk.views.disposal import (
    archives,
    due,
    handover,
    holds,
    messages,
    panels,
    process,
    refused,
)

panels.register()
HOME = "aussonderung/"
ONE = HOME + "verfahren/<uuid:ident>/"
ARCHIVE = HOME + "archive/<uuid:ident>/"
CASE = "akten/vorgang/<uuid:ident>/"
DOSSIER = "akten/<uuid:ident>/"

urlpatterns: list[URLPattern] = [
    page(HOME, due.index, "disposal", needs="records.dispose"),
    page(HOME + "beginnen/", due.begin, "disposal_begin", needs="records.dispose"),
    page(HOME + "verfahren/", process.index, "disposal_processes", needs="records.release"),
    page(ONE, process.show, "disposal_process", needs="records.release"),
    page(ONE + "schritt/<slug:name>/", process.step, "disposal_step", needs="records.release"),
    page(ONE + "bewerten/", process.appraise, "disposal_appraise", needs="records.dispose"),
    page(
        ONE + "herausnehmen/<int:pk>/",
        process.withdraw,
        "disposal_withdraw",
        needs="records.dispose",
    ),
    page(ONE + "empfangen/", messages.receive, "disposal_receive", needs="records.dispose"),
    page(
        ONE + "nachricht/<int:pk>/", messages.download, "disposal_message", needs="records.dispose"
    ),
    page(HOME + "archive/", archives.index, "archives", needs="records.dispose"),
    page(HOME + "archive/neu/", archives.edit, "archive_new", needs="records.dispose"),
    page(ARCHIVE, archives.edit, "archive_edit", needs="records.dispose"),
    page(HOME + "abgewiesen/", refused.index, "disposal_refused", needs="records.dispose"),
    page(
        HOME + "abgewiesen/<uuid:ident>/",
        refused.settle,
        "disposal_settle",
        needs="records.dispose",
    ),
    page(HOME + "vernichtet/", refused.tombstones, "tombstones", needs="records.dispose"),
    page(HOME + "sperren/", holds.index, "holds", needs="records.file"),
    page(HOME + "sperren/<uuid:ident>/", holds.release, "hold_release", needs="records.file"),
    page(CASE + "sperren/", holds.on_case, "hold_case", needs="records.file"),
    page(DOSSIER + "sperren/", holds.on_dossier, "hold_dossier", needs="records.file"),
    page(CASE + "loeschverlangen/", holds.erasure_page, "erasure", needs="records.file"),
    page(DOSSIER + "abgabe/", handover.export, "handover_export", needs="records.dispose"),
    page(HOME + "uebernahme/", handover.receive, "handover_import", needs="records.dispose"),
]
