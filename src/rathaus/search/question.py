"""What people type into a search field, understood.

Words are joined by AND, the last one may be unfinished, words in quotes have to stand
next to each other. Nothing somebody types is an error; what cannot be used is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rathaus.search import language

MAX_TEXT = 500
MAX_WORDS = 12
MIN_PREFIX = 3
TITLE = "t="
KIND = "k="
SCOPE = "s="
LABEL = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,79}")
"""What a kind or a scope may look like."""

_PHRASE = re.compile(r'["„“”»«](.*?)["„“”»«]')


@dataclass(frozen=True)
class WordQuery:
    """One word of the question.

    An entry matches by the stem, or by all parts of the compound, or (last word only) by a
    beginning.
    """

    stem: str
    surface: str
    parts: tuple[str, ...] = ()
    prefix: str = ""

    def matches(self, word: str) -> bool:
        """Whether a word of a text is what this looks for."""
        found = language.terms(word)
        if not found:
            return False
        if self.stem in found or self.surface in found:
            return True
        if self.prefix and any(term.startswith(self.prefix) for term in found):
            return True
        return bool(set(self.parts) & set(found))


@dataclass(frozen=True)
class Question:
    """A parsed search text."""

    words: tuple[WordQuery, ...] = ()
    phrases: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words)

    def in_phrases(self, *texts: str) -> bool:
        """Whether each quoted phrase stands in one of `texts`, whatever its spelling."""
        if not self.phrases:
            return True
        plain = [_as_phrase(text) for text in texts]
        return all(any(phrase in text for text in plain) for phrase in self.phrases)


def parse(text: str) -> Question:
    """Understand `text`; an empty question if there is nothing to look for."""
    text = text[:MAX_TEXT]
    phrases: list[str] = []
    quoted: list[str] = []

    def take(match: re.Match[str]) -> str:
        found = language.raw_words(match.group(1))
        if len(found) > 1:
            phrases.append(_as_phrase(match.group(1)))
        quoted.extend(found)
        return " "

    free = language.raw_words(_PHRASE.sub(take, text))
    chosen = [w for w in free if not language.is_stop_word(w)]
    exact = [w for w in quoted if not language.is_stop_word(w)]
    if not chosen and not exact:
        chosen, exact = free, quoted
    words = [_word(w, last=False) for w in exact]
    words += [_word(w, last=w is chosen[-1]) for w in chosen]
    unique = dict.fromkeys(w for w in words if w.surface)
    return Question(tuple(unique)[:MAX_WORDS], tuple(dict.fromkeys(phrases))[:MAX_WORDS])


def _word(word: str, *, last: bool) -> WordQuery:
    surface = language.fold(word)
    prefix = surface if last and len(surface) >= MIN_PREFIX else ""
    return WordQuery(language.stem(word), surface, language.parts(word), prefix)


def _as_phrase(text: str) -> str:
    return f" {' '.join(filter(None, map(language.fold, language.raw_words(text))))} "


@dataclass(frozen=True)
class Filter:
    """A question with what the asker may see, ready for a database's own syntax."""

    question: Question
    kind: str | None
    scopes: tuple[str, ...] | None

    @classmethod
    def of(cls, question: Question, kind: str | None, scopes: Iterable[str] | None) -> Filter:
        """Check the labels. Raises: ValueError (a mistake in the calling code)."""
        allowed = None if scopes is None else tuple(dict.fromkeys(map(label, scopes)))
        return cls(question, None if kind is None else label(kind), allowed)


def label(text: str) -> str:
    """`text` if it can be a kind or a scope. Raises: ValueError."""
    if not LABEL.fullmatch(text):
        raise ValueError(f"not a kind or scope: {text!r}")
    return text
