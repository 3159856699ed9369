"""Intake: pages of the desk."""

from __future__ import annotations

from django.urls import URLPattern

from rathaus.desk.routes.page import page
from rathaus.desk.views.intake import (
    basket,
    filing,
    item,
    pages,
    quarantine,
    ruling,
    sheets,
    sources,
    upload,
    works,
)

ITEM = "eingang/<uuid:ident>/"
SOURCE = "eingang/quellen/<slug:kind>/<uuid:ident>/"

urlpatterns: list[URLPattern] = [
    page("eingang/", basket.index, "intake", needs="intake.view"),
    page("eingang/auswahl/", basket.bulk, "intake_bulk", needs="intake.work"),
    page("eingang/hochladen/", upload.index, "intake_upload", needs="intake.work"),
    page("eingang/hochladen/neu/", upload.begin, "intake_upload_begin", needs="intake.work"),
    page("eingang/hochladen/<uuid:ident>/", upload.part, "intake_upload_part", needs="intake.work"),
    page("eingang/ablegen/", filing.choose, "intake_file", needs="records.file"),
    page("eingang/arbeiten/<uuid:ident>/", works.show, "intake_work", needs="intake.view"),
    page(
        "eingang/arbeiten/<uuid:ident>/noch-einmal/",
        works.repeat,
        "intake_work_repeat",
        needs="intake.work",
    ),
    page("eingang/trennblatt/", sheets.index, "intake_sheets", needs="intake.work"),
    page("eingang/regeln/", ruling.index, "intake_rules", needs="intake.rules"),
    page("eingang/regeln/<uuid:ident>/", ruling.change, "intake_rule", needs="intake.rules"),
    page("eingang/quarantaene/", quarantine.index, "intake_quarantine", needs="intake.quarantine"),
    page(
        "eingang/quarantaene/<uuid:ident>/",
        quarantine.decide,
        "intake_quarantine_decide",
        needs="intake.release",
    ),
    page("eingang/quellen/", sources.index, "intake_sources", needs="intake.sources"),
    page(SOURCE, sources.change, "intake_source", needs="intake.sources"),
    page(ITEM, item.show, "intake_item", needs="intake.view"),
    page(ITEM + "angaben/", item.describe, "intake_describe", needs="intake.work"),
    page(ITEM + "verwerfen/", item.discard, "intake_discard", needs="intake.work"),
    page(ITEM + "wiederherstellen/", item.restore, "intake_restore", needs="intake.work"),
    page(ITEM + "neu-pruefen/", item.retry, "intake_retry", needs="intake.work"),
    page(ITEM + "zuruecknehmen/", item.undo, "intake_undo", needs="intake.work"),
    page(ITEM + "auspacken/", item.unpack, "intake_unpack", needs="intake.work"),
    page(ITEM + "trennen/", item.separate, "intake_separate", needs="intake.work"),
    page(ITEM + "weitergeben/", item.move, "intake_move", needs="intake.work"),
    page(ITEM + "original/", item.original, "intake_original", needs="intake.view"),
    page(ITEM + "seite/<int:number>/", item.image, "intake_image", needs="intake.view"),
    page(ITEM + "seiten/", pages.work, "intake_pages", needs="intake.work"),
]
