"""German for the search: folding, stems, compounds.

Everything linguistic happens here, in Python; the databases only store what comes out.
That makes results identical on SQLite and PostgreSQL.

A word is indexed under several terms: its folded form ("hundesteuer"), its stem
("hundesteu") and the stems of the parts of a compound ("hund", "steu").
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import Stemmer

MAX_WORD = 40
"""Longer words are cut, in the index and in the question alike."""

_WORD = re.compile(r"[^\W_]+")
_DIGRAPHS = (("ae", "a"), ("oe", "o"))
_UE = re.compile(r"(?<![aeq])ue")
_ACCENT = re.compile(r"[^\x00-\x7fäöüß]")
_LINKS = ("", "s", "es", "n", "en", "er", "e", "ns", "ens")


class _Own(threading.local):
    """Each thread its own: a stemmer must not be used by two at once. Its cache is `stem`'s."""

    def __init__(self) -> None:
        self.stemmer = Stemmer.Stemmer("german", 0)


_own = _Own()


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text with its place in it."""

    text: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """The words of `text` in order: letters and digits, nothing else."""
    for match in _WORD.finditer(text):
        yield Word(match.group(), match.start(), match.end())


def raw_words(text: str) -> list[str]:
    """The words of `text` without places (fast)."""
    return _WORD.findall(text)


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """One spelling for all: lower case, "ß"/"ss", "ä"/"ae"/"a", no accents."""
    lower = unicodedata.normalize("NFKC", word).lower().replace("ß", "ss")
    return _plain(lower)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The folded stem: "Anmeldungen", "anmelden" and "Anmeldung" are all "anmeld"."""
    lower = _ACCENT.sub(_bare, unicodedata.normalize("NFKC", word).lower()[: MAX_WORD * 2])
    return _plain(_own.stemmer.stemWord(lower).replace("ß", "ss")) or fold(word)


def _bare(match: re.Match[str]) -> str:
    """A foreign letter without its accent; the stemmer knows German ones only."""
    return unicodedata.normalize("NFKD", match.group())[0]


def _plain(lower: str) -> str:
    if not lower.isascii():
        decomposed = unicodedata.normalize("NFKD", lower)
        lower = "".join(_WORD.findall(decomposed))
    for digraph, letter in _DIGRAPHS:
        lower = lower.replace(digraph, letter)
    return _UE.sub("u", lower)[:MAX_WORD]


@lru_cache(maxsize=100_000)
def terms(word: str) -> tuple[str, ...]:
    """All terms a word is indexed under; the folded form first. Empty for marks alone."""
    if word.isascii() and word.isdigit():
        return (word[:MAX_WORD],)
    surface = fold(word)
    if not surface:
        return ()
    return tuple(dict.fromkeys((surface, stem(word), *parts(word))))


def tokens(text: str) -> list[str]:
    """The stems of `text` in order, without stop words.

    >>> tokens("Die Straßen und die Bescheide")
    ['strass', 'bescheid']
    """
    return [s for w in raw_words(text) if (s := stem(w)) and not is_stop_word(w)]


def is_stop_word(word: str) -> bool:
    """Whether a word says nothing about what is looked for."""
    return fold(word) in _stop_words()


@lru_cache(maxsize=100_000)
def parts(word: str) -> tuple[str, ...]:
    """The stems of the parts of a compound, () where it is none.

    A compound is split where all its parts are known; failing that, a long known head
    or tail is split off ("Müllerstraße" ends in "Straße").

    >>> parts("Hundesteuer")
    ('hund', 'steu')
    """
    surface = fold(word)
    if len(surface) < 6 or surface.isdigit():
        return ()
    pieces = _split(surface, 0)
    if len(pieces) < 2:
        return _outer_part(surface)
    found: list[str] = []
    for piece in pieces:
        found.append(_tail(piece) or stem(piece))
        found.extend(parts(piece))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=50_000)
def _split(surface: str, depth: int) -> tuple[str, ...]:
    """The fewest known parts that cover `surface`; () where there are none."""
    if depth and _tail(surface):
        return (surface,)
    if depth > 4:
        return ()
    best: tuple[str, ...] = ()
    forms = vocabulary_forms()
    for cut in range(len(surface) - 3, 2, -1):
        if surface[:cut] not in forms:
            continue
        rest = _split(surface[cut:], depth + 1)
        if rest and (not best or len(rest) + 1 < len(best)):
            best = (surface[:cut], *rest)
    return best


def _tail(piece: str) -> str | None:
    """The stem of a known part, in whatever inflection."""
    if len(piece) < 3:
        return None
    if (known := vocabulary_forms().get(piece)) is not None:
        return known
    stemmed = stem(piece)
    return stemmed if len(stemmed) >= 3 and stemmed in vocabulary_stems() else None


def _outer_part(surface: str) -> tuple[str, ...]:
    base = vocabulary_words()
    for cut in range(4, len(surface) - 4):
        if surface[cut:] in base:
            return (stem(surface[cut:]),)
    for cut in range(len(surface) - 4, 5, -1):
        if surface[:cut] in base:
            return (stem(surface[:cut]),)
    return ()


@cache
def vocabulary_words() -> frozenset[str]:
    """The shipped words, folded."""
    return frozenset(fold(word) for word in shipped_words())


@cache
def vocabulary_stems() -> frozenset[str]:
    """The stems of the shipped words."""
    return frozenset(stem(word) for word in shipped_words())


@cache
def vocabulary_forms() -> dict[str, str]:
    """Each form a shipped word takes inside a compound, with its stem."""
    forms: dict[str, str] = {}
    for word in shipped_words():
        surface, stemmed = fold(word), stem(word)
        bases = [surface]
        if surface.endswith("e") and len(surface) > 4:
            bases.append(surface[:-1])
        for base in bases:
            for link in _LINKS:
                forms.setdefault(base + link, stemmed)
    for word in shipped_words():  # a word in its own right wins over an inflected one
        forms[fold(word)] = stem(word)
    return forms


@cache
def shipped_words() -> tuple[str, ...]:
    """The words of ``data/words.txt`` as written."""
    return tuple(dict.fromkeys(_read("words.txt")))


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(fold(word) for word in _read("stopwords.txt"))


def _read(name: str) -> Iterator[str]:
    source = resources.files("rathaus.search").joinpath("data", name)
    for line in source.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield from line.split()


def suggest(word: str, vocabulary: Iterable[str]) -> str | None:
    """The word of `vocabulary` meant by a mistyped `word`; see `suggestion.suggest`."""
    from rathaus.search import suggestion

    return suggestion.suggest(word, vocabulary)
