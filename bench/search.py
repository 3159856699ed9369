"""How fast the search is: a generated town's papers, then questions as people ask them.

    python -m bench.search build /tmp/corpus.sqlite3 --documents 1000000
    python -m bench.search copy /tmp/corpus.sqlite3 postgresql://…     (same rows, no second making)
    python -m bench.search build /tmp/first.sqlite3 --documents 60000 --of 1000000
    python -m bench.search copy /tmp/first.sqlite3 postgresql://… --documents 1000000
    python -m bench.search ask sqlite:///tmp/corpus.sqlite3

Building goes on where it was interrupted. Texts have 150 to 250 words with Zipf's
distribution: function words, the shipped vocabulary and its compounds, names, references;
most of it from a stock of paragraphs, as letters of an office are. Each of 20 offices prefers
words of its own. After `DIFFERENT` papers
they come again with later dates, so a rare word is in some twenty papers of a million; `copy`
lets PostgreSQL repeat them itself where the source has no more, `--of` spaces their dates. `put`
takes the same papers in through the program's own door, for its speed; `build` writes the rows
the door would write. `ask` prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from django.conf import settings

CHUNK = 1000
DIFFERENT = 60_000
OFFICES = 20
PLACES = 120
START = datetime(2014, 1, 1, 7, tzinfo=UTC)
SPAN = timedelta(days=4700)
COLUMNS = "kind, key, scope, at, position, title, body, tokens"
SYLLABLES = (
    "ba be bo dal der dör els fehn gar hin ja kem lüt "
    "mar moor nor oste pew rie sand tam ul veen wis"
)


def prepare(url: str, *, building: bool) -> None:
    """Django with nothing but the search room."""
    from rathaus.settings.database import database

    found = database(url, Path("/tmp"))
    if building and "init_command" in found["OPTIONS"]:
        command = found["OPTIONS"]["init_command"].replace("synchronous=FULL", "synchronous=OFF")
        found["OPTIONS"]["init_command"] = command
    settings.configure(
        DATABASES={"default": found},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rathaus.search"],
        USE_TZ=True,
    )
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@cache
def vocabulary() -> tuple[list[str], list[str]]:
    """Function words and content words, the most frequent first."""
    from importlib import resources

    from rathaus.search import language

    rng = random.Random(1)
    source = resources.files("rathaus.search").joinpath("data", "stopwords.txt")
    small = [
        w
        for line in source.read_text("utf-8").splitlines()
        if line[:1] != "#"
        for w in line.split()
    ]
    base = [w.capitalize() if rng.random() < 0.7 else w for w in language.shipped_words()]
    rng.shuffle(base)
    compounds = [rng.choice(base) + rng.choice(base).lower() for _ in range(14_000)]
    parts = SYLLABLES.split()
    strange = ["".join(rng.choices(parts, k=rng.randint(2, 4))).capitalize() for _ in range(10_000)]
    return small, [*base, *dict.fromkeys(compounds + strange)]


@cache
def surnames() -> list[str]:
    """Names of people."""
    rng = random.Random(2)
    ends = ("en", "s", "sen", "mann", "ma", "ing")
    return [
        "".join(rng.choices(SYLLABLES.split(), k=2)).capitalize() + rng.choice(ends)
        for _ in range(4000)
    ]


@cache
def words_of(office: int) -> tuple[list[str], list[float]]:
    """The words an office writes, with cumulated Zipf weights."""
    small, content = vocabulary()
    rng = random.Random(100 + office)
    own = rng.sample(range(len(content)), 300)
    ranked = small + [content[i] for i in own[:60]] + content
    weights = [1 / (rank + 3) for rank in range(len(small))]
    weights += [0.25 / (rank + 3) for rank in range(60)]
    weights += [2.2 / (rank + 12) for rank in range(len(content))]
    return ranked, list(accumulate(weights))


@cache
def paragraphs(office: int) -> list[tuple[str, list[str]]]:
    """What an office writes again and again, with the terms of it."""
    from rathaus.search import actions

    ranked, weights = words_of(office)
    rng = random.Random(500 + office)
    texts = [
        " ".join(rng.choices(ranked, cum_weights=weights, k=rng.randint(18, 34)))
        for _ in range(2500)
    ]
    return [(text + ".", actions._terms("", text)) for text in texts]


def document(number: int, total: int) -> tuple[Any, list[str]]:
    """The `number`-th paper, always the same, and the terms of its paragraphs."""
    from rathaus.search import actions

    rng = random.Random(number)
    office = rng.randrange(OFFICES)
    place = office * (PLACES // OFFICES) + rng.randrange(PLACES // OFFICES)
    ranked, weights = words_of(office)
    first = rng.choice(("Anke", "Onno", "Hinrich", "Tomke", "Jan", "Insa"))
    person = f"{first} {rng.choice(surnames())}"
    at = START + SPAN * (number / total)
    reference = f"{10 + place // 10}.{place % 10}0/{at.year}-{number % 9000:04d}"
    born = f"{rng.randint(1, 28)}.{rng.randint(1, 12)}.19{rng.randint(40, 99)}"
    free = " ".join(rng.choices(ranked, cum_weights=weights, k=24))
    stock = rng.choices(paragraphs(office), k=rng.randint(4, 8))
    found = actions.Findable(
        kind="case" if number % 10 == 0 else "document",
        key=f"{number:08d}",
        title=" ".join(rng.choices(ranked, cum_weights=weights, k=3)),
        body=f"Unser Zeichen {reference}. {person}, geboren am {born}. {free}. ",
        scope=f"office:{office}",
        at=at,
        marks={
            "o": [str(office)],
            "p": [str(place), f"g{place // 6}"],
            "d": [rng.choice(("in", "in", "out", "internal"))],
            "f": [rng.choice(("pdf", "pdf", "pdf", "image", "text", "office"))],
            "b": [rng.choice(("s", "m", "l"))],
            "z": ["open" if number > total * 0.9 else "closed"],
        },
        fields={"w": person, "c": f"Sachbearbeitung {office}-{rng.randrange(8)}"},
    )
    body = found.body + " ".join(text for text, _ in stock)
    return replace(found, body=body), list(dict.fromkeys(t for _, terms in stock for t in terms))


def put(total: int) -> dict[str, Any]:
    """Through `put_all`, 200 at a time as a reindex does."""
    from rathaus.search import actions

    papers = [document(number, total)[0] for number in range(total)]
    for paper in papers:
        actions._entry(paper)  # the words are known to the process, as in a worker
    began, used = time.monotonic(), time.process_time()
    for start in range(0, total, 200):
        actions.put_all(papers[start : start + 200])
    seconds, cpu = time.monotonic() - began, time.process_time() - used
    return {
        "per second": round(total / seconds),
        "CPU ms each": round(cpu / total * 1000, 2),
        **memory(),
    }


def build(some: int, total: int) -> dict[str, Any]:
    """Make what is missing of the first `some` papers of `total`, chunk by chunk, in the order
    of time (SQLite)."""
    from django.db import connection

    from rathaus.search import engine, vocabulary
    from rathaus.search.models import Entry

    done = Entry.objects.count() // CHUNK * CHUNK
    began, first = time.monotonic(), done
    if done < DIFFERENT:
        for office in range(OFFICES):
            words = (word for text, _ in paragraphs(office) for word in text.split())
            vocabulary.learn(vocabulary.terms_of(words))
    with connection.cursor() as cursor:
        # Many papers at once in the memory of the index; a town's worker takes the default.
        cursor.execute("INSERT INTO search_index(search_index, rank) VALUES ('hashsize', 60000000)")
    while done < some:
        next_ones = min(CHUNK, some - done)
        write(done, next_ones, total) if done < DIFFERENT else repeat(done, next_ones, total)
        done += next_ones
        if done % 10_000 == 0:
            print(
                f"{done:,} {(done - first) / (time.monotonic() - began):.0f}/s",
                file=sys.stderr,
                flush=True,
            )
    seconds = time.monotonic() - began
    began = time.monotonic()
    engine.tidy()
    print(f"index tidied in {time.monotonic() - began:.0f} s", file=sys.stderr)
    weigh(vocabulary)
    return {"built": done - first, "seconds": round(seconds), **memory()}


def write(done: int, some: int, total: int) -> None:
    """New papers."""
    from django.db import connection, transaction

    from rathaus.search import actions, vocabulary

    rows, words = [], set()
    for number in range(done, done + some):
        paper, stock = document(number, total)
        own = actions._entry(replace(paper, body=paper.body[:160]))
        tokens = " ".join(dict.fromkeys([*own.tokens.split(" "), *stock]))
        at = str(own.at.replace(tzinfo=None))
        rows.append((own.kind, own.key, own.scope, at, own.position, own.title, paper.body, tokens))
        words.update(paper.body[:160].replace(".", " ").split())
    with transaction.atomic(), connection.cursor() as cursor:
        marks = ", ".join(["%s"] * 8)
        cursor.executemany(f"INSERT INTO search_entry ({COLUMNS}) VALUES ({marks})", rows)
        vocabulary.learn(vocabulary.terms_of(words))


def repeat(done: int, some: int, total: int) -> None:
    """Papers of before, years later."""
    from django.db import connection, transaction

    rounds, start = divmod(done, DIFFERENT)
    later = int(SPAN.total_seconds() * DIFFERENT / total) * rounds
    if connection.vendor == "sqlite":
        key, at, moved = "printf('%%08d', key + %s)", "datetime(at, %s)", f"+{later} seconds"
    else:
        key, at, moved = "lpad((key::int + %s)::text, 8, '0')", "at + %s::interval", f"{later} s"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO search_entry ({COLUMNS}) SELECT kind, {key}, scope, "
            f"{at}, position + %s, title, body, tokens FROM search_entry "
            "WHERE kind IN ('case', 'document') AND key >= %s AND key < %s ORDER BY position",
            [
                rounds * DIFFERENT,
                moved,
                later << 12,
                f"{start:08d}",
                f"{min(start + some, DIFFERENT):08d}",
            ],
        )


def weigh(known: Any) -> None:
    """Count the words, as the weekly job does."""
    began, place = time.monotonic(), ""
    while place := known.sweep(place, 5000):
        pass
    print(f"words weighed in {time.monotonic() - began:.0f} s", file=sys.stderr)


def copy(source: str, limit: int) -> dict[str, Any]:
    """The same rows into PostgreSQL; the index is made at the end, as a restore does."""
    import sqlite3

    from django.db import connection

    from rathaus.search import engine, vocabulary

    rows: Iterator[Any] = iter(
        sqlite3.connect(source).execute(
            f"SELECT {COLUMNS} FROM search_entry ORDER BY position LIMIT {limit}"
        )
    )
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS search_index_terms")
        with cursor.copy(f"COPY search_entry ({COLUMNS}) FROM STDIN") as target:
            done = 0
            for row in rows:
                target.write_row((*row[:3], row[3] + "+00", *row[4:]))
                done += 1
        words = sqlite3.connect(source).execute("SELECT term, written, weight FROM search_word")
        with cursor.copy("COPY search_word (term, written, weight) FROM STDIN") as target:
            for row in words:
                target.write_row(row)
        while DIFFERENT <= done < limit:
            some = min(DIFFERENT, limit - done)
            repeat(done, some, limit)
            done += some
            print(f"{done:,}", file=sys.stderr, flush=True)
        cursor.execute("SET maintenance_work_mem = '400MB'")
        cursor.execute(
            "CREATE INDEX search_index_terms ON search_index USING gin (terms) "
            "WITH (gin_pending_list_limit = 256)"
        )
        cursor.execute("VACUUM ANALYZE search_index")
        cursor.execute("VACUUM ANALYZE search_entry")
    engine.tidy()
    weigh(vocabulary)
    return {"copied in": round(time.monotonic() - began), **memory()}


def questions(total: int) -> dict[str, Callable[[random.Random], Any]]:
    """The mix: name → one question of that kind, as (filter, order)."""
    from rathaus.search import actions
    from rathaus.search.filters import Filter
    from rathaus.search.question import parse

    _small, content = vocabulary()
    every = [f"office:{n}" for n in range(OFFICES)]

    def ask(
        text: str = "",
        scopes: Any = None,
        order: str = "relevance",
        fields: Any = None,
        **more: Any,
    ) -> Any:
        named = {key: parse(value, unfinished=False) for key, value in (fields or {}).items()}
        return Filter.of(
            parse(text, unfinished="*" in text), scopes=scopes or every, fields=named, **more
        ), order

    def phrase(rng: random.Random) -> str:
        text, _ = rng.choice(paragraphs(rng.randrange(OFFICES)))
        words, at = text.split(), rng.randrange(10)
        return '"' + " ".join(words[at : at + 4]) + '"'

    def office(rng: random.Random) -> list[str]:
        return [f"office:{rng.randrange(OFFICES)}"]

    def since(rng: random.Random) -> int:
        return actions.first_position(START + SPAN * rng.random())

    common = content[:30]
    return {
        "rare word": lambda r: ask(r.choice(surnames())),
        "very rare word": lambda r: ask(content[-r.randint(1, 9000)]),
        "common word": lambda r: ask(r.choice(common)),
        "two words": lambda r: ask(f"{r.choice(content[:300])} {r.choice(content[300:3000])}"),
        "two common words": lambda r: ask(f"{r.choice(common)} {r.choice(common)}"),
        "phrase": lambda r: ask(phrase(r)),
        "prefix of 3": lambda r: ask(r.choice(content[:3000])[:3] + "*"),
        "prefix of 5": lambda r: ask(r.choice(content[:3000])[:5] + "*"),
        "word without another": lambda r: ask(f"{r.choice(common)} -{r.choice(common)}"),
        "person + word": lambda r: ask(r.choice(common), fields={"w": r.choice(surnames())}),
        "type + direction + word": lambda r: ask(
            r.choice(content[:300]), any_of=[{"f": ["pdf"]}, {"d": ["out"]}]
        ),
        "plan subtree + word": lambda r: ask(
            r.choice(content[:300]), any_of=[{"p": [f"g{r.randrange(20)}"]}]
        ),
        "years + word": lambda r: ask(r.choice(common), low=since(r)),
        "1 of 20 offices + common word": lambda r: ask(r.choice(common), office(r)),
        "1 of 20 offices + rare word": lambda r: ask(content[r.randint(3000, 9000)], office(r)),
        "common word, newest": lambda r: ask(r.choice(common), order="newest"),
        "common word, oldest": lambda r: ask(r.choice(common), order="oldest"),
        "newest of everything": lambda _r: ask(any_of=[{"k": ["document"]}], order="newest"),
        "newest of 1 of 20 offices": lambda r: ask(
            any_of=[{"k": ["document"]}], scopes=office(r), order="newest"
        ),
        "second page of a common word": lambda r: (*ask(r.choice(common)), "next"),
    }


def ask(url: str, times: int) -> dict[str, Any]:
    """Milliseconds of each kind of question, fetching and extracts included."""
    from rathaus.search import queries
    from rathaus.search.models import Entry

    last = Entry.objects.order_by("-position").values_list("key", flat=True).first()
    total = int(last or 0) + 1
    found: dict[str, Any] = {}
    everything: list[float] = []
    busy: list[float] = []
    for name, make in questions(total).items():
        rng = random.Random(name)
        took, used, hits = [], [], 0
        for attempt in range(times + 3):
            wanted, order, *then = make(rng)
            after = queries.search(wanted, order=order).next if then else None
            began, cpu = time.perf_counter(), time.process_time()
            page = queries.search(wanted, order=order, after=after)
            if attempt >= 3:  # the first ones warm up
                took.append((time.perf_counter() - began) * 1000)
                used.append((time.process_time() - cpu) * 1000)
                hits += len(page)
        everything += took
        busy += used
        found[name] = {**spread(took), "cpu": spread(used), "hits": round(hits / times, 1)}
        print(f"{name:32} {found[name]}", file=sys.stderr, flush=True)
    return {
        "documents": total,
        "all": spread(everything),
        "cpu": spread(busy),
        **found,
        **sizes(url),
        **memory(),
    }


def spread(took: list[float]) -> dict[str, float]:
    """p50, p95 and worst of some times."""
    cuts = statistics.quantiles(took, n=20, method="inclusive")
    return {"p50": round(cuts[9], 1), "p95": round(cuts[18], 1), "max": round(max(took), 1)}


def sizes(url: str) -> dict[str, Any]:
    """Bytes of the index and of everything."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            whole = Path(url.removeprefix("sqlite://")).stat().st_size
            cursor.execute("SELECT sum(length(block)) FROM search_index_data")
            return {"index MB": cursor.fetchone()[0] // 10**6, "all MB": whole // 10**6}
        cursor.execute(
            "SELECT pg_relation_size('search_index_terms'), "
            "pg_total_relation_size('search_index'), pg_relation_size('search_index'), "
            "pg_database_size(current_database())"
        )
        index, narrow, heap, whole = cursor.fetchone()
    return {
        "index MB": index // 10**6,
        "narrow table MB": heap // 10**6,
        "with terms MB": narrow // 10**6,
        "all MB": whole // 10**6,
    }


def memory() -> dict[str, int]:
    """The most this process had."""
    return {"memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=["build", "put", "copy", "ask"])
    parser.add_argument("database")
    parser.add_argument("target", nargs="?")
    parser.add_argument("--documents", type=int, default=25_000)
    parser.add_argument("--of", type=int, default=0)
    parser.add_argument("--times", type=int, default=60)
    given = parser.parse_args()
    if given.what == "copy":
        prepare(given.target, building=True)
        result = copy(given.database, given.documents)
    else:
        prepare(given.database, building=given.what == "build")
        if given.what == "build":
            result = build(given.documents, given.of or given.documents)
        elif given.what == "put":
            result = put(given.documents)
        else:
            result = ask(given.database, given.times)
    print(json.dumps(result, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
