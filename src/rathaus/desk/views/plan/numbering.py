"""The page on which the town decides how its references look."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.plan.form import Field, Form
from rathaus.records import actions, patterns

SAMPLE = {
    "Plan": "23.20",
    "Amt": "bauamt",
    "Akte": "23.20-014",
    "Vorgang": "23.20/2026-0007",
}


@require_http_methods(["GET", "POST"])
def edit(request: DeskRequest) -> HttpResponse:
    """Patterns with what they make; first look, then save."""
    now = patterns.current()
    labels = {
        "case": _("Aktenzeichen der Vorgänge"),
        "dossier": _("Aktenzeichen der Akten, die Sie anlegen"),
        "document": _("Nummer der Dokumente"),
    }
    fields = [
        Field(
            name,
            label,
            value=getattr(now, name),
            hint=_("Platzhalter: %(fields)s")
            % {"fields": ", ".join(f"{{{one}}}" for one in (*patterns.FIELDS[name], "Nr:4"))},
            limit=100,
        )
        for name, label in labels.items()
    ]
    form = Form(
        title=_("Muster der Aktenzeichen"),
        fields=fields,
        button=_("Speichern"),
        back=reverse("desk:files"),
        crumbs=[(_("E-Akten"), reverse("desk:files"))],
        lead=_("So sehen neue Aktenzeichen aus. Vergebene bleiben gültig und auffindbar."),
        consequences=[
            _("{Nr:4} ist eine fortlaufende Nummer mit mindestens vier Ziffern, ohne Lücken."),
            _("Gezählt wird für alles andere im Muster getrennt, etwa je Stelle und Jahr."),
        ],
        template="desk/plan/patterns.html",
    )
    form.extra = {"samples": _samples(form, check=request.method == "POST")}

    def act(typed: dict[str, str]) -> HttpResponse:
        form.extra = {"samples": _samples(form, check=True)}
        if any(one.error for one in fields) or params.text(request.POST, "vorschau", 5):
            return form.page(request, 400 if any(one.error for one in fields) else 200)
        actions.set_patterns(
            case=typed["case"],
            dossier=typed["dossier"],
            document=typed["document"],
            actor=request.desk.actor(),
        )
        messages.success(request, _("Die Muster sind gespeichert."))
        return redirect("desk:patterns")

    return form.answer(request, act)


def _samples(form: Form, *, check: bool) -> list[tuple[str, str]]:
    found = []
    for one in form.fields:
        if check and one.value:
            try:
                patterns.check(one.name, one.value)
            except patterns.PatternError as error:
                one.error = str(error)
                continue
        found.append((one.label, patterns.render_full(one.value, SAMPLE)))
    return found
