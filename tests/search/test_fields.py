"""Fields, several scopes, exclusions, bounds, words of the town: the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from rathaus.search import actions, clues, engine, language, queries, snippets, vocabulary
from rathaus.search.filters import Filter
from rathaus.search.models import Entry, Word
from rathaus.search.question import parse

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
db = pytest.mark.django_db


def put(key: str, body: str = "", **more: Any) -> None:
    values = {"kind": "document", "title": key, "scope": "office:1", "at": START, **more}
    actions.put(key=key, body=body, **values)


def keys(text: str = "", order: Any = "relevance", **more: Any) -> list[str]:
    fields = {name: parse(words, unfinished=False) for name, words in more.pop("words", {}).items()}
    wanted = Filter.of(parse(text), fields=fields, **more)
    return [hit.key for hit in queries.search(wanted, order=order)]


@db
def test_several_scopes_of_one_entry() -> None:
    put("both", "Wort", scope=["office:1", "share:7"])
    put("one", "Wort")
    assert set(keys("wort", scopes=["office:1"])) == {"both", "one"}
    assert keys("wort", scopes=["share:7"]) == ["both"]
    assert keys("wort", scopes=["office:2", "share:8"]) == []
    with pytest.raises(ValueError, match="has to be one"):
        put("none", scope=[])


@db
def test_somebody_of_many_offices_finds_what_somebody_of_few_does() -> None:
    """PostgreSQL compares many scopes with what it found instead of looking them up."""
    for number in range(9):
        put(f"k{number}", "Vertrag", scope=f"office:{number}", at=START + timedelta(days=number))
    put("hidden", "Vertrag", scope="office:77")
    many = [f"office:{number}" for number in (0, 2, 3, 5, 7, 12, 13)]
    assert keys("vertrag", scopes=many) == ["k7", "k5", "k3", "k2", "k0"]
    assert keys("vertrag", scopes=many, order="oldest") == ["k0", "k2", "k3", "k5", "k7"]
    assert keys("k3 vertrag -miete", scopes=many) == ["k3"]
    assert keys(scopes=many, any_of=[{"k": ["document"]}], order="newest")[0] == "k7"
    low = actions.first_position(START + timedelta(days=3))
    assert keys(scopes=many, low=low, order="oldest") == ["k3", "k5", "k7"]
    assert keys("-vertrag", scopes=many) == []
    assert keys("nirgends", scopes=many) == []


@db
def test_a_scope_counts_also_where_very_many_stand() -> None:
    """Not the shortened text that shows them: a cut-off name would be somebody else's."""
    put("a", "Wort", scope=[*(f"share:{number:030d}" for number in range(12)), "office:12"])
    few, many = ["office:12"], ["office:12", *(f"office:{n}" for n in range(50, 55))]
    assert keys("wort", scopes=few) == keys("wort", scopes=many) == ["a"]
    assert keys("wort", scopes=[f"office:{n}" for n in range(1, 10)]) == []


@db
def test_marks_and_fields() -> None:
    put("a", "Wort", marks={"d": ["in"], "p": ["1", "2"]}, fields={"w": "Käthe Müller"})
    put("b", "Wort Müller", marks={"d": ["out"]}, fields={"w": "Onno"})
    assert keys("wort", any_of=[{"d": ["in"]}]) == ["a"]
    assert set(keys("wort", any_of=[{"d": ["in", "out"]}])) == {"a", "b"}
    assert keys("wort", any_of=[{"d": ["in"]}, {"p": ["2"]}]) == ["a"]
    assert keys("wort", none_of=[{"d": ["in"]}]) == ["b"]
    assert keys(any_of=[{"p": ["1"]}]) == ["a"]
    assert keys(words={"w": "mueller"}) == ["a"]
    assert keys("d=in") == [] and keys("p=1") == []


@db
@pytest.mark.parametrize(
    "marks", [{"k": ["x"]}, {"s": ["x"]}, {"t": ["x"]}, {"": ["x"]}, {"dd": ["x"]}, {"d": ["a b"]}]
)
def test_marks_are_checked(marks: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"mark|kind"):
        put("a", marks=marks)


@db
def test_marks_change_without_the_text() -> None:
    put("a", "Wort", marks={"z": ["open"], "d": ["in"]})
    actions.set_marks({("document", "a"): {"z": ["closed"]}, ("document", "nie"): {"z": ["x"]}})
    assert keys("wort", any_of=[{"z": ["closed"]}]) == ["a"]
    assert keys("wort", any_of=[{"z": ["open"]}]) == []
    assert keys("wort", any_of=[{"d": ["in"]}], scopes=["office:1"]) == ["a"]


@db
def test_without_prefixes_and_bounds() -> None:
    for number in range(6):
        body = "Vertrag Miete" if number % 2 else "Vertrag Pacht"
        put(f"k{number}", body, at=START + timedelta(days=number))
    assert keys("vertrag -miete", "oldest") == ["k0", "k2", "k4"]
    assert keys("Mie* vertrag", "newest") == ["k5", "k3", "k1"]
    assert keys("-vertrag") == []
    low = actions.first_position(START + timedelta(days=2))
    high = actions.first_position(START + timedelta(days=4)) - 1
    assert keys("vertrag", "newest", low=low, high=high) == ["k3", "k2"]
    assert keys(low=low, high=high) == ["k3", "k2"]


