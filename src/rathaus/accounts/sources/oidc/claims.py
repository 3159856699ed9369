"""From claims of the provider to our attributes: by name, as the entry says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rathaus.accounts.sources.base import Attribute
from rathaus.accounts.sources.oidc.entry import ClaimRule
from rathaus.accounts.trust import TrustLevel

LONGEST = 500
MOST_GROUPS = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_DATE = re.compile(r"(19|20)\d\d-(0\d|1[0-2])-([0-2]\d|3[01])")


def attributes(
    claims: Mapping[str, Any], rules: Mapping[str, ClaimRule], *, level: TrustLevel
) -> dict[str, Attribute]:
    """The values the provider gave, none above the level of the log-in."""
    found = {}
    for name, rule in rules.items():
        value = _text(_inside(claims, rule.name))
        if not value or (name == "birth_date" and not _DATE.fullmatch(value)):
            continue
        cap = TrustLevel.parse(rule.level) if rule.level else level
        found[name] = Attribute(value, min(level, cap))
    return found


def groups(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The groups of the person: a list of names; one alone may come without list."""
    raw = _inside(claims, name)
    listed = raw if isinstance(raw, list) else [raw]
    texts = [text for text in map(_text, listed[:MOST_GROUPS]) if text]
    return tuple(dict.fromkeys(texts))


def has_second_factor(claims: Mapping[str, Any], accepted: tuple[str, ...]) -> bool:
    """Whether ``amr`` or ``acr`` says that a second factor was used."""
    methods = claims.get("amr")
    said = [claims.get("acr"), *(methods if isinstance(methods, list) else [])]
    return any(isinstance(value, str) and value in accepted for value in said)


def method(claims: Mapping[str, Any]) -> str:
    """How the person logged in, as the provider says."""
    methods = claims.get("amr")
    if isinstance(methods, list):
        return "+".join(value for value in methods if isinstance(value, str))[:40]
    return ""


def _inside(claims: Mapping[str, Any], name: str) -> object:
    """A claim; where no claim has the whole name, its dots lead inside."""
    if name in claims:
        return claims[name]
    value: object = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(value: object) -> str:
    """One line of text, or nothing: numbers, lists and overlong values do not count."""
    if not isinstance(value, str) or len(value) > LONGEST:
        return ""
    return " ".join(_CONTROL.sub(" ", value).split())
