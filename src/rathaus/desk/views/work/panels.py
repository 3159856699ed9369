"""What this area adds to the pages of dossiers, cases and documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count

from rathaus.core.clock import now
from rathaus.desk import panels
from rathaus.records.models import Case, Document, Dossier
from rathaus.records.work.models import (
    Comment,
    DocumentLock,
    DocumentTag,
    Reminder,
    ReminderState,
    Run,
    RunDocument,
)
from rathaus.records.work.states import RunState


def register() -> None:
    """Called when the addresses of the area are read."""
    panels.register("case", "desk/work/parts/case_panel.html", case_panel, order=20)
    panels.register("case_first", "desk/work/parts/case_first.html", always, order=20)
    panels.register("case_together", "desk/work/parts/case_together.html", case_actions, order=20)
    panels.register("document", "desk/work/parts/document_line.html", document_lines, order=20)
    panels.register("document_links", "desk/work/parts/document_link.html", for_each, order=20)
    panels.register(
        "document_page", "desk/work/parts/document_panel.html", document_panel, order=20
    )
    panels.register(
        "document_actions", "desk/work/parts/document_actions.html", document_panel, order=20
    )
    panels.register("dossier_order", "desk/work/parts/dossier_order.html", dossier_files, order=20)
    panels.register("dossier_out", "desk/work/parts/dossier_out.html", dossier_files, order=20)


def case_panel(request: Any, case: Case) -> Mapping[str, Any]:
    """Open reminders, runs and the number of comments."""
    return {
        "reminders": Reminder.objects.filter(case=case, state=ReminderState.OPEN)[:3],
        "runs": Run.objects.filter(case=case, state=RunState.RUNNING)[:3],
        "comments": Comment.objects.filter(case=case).count(),
        "tags": [row.tag for row in case.work_tags.select_related("tag").order_by("tag__name")],
    }


def case_actions(request: Any, case: Case) -> Mapping[str, Any]:
    """What can be done with the case."""
    return {
        "can": request.desk.can("records.file", case.office),
        "can_share": request.desk.can("records.share", case.office),
    }


def document_lines(request: Any, documents: Sequence[Document]) -> Mapping[int, Mapping[str, Any]]:
    """Lock, run, tags and comments of each document, in four queries for all."""
    keys = [document.pk for document in documents]
    found: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for key in keys:
        found[key]["tags"] = []
    locks = DocumentLock.objects.filter(document__in=keys, until__gt=now())
    for lock in locks.select_related("staff"):
        found[lock.document_id]["lock"] = lock
    runs = RunDocument.objects.filter(
        version__document__in=keys, run__state=RunState.RUNNING
    ).select_related("run", "version")
    for row in runs:
        found[row.version.document_id]["run"] = row.run
    for tagged in DocumentTag.objects.filter(document__in=keys).select_related("tag"):
        found[tagged.document_id]["tags"].append(tagged.tag)
    counted = Comment.objects.filter(document__in=keys).values_list("document")
    for key, number in counted.annotate(n=Count("pk")).order_by():
        found[key]["comments"] = number
    return found


def document_panel(request: Any, document: Document) -> Mapping[str, Any]:
    """The same for a document's own page."""
    case = document.case
    facts = document_lines(request, [document])[document.pk]
    return {**facts, "can": request.desk.can("records.file", case.office)}


def dossier_files(request: Any, dossier: Dossier) -> Mapping[str, Any] | None:
    """Packages and tags of a whole dossier."""
    return {} if request.desk.can("records.file", dossier.office) else None


def always(_request: Any, _subject: Any) -> Mapping[str, Any]:
    """A link for everybody who sees the page."""
    return {}


def for_each(_request: Any, documents: Sequence[Document]) -> Mapping[int, Mapping[str, Any]]:
    """A link for each document."""
    return {document.pk: {} for document in documents}
