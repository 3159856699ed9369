"""The two databases' own full-text syntax. Both store only the terms `language` made."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection

from rathaus.search.question import KIND, SCOPE, TITLE, Filter, WordQuery

Quote = Callable[[str], str]


def positions(wanted: Filter, *, in_title: bool, before: int | None, limit: int) -> list[int]:
    """Places of matching entries, newest first; with all words in the title, or with not all."""
    if connection.vendor == "sqlite":
        match = _expression(wanted, in_title, _FTS5)
        sql = "SELECT rowid FROM search_index WHERE search_index MATCH %s"
        order = "rowid"
    else:
        match = _expression(wanted, in_title, _TSQUERY)
        sql = "SELECT position FROM search_entry WHERE terms @@ %s::tsquery"
        order = "position"
    params: list[str | int] = [match]
    if before is not None:
        sql += f" AND {order} < %s"
        params.append(before)
    sql += f" ORDER BY {order} DESC LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, limit])
        return [row[0] for row in cursor.fetchall()]


class _Dialect:
    """How one database writes a term, a beginning and the three operators."""

    def __init__(self, term: Quote, prefix: Quote, both: str, either: str, without: str) -> None:
        self.term, self.prefix = term, prefix
        self.both, self.either, self.without = both, either, without

    def all(self, items: Iterable[str]) -> str:
        return f"({self.both.join(items)})"

    def any(self, items: Iterable[str]) -> str:
        return f"({self.either.join(items)})"


# Terms hold letters, digits and the marks of `question.LABEL` only: nothing to escape.
_FTS5 = _Dialect('"{}"'.format, '"{}" *'.format, " AND ", " OR ", " NOT ")
_TSQUERY = _Dialect("'{}'".format, "'{}':*".format, " & ", " | ", " & !")


def _expression(wanted: Filter, in_title: bool, to: _Dialect) -> str:
    words = wanted.question.words
    title = to.all(_word(word, TITLE, to) for word in words)
    found = title if in_title else to.all(_word(word, "", to) for word in words)
    limits = [found]
    if wanted.kind is not None:
        limits.append(to.term(KIND + wanted.kind))
    if wanted.scopes is not None:
        limits.append(to.any(to.term(SCOPE + scope) for scope in wanted.scopes))
    whole = to.all(limits)
    return whole if in_title else f"({whole}{to.without}{title})"


def _word(word: WordQuery, mark: str, to: _Dialect) -> str:
    choices = [to.term(mark + term) for term in dict.fromkeys((word.stem, word.surface))]
    if len(word.parts) > 1:
        choices.append(to.all(to.term(mark + part) for part in word.parts))
    if word.prefix:
        choices.append(to.prefix(mark + word.prefix))
    return to.any(choices)
