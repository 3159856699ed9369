"""Finding a service by whatever people type.

Order: the exact title, words of the title, everyday words (synonyms), topic and summary,
body. A compound nobody knows is looked for by its first part ("Hundesteuer" by "Hund");
its last part alone is never enough, so that "Führerschein" does not find "Gewerbeschein".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from rathaus.catalogue import index, queries
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.index import Index
from rathaus.search import language
from rathaus.search.suggestion import suggest

MAX_TEXT = 200
MAX_WORDS = 10
MIN_PREFIX = 3
PREFIX, FIRST_PART, TYPO = 0.7, 0.6, 0.6
TITLE_PART = index.TITLE * index.PART
WHOLE_SYNONYM = 1.15
"""The whole text is a synonym: better than a part of one, less than a word of a title."""
EXACT = 1000.0
"""Added where the text is the title."""
CUT_BELOW = 0.12
"""Hits far below the best one are noise."""
GENERIC_WORDS = """
    anmelden anmeldung abmelden abmeldung ummelden ummeldung melden anzeigen anzeige
    beantragen antrag bestellen bestellung nachbestellen ändern beschaffen holen brauche
    formular online termin kosten gebühr gebühren dokument dokumente stadt rathaus amt
    genehmigung erlaubnis neu neue neuen
"""
"""What people do, not what it is about: never enough where another word is unknown."""


@dataclass(frozen=True)
class ServiceHit:
    """A service that was found."""

    definition: ServiceDefinition
    score: float

    @property
    def slug(self) -> str:
        """Address part of the service."""
        return self.definition.slug

    @property
    def title(self) -> str:
        """Title of the service."""
        return self.definition.title

    @property
    def summary(self) -> str:
        """Summary of the service."""
        return self.definition.summary


@dataclass(frozen=True)
class SearchResult:
    """What was found. Iterates over, counts and indexes its hits."""

    text: str
    hits: tuple[ServiceHit, ...] = ()
    did_you_mean: str = ""
    """The text with typing errors put right, if there were any; the hits are for this text."""
    suggestions: tuple[ServiceDefinition, ...] = ()
    """Only without hits: services that are near, else the popular ones."""

    def __iter__(self) -> Iterator[ServiceHit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, at: int) -> ServiceHit:
        return self.hits[at]


@dataclass
class _Word:
    """One word of the question with the services it matches."""

    text: str
    generic: bool
    weights: dict[str, float] = field(default_factory=dict)
    weak: dict[str, float] = field(default_factory=dict)
    corrected: str = ""


def find(text: str, *, limit: int = 30) -> SearchResult:
    """Services for `text`, the best first. Never raises, whatever the text is."""
    text = " ".join(text[:MAX_TEXT].replace("\x00", " ").split())
    picture = queries.snapshot()
    known = picture.extra.get("search")
    if not isinstance(known, Index):
        titles = {row.slug: row.title for row in picture.topics}
        known = picture.extra["search"] = index.build(picture.definitions, titles)
    words = _words(known, text)
    if not words:
        return SearchResult(text)
    scores = _scores(known, words)
    meant = " ".join(word.corrected or word.text for word in words)
    exact = set()
    for phrase in {index.stems(text), index.stems(meant)}:
        for slug, weight in known.phrases.get(phrase, {}).items():
            scores[slug] = scores.get(slug, weight) * WHOLE_SYNONYM
            if weight == index.TITLE:
                exact.add(slug)
    did_you_mean = meant if any(word.corrected for word in words) and scores else ""
    hits = _ordered(known, scores, limit, exact)
    if hits:
        return SearchResult(text, hits, did_you_mean)
    near: dict[str, float] = {}
    for word in words:
        for slug, weight in word.weak.items():
            near[slug] = max(weight, near.get(slug, 0.0))
    close = [hit.definition for hit in _ordered(known, near, 4)]
    return SearchResult(text, suggestions=tuple(close or queries.popular(4)))


def _words(known: Index, text: str) -> list[_Word]:
    raw = language.raw_words(text)[:MAX_WORDS]
    useful = [word for word in raw if not language.is_stop_word(word)]
    found = []
    for at, word in enumerate(useful):
        entry = _Word(word, language.stem(word) in _generic())
        _match(known, entry, last=at == len(useful) - 1)
        found.append(entry)
    return found


def _match(known: Index, word: _Word, *, last: bool) -> None:
    surface, stem = language.fold(word.text), language.stem(word.text)
    if not surface:
        return
    parts = language.parts(word.text)
    for term in (surface, stem):
        _add(word.weights, known.whole.get(term, {}), 1.0)
        for slug, weight in known.inner.get(term, {}).items():
            # A compound inside a longer one is another thing, unless the title says so.
            counts = not parts or weight >= TITLE_PART
            _add(word.weights if counts else word.weak, {slug: weight}, 1.0)
    if last and len(surface) >= MIN_PREFIX:
        for term in known.beginning_with(surface):
            _add(word.weights, known.whole.get(term, {}), PREFIX)
    if word.weights:
        return
    if len(parts) < 2:  # no compound of known words: rather a typing error
        _correct(known, word, surface)
    if not word.weights:
        _match_parts(known, word, surface, parts)
    if not word.weights:
        _correct(known, word, surface)


def _match_parts(known: Index, word: _Word, surface: str, parts: tuple[str, ...]) -> None:
    for part in parts:
        if part in _generic():
            continue
        first = surface.startswith(part)
        _add(word.weights if first else word.weak, known.whole.get(part, {}), FIRST_PART)
        for slug, weight in known.inner.get(part, {}).items():
            counts = first and weight >= TITLE_PART
            _add(word.weights if counts else word.weak, {slug: weight}, FIRST_PART)
    for slug in word.weights:
        word.weights[slug] += word.weak.get(slug, 0.0)


def _correct(known: Index, word: _Word, surface: str) -> None:
    if word.generic or word.corrected or surface in language.vocabulary_words():
        return
    better = suggest(word.text, known.vocabulary)
    if better is not None:
        word.corrected = better
        for term in {language.fold(better), language.stem(better)}:
            _add(word.weights, known.whole.get(term, {}), TYPO)


def _scores(known: Index, words: list[_Word]) -> dict[str, float]:
    content = [word for word in words if not word.generic] or words
    scores: dict[str, float] = {}
    for slug in {slug for word in content for slug in word.weights}:
        matched = [word for word in content if slug in word.weights]
        best = max(word.weights[slug] for word in matched)
        if len(matched) * 2 < len(content) or (len(matched) < len(content) and best < 2):
            continue
        total = sum(
            word.weights[slug] * known.rarity(len(word.weights))
            for word in words
            if slug in word.weights
        )
        share = sum(slug in word.weights for word in words) / len(words)
        scores[slug] = total * share * share
    return scores


def _ordered(
    known: Index, scores: dict[str, float], limit: int, exact: Collection[str] = ()
) -> tuple[ServiceHit, ...]:
    best = max(scores.values(), default=0.0)
    hits = [
        ServiceHit(known.definitions[slug], round(score + (EXACT if slug in exact else 0), 3))
        for slug, score in scores.items()
        if score >= best * CUT_BELOW or slug in exact
    ]
    hits.sort(key=lambda hit: (-hit.score, not hit.definition.popular, queries.sort_key(hit.title)))
    return tuple(hits[:limit])


def _add(into: dict[str, float], weights: Mapping[str, float], factor: float) -> None:
    for slug, weight in weights.items():
        if weight * factor > into.get(slug, 0.0):
            into[slug] = weight * factor


@cache
def _generic() -> frozenset[str]:
    return frozenset(map(language.stem, GENERIC_WORDS.split()))
