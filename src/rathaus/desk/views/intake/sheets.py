"""Separator sheets to print: plain ones, or with the reference of a case."""

from __future__ import annotations

from io import BytesIO

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import files
from rathaus.records import queries as records
from rathaus.records.intake.drawing import letterhead
from rathaus.records.intake.reading.barcodes import code_for
from rathaus.records.models import Case
from rathaus.theme import pdf


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The page that explains, and the PDF (``?pdf=1``)."""
    wanted = params.text(request.GET, "aktenzeichen", 60)
    case = (
        records.cases_for(request.desk.staff).filter(reference=wanted).first() if wanted else None
    )
    if request.GET.get("pdf") == "1" and (case is not None or not wanted):
        name = f"trennblatt-{wanted.replace('/', '-')}.pdf" if wanted else "trennblatt.pdf"
        return files.attachment(_sheet(case), name, "application/pdf")
    error = ""
    if wanted and case is None:
        error = _("Diesen Vorgang gibt es nicht, oder Sie dürfen ihn nicht sehen.")
    context = {"nav_current": "intake", "wanted": wanted, "case": case, "error": error}
    return render(request, "desk/intake/sheets.html", context, status=422 if error else 200)


def _sheet(case: Case | None) -> bytes:
    import segno

    code = code_for(case.reference if case else "")
    drawn = BytesIO()
    segno.make(code, error="h", micro=False).save(drawn, kind="svg", xmldecl=False, border=4)
    data = {
        "sender": letterhead(),
        "title": _("Trennblatt"),
        "hint": _("Legen Sie dieses Blatt vor ein neues Schreiben in den Stapel."),
        "qr": drawn.getvalue().decode(),
        "alt": _("QR-Code: %(code)s") % {"code": code},
        "reference": case.reference if case else "",
        "case": case.title if case else "",
        "foot": _("Das Blatt wird beim Einlesen erkannt und nicht mit abgelegt."),
    }
    return pdf.render("separator", data)
