"""``rathaus services list`` and ``rathaus services check``; wired up by `rathaus.cli`."""

from __future__ import annotations

import json as json_module
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from rathaus.catalogue import cases, gate, library, maturity, queries
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.facts import of_this_town
from rathaus.organisation.loading import DEMO_TOWN, read_town

OK, FOUND, WRONG_USE = 0, 1, 2


def list_command(json: bool = False) -> int:
    """Print the services in force with version, mode and maturity."""
    rows = [_row(definition) for definition in queries.definitions()]
    if json:
        print(json_module.dumps(rows, ensure_ascii=False, indent=2))
        return OK
    table = Table("Leistung", "Titel", "Fassung", "Art", "Reifegrad", "Amt")
    for row in rows:
        level = f"{row['maturity']} {row['maturity_name']}"
        cells = (row["slug"], row["title"], str(row["version"]), row["mode"], level, row["office"])
        table.add_row(*cells)
    Console().print(table if rows else "Keine Leistung in Kraft.")
    return OK


def check_command(paths: Sequence[str | Path] = (), json: bool = False) -> int:
    """Run the publish gate over services; without `paths` over the shipped library.

    A path is a ``service.yaml``, the folder of a service, or a folder of services.
    Returns 0 if nothing blocks publishing, 1 if something does, 2 if a path is wrong.
    """
    shipped: library.Library | None = None
    try:
        shipped = library.load_all()
    except library.LibraryError as error:
        if not paths:
            return _report({}, error.problems, json)
    definitions: list[tuple[ServiceDefinition, Path]] = []
    problems: list[library.Problem] = []
    for path in [Path(p) for p in paths] or [library.SHIPPED]:
        if not path.exists():
            problems.append(library.Problem(path, 0, "", "no such file or folder"))
            _report({}, problems, json)
            return WRONG_USE
        try:
            loaded = _load(path)
            definitions += loaded
            if not loaded:
                problems.append(library.Problem(path, 0, "", "no service in this folder"))
        except library.LibraryError as error:
            problems += error.problems
    context = _context(shipped)
    if shipped is None:
        context = gate.Context(offices=context.offices)
    own = library.Library(services=tuple(row for row, _file in definitions))
    context = context.with_library(own) if context.services is not None else context
    found = {}
    for definition, file in definitions:
        found[definition.slug] = gate.check(definition, context)
        try:
            found[definition.slug] += _recorded(definition, file)
        except library.LibraryError as error:
            problems += error.problems
    return _report(found, problems, json)


def _context(shipped: library.Library | None) -> gate.Context:
    offices = frozenset(row.key for row in read_town(DEMO_TOWN).offices)
    context = gate.Context(offices=offices)
    return context.with_library(shipped) if shipped else context


def _load(path: Path) -> list[tuple[ServiceDefinition, Path]]:
    if path.is_dir() and not (path / "service.yaml").exists():
        found = library.load_all(path)
        return [(row, found.files[row.slug]) for row in found.services]
    file = path / "service.yaml" if path.is_dir() else path
    return [(library.load_service(file), file)]


def _recorded(definition: ServiceDefinition, file: Path) -> list[gate.Finding]:
    beside = file.with_name("cases.yaml")
    return cases.run(definition, cases.load(beside)) if beside.exists() else []


def _row(definition: ServiceDefinition) -> dict[str, Any]:
    report = maturity.assess(definition, capabilities=of_this_town())
    version = queries.current(definition.slug)
    return {
        "slug": definition.slug,
        "title": definition.title,
        "version": version.number,
        "published_at": version.published_at.isoformat(),
        "mode": definition.mode,
        "office": definition.office,
        "maturity": report.level,
        "maturity_name": report.name,
        "next_steps": report.next_steps,
    }


def _report(
    found: dict[str, list[gate.Finding]], problems: Sequence[library.Problem], json: bool
) -> int:
    blocked = bool(problems) or not all(map(gate.passes, found.values()))
    if json:
        data = {
            "ok": not blocked,
            "problems": [
                {"file": str(p.file), "line": p.line, "path": p.path, "text": p.text}
                for p in problems
            ],
            "services": {
                slug: [{"severity": f.severity, "where": f.where, "text": f.text} for f in rows]
                for slug, rows in found.items()
            },
        }
        print(json_module.dumps(data, ensure_ascii=False, indent=2))
        return FOUND if blocked else OK
    console = Console(soft_wrap=True, highlight=False)
    for problem in problems:
        console.print(f"[red]Fehler[/red]  {problem}", markup=True)
    for slug, rows in found.items():
        mark = "[green]gut[/green]" if gate.passes(rows) else "[red]gesperrt[/red]"
        console.print(f"{slug}: {mark}")
        for finding in rows:
            label = "Fehler " if finding.severity == "error" else "Hinweis"
            console.print(f"  {label} {finding.where}: {finding.text}", markup=False)
    return FOUND if blocked else OK
