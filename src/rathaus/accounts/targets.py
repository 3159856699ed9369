"""Where a log-in may lead: names of our own pages, from this table and nowhere else.

No address, no part of one and no ``next`` from outside ever decides where somebody lands. In
June 2024 log-ins to some 300 municipalities ended on a foreign page because one did.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse


class UnknownTarget(LookupError):
    """No page of the table, or an argument that does not fit."""


@dataclass(frozen=True)
class Target:
    """A page of the table with its arguments."""

    view: str
    args: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its address on this host. Raises: UnknownTarget."""
        try:
            return reverse(self.view, kwargs=dict(self.args))
        except NoReverseMatch:
            raise UnknownTarget(self.view) from None


Check = Callable[[str], str]
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


def _uuid(text: str) -> str:
    return str(uuid.UUID(text))


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise ValueError(text)
    return text


AREA = "portal:area"
CONFIRMED = "account_reauthenticate"
_DRAFT: dict[str, Check] = {"draft_id": _uuid}
_APPLICATION: dict[str, Check] = {"application_id": _uuid}

TABLE: Mapping[str, Mapping[str, Check]] = {
    "account_reauthenticate": {},
    "portal:start": {},
    "portal:cases": {},
    AREA: {},
    "portal:identities": {},
    "portal:merge": {},
    "portal:profile": {},
    "portal:security": {},
    "portal:inbox": {},
    "portal:represent": {},
    "portal:privacy_account": {},
    "portal:applications": {},
    "portal:payments": {},
    "portal:close_account": {},
    "portal:export": {},
    "portal:service": {"slug": _slug},
    "portal:draft": _DRAFT,
    "portal:check": _DRAFT,
    "portal:step": {**_DRAFT, "step_key": _slug},
    "portal:status": _APPLICATION,
    "desk:basket": {},
}


def target(view: str, args: Mapping[str, object] | None = None) -> Target:
    """The page `view` of the table with its arguments. Raises: UnknownTarget."""
    wanted, given = TABLE.get(view), dict(args or {})
    if wanted is None or wanted.keys() != given.keys():
        raise UnknownTarget(view)
    try:
        return Target(view, {name: check(str(given[name])) for name, check in wanted.items()})
    except ValueError:
        raise UnknownTarget(view) from None


def area() -> Target:
    """ "Mein Bereich", where a log-in leads that began nowhere in particular."""
    return Target(AREA)


def or_area(view: object, args: object = None) -> Target:
    """The page if it is in the table, else "Mein Bereich"."""
    if isinstance(view, str) and (args is None or isinstance(args, Mapping)):
        try:
            return target(view, args)
        except UnknownTarget:
            pass
    return area()
