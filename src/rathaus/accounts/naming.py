"""Names and addresses that come in capitals, as the eID sends them, in the way they are written.

What is not all in capitals is left as it is. The original stays with the verified attribute;
here only the shape of letters changes, never a letter (``ẞ`` becomes ``ß``).
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f][^\W\d_]*)*")
_BEFORE_NAMES = frozenset(
    [
        "von",
        "vom",
        "zu",
        "zum",
        "zur",
        "van",
        "der",
        "den",
        "dem",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "das",
        "ten",
        "ter",
        "te",
        "und",
        "thor",
        "tho",
    ]
)
_INSIDE_PLACES = frozenset(
    [
        "am",
        "an",
        "auf",
        "bei",
        "dem",
        "den",
        "der",
        "des",
        "im",
        "in",
        "ob",
        "und",
        "unter",
        "vom",
        "von",
        "vor",
        "zu",
        "zum",
        "zur",
    ]
)
_NUMBER = r"[0-9]+\s?[a-zA-Z]?"
_STREET = re.compile(
    rf"(?P<street>.*[^\s,].*?)[\s,]+(?P<number>{_NUMBER}(?:\s?[-/+]\s?{_NUMBER})?)"
)


def given_names(text: str) -> str:
    """``ERIKA-MARIA`` → ``Erika-Maria``."""
    return _spelled(text, frozenset(), first_too=False)


def family_name(text: str) -> str:
    """``VON DER LEYEN`` → ``von der Leyen``, ``MCKAY`` → ``McKay``, ``O'NEILL`` → ``O'Neill``."""
    return _spelled(text, _BEFORE_NAMES, first_too=True)


def degree(text: str) -> str:
    """``DR.`` → ``Dr.``; ``DR. H. C.`` → ``Dr. h. c.``."""
    spelled = _spelled(text, frozenset(), first_too=False)
    return re.sub(r"\b([HC])\.", lambda match: f"{match[1].lower()}.", spelled)


def place(text: str) -> str:
    """``FRANKFURT AM MAIN`` → ``Frankfurt am Main``."""
    return _spelled(text, _INSIDE_PLACES, first_too=False)


def street_and_number(text: str) -> tuple[str, str]:
    """``HEIDESTRAẞE 17A`` → ``Heidestraße``, ``17a``; the number is empty where there is none."""
    whole = _tidy(text)
    match = _STREET.fullmatch(whole)
    if match is None:
        return place(whole), ""
    number = match["number"]
    return place(match["street"].strip(" ,")), number.lower() if whole.isupper() else number


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _spelled(text: str, small: frozenset[str], *, first_too: bool) -> str:
    """Capitals at the start of each word only; words in `small` without, unless it is the last."""
    tidy = _tidy(text)
    if not tidy.isupper():
        return tidy
    words = list(_WORD.finditer(tidy))
    made, end = [], 0
    for index, match in enumerate(words):
        made.append(tidy[end : match.start()])
        end = match.end()
        word = match[0]
        stands_alone = tidy[match.start() - 1 : match.start()] in {"", " "}
        stands_alone &= tidy[end : end + 1] in {"", " "}
        inside = index < len(words) - 1 and (first_too or index > 0)
        if inside and stands_alone and word.lower() in small:
            made.append(word.lower())
        else:
            made.append(_capital(word, names=first_too))
    return unicodedata.normalize("NFC", "".join([*made, tidy[end:]]))


def _capital(word: str, *, names: bool) -> str:
    if names and word.startswith("MC") and len(word) > 3:
        return f"Mc{word[2]}{word[3:].lower()}"
    return word[0] + word[1:].lower()
