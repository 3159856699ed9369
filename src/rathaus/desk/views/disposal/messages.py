"""Messages of a process by hand: fetch what was sent, hand in what the archive sent."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path

from django.contrib import messages as notes
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.desk.access import DeskRequest
from rathaus.desk.views.disposal import advice
from rathaus.desk.views.disposal.process import find
from rathaus.records.disposal import exchange, receiving

MAX_BYTES = 100 * 1024 * 1024


@require_safe
def download(request: DeskRequest, ident: uuid.UUID, pk: int) -> HttpResponseBase:
    """A message of ours as it lies in the folder for the archive."""
    process = find(request, ident)
    rows = process.messages.filter(pk=pk, incoming=False, state="sent") if pk < 2**62 else None
    message = rows.first() if rows is not None else None
    if message is None or process.archive is None:
        raise Http404
    path = exchange.outbox(process.archive) / Path(message.name).name
    if not path.is_file():
        raise Http404
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=message.name,
        content_type="application/zip",
    )


@require_POST
def receive(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """A message that came by another way than the folder."""
    process = find(request, ident)
    file = request.FILES.get("message")
    if process.archive is None or file is None:
        notes.error(request, _("Wählen Sie die Datei des Archivs aus (.zip oder .xml)."))
        return redirect("desk:disposal_process", ident)
    if (file.size or 0) > MAX_BYTES:
        notes.error(request, _("Die Datei ist zu groß. Legen Sie sie in den Ordner des Archivs."))
        return redirect("desk:disposal_process", ident)
    with tempfile.NamedTemporaryFile(suffix=".incoming") as copy:
        for piece in file.chunks():
            copy.write(piece)
        copy.flush()
        taken = receiving.take_in(
            Path(copy.name), archive=process.archive, name=str(file.name or "nachricht")
        )
    if not taken.accepted:
        both = {"why": taken.reason, "advice": advice.on(taken.key)}
        notes.error(request, _("Nicht angenommen: %(why)s %(advice)s") % both)
    elif taken.again:
        notes.info(request, _("Diese Nachricht war schon da. Es hat sich nichts geändert."))
    else:
        notes.success(request, _("Angenommen: %(what)s") % {"what": taken.summary})
    return redirect("desk:disposal_process", ident)
