"""The two databases' own full-text syntax. Both store only the terms `language` made.

SQLite walks the lists of terms newest first and stops early. PostgreSQL cannot: its index
knows no order. There a function (`fulltext`) looks at the newest entries first where words
are so frequent that this suffices, and otherwise sorts what the index found, on a table
so narrow that this stays fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import connection

from rathaus.search.filters import Filter
from rathaus.search.question import TITLE, WordQuery

FREQUENT = 10_000
"""A word of so many entries is frequent; counting ends there."""
LOWEST, HIGHEST = -(1 << 62), (1 << 62)
Quote = Callable[[str], str]


@dataclass(frozen=True)
class Slice:
    """A part of the answer: with all words in the title (True), not all (False), either."""

    in_title: bool | None = None
    newest_first: bool = True
    limit: int = 20
    often: tuple[tuple[str, ...], ...] | None = None
    """The words, each a choice of terms: where all of them are frequent, the newest entries are
    looked at first (PostgreSQL finds out in the same question); None: not worth asking.
    """


def positions(wanted: Filter, part: Slice) -> list[int]:
    """Places of matching entries in order."""
    low = LOWEST if wanted.low is None else wanted.low
    high = HIGHEST if wanted.high is None else wanted.high
    sqlite = connection.vendor == "sqlite"
    match = expression(wanted, part.in_title, FTS5 if sqlite else TSQUERY)
    way = "DESC" if part.newest_first else "ASC"
    if not match:
        sql = (
            "SELECT position FROM search_entry WHERE position BETWEEN %s AND %s "  # noqa: S608
            f"ORDER BY position {way} LIMIT %s"
        )
        values: list[str | int | bool | list[str]] = [low, high, part.limit]
    elif sqlite:
        sql = (
            "SELECT rowid FROM search_index WHERE search_index MATCH %s "  # noqa: S608
            f"AND rowid BETWEEN %s AND %s ORDER BY rowid {way} LIMIT %s"
        )
        values = [match, low, high, part.limit]
    else:
        dense, terms = _dense(part.often)
        sql = f"SELECT search_positions(%s::tsquery, %s, %s, %s, %s, {dense})"
        values = [match, low, high, part.newest_first, part.limit, *terms]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


def _dense(often: tuple[tuple[str, ...], ...] | None) -> tuple[str, list[list[str] | int]]:
    """Whether of each word one term is in very many entries, as SQL with its values."""
    if often is None:
        return "FALSE", []
    known = "EXISTS (SELECT 1 FROM search_word WHERE term = ANY(%s) AND weight >= %s)"
    values: list[list[str] | int] = []
    for choice in often:
        values += [list(choice), FREQUENT]
    return " AND ".join(["TRUE", *[known] * len(often)]), values


def frequency(term: str) -> int:
    """In how many entries a term is, at most `FREQUENT`."""
    if connection.vendor == "sqlite":
        sql = "SELECT rowid FROM search_index WHERE search_index MATCH %s LIMIT %s"
        match = FTS5.term(term)
    else:
        sql = "SELECT position FROM search_index WHERE terms @@ %s::tsquery LIMIT %s"
        match = TSQUERY.term(term)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) found", [match, FREQUENT])  # noqa: S608
        return int(cursor.fetchone()[0])


def tidy() -> None:
    """Join the pieces an index grows into; after very many changes."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO search_index(search_index) VALUES ('optimize')")
        else:
            cursor.execute("SELECT gin_clean_pending_list('search_index_terms')")
            cursor.execute("ANALYZE search_index (position)")


class Dialect:
    """How one database writes a term and the three operators."""

    def __init__(self, term: Quote, both: str, either: str, without: str) -> None:
        self.term = term
        self.both, self.either, self.without = both, either, without

    def all(self, items: Iterable[str]) -> str:
        """All of these."""
        return f"({self.both.join(items)})"

    def any(self, items: Iterable[str]) -> str:
        """One of these."""
        return f"({self.either.join(items)})"


# Terms hold letters, digits and the marks of `question.LABEL` only: nothing to escape.
FTS5 = Dialect('"{}"'.format, " AND ", " OR ", " NOT ")
TSQUERY = Dialect("'{}'".format, " & ", " | ", " & !")


def expression(wanted: Filter, in_title: bool | None, to: Dialect) -> str:
    """The whole condition; "" where everything matches."""
    question = wanted.question
    limits = [_word(word, TITLE if in_title else "", to) for word in question.words]
    limits += [to.term(pair) for pair in question.pairs]
    for group in wanted.fields:
        limits += [_word(word, f"{group.name}=", to) for word in group.words]
    limits += [to.any(map(to.term, group)) for group in wanted.any_of]
    if (scopes := wanted.scope_terms) is not None:
        limits.append(to.any(map(to.term, scopes)))
    if not limits:
        return ""
    against = list(_unwanted(wanted, to))
    if in_title is False:
        against.append(to.all(_word(word, TITLE, to) for word in question.words))
    whole = to.all(limits)
    return f"({whole}{to.without}{to.any(against)})" if against else whole


def _unwanted(wanted: Filter, to: Dialect) -> Iterator[str]:
    yield from map(to.term, wanted.none_of)
    for word in wanted.question.without:
        yield _word(word, "", to)


def _word(word: WordQuery, mark: str, to: Dialect) -> str:
    choices = [to.term(mark + term) for term in word.choices]
    if len(word.parts) > 1:
        choices.append(to.all(to.term(mark + part) for part in word.parts))
    return to.any(choices)
