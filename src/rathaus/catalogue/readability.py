"""How hard a German text is to read: sentence length and Flesch index after Amstad.

Amstad (1978): 180 − words per sentence − 58.5 × syllables per word. Higher is easier;
60 to 70 is ordinary prose, below 30 is a legal text. Only a hint for the author.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

MAX_SENTENCE_WORDS = 24
MIN_FLESCH = 30.0
MIN_WORDS = 40
"""Fewer words say nothing about a text."""

_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]+")
_VOWELS = re.compile(r"(?:au|äu|eu|ei|ie|ai|aa|ee|oo|[aeiouyäöü])", re.IGNORECASE)
_MARKUP = re.compile(r"\[\[[^\]]*\]\]|\]\([^)]*\)|[*_#`\[\]]")
_NOT_AN_END = re.compile(r"\b(?:Abs|Nr|Art|Satz|bzw|ggf|ca|Str|Tel|Dr|z|B|d|h|e|V|K|u|a|S|St)\.")
_DATE = re.compile(r"\b\d{1,2}\.(?:\d{1,2}\.)?")
_END = re.compile(r"[.!?:]+(?:\s|$)|\n\s*\n|\n\s*-\s|\n")


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence; list items and paragraphs count as sentences."""
    plain = _MARKUP.sub(" ", text)
    plain = _NOT_AN_END.sub(lambda m: m.group()[:-1], plain)
    plain = _DATE.sub(" ", plain)
    return [words for part in _END.split(plain) if (words := _WORD.findall(part))]


def syllables(word: str) -> int:
    """Number of syllables, counted by groups of vowels; at least one."""
    return max(1, len(_VOWELS.findall(word)))


def flesch(text: str) -> float | None:
    """Flesch index after Amstad, or None where the text is too short to tell."""
    found = sentences(text)
    words = [word for sentence in found for word in sentence]
    if len(words) < MIN_WORDS:
        return None
    per_word = sum(map(syllables, words)) / len(words)
    return round(180 - len(words) / len(found) - 58.5 * per_word, 1)


def problems(text: str) -> list[str]:
    """What makes the text hard to read, in German; empty where it is fine."""
    found = []
    longest = max((len(sentence) for sentence in sentences(text)), default=0)
    if longest > MAX_SENTENCE_WORDS:
        message = _("Ein Satz hat %(count)d Wörter. Höchstens %(most)d sind gut lesbar.")
        found.append(message % {"count": longest, "most": MAX_SENTENCE_WORDS})
    index = flesch(text)
    if index is not None and index < MIN_FLESCH:
        message = _("Der Text ist schwer zu lesen (Flesch-Wert %(index)d). Ziel: mindestens 30.")
        found.append(message % {"index": round(index)})
    return found
