"""``rathaus identity``: are the account systems ready, and whose keys are due."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Callable
from typing import Any

from rathaus.accounts.sources import config, keys, refreshing
from rathaus.accounts.sources.base import Certificate, Health, Source
from rathaus.core.clock import now

STEPS = ("show", "make", "next", "roll", "drop")


def check_command(
    names: list[str], *, ask: bool = False, fetch: bool = False, json: bool = False
) -> int:
    """Say for each source whether it can be used. 0: yes, 1: something is wrong, 2: unknown."""
    chosen = _chosen(names)
    if chosen is None:
        return 2
    general = [] if names else config.problems()
    found = [(source, _health(source, ask=ask, fetch=fetch)) for source in chosen]
    if json:
        report = {"problems": general, "sources": [_as_dict(*row) for row in found]}
        print(jsonlib.dumps(report, ensure_ascii=False))
    else:
        _show(general, found)
    return 1 if general or any(not _good(health) for _source, health in found) else 0


def keys_command(name: str, step: str, *, json: bool = False) -> int:
    """Show, make or change our keys for a source. 0: done, 1: nothing to do, 2: wrong use."""
    chosen = _chosen([name])
    if not chosen:
        return 2
    if chosen[0].metadata() is None:
        print(f"„{name}“ hat keine eigenen Schlüssel.", file=sys.stderr)
        return 2
    done = _STEPS[step](name)
    rows = [_described(certificate) for certificate in _ours(chosen[0])]
    if json:
        print(jsonlib.dumps({"done": done, "keys": rows}, ensure_ascii=False))
    else:
        for row in rows:
            print(f"{row['use']:<20} noch {row['days_left']:>5} Tage  {row['fingerprint']}")
        print(_NEXT_STEP[step] if done else _NOTHING[step])
    return 0 if done else 1


def _chosen(names: list[str]) -> list[Source] | None:
    try:
        return [config.source(name) for name in names] if names else config.sources()
    except LookupError as error:
        known = ", ".join(source.key for source in config.sources()) or "keine"
        print(f"„{error.args[0]}“ ist nicht eingerichtet. Eingerichtet: {known}.", file=sys.stderr)
        return None


def _health(source: Source, *, ask: bool, fetch: bool) -> Health:
    from rathaus.accounts.sources.saml.fetching import NotFetched

    trouble = ""
    if fetch:
        try:
            refreshing.fetch(source)
        except NotFetched as error:
            trouble = str(error)
    health = source.health(ask=ask)
    if not trouble:
        return health
    return Health(
        configured=health.configured,
        problems=(trouble, *health.problems),
        reachable=health.reachable,
        certificates=health.certificates,
    )


def _good(health: Health) -> bool:
    return health.configured and not health.problems and health.reachable is not False


def _show(general: list[str], found: list[tuple[Source, Health]]) -> None:
    for problem in general:
        print(f"LOOK  {problem}")
    for source, health in found:
        mark = "ok  " if _good(health) else "LOOK"
        answers = {True: ", erreichbar", False: ", NICHT erreichbar", None: ""}[health.reachable]
        state = "eingerichtet" if health.configured else "nicht eingerichtet"
        print(f"{mark}  {source.key:<18} {source.label}: {state}{answers}")
        for certificate in health.certificates:
            row = _described(certificate)
            print(f"      {'':<18} {row['use']:<20} noch {row['days_left']} Tage")
        for problem in health.problems:
            print(f"      {'':<18} {problem}")
    if not found and not general:
        print("Kein Kontosystem ist eingerichtet (docs/identity.md).")


def _as_dict(source: Source, health: Health) -> dict[str, Any]:
    return {
        "key": source.key,
        "label": source.label,
        "audience": source.audience,
        "configured": health.configured,
        "reachable": health.reachable,
        "problems": list(health.problems),
        "certificates": [_described(certificate) for certificate in health.certificates],
    }


def _described(certificate: Certificate) -> dict[str, Any]:
    return {
        "use": certificate.use,
        "subject": certificate.subject,
        "valid_until": certificate.valid_until.isoformat(),
        "days_left": (certificate.valid_until - now()).days,
        "fingerprint": certificate.fingerprint,
    }


def _ours(source: Source) -> list[Certificate]:
    return [one for one in source.health().certificates if one.use.startswith("sp-")]


def _make(name: str) -> bool:
    return all(keys.ensure(name, use) for use in keys.USES)


_STEPS: dict[str, Callable[[str], bool]] = {
    "show": _make,
    "make": _make,
    "next": lambda name: bool(keys.prepare(name)),
    "roll": keys.roll,
    "drop": lambda name: keys.drop(name) > 0,
}
_NEXT_STEP = {
    "show": "",
    "make": "Die Schlüssel sind da.",
    "next": (
        "Die nächsten Zertifikate stehen jetzt in den Metadaten. Hinterlegen Sie die Metadaten "
        "beim Kontosystem; danach: roll."
    ),
    "roll": (
        "Die neuen Schlüssel sind im Einsatz; mit dem alten werden Antworten noch gelesen. "
        "Nach einigen Tagen: drop."
    ),
    "drop": "Die alten Schlüssel sind gelöscht.",
}
_NOTHING = {
    "show": "",
    "make": "",
    "next": "",
    "roll": "Es gibt keine nächsten Schlüssel. Zuerst: next.",
    "drop": "Es gibt keine alten Schlüssel.",
}
