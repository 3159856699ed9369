"""Filing plan as a file: give out, and take in after looking at what would change."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.files import attachment
from rathaus.desk.views.plan.form import Wrong, sentence
from rathaus.desk.views.plan.uploading import accepted
from rathaus.records import plan_import
from rathaus.records.actions import PlanRefused
from rathaus.records.plan_import import Preview
from rathaus.records.plan_rows import MAX_BYTES, FileRefused, Row
from rathaus.records.states import Access, Disposal

SALT = "rathaus.plan"
HOUR = 3600
SHOWN = 300
LABELS = {
    "title": gettext_lazy("Bezeichnung"),
    "parent": gettext_lazy("liegt unter"),
    "own_years": gettext_lazy("Jahre"),
    "own_disposal": gettext_lazy("Aussonderung"),
    "own_access": gettext_lazy("Zugriff"),
    "note": gettext_lazy("Hinweis"),
    "retired": gettext_lazy("stillgelegt"),
}


@require_safe
def give_out(request: DeskRequest, kind: str) -> HttpResponse:
    """The plan as a table or as xdomea 0301."""
    try:
        content, name = plan_import.export(kind)
    except KeyError:
        raise Http404 from None
    return attachment(content, name, "text/csv" if kind == "csv" else "application/xml")


@require_http_methods(["GET", "POST"])
def take_in(request: DeskRequest) -> HttpResponse:
    """File, then preview, then done."""
    context: dict[str, Any] = {
        "nav_current": "files",
        "crumbs": [(_("E-Akten"), reverse("desk:files"))],
    }
    status = 200
    if request.method == "POST":
        try:
            if request.POST.get("plan"):
                return _do(request)
            context |= _look(request)
        except (Wrong, FileRefused) as error:
            context["errors"] = {"files": str(error)}
            status = 400
        except PlanRefused as error:
            context["errors"] = {"files": sentence(error)}
            status = 409
    return render(request, "desk/plan/import.html", context, status=status)


def _look(request: DeskRequest) -> dict[str, Any]:
    file = accepted(request, most=1)[0]
    if len(file.content) > MAX_BYTES:
        raise FileRefused(_("Die Datei ist größer als 8 MB."))
    found = plan_import.preview(plan_import.read(file.content))
    return {
        "preview": found,
        "source": file.name,
        "changes": [_shown(change) for change in found.changes[:SHOWN]],
        "more": max(0, len(found.changes) - SHOWN),
        "problems": found.problems[:SHOWN],
        "signed": ""
        if found.problems
        else signing.dumps(
            {"rows": [asdict(row) for row in found.rows], "digest": found.digest},
            salt=SALT,
            compress=True,
        ),
    }


def _do(request: DeskRequest) -> HttpResponse:
    try:
        data = signing.loads(request.POST["plan"], salt=SALT, max_age=HOUR)
        rows = [Row(**row) for row in data["rows"]]
    except (signing.BadSignature, TypeError, KeyError):
        raise FileRefused(
            _("Die Vorschau ist abgelaufen. Wählen Sie die Datei noch einmal aus.")
        ) from None
    done = plan_import.take_in(
        Preview(rows=rows),
        source=params.text(request.POST, "source", 120),
        digest=data["digest"],
        actor=request.desk.actor(),
    )
    text = _("Eingelesen: %(new)s neue Stellen, %(changed)s geänderte.")
    messages.success(
        request, text % {"new": done.created, "changed": len(done.changes) - done.created}
    )
    return redirect("desk:files")


def _shown(change: plan_import.Change) -> dict[str, Any]:
    words = {
        "own_disposal": {value: str(label) for value, label in Disposal.choices},
        "own_access": {value: str(label) for value, label in Access.choices},
    }

    def word(key: str, value: Any) -> str:
        if isinstance(value, bool):
            return _("ja") if value else _("nein")
        if value in {None, ""}:
            return "–" if key in {"title", "note", "parent"} else _("wie darüber")
        return str(words.get(key, {}).get(value, value))

    fields = [
        (LABELS[key], word(key, old), word(key, new)) for key, (old, new) in change.fields.items()
    ]
    return {"change": change, "fields": [] if change.is_new else fields}
