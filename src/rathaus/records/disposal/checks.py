"""What `rathaus records verify` and `rathaus doctor` ask: guards in place, tombstones true."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from rathaus.core.models import Event
from rathaus.core.triggers import PerEngine
from rathaus.records.disposal.models import DossierTombstone, Tombstone
from rathaus.records.models import Case, Dossier

Add = Callable[[str, str, object, object], None]
_TRIGGER = re.compile(r"CREATE TRIGGER (\w+)")
_FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(\).*?\$\$(.*?)\$\$", re.DOTALL)
_DROPPED = re.compile(r"DROP TRIGGER (?:IF EXISTS )?(\w+)")


def missing_guards() -> list[str]:
    """Names of triggers that the migrations made and that are gone, off or changed.

    Whoever wants to change the record behind the back of the software has to switch them off;
    a forgotten or careless one is seen here.
    """
    triggers, functions = _wanted()
    found = _sqlite() if connection.vendor == "sqlite" else _postgresql()
    wrong = [
        name
        for name, statement in triggers.items()
        if name not in found or (found[name] and _plain(found[name]) != _plain(statement))
    ]
    if connection.vendor == "postgresql":
        bodies = _bodies()
        wrong += [
            f"{name}()"
            for name, body in functions.items()
            if _plain(bodies.get(name, "")) != _plain(body)
        ]
    return sorted(wrong)


def verify_tombstones(add: Add, after: int = 0, limit: int | None = None) -> tuple[int, int]:
    """Compare tombstones behind the one with the key `after` with their chains, at most so many.

    Returns how many there were and the key of the last one.
    """
    rows = Tombstone.objects.filter(pk__gt=after).select_related("chain").order_by("pk")
    stones = list(rows[:limit])
    if not stones:
        return 0, after
    # A range, not a list of keys: there may be very many.
    these = Tombstone.objects.filter(pk__gt=after, pk__lte=stones[-1].pk)
    back = set(
        Case.objects.filter(public_id__in=these.order_by().values("case_uuid")).values_list(
            "public_id", flat=True
        )
    )
    ends = set(
        Event.objects.filter(
            type="case.destroyed", chain__in=these.order_by().values("chain")
        ).values_list("chain_id", "hash")
    )
    for stone in stones:
        where = f"Vorgang {stone.reference}"
        if stone.case_uuid in back:
            add(where, "destroyed, but still there", "no row", "a row")
        if (stone.chain.length, stone.chain.head) != (stone.chain_length, stone.chain_head):
            add(where, "history went on after destruction", stone.chain_head, stone.chain.head)
        if (stone.chain_id, stone.chain_head) not in ends:
            add(where, "event of destruction missing", "case.destroyed", "no event")
    return len(stones), stones[-1].pk


def verify_dossier_tombstones(add: Add) -> None:
    """Compare tombstones of dossiers with their chains."""
    stones = DossierTombstone.objects.select_related("chain").order_by("pk")
    back = set(
        Dossier.objects.filter(
            public_id__in=DossierTombstone.objects.values("dossier_uuid")
        ).values_list("public_id", flat=True)
    )
    last = Event.objects.filter(type="dossier.destroyed", chain__dossier_tombstone__isnull=False)
    ends = set(last.values_list("chain_id", "hash"))
    for stone in stones.iterator(chunk_size=500):
        where = f"Akte {stone.reference}"
        if stone.dossier_uuid in back:
            add(where, "destroyed, but still there", "no row", "a row")
        if (stone.chain.length, stone.chain.head) != (stone.chain_length, stone.chain_head):
            add(where, "history went on after destruction", stone.chain_head, stone.chain.head)
        if (stone.chain_id, stone.chain_head) not in ends:
            add(where, "event of destruction missing", "dossier.destroyed", "no event")


def numbers_buried(series: str) -> set[int]:
    """Numbers of destroyed cases in a series."""
    rows = Tombstone.objects.filter(series=series, number__isnull=False)
    return {int(number) for number in rows.values_list("number", flat=True) if number}


def _wanted() -> tuple[dict[str, str], dict[str, str]]:
    """Triggers and functions of all applied migrations: the newest wording of each name."""
    loader = MigrationLoader(connection)
    triggers: dict[str, str] = {}
    functions: dict[str, str] = {}
    for statement in _statements(loader):
        if match := _TRIGGER.search(statement):
            triggers[match[1]] = statement
        elif match := _DROPPED.search(statement):
            triggers.pop(match[1], None)
        for name, body in _FUNCTION.findall(statement):
            functions[name] = body
    return triggers, functions


def _statements(loader: MigrationLoader) -> Iterator[str]:
    applied = loader.applied_migrations or {}
    leaves = loader.graph.leaf_nodes()
    seen: set[tuple[str, str]] = set()
    for leaf in leaves:
        for key in loader.graph.forwards_plan(leaf):
            if key in seen or key not in applied:
                continue
            seen.add(key)
            for operation in loader.graph.nodes[key].operations:
                if isinstance(operation, PerEngine):
                    yield from operation.create(connection.vendor)


def _sqlite() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())


def _postgresql() -> dict[str, str]:
    """Triggers that are on; what they do stands in their functions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
        return {name: "" for (name,) in cursor.fetchall()}


def _bodies() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, p.prosrc FROM pg_proc p "
            "JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = current_schema()"
        )
        return dict(cursor.fetchall())


def _plain(statement: str) -> str:
    return " ".join(statement.split())
