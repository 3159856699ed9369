"""What people type into the search box: words, "a phrase", -without, and field:value.

Nothing typed is lost: what is no field stays a word, and what is wrong with a value is said
in German, with what would be right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAX_TEXT = 300
MAX_CONDITIONS = 20


@dataclass(frozen=True)
class Field:
    """A field one may ask for."""

    key: str
    """Also its name in addresses of the search page."""
    label: Promise
    example: str
    names: tuple[str, ...]
    """How it may be called before the colon; the first one is shown."""


FIELDS = (
    Field("az", _("Aktenzeichen"), "az:33.20/2026-0007", ("az", "aktenzeichen")),
    Field("titel", _("Wörter im Titel"), "titel:Hundesteuer", ("titel", "betreff")),
    Field("plan", _("Stelle im Aktenplan mit allem darunter"), "plan:33", ("plan", "aktenplan")),
    Field("amt", _("Amt"), "amt:Ordnungsamt", ("amt",)),
    Field("von", _("ab diesem Tag, Monat oder Jahr"), "von:1.3.2026", ("von", "ab", "seit")),
    Field("bis", _("bis zu diesem Tag, Monat oder Jahr"), "bis:2026", ("bis",)),
    Field("zeit", _("in diesem Zeitraum"), "zeit:diesesjahr", ("zeit", "datum", "jahr")),
    Field("person", _("Antragstellerin oder Absender"), "person:Janssen", ("person", "name")),
    Field("durch", _("wer das Dokument abgelegt hat"), "durch:Harms", ("durch", "abgelegt")),
    Field("art", _("Art des Dokuments"), "art:Schreiben", ("art",)),
    Field("richtung", _("Eingang, Ausgang oder intern"), "richtung:Eingang", ("richtung",)),
    Field("stand", _("offen oder abgeschlossen"), "stand:offen", ("stand", "status")),
    Field("typ", _("Dateityp"), "typ:PDF", ("typ", "datei")),
    Field("groesse", _("Dateigröße"), "groesse:>1MB", ("groesse", "größe")),
    Field("tag", _("Schlagwort"), "tag:Eilt", ("tag", "schlagwort")),
    Field("in", _("nur Vorgänge oder nur Dokumente"), "in:Dokumente", ("in",)),
)
BY_KEY = {one.key: one for one in FIELDS}
BY_NAME = {name: one for one in FIELDS for name in one.names}

_QUOTES = '"„“”»«'
_FIELD = re.compile(
    rf"(?<![^\s(])(?P<minus>-?)(?P<name>[^\W\d_]{{2,20}}):"
    rf"(?:[{_QUOTES}](?P<quoted>[^{_QUOTES}]*)[{_QUOTES}]|(?P<plain>[^\s{_QUOTES}]*))"
)
_PHRASE = re.compile(rf"[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]")


@dataclass(frozen=True)
class Condition:
    """One field with what it shall be."""

    field: Field
    value: str
    without: bool = False
    typed: bool = True
    """From the search box; else from the form beside it."""

    @property
    def text(self) -> str:
        """As it is typed."""
        value = f'"{self.value}"' if re.search(r"\s", self.value) else self.value
        return f"{'-' if self.without else ''}{self.field.names[0]}:{value}"


@dataclass(frozen=True)
class Typed:
    """The content of the search box, understood. `words` is what is left for the full text."""

    words: str = ""
    conditions: tuple[Condition, ...] = ()
    problems: tuple[str, ...] = field(default=())


def read(text: str) -> Typed:
    """Understand a search box. Never raises, whatever the text is."""
    text = text[:MAX_TEXT]
    conditions: list[Condition] = []
    problems: list[str] = []
    phrases = [match.span() for match in _PHRASE.finditer(text)]

    def take(match: re.Match[str]) -> str:
        if any(start < match.start() < end for start, end in phrases):
            return match.group()  # a colon inside a quoted phrase
        name = match["name"].lower()
        one = BY_NAME.get(name)
        value = " ".join((match["quoted"] or match["plain"] or "").split()).strip(",;")
        if one is None:
            if match["quoted"] or (match["plain"] and not match["plain"].startswith("/")):
                unknown = _("Das Feld „{name}:“ gibt es nicht. Gesucht wurde nach dem Wort.")
                problems.append(str(unknown).format(name=match["name"]))
            return match.group().replace(":", " ", 1)
        if not value:
            empty = _("Nach „{name}:“ fehlt etwas, zum Beispiel {example}.")
            problems.append(str(empty).format(name=match["name"], example=one.example))
        elif len(conditions) < MAX_CONDITIONS:
            conditions.append(Condition(one, value, without=bool(match["minus"])))
        return " "

    words = " ".join(_FIELD.sub(take, text).split())
    if sum(words.count(quote) for quote in _QUOTES) % 2:
        problems.append(
            str(_("Ein Anführungszeichen hat kein Gegenstück. Gesucht wurde nach den Wörtern."))
        )
    return Typed(words, tuple(conditions), tuple(dict.fromkeys(problems)))
