"""References by pattern: ``{Plan}/{Jahr}-{Nr:4}`` and what may stand in one.

A pattern says in which series numbers are counted: those of everything else that it names.
``{Plan}/{Jahr}-{Nr:4}`` begins anew for each place and year, ``{Jahr}-{Nr:5}`` counts through
the whole town hall. So every reference is unique, and no number of a series is left out.
"""

from __future__ import annotations

import re
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _

from rathaus.core.clock import today
from rathaus.organisation.models import Office
from rathaus.records.models import Document, Dossier, FilingPlanEntry, NumberPatterns

CASE = "{Plan}/{Jahr}-{Nr:4}"
DOSSIER = "{Plan}-{Nr:3}"
DOCUMENT = "{Vorgang}-{Nr:2}"
FIELDS = {
    "case": ("Plan", "Jahr", "JJ", "Amt", "Akte"),
    "dossier": ("Plan", "Jahr", "JJ", "Amt"),
    "document": ("Vorgang",),
}
"""What a pattern of each kind may name, besides ``{Nr}``."""
_LEGACY = {"code": "Plan", "year": "Jahr", "office": "Amt", "number": "Nr"}
_TOKEN = re.compile(r"\{(\w+)(?::0?(\d)d?)?\}")
_TEXT = re.compile(r"[0-9A-Za-zÄÖÜäöüß ./_()#-]*")
MAX_LENGTH = 80
MAX_REFERENCE = 60


class PatternError(ValueError):
    """A pattern that cannot be used; the message is for people."""


@lru_cache(maxsize=200)
def parse(pattern: str) -> tuple[tuple[str, str, int], ...]:
    """Parts (text before, field, digits); the rest stands in a part without field."""
    parts: list[tuple[str, str, int]] = []
    last = 0
    for match in _TOKEN.finditer(pattern):
        field = _LEGACY.get(match[1], match[1])
        parts.append((pattern[last : match.start()], field, int(match[2] or 0)))
        last = match.end()
    parts.append((pattern[last:], "", 0))
    return tuple(parts)


def render(pattern: str, values: dict[str, str], number: int) -> str:
    """The reference."""
    done = []
    for text, field, digits in parse(pattern):
        done.append(text)
        if field == "Nr":
            done.append(f"{number:0{digits}d}")
        elif field:
            done.append(values.get(field, ""))
    return "".join(done)[:MAX_REFERENCE]


def series(kind: str, pattern: str, values: dict[str, str]) -> str:
    """The series whose numbers `pattern` shows."""
    named = [values.get(field, "") for _, field, _ in parse(pattern) if field not in {"", "Nr"}]
    return ":".join([kind, *named])[:80]


def values(dossier: Dossier, office: Office, year: int) -> dict[str, str]:
    """What a case pattern may name."""
    if dossier.automatic:
        year = dossier.year
    return {
        "Plan": dossier.filing_plan_entry.code,
        "Jahr": str(year),
        "JJ": f"{year % 100:02d}",
        "Amt": office.key,
        "Akte": dossier.reference,
    }


def of_cases(entry: FilingPlanEntry) -> str:
    """The pattern for cases: the town's own, the setting, or the default."""
    return entry.case_pattern or getattr(settings, "RATHAUS_CASE_PATTERN", CASE)


def current() -> NumberPatterns:
    """What counts now (one query); not stored where the town has not decided anything."""
    found = NumberPatterns.objects.first()
    default = getattr(settings, "RATHAUS_CASE_PATTERN", CASE)
    return found or NumberPatterns(case=default, dossier=DOSSIER, document=DOCUMENT)


def stored_for_cases() -> str:
    """What a new place of the plan keeps as its pattern; "" where the town decided nothing."""
    found = NumberPatterns.objects.first()
    return found.case if found else ""


def of_document(document: Document, pattern: str = DOCUMENT) -> str:
    """Reference of a document: that of its case and its number."""
    return render(pattern, {"Vorgang": document.case.reference}, document.number)


def check(kind: str, pattern: str) -> str:
    """`pattern` cleaned. Raises: PatternError."""
    pattern = " ".join(pattern.split())
    if not pattern or len(pattern) > MAX_LENGTH:
        raise PatternError(_("Geben Sie ein Muster mit höchstens 80 Zeichen ein."))
    parts = parse(pattern)
    fields = [field for _text, field, _digits in parts if field]
    allowed = FIELDS[kind]
    for field in fields:
        if field != "Nr" and field not in allowed:
            known = ", ".join(f"{{{name}}}" for name in (*allowed, "Nr"))
            raise PatternError(
                _("„{%(field)s}“ gibt es hier nicht. Möglich sind: %(known)s.")
                % {"field": field, "known": known}
            )
    if fields.count("Nr") != 1:
        raise PatternError(_("Das Muster braucht genau einmal {Nr}, sonst ist nichts eindeutig."))
    if len(set(fields)) != len(fields):
        raise PatternError(_("Jeder Platzhalter darf nur einmal vorkommen."))
    if kind == "document" and (fields != ["Vorgang", "Nr"] or parts[0][0] or parts[-1][0]):
        raise PatternError(
            _("Das Muster beginnt mit {Vorgang} und endet mit {Nr}, dazwischen steht ein Zeichen.")
        )
    for text, field, digits in parts:
        if not _TEXT.fullmatch(text):
            raise PatternError(
                _("Erlaubt sind Buchstaben, Ziffern, Leerzeichen und die Zeichen . / _ - ( ) #")
            )
        if digits and field != "Nr":
            raise PatternError(_("Eine Anzahl von Ziffern passt nur zu {Nr}, etwa {Nr:4}."))
    for text, field, _digits in parts[1:]:
        if field and (not text or text.isalnum()):
            raise PatternError(
                _("Zwischen zwei Platzhaltern muss ein Zeichen wie - oder / stehen.")
            )
    sample = {
        "Plan": "60.10.20.30",
        "Amt": "x" * 20,
        "Akte": "60.10.20.30-001",
        "Vorgang": "x" * 45,
    }
    if len(render_full(pattern, sample)) > MAX_REFERENCE:
        raise PatternError(_("Damit würden Aktenzeichen länger als 60 Zeichen."))
    return pattern


def render_full(pattern: str, values: dict[str, str]) -> str:
    """A reference for looking at, of this year and with number 7; not cut off."""
    year = today().year
    known = {"Jahr": str(year), "JJ": f"{year % 100:02d}", **values}
    out = ""
    for text, field, digits in parse(pattern):
        out += text + (
            f"{7:0{digits}d}" if field == "Nr" else known.get(field, "") if field else ""
        )
    return out
