"""The town's identity settings: which account systems people can log in with.

A YAML file holds a list of entries (docs/identity.md). What cannot be used is left out and
reported; a wrong entry never takes the others with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from pydantic import ValidationError

from rathaus.accounts.sources.base import Source
from rathaus.accounts.sources.kinds import Entry, registry
from rathaus.accounts.sources.messages import explain
from rathaus.accounts.sources.simulated import SIMULATED
from rathaus.core.registry import NotRegistered

SHIPPED = ("bundid", "saml", "unternehmenskonto", "oidc")
MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Configuration:
    """The sources that can be used, and what is wrong with the others, in German."""

    sources: tuple[Source, ...] = ()
    problems: tuple[str, ...] = ()


_known: dict[tuple[object, ...], Configuration] = {}


def sources() -> list[Source]:
    """All sources of this town, in the order of the file."""
    return list(load().sources)


def source(key: str) -> Source:
    """The source with this key. Raises: LookupError."""
    for known in load().sources:
        if known.key == key:
            return known
    raise LookupError(key)


def for_residents() -> list[Source]:
    """Sources that residents and businesses log in with."""
    return [known for known in load().sources if known.audience == "residents"]


def for_staff() -> list[Source]:
    """The town's directories."""
    return [known for known in load().sources if known.audience == "staff"]


def problems() -> list[str]:
    """What is wrong with the file, each with what to do."""
    return list(load().problems)


def path() -> Path:
    """Where the file is, or would be."""
    named = str(getattr(settings, "RATHAUS_IDENTITY", "") or "")
    return Path(named) if named else Path(settings.DATA_DIR) / "identity.yaml"


def load() -> Configuration:
    """Read the file, or what is known of it while it has not changed."""
    file = path()
    try:
        state = file.stat()
        stamp: tuple[object, ...] = (str(file), state.st_mtime_ns, state.st_size)
    except OSError:
        stamp = (str(file), None)
    stamp = (*stamp, str(settings.DATA_DIR), settings.BASE_URL, settings.SIMULATION)
    if stamp not in _known:
        _known.clear()
        _known[stamp] = _read(file)
    return _known[stamp]


def build(entries: list[Any], *, folder: Path) -> Configuration:
    """Sources from raw entries, with one sentence for each that cannot be used."""
    made: list[Source] = []
    wrong: list[str] = []
    for number, raw in enumerate(entries, start=1):
        found = _entry(raw, number)
        if isinstance(found, list):
            wrong += found
        elif any(known.key == found.key for known in made):
            wrong.append(f"Eintrag {number}: Den Namen „{found.key}“ gibt es schon.")
        else:
            made.append(registry.get(found.kind).make(found, folder=folder))
    return Configuration(tuple(made), tuple(wrong))


def _entry(raw: Any, number: int) -> Entry | list[str]:
    if not isinstance(raw, dict):
        return [f"Eintrag {number}: Hier müssen Angaben wie „key: …“ stehen."]
    name = f"Eintrag {number} ({raw['key']})" if "key" in raw else f"Eintrag {number}"
    try:
        kind = registry.get(str(raw.get("kind")))
    except NotRegistered:
        known = ", ".join(sorted(identifier for identifier, _ in registry.items()))
        return [f"{name}: „kind: {raw.get('kind')}“ gibt es nicht. Möglich sind: {known}."]
    try:
        return kind.entry.model_validate(raw)
    except ValidationError as error:
        return [f"{name}: {sentence}" for sentence in explain(error)]


def _read(file: Path) -> Configuration:
    _load_shipped()
    if not file.exists():
        if getattr(settings, "RATHAUS_IDENTITY", ""):
            return _nothing(f"Die Datei {file} (RATHAUS_IDENTITY) gibt es nicht.")
        return build(SIMULATED if settings.SIMULATION else [], folder=file.parent)
    try:
        text = file.read_bytes()
        if len(text) > MAX_BYTES:
            return _nothing(f"Die Datei {file} ist zu groß.")
        entries = yaml.safe_load(text)
    except OSError as error:
        return _nothing(f"Die Datei {file} kann nicht gelesen werden: {error.strerror}.")
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" Zeile {mark.line + 1}," if mark else ""
        return _nothing(f"Die Datei {file} ist kein gültiges YAML:{where} bitte Einrückung prüfen.")
    if entries is None:
        entries = []
    if not isinstance(entries, list):
        return _nothing(f"Die Datei {file} muss eine Liste von Einträgen enthalten („- key: …“).")
    return build(entries, folder=file.parent)


def _nothing(problem: str) -> Configuration:
    return Configuration(problems=(problem,))


def _load_shipped() -> None:
    """Kinds register themselves on import; their libraries are loaded with the first log-in."""
    for name in SHIPPED:
        if find_spec(f"rathaus.accounts.sources.{name}"):
            import_module(f"rathaus.accounts.sources.{name}")
