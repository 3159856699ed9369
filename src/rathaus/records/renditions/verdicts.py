"""Does a rendition say the same as the original? The verdict in words."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rathaus.records.models import DocumentVersion
from rathaus.records.renditions.models import RenditionWork

TOLERATED = 0.01
"""Part of the words that readers of PDF divide differently without anything being lost."""
_PROBLEMS = {
    "fonts": "Schriften nicht eingebettet",
    "colours": "Druckfarben ohne Profil",
    "actions": "Aktionen",
    "attachments": "Anhänge",
    "filters": "unerlaubte Packung",
    "verapdf": "veraPDF: nicht bestanden",
}


@dataclass(frozen=True)
class Verdict:
    """`ok`, a sentence, what differs, and who checked the PDF/A."""

    ok: bool
    text: str
    notes: list[str] = field(default_factory=list)


def of(work: RenditionWork) -> Verdict | None:
    """The verdict on the PDF/A that was made, None if there is none."""
    if not work.pages_made:
        return None
    differs = _differences(work)
    notes = _notes(work)
    if differs:
        return Verdict(
            False, _("Wiedergabe weicht ab: %(what)s") % {"what": "; ".join(differs)}, notes
        )
    pages = _("%(made)s von %(all)s Seiten") % {"made": work.pages_made, "all": work.pages}
    said = _("Text vollständig") if work.words else _("kein Text")
    return Verdict(
        True, _("Wiedergabe stimmt: %(pages)s, %(text)s") % {"pages": pages, "text": said}, notes
    )


def _differences(work: RenditionWork) -> list[str]:
    found = []
    if work.pages_made != work.pages:
        found.append(
            _("%(made)s statt %(all)s Seiten") % {"made": work.pages_made, "all": work.pages}
        )
    if work.missing > work.words * TOLERATED:
        found.append(
            ngettext(
                "%(n)s von %(all)s Wörtern fehlt", "%(n)s von %(all)s Wörtern fehlen", work.missing
            )
            % {"n": work.missing, "all": work.words}
        )
    if work.differing:
        numbers = ", ".join(map(str, work.differing[:10]))
        found.append(_("anderes Aussehen auf Seite %(pages)s") % {"pages": numbers})
    return found


def _notes(work: RenditionWork) -> list[str]:
    notes = [check_of(work)]
    if work.signed:
        notes.append(_("Elektronische Unterschriften gelten nur im Original."))
    if work.drawn:
        notes.append(
            ngettext(
                "%(n)s Seite ist als Bild gespeichert: Schriften oder Farben fehlen im Original.",
                "%(n)s Seiten sind als Bild gespeichert: Schriften oder Farben fehlen im Original.",
                len(work.drawn),
            )
            % {"n": len(work.drawn)}
        )
    return notes


def check_of(work: RenditionWork) -> str:
    """What is known about the file being PDF/A."""
    if work.problems:
        named = ", ".join(_PROBLEMS.get(code, code) for code in work.problems)
        return _("Kein gültiges PDF/A-2b: %(why)s.") % {"why": named}
    if work.checked_by == "verapdf":
        return _("Als PDF/A-2b mit veraPDF geprüft.")
    return _("Aufbau als PDF/A-2b geprüft (ohne veraPDF).")


def sentence(work: RenditionWork) -> str:
    """The verdict as it is kept in the record, with its event."""
    verdict = of(work)
    return f"{verdict.text}. {check_of(work)}"[:200] if verdict else ""


def note_inside(version: DocumentVersion, *, signed: bool) -> str:
    """What the PDF/A says about itself."""
    parts = [_("Wiedergabe; es gilt das Original mit der Prüfsumme SHA-256 %(digest)s.")]
    if signed:
        parts.append(_("Elektronische Unterschriften gelten nur im Original."))
    return " ".join(parts) % {"digest": version.blob.sha256}
