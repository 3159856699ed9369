"""Work on documents: pages of the desk."""

from __future__ import annotations

from django.urls import URLPattern

from rathaus.desk.routes.page import page
from rathaus.desk.views.work import (
    case,
    document,
    notes,
    panels,
    redaction,
    runs,
    shares,
    tags,
    tasks,
)

CASE = "akten/vorgang/<uuid:ident>/"
DOCUMENT = "akten/dokument/<uuid:ident>/arbeit/"
RUN = "mitzeichnung/<uuid:ident>/"
REDACTION = "schwaerzung/<uuid:ident>/"
SEE, FILE, SHARE = "records.view", "records.file", "records.share"

panels.register()
urlpatterns: list[URLPattern] = [
    page("aufgaben/", tasks.index, "tasks", needs=SEE),
    page("aufgaben/wiedervorlagen/", tasks.reminders, "reminders", needs=SEE),
    page("aufgaben/hinweis/<int:pk>/", tasks.mention_done, "mention_done", needs=SEE),
    page("aufgaben/paket/<uuid:ident>/", shares.fetch, "export_fetch", needs=SEE),
    page(CASE + "arbeit/", case.show, "work_case", needs=SEE),
    page(CASE + "wiedervorlage/", case.remind, "remind", needs=FILE),
    page(CASE + "wiedervorlage/<uuid:key>/", case.reminder_end, "reminder_end", needs=FILE),
    page(CASE + "export/", case.export, "export_case", needs=FILE),
    page("akten/<uuid:ident>/export/", case.export_dossier, "export_dossier", needs=FILE),
    page(CASE + "kommentar/", notes.comment, "comment", needs=FILE),
    page(CASE + "schlagwort/", notes.tag_case, "tag_case", needs=FILE),
    page(DOCUMENT + "schlagwort/", notes.tag_document, "tag_document", needs=FILE),
    page("akten/verknuepfen/<slug:kind>/<uuid:ident>/", notes.link, "link", needs=FILE),
    page(
        "akten/verknuepfen/<slug:kind>/<uuid:ident>/<uuid:key>/",
        notes.unlink,
        "unlink",
        needs=FILE,
    ),
    page(DOCUMENT, document.show, "work_document", needs=SEE),
    page(DOCUMENT + "sperre/", document.lock, "document_lock", needs=FILE),
    page(DOCUMENT + "fassung/", document.add, "version_add", needs=FILE),
    page(DOCUMENT + "vergleich/<int:number>/", document.compare, "compare", needs=SEE),
    page(CASE + "mitzeichnung/", runs.begin, "run_new", needs=FILE),
    page(RUN, runs.show, "run", needs=SEE),
    page(RUN + "schritt/<int:number>/", runs.answer, "run_answer", needs=SEE),
    page(RUN + "beenden/", runs.stop, "run_stop", needs=SEE),
    page(RUN + "datei/<uuid:key>/", runs.file, "run_file", needs=SEE),
    page("mitzeichnung/vorlagen/", runs.templates, "run_templates", needs=FILE),
    page("akten/fassung/<uuid:ident>/schwaerzen/", redaction.begin, "redact", needs=FILE),
    page(REDACTION, redaction.show, "redaction", needs=FILE),
    page(REDACTION + "seite/<int:number>/", redaction.picture, "redaction_page", needs=FILE),
    page(REDACTION + "aendern/", redaction.change, "redaction_change", needs=FILE),
    page(CASE + "freigabe/", shares.share, "share_new", needs=SHARE),
    page(CASE + "freigabe/<uuid:key>/beenden/", shares.revoke, "share_revoke", needs=SHARE),
    page(CASE + "akteneinsicht/", shares.insight, "insight", needs=SHARE),
    page("schlagworte/", tags.index, "tags", needs=SEE),
    page("schlagworte/<uuid:ident>/", tags.show, "tag", needs=SEE),
    page("akten/<uuid:ident>/schlagworte/", tags.bulk, "tags_bulk", needs=FILE),
]
