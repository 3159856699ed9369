"""Words and small data for the pages of the intake."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rathaus.desk.access import DeskRequest
from rathaus.records.intake import marks, queries, reasons
from rathaus.records.intake.models import Item, Suggestion, VirusState
from rathaus.records.intake.queries import Hints
from rathaus.records.intake.reading import kinds
from rathaus.records.intake.states import ItemState

TONES = {
    ItemState.RECEIVED: "wait",
    ItemState.CHECKING: "wait",
    ItemState.READY: "new",
    ItemState.WORKING: "wait",
    ItemState.FILED: "done",
    ItemState.REPLACED: "off",
    ItemState.DISCARDED: "off",
    ItemState.QUARANTINED: "bad",
    ItemState.FAILED: "bad",
}
ICONS = {"scan": "scanner", "print": "print", "mail": "mail", "api": "devices",
         "scanning": "scanner", "legacy": "archive", "part": "description"}  # fmt: skip
_TYPES: dict[str, str | Promise] = {
    "application/pdf": "PDF",
    kinds.EML: gettext_lazy("E-Mail"),
    kinds.MSG: gettext_lazy("E-Mail (Outlook)"),
    kinds.P7S: gettext_lazy("Unterschrift"),
    kinds.TNEF: gettext_lazy("Outlook-Anhang"),
    kinds.ZIP: gettext_lazy("Archiv (ZIP)"),
    "text/calendar": gettext_lazy("Termin"),
    "text/vcard": gettext_lazy("Visitenkarte"),
    "text/plain": gettext_lazy("Text"),
    "text/csv": gettext_lazy("Tabelle"),
    "text/html": gettext_lazy("Internetseite"),
    "application/rtf": gettext_lazy("Text"),
}
_PARTS: tuple[tuple[str, str | Promise], ...] = (
    ("image/", gettext_lazy("Bild")),
    ("wordprocessing", gettext_lazy("Textdokument")),
    ("msword", gettext_lazy("Textdokument")),
    ("opendocument.text", gettext_lazy("Textdokument")),
    ("spreadsheet", gettext_lazy("Tabelle")),
    ("excel", gettext_lazy("Tabelle")),
    ("presentation", gettext_lazy("Präsentation")),
    ("powerpoint", gettext_lazy("Präsentation")),
    ("executable", gettext_lazy("Programm")),
)


def item_of(request: DeskRequest, ident: uuid.UUID, needs: str = "intake.view") -> Item:
    """An item the person may see. Raises: Http404, PermissionDenied without `needs` there."""
    try:
        item = queries.item_for(request.desk.staff, ident)
    except Item.DoesNotExist:
        raise Http404 from None
    if needs != "intake.view":
        request.desk.require(needs, item.office)
    return item


def type_label(item: Item) -> str:
    """The type in a word."""
    kind = item.content_type
    if kind in _TYPES:
        return str(_TYPES[kind])
    return next((str(word) for part, word in _PARTS if part in kind), str(_("Datei")))


def row(item: Item, hints: Hints) -> dict[str, Any]:
    """One row of a list; asks the database nothing."""
    suggestion = hints.suggestions.get(item.pk)
    return {
        "item": item,
        "url": reverse("desk:intake_item", args=[item.public_id]),
        "tone": TONES[ItemState(item.state)],
        "icon": _icon(item),
        "type": type_label(item) if item.content_type else "",
        "doubled": item.blob_id in hints.doubled,
        "children": hints.children.get(item.pk, 0),
        "danger": any(mark in marks.DANGEROUS for mark in item.marks),
        "reason": reasons.of(item),
        "suggestion": suggested(suggestion) if suggestion else None,
        "signature": signature_words(item.signature)["short"],
    }


def _icon(item: Item) -> str:
    is_mail = item.content_type in kinds.MAIL
    return "mail" if is_mail else ICONS.get(item.source, "description")


def suggested(one: Suggestion) -> dict[str, Any]:
    """A suggestion in words: where, and why."""
    if one.case is not None:
        where, title, target = one.case.reference, one.case.title, "case"
        ident = str(one.case.public_id)
    elif one.dossier is not None:
        where, title, target = one.dossier.reference, one.dossier.title, "dossier"
        ident = str(one.dossier.public_id)
    elif one.entry is not None:
        where, title, target = one.entry.code, one.entry.title, "entry"
        ident = one.entry.code
    else:
        return {}
    return {"where": where, "title": title, "target": target, "id": ident, "why": _why(one)}


def _why(one: Suggestion) -> str:
    if one.kind == "reference":
        return _("Aktenzeichen %(ref)s steht im Text") % {"ref": one.detail}
    if one.kind == "sheet":
        return _("Aktenzeichen %(ref)s steht auf dem Trennblatt") % {"ref": one.detail}
    if one.kind == "rule":
        return _("Regel „%(name)s“") % {"name": one.detail}
    if one.count == 1:
        return _("ähnlich wie ein Dokument dort")
    return _("ähnlich wie %(n)s Dokumente dort") % {"n": one.count}


def virus_words(item: Item) -> str:
    """What the scanner said."""
    return {
        VirusState.PENDING: _("noch nicht geprüft"),
        VirusState.CLEAN: _("kein Fund"),
        VirusState.UNUSED: _("nicht geprüft: kein Virenscanner eingerichtet"),
        VirusState.INFECTED: _("Fund: %(name)s") % {"name": item.virus_name},
        VirusState.RELEASED: _("Fund %(name)s, von zwei Personen freigegeben")
        % {"name": item.virus_name},
    }[VirusState(item.virus)]


def signature_words(signature: dict[str, Any]) -> dict[str, Any]:
    """The result of the check of signatures in plain words; {} where there is none."""
    verdict = signature.get("verdict")
    if not verdict:
        return {"short": ""}
    short = {
        "valid": _("Unterschrift gültig"),
        "unknown": _("Unterschrift unverändert, Zertifikat hier nicht bekannt"),
        "invalid": _("Unterschrift ungültig"),
    }.get(str(verdict), "")
    text = {
        "valid": _(
            "Das Dokument wurde seit der Unterschrift nicht verändert, und das Zertifikat gehört "
            "zu einer Stelle, der dieses Rathaus vertraut."
        ),
        "unknown": _(
            "Das Dokument wurde seit der Unterschrift nicht verändert. Wer unterschrieben hat, "
            "lässt sich hier aber nicht prüfen: Die ausstellende Stelle ist nicht hinterlegt."
        ),
        "invalid": _(
            "Das Dokument passt nicht zu seiner Unterschrift: Es wurde verändert, oder die "
            "Unterschrift ist beschädigt. Fragen Sie bei der absendenden Person nach."
        ),
    }.get(str(verdict), "")
    signers = [_signer(one) for one in signature.get("signers", [])]
    return {"short": short, "text": text, "verdict": verdict, "signers": signers}


def _signer(one: dict[str, Any]) -> dict[str, Any]:
    notes = []
    if one.get("whole") is False:
        notes.append(_("Unterschrieben ist nur ein früherer Stand der Datei."))
    if one.get("changed_after") and one.get("verdict") != "invalid":
        notes.append(_("Danach wurde die Datei in erlaubter Weise ergänzt."))
    if one.get("revoked"):
        notes.append(_("Das Zertifikat wurde zurückgezogen."))
    return {
        "name": one.get("signer") or _("unbekannt"),
        "issuer": one.get("issuer", ""),
        "at": _moment(one.get("stamped_at") or one.get("at")),
        "stamped": bool(one.get("stamped_at")),
        "notes": notes,
    }


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def picked(values: Sequence[str], most: int = 100) -> list[uuid.UUID]:
    """The ids a form sent, in order, without nonsense."""
    found: dict[uuid.UUID, None] = {}
    for value in values[:most]:
        try:
            found[uuid.UUID(value)] = None
        except ValueError:
            continue
    return list(found)
