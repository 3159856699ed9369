"""A small in-memory index over the current definitions.

Some hundred services at most: everything is kept as postings from term to service, built
once per catalogue revision. Terms come from `rathaus.search.language`.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rathaus.catalogue.definition import ServiceDefinition
from rathaus.search import language

TITLE, SYNONYM, TOPIC, SUMMARY, BODY = 10.0, 8.0, 4.0, 3.0, 1.0
PART = 0.6
"""A word found inside a longer one counts less."""


@dataclass
class Index:
    """Postings, vocabulary and phrases of one catalogue revision."""

    definitions: Mapping[str, ServiceDefinition]
    whole: dict[str, dict[str, float]] = field(default_factory=dict)
    """Term to service to weight, for words that stand there as such."""
    inner: dict[str, dict[str, float]] = field(default_factory=dict)
    """The same for parts of compounds."""
    phrases: dict[tuple[str, ...], dict[str, float]] = field(default_factory=dict)
    """Whole titles and synonyms as stems, to the services they name."""
    vocabulary: tuple[str, ...] = ()
    """Words of titles, synonyms and topics as written: what a typing error may have meant."""
    terms_sorted: tuple[str, ...] = ()

    def rarity(self, services: int) -> float:
        """How much a word says that occurs in so many services; at least 1."""
        return 1.0 + math.log(max(1, len(self.definitions)) / max(1, services))

    def beginning_with(self, prefix: str) -> Iterator[str]:
        """Terms that begin with `prefix`."""
        for at in range(bisect_left(self.terms_sorted, prefix), len(self.terms_sorted)):
            term = self.terms_sorted[at]
            if not term.startswith(prefix):
                return
            yield term


def build(definitions: Mapping[str, ServiceDefinition], topic_titles: Mapping[str, str]) -> Index:
    """Index the current definitions."""
    whole: defaultdict[str, dict[str, float]] = defaultdict(dict)
    inner: defaultdict[str, dict[str, float]] = defaultdict(dict)
    phrases: defaultdict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    vocabulary: dict[str, None] = {}
    for slug, row in definitions.items():
        titles = [topic_titles.get(topic, "") for topic in row.topics]
        for weight, text in _texts(row, titles):
            for word in language.raw_words(text):
                if language.is_stop_word(word):
                    continue
                if weight >= TOPIC:
                    vocabulary[word] = None
                own = {language.fold(word), language.stem(word)}
                for term in language.terms(word):
                    into = whole[term] if term in own else inner[term]
                    value = weight if term in own else weight * PART
                    into[slug] = max(value, into.get(slug, 0.0))
        for weight, phrase in _phrases(row):
            key = stems(phrase)
            if key and weight > phrases[key].get(slug, 0.0):
                phrases[key][slug] = weight
    return Index(
        definitions=definitions,
        whole=dict(whole),
        inner=dict(inner),
        phrases=dict(phrases),
        vocabulary=tuple(vocabulary),
        terms_sorted=tuple(sorted({*whole, *inner})),
    )


def stems(text: str) -> tuple[str, ...]:
    """The stems of a phrase, stop words included only if there is nothing else."""
    found = tuple(language.tokens(text))
    return found or tuple(map(language.stem, language.raw_words(text)))


def _phrases(row: ServiceDefinition) -> Iterator[tuple[float, str]]:
    yield TITLE, row.title
    for synonym in row.synonyms:
        yield SYNONYM, synonym


def _texts(row: ServiceDefinition, topics: Iterable[str]) -> Iterator[tuple[float, str]]:
    yield TITLE, row.title
    for synonym in row.synonyms:
        yield SYNONYM, synonym
    for title in topics:
        yield TOPIC, title
    yield SUMMARY, row.summary
    yield BODY, row.description
    for question in row.questions:
        yield BODY, question.question
    for document in row.documents:
        yield BODY, document.label
    for basis in row.legal:
        yield BODY, f"{basis.citation} {basis.title}"
