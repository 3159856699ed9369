"""Legacy files and shelves: pages of the desk."""

from __future__ import annotations

from django.urls import URLPattern

from rathaus.desk.routes.page import page
from rathaus.desk.views.legacy import overview, runs, shelves

RUN = "altbestand/uebernahme/<uuid:ident>/"
SHELF = "altbestand/regal/<uuid:ident>/"

urlpatterns: list[URLPattern] = [
    page("altbestand/", overview.index, "legacy", needs="legacy.shelves"),
    page("altbestand/regale/", shelves.index, "shelves", needs="legacy.shelves"),
    page("altbestand/regale/aendern/", shelves.change, "shelves_change", needs="legacy.shelves"),
    page("altbestand/regal/neu/", shelves.create, "shelf_new", needs="legacy.shelves"),
    page(SHELF, shelves.show, "shelf", needs="legacy.shelves"),
    page(SHELF + "geleert/", shelves.work, "shelf_work", needs="legacy.shelves"),
    page(SHELF + "entfernen/", shelves.remove, "shelf_remove", needs="legacy.shelves"),
    page("altbestand/uebernahmen/", runs.index, "legacy_runs", needs="legacy.import"),
    page("altbestand/uebernahmen/neu/", runs.create, "legacy_new", needs="legacy.import"),
    page(RUN, runs.show, "legacy_run", needs="legacy.import"),
    page(RUN + "zuordnung/", runs.mapping, "legacy_mapping", needs="legacy.import"),
    page(RUN + "schritt/", runs.step, "legacy_step", needs="legacy.import"),
    page(RUN + "bericht/", runs.report_csv, "legacy_report", needs="legacy.import"),
]
