"""The two databases' own full-text syntax. Both store only the terms `language` made.

SQLite walks the lists of terms newest first and stops early. PostgreSQL cannot: its index
knows no order. There a function (`fulltext`) looks at the newest entries first where words
are so frequent that this suffices, and otherwise sorts what the index found, on a table
so narrow that this stays fast. Whoever may see more than a few scopes has them compared with
what was found there: as terms their long lists would all have to be joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from rathaus.search.filters import Filter
from rathaus.search.question import TITLE, WordQuery

FREQUENT = 10_000
"""A word of so many entries is frequent; counting ends there."""
FEW_SCOPES = 3
"""Up to so many scopes are looked up as terms (PostgreSQL)."""
LOWEST, HIGHEST = -(1 << 62), (1 << 62)
Quote = Callable[[str], str]


@dataclass(frozen=True)
class Slice:
    """A part of the answer: with all words in the title (True), not all (False), either."""

    in_title: bool | None = None
    newest_first: bool = True
    limit: int = 20
    often: tuple[tuple[str, ...], ...] | None = None
    """The words, each a choice of terms: where all of them are frequent, the first entries are
    looked at before all (PostgreSQL finds out in the same question); None: not worth asking.
    """


def positions(wanted: Filter, part: Slice) -> list[int]:
    """Places of matching entries in order."""
    low = LOWEST if wanted.low is None else wanted.low
    high = HIGHEST if wanted.high is None else wanted.high
    if connection.vendor == "sqlite":
        sql, values = _sqlite(wanted, part, low, high)
    else:
        sql, values = _postgresql(wanted, part, low, high)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


def _sqlite(wanted: Filter, part: Slice, low: int, high: int) -> tuple[str, list[Any]]:
    table, key, condition, values = "search_entry", "position", "", []
    if match := expression(wanted, part.in_title, FTS5):
        table, key, values = "search_index", "rowid", [match]
        condition = "search_index MATCH %s AND "
    way = "DESC" if part.newest_first else "ASC"
    sql = (
        f"SELECT {key} FROM {table} WHERE {condition}{key} BETWEEN %s AND %s "  # noqa: S608
        f"ORDER BY {key} {way} LIMIT %s"
    )
    return sql, [*values, low, high, part.limit]


def _postgresql(wanted: Filter, part: Slice, low: int, high: int) -> tuple[str, list[Any]]:
    seen, rest = None, wanted
    if wanted.scopes is not None and len(wanted.scopes) > FEW_SCOPES:
        seen, rest = list(wanted.scopes), replace(wanted, scopes=None)
    match = expression(rest, part.in_title, TSQUERY)
    if not match and (wanted.none_of or wanted.question.without):
        seen, match = None, expression(wanted, part.in_title, TSQUERY)  # "not" wants a "from what"
    dense, terms = _dense(part.often)
    sql = f"SELECT search_positions(%s::tsquery, %s, %s, %s, %s, {dense}, %s::text[])"
    return sql, [match or None, low, high, part.newest_first, part.limit, *terms, seen]


def _dense(often: tuple[tuple[str, ...], ...] | None) -> tuple[str, list[list[str] | int]]:
    """Whether of each word one term is in very many entries, as SQL with its values.

    Looking at an entry costs three times what finding it does: a word is worth a look around
    if it is in more than about seven times the root of how many there are.
    """
    if often is None:
        return "FALSE", []
    known = (
        "EXISTS (SELECT 1 FROM search_word WHERE term = ANY(%s) AND weight >= least(%s, (SELECT "
        "7 * sqrt(greatest(reltuples, 0)) FROM pg_class WHERE oid = 'search_index'::regclass)))"
    )
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
