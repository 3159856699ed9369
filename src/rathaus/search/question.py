"""What people type into a search field, understood.

Words are joined by AND, the last one may be unfinished (as may each one with a ``*``), words
in quotes have to stand next to each other, a minus leaves out. Nothing somebody types is an
error; what cannot be used is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from rathaus.search import language, pairs

MAX_TEXT = 500
MAX_WORDS = 12
MAX_PREFIXES = 3
MIN_PREFIX = 3
TITLE = "t="
KIND = "k="
SCOPE = "s="
LABEL = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,79}")
"""What a kind or a scope may look like."""

_PHRASE = re.compile(r'(?P<minus>(?<!\S)-)?["„“”»«](?P<text>.*?)["„“”»«]')
_MINUS = re.compile(r"(?<!\S)-(?=[^\W_])(\S+)")
_STAR = re.compile(r"([^\W_]+)\*")


@dataclass(frozen=True)
class WordQuery:
    """One word of the question.

    An entry matches by the stem, or by all parts of the compound, or by one of the known
    words that begin with `prefix` (`endings`, found by `Question.finished`).
    """

    stem: str
    surface: str
    parts: tuple[str, ...] = ()
    prefix: str = ""
    endings: tuple[str, ...] = ()

    @property
    def choices(self) -> tuple[str, ...]:
        """Single terms of which one suffices."""
        return tuple(dict.fromkeys((self.stem, self.surface, *self.endings)))

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
    """A parsed search text. `pairs` are the terms of what stands next to each other."""

    words: tuple[WordQuery, ...] = ()
    phrases: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    without: tuple[WordQuery, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words)

    def wanted(self, word: str) -> WordQuery | None:
        """The word of the question that a word of a text is; remembered, since texts of one
        answer use the same words."""
        known = self._known
        if word not in known:
            known[word] = next((own for own in self.words if own.matches(word)), None)
        return known[word]

    @cached_property
    def _known(self) -> dict[str, WordQuery | None]:
        return {}

    def in_phrases(self, *texts: str) -> bool:
        """Whether each quoted phrase stands in one of `texts`, whatever its spelling."""
        if not self.phrases:
            return True
        plain = [_as_phrase(text) for text in texts]
        return all(any(phrase in text for text in plain) for phrase in self.phrases)

    def finished(self, endings: Callable[[str], tuple[str, ...]]) -> Question:
        """The same with the words that the unfinished ones may stand for."""
        if not any(word.prefix for word in self.words):
            return self
        words = [
            replace(word, endings=endings(word.prefix)) if word.prefix else word
            for word in self.words
        ]
        return replace(self, words=tuple(words))


def parse(text: str, *, unfinished: bool = True) -> Question:
    """Understand `text`; an empty question if there is nothing to look for.

    `unfinished` False: the last word is complete (the value of a field).
    """
    text = text[:MAX_TEXT]
    phrases: list[str] = []
    quoted: list[str] = []
    joined: list[str] = []
    without: list[WordQuery] = []

    def take_phrase(match: re.Match[str]) -> str:
        found = language.raw_words(match["text"])
        if match["minus"]:
            without.extend(_word(word) for word in found if not language.is_stop_word(word))
            return " "
        if len(found) > 1:
            phrases.append(_as_phrase(match["text"]))
            joined.extend(pairs.of_words(found))
        quoted.extend(found)
        return " "

    def take_minus(match: re.Match[str]) -> str:
        without.extend(_word(word) for word in language.raw_words(match[1]))
        return " "

    text = _MINUS.sub(take_minus, _PHRASE.sub(take_phrase, text))
    begun = {language.fold(match[1]) for match in _STAR.finditer(text)}
    free = language.raw_words(text)
    chosen = [w for w in free if not language.is_stop_word(w)]
    exact = [w for w in quoted if not language.is_stop_word(w)]
    if not chosen and not exact:
        chosen, exact = free, quoted
    if chosen and unfinished:
        begun.add(language.fold(chosen[-1]))
    words = [_word(w) for w in exact]
    words += [_begun(_word(w)) if language.fold(w) in begun else _word(w) for w in chosen]
    return Question(
        words=_limited(words),
        phrases=tuple(dict.fromkeys(phrases))[:MAX_WORDS],
        pairs=tuple(dict.fromkeys(joined))[:MAX_WORDS],
        without=_limited(without),
    )


def _word(word: str) -> WordQuery:
    return WordQuery(language.stem(word), language.fold(word), language.parts(word))


def _begun(word: WordQuery) -> WordQuery:
    return replace(word, prefix=word.surface) if len(word.surface) >= MIN_PREFIX else word


def _limited(words: list[WordQuery]) -> tuple[WordQuery, ...]:
    """Each word once; the last ones keep their right to be unfinished."""
    unique = tuple(dict.fromkeys(word for word in words if word.surface))[:MAX_WORDS]
    begun = [word for word in unique if word.prefix][:-MAX_PREFIXES]
    return tuple(replace(word, prefix="") if word in begun else word for word in unique)


def _as_phrase(text: str) -> str:
    return f" {' '.join(filter(None, map(language.fold, language.raw_words(text))))} "


def label(text: str) -> str:
    """`text` if it can be a kind or a scope. Raises: ValueError."""
    if not LABEL.fullmatch(text):
        raise ValueError(f"not a kind or scope: {text!r}")
    return text
