"""What is looked for and by whom, ready for a database's own syntax."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from rathaus.search.question import KIND, SCOPE, Question, WordQuery, label

RESERVED = frozenset("kst")
"""First letters of marks that the search itself sets."""


def mark(name: str, value: str) -> str:
    """The term of an exact field: ``mark("d", "in")`` is "d=in".

    Raises: ValueError for a name that is not one free letter, or a value no label.
    """
    if len(name) != 1 or not (name.isascii() and name.islower()) or name in RESERVED:
        raise ValueError(f"not a free mark: {name!r}")
    return f"{name}={label(value)}"


@dataclass(frozen=True)
class FieldWords:
    """Words that have to stand in a named field (a person, a tag)."""

    name: str
    words: tuple[WordQuery, ...]


@dataclass(frozen=True)
class Filter:
    """A question with fields and with what the asker may see.

    `any_of`: of each group one mark must be there. `low` and `high` bound the positions.
    """

    question: Question = field(default_factory=Question)
    scopes: tuple[str, ...] | None = None
    any_of: tuple[tuple[str, ...], ...] = ()
    none_of: tuple[str, ...] = ()
    fields: tuple[FieldWords, ...] = ()
    low: int | None = None
    high: int | None = None

    @classmethod
    def of(
        cls,
        question: Question,
        kind: str | None = None,
        scopes: Iterable[str] | None = None,
        *,
        any_of: Iterable[Mapping[str, Iterable[str]]] = (),
        none_of: Iterable[Mapping[str, Iterable[str]]] = (),
        fields: Mapping[str, Question] | None = None,
        low: int | None = None,
        high: int | None = None,
    ) -> Filter:
        """Check the labels. Raises: ValueError (a mistake in the calling code)."""
        groups = [tuple(_marks(group)) for group in any_of]
        if kind is not None:
            groups.insert(0, (KIND + label(kind),))
        return cls(
            question=question,
            scopes=None if scopes is None else tuple(dict.fromkeys(map(label, scopes))),
            any_of=tuple(groups),
            none_of=tuple(term for group in none_of for term in _marks(group)),
            fields=tuple(
                FieldWords(name, words.words) for name, words in (fields or {}).items() if words
            ),
            low=low,
            high=high,
        )

    @property
    def asks(self) -> bool:
        """Whether anything is looked for at all; what one may see alone is no question."""
        bounded = self.low is not None or self.high is not None
        return bool(self.question or self.any_of or self.fields or bounded)

    @property
    def sees_nothing(self) -> bool:
        """Whether the answer is empty before asking: no scope, or a choice of nothing.

        Also where something is only left out, but nothing says of what.
        """
        if self.scopes == () or any(not group for group in self.any_of):
            return True
        from_what = self.question.words or self.any_of or self.fields or self.scopes is not None
        return not from_what and bool(self.question.without or self.none_of)

    @property
    def scope_terms(self) -> tuple[str, ...] | None:
        """The scopes as terms of the index."""
        return None if self.scopes is None else tuple(SCOPE + scope for scope in self.scopes)

    def narrowed(self, *, low: int | None = None, high: int | None = None) -> Filter:
        """The same within tighter bounds."""
        lows = [bound for bound in (self.low, low) if bound is not None]
        highs = [bound for bound in (self.high, high) if bound is not None]
        return replace(self, low=max(lows) if lows else None, high=min(highs) if highs else None)


def _marks(group: Mapping[str, Iterable[str]]) -> list[str]:
    found: dict[str, None] = {}
    for name, values in group.items():
        for value in values:
            found[KIND + label(value) if name == "k" else mark(name, value)] = None
    return list(found)
