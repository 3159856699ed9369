"""Long lists to choose from, named by `Field.source`.

Countries are the codes of ISO 3166-1 (plus ``XK`` for Kosovo, as in German administration) with
German names; nationalities use the same codes with the adjective a German register shows.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_STATES = Path(__file__).with_name("data") / "states.csv"


def fold(text: str) -> str:
    """For comparing what people type: lower case, umlauts spelled out, no accents."""
    text = text.strip().lower()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(umlaut, letters)
    text = unicodedata.normalize("NFKD", text)
    return "".join(character for character in text if not unicodedata.combining(character))


def sort_key(text: str) -> str:
    """Order of German lists (DIN 5007-1): umlauts like their vowels."""
    decomposed = unicodedata.normalize("NFKD", text.strip().lower().replace("ß", "ss"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@dataclass(frozen=True)
class CodeList:
    """Choices in the order they are shown; `frequent` ones come first as a group of their own."""

    labels: dict[str, str]
    frequent: tuple[str, ...] = ()

    @cached_property
    def _folded(self) -> dict[str, str]:
        plain = {sort_key(label): code for code, label in self.labels.items()}
        return plain | {fold(label): code for code, label in self.labels.items()}

    def match(self, typed: str) -> str | None:
        """The code for a code or a label, forgiving of case, umlauts and accents."""
        if typed in self.labels:
            return typed
        if not 0 < len(typed) < 200:
            return None
        return self._folded.get(fold(typed)) or self._folded.get(sort_key(typed))

    def suggestions(self, typed: str) -> list[str]:
        """Up to three labels that may have been meant."""
        close = get_close_matches(fold(typed[:80]), self._folded, n=5, cutoff=0.72)
        return [self.labels[code] for code in dict.fromkeys(self._folded[name] for name in close)][
            :3
        ]

    @cached_property
    def _html(self) -> SafeString:
        rest = format_html_join("", '<option value="{}">{}</option>', self.labels.items())
        if not self.frequent:
            return rest
        first = format_html_join(
            "",
            '<option value="{}">{}</option>',
            ((code, self.labels[code]) for code in self.frequent),
        )
        return format_html(
            '<optgroup label="Häufig">{}</optgroup><optgroup label="Alle">{}</optgroup>',
            first,
            rest,
        )

    def options_html(self, selected: str) -> SafeString:
        """The ``<option>`` elements, written once per process, with one of them selected."""
        if selected not in self.labels:
            return self._html
        mark = f'value="{selected}"'
        return mark_safe(self._html.replace(mark, mark + " selected", 1))  # noqa: S308


def _states() -> list[tuple[str, str, str]]:
    with _STATES.open(encoding="utf-8", newline="") as lines:
        return [
            (code, name, adjective) for code, name, adjective in csv.reader(lines, delimiter=";")
        ]


def _countries() -> CodeList:
    states = sorted(_states(), key=lambda state: sort_key(state[1]))
    return CodeList({code: name for code, name, _ in states}, frequent=("DE", "NL", "PL", "UA"))


def _nationalities() -> CodeList:
    states = sorted(_states(), key=lambda state: sort_key(state[2]))
    labels = {code: adjective for code, _, adjective in states if adjective}
    labels |= {"XXA": "staatenlos", "XXX": "ungeklärt"}
    return CodeList(labels, frequent=("DE", "PL", "RO", "TR", "UA", "SY"))


def _legal_forms() -> CodeList:
    return CodeList(
        {
            "einzelunternehmen": "Einzelunternehmen",
            "ek": "Eingetragener Kaufmann, eingetragene Kauffrau (e. K.)",
            "gbr": "Gesellschaft bürgerlichen Rechts (GbR)",
            "egbr": "Eingetragene Gesellschaft bürgerlichen Rechts (eGbR)",
            "ohg": "Offene Handelsgesellschaft (OHG)",
            "kg": "Kommanditgesellschaft (KG)",
            "gmbh_co_kg": "GmbH & Co. KG",
            "ug_co_kg": "UG (haftungsbeschränkt) & Co. KG",
            "ag_co_kg": "AG & Co. KG",
            "partg": "Partnerschaftsgesellschaft (PartG)",
            "partg_mbb": "Partnerschaftsgesellschaft mit beschränkter Berufshaftung (PartG mbB)",
            "gmbh": "Gesellschaft mit beschränkter Haftung (GmbH)",
            "ggmbh": "Gemeinnützige GmbH (gGmbH)",
            "ug": "Unternehmergesellschaft (UG, haftungsbeschränkt)",
            "ag": "Aktiengesellschaft (AG)",
            "kgaa": "Kommanditgesellschaft auf Aktien (KGaA)",
            "se": "Europäische Gesellschaft (SE)",
            "eg": "Eingetragene Genossenschaft (eG)",
            "sce": "Europäische Genossenschaft (SCE)",
            "ewiv": "Europäische wirtschaftliche Interessenvereinigung (EWIV)",
            "vvag": "Versicherungsverein auf Gegenseitigkeit (VVaG)",
            "ev": "Eingetragener Verein (e. V.)",
            "verein": "Nicht eingetragener Verein",
            "stiftung": "Rechtsfähige Stiftung",
            "koer": "Körperschaft des öffentlichen Rechts",
            "aoer": "Anstalt des öffentlichen Rechts",
            "erbengemeinschaft": "Erbengemeinschaft",
            "ltd": "Private Company Limited by Shares (Ltd.)",
            "ausland": "Andere ausländische Rechtsform",
            "sonstige": "Sonstige Rechtsform",
        }
    )


def _registers() -> CodeList:
    return CodeList(
        {
            "hra": "Handelsregister Abteilung A (HRA)",
            "hrb": "Handelsregister Abteilung B (HRB)",
            "gnr": "Genossenschaftsregister (GnR)",
            "gsr": "Gesellschaftsregister (GsR)",
            "pr": "Partnerschaftsregister (PR)",
            "vr": "Vereinsregister (VR)",
            "str": "Stiftungsverzeichnis",
            "ausland": "Register im Ausland",
        }
    )


_SOURCES: dict[str, Callable[[], CodeList]] = {
    "countries": _countries,
    "nationalities": _nationalities,
    "legal_forms": _legal_forms,
    "registers": _registers,
}
NAMES = frozenset(_SOURCES)


@cache
def code_list(name: str) -> CodeList:
    """The list named by `Field.source`. Raises KeyError for an unknown name."""
    return _SOURCES[name]()
