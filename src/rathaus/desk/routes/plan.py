"""Filing plan, dossiers and cases by hand, access: pages of the desk."""

from __future__ import annotations

from django.urls import URLPattern

from rathaus.desk.routes.page import page
from rathaus.desk.views.plan import (
    access,
    cases,
    documents,
    dossiers,
    entries,
    exchange,
    loans,
    numbering,
    tree,
)

ENTRY = "akten/plan/<uuid:ident>/"
DOSSIER = "akten/<uuid:ident>/"
CASE = "akten/vorgang/<uuid:ident>/"
DOCUMENT = "akten/dokument/<uuid:ident>/"
DRAFT = "akten/entwurf/<uuid:ident>/"

urlpatterns: list[URLPattern] = [
    page("akten/", tree.index, "files", needs="records.view"),
    page(DOSSIER, dossiers.show, "dossier", needs="records.view"),
    page("akten/plan/neu/", entries.create, "plan_new", needs="records.plan"),
    page("akten/plan/verlauf/", entries.changes, "plan_changes", needs="records.plan"),
    page("akten/plan/einlesen/", exchange.take_in, "plan_import", needs="records.plan"),
    page("akten/plan/ausgeben/<slug:kind>/", exchange.give_out, "plan_export",
         needs="records.view"),
    page(ENTRY, entries.show, "plan_entry", needs="records.view"),
    page(ENTRY + "aendern/", entries.change, "plan_change", needs="records.plan"),
    page(ENTRY + "stilllegen/", entries.retire, "plan_retire", needs="records.plan"),
    page(ENTRY + "loeschen/", entries.remove, "plan_remove", needs="records.plan"),
    page(ENTRY + "zugriff/", access.of_entry, "plan_access", needs="records.plan"),
    page("akten/muster/", numbering.edit, "patterns", needs="records.plan"),
    page("akten/ausleihen/", loans.index, "loans", needs="records.view"),
    page("akten/ausleihen/<uuid:ident>/zurueck/", loans.take_back, "loan_back",
         needs="records.file"),
    page("akten/neu/", dossiers.create, "dossier_new", needs="records.file"),
    page(DOSSIER + "aendern/", dossiers.change, "dossier_change", needs="records.file"),
    page(DOSSIER + "abschliessen/", dossiers.close, "dossier_close", needs="records.file"),
    page(DOSSIER + "umhaengen/", dossiers.move, "dossier_move", needs="records.file"),
    page(DOSSIER + "vorgang/", dossiers.new_case, "dossier_case", needs="records.file"),
    page(DOSSIER + "auswahl/", cases.move_selected, "dossier_pick", needs="records.file"),
    page(DOSSIER + "ausleihen/", loans.lend, "dossier_lend", needs="records.file"),
    page(DOSSIER + "zugriff/", access.of_dossier, "dossier_access", needs="records.view"),
    page(DOSSIER + "zugriff/aendern/", access.change, "dossier_access_change",
         needs="records.view"),
    page(DOSSIER + "zugriff/neu/", access.grant, "dossier_grant", needs="records.view"),
    page("akten/berechtigung/<uuid:ident>/entziehen/", access.revoke, "grant_revoke",
         needs="records.view"),
    page(DOSSIER + "protokoll/", access.dossier_log, "dossier_log", needs="records.view"),
    page(CASE + "umbenennen/", cases.rename, "case_rename", needs="records.file"),
    page(CASE + "ablegen/", cases.upload, "case_upload", needs="records.file"),
    page(CASE + "vermerk/", cases.note, "case_note", needs="records.file"),
    page(CASE + "abschliessen/", cases.close, "case_close", needs="records.file"),
    page(CASE + "umhaengen/", cases.move, "case_move", needs="records.file"),
    page(CASE + "zugriff/", access.of_case, "case_access", needs="records.view"),
    page(CASE + "protokoll/", access.case_log, "case_log", needs="records.view"),
    page(DRAFT + "laden/", cases.draft_load, "draft_load", needs="records.view"),
    page(DRAFT + "ersetzen/", cases.draft_replace, "draft_replace", needs="records.file"),
    page(DRAFT + "ablegen/", cases.draft_file, "draft_file", needs="records.file"),
    page(DRAFT + "verwerfen/", cases.draft_discard, "draft_discard", needs="records.file"),
    page(DOCUMENT, documents.show, "record_document", needs="records.view"),
    page(DOCUMENT + "umbenennen/", documents.rename, "document_rename", needs="records.file"),
    page(DOCUMENT + "fassung/", documents.version, "document_version", needs="records.file"),
    page(DOCUMENT + "umhaengen/", documents.move, "document_move", needs="records.file"),
    page(DOCUMENT + "zugriff/", access.of_document, "document_access", needs="records.view"),
]  # fmt: skip