@db
def test_pages_from_both_ends() -> None:
    for number in range(11):
        put(f"k{number:02}", "Wort", at=START + timedelta(days=number))
    wanted = Filter.of(parse("wort"))
    for order in ("relevance", "newest", "oldest"):
        whole = [h.key for h in queries.search(wanted, order=order, limit=50)]
        pages, after = [], None
        while after != "":
            page = queries.search(wanted, order=order, limit=3, after=after)
            pages += [hit.key for hit in page]
            after = page.next
        assert pages == whole and len(set(whole)) == 11


@db
def test_very_many_papers_of_one_second() -> None:
    things = [
        actions.Findable("document", f"k{n}", "Wort", "", "office:1", START) for n in range(300)
    ]
    actions.put_all(things)
    assert Entry.objects.values("position").distinct().count() == 300


@db
def test_an_unfinished_word_means_the_most_frequent_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MAX_ENDINGS", 1)
    put("rare", "Verwahrung")
    for number in range(3):
        put(f"often{number}", "Verbandsgemeinde")
    place = vocabulary.sweep("", 3)
    while place:
        place = vocabulary.sweep(place, 3)
    assert set(keys("verb")) == {"often0", "often1", "often2"}
    assert vocabulary.endings("ver") == ("verbandsgemeind",) or len(vocabulary.endings("ver")) == 1


@db
def test_words_leave_with_their_last_entry() -> None:
    put("a", "Geheimwort")
    assert Word.objects.filter(term="geheimwort", written="Geheimwort").exists()
    actions.remove("document", "a")
    vocabulary.sweep("", 1000)
    assert not Word.objects.exists()


@db
@pytest.mark.parametrize("size", [1000])
def test_very_many_scopes(size: int) -> None:
    put("mine", "Wort", scope="dossier:999")
    assert keys("wort", scopes=[f"dossier:{n}" for n in range(size)]) == ["mine"]


@db
def test_fifty_thousand_entries_ask_the_index_and_never_more() -> None:
    """Rows as an import writes them; only queries and plans are looked at, never times."""
    _fill(50_000)
    wanted = Filter.of(parse("wort1 haus"), "document", ["office:3"], any_of=[{"d": ["in"]}])
    with CaptureQueriesContext(connection) as captured:
        page = queries.search(wanted)
    assert len(page) == 20
    assert len(captured) <= 5
    for query in captured.captured_queries:
        assert "count(" not in query["sql"].lower()
    plan = _plan(wanted)
    if connection.vendor == "sqlite":
        assert "VIRTUAL TABLE INDEX" in plan and "TEMP B-TREE" not in plan, plan
    else:
        assert "Bitmap Index Scan on search_index_terms" in plan, plan


def _fill(count: int) -> None:
    rows = []
    for number in range(count):
        tokens = f"k=document s=office:{number % 20} d={'in' if number % 2 else 'out'} "
        tokens += f"haus wort{number % 7} n{number}"
        rows.append(
            Entry(
                kind="document",
                key=str(number),
                scope=f"office:{number % 20}",
                at=START,
                position=number << 12,
                title="Haus",
                body=f"Haus Wort{number % 7}",
                tokens=tokens,
            )
        )
    Entry.objects.bulk_create(rows, batch_size=2000)


def _plan(wanted: Filter) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            match = engine.expression(wanted, None, engine.FTS5)
            cursor.execute(
                "EXPLAIN QUERY PLAN SELECT rowid FROM search_index WHERE search_index MATCH %s "
                "AND rowid BETWEEN 0 AND 99999999999 ORDER BY rowid DESC LIMIT 20",
                [match],
            )
            return "\n".join(str(row) for row in cursor.fetchall())
        match = engine.expression(wanted, None, engine.TSQUERY)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT position FROM (SELECT position FROM search_index "
            "WHERE terms @@ %s::tsquery OFFSET 0) hits WHERE position BETWEEN 0 AND 99999999999 "
            "ORDER BY position DESC LIMIT 20",
            [match],
        )
        return "\n".join(row[0] for row in cursor.fetchall())


WORDS = [
    "Straße",
    "strasse",
    "Müller",
    "Mueller",
    "Häuser",
    "Haus",
    "Hundesteuer",
    "Bescheid",
    "Grundstück",
    "Öl",
    "Fuß",
    "Füße",
    "aß",
    "Anmeldung",
    "Poesie",
    "quer",
    "neue",
    "Café",
    "Masse",
    "Maße",
    "Steuerbescheide",
    "gewerbe",
    "Überführung",
    "Ruhe",
    "Ruhestätte",
    "Fluss",
    "Flüsse",
    "Fluß",
    "m²",
    "Israel",
    "Bestattung",
]


@pytest.mark.one_database
@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(WORDS), st.booleans())
def test_clues_lose_no_word(text: list[str], asked: str, begun: bool) -> None:
    """Looking for letters first finds what looking at every word finds."""
    question = parse(asked[:4] + "*" if begun else asked, unfinished=False)
    body = " ".join(text)
    slow = [
        (word.start, word.end)
        for word in language.words(body)
        if any(wanted.matches(word.text) for wanted in question.words)
    ]
    fast = [
        (start, end)
        for start, end in clues.places(body, clues.pattern(question.words))
        if any(wanted.matches(body[start:end]) for wanted in question.words)
    ]
    assert fast == slow


@pytest.mark.one_database
@given(st.text(max_size=80), st.text(min_size=1, max_size=20))
def test_a_highlighted_text_is_the_text(text: str, asked: str) -> None:
    parts = snippets.highlight(text, parse(asked))
    assert "".join("".join(part.split()) for part, _ in parts) == "".join(text.split())
