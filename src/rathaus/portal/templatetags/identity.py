"""Which account systems one can log in with, for `portal/identity/choose.html`."""

from __future__ import annotations

from django import template

from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import Source
from rathaus.accounts.trust import TrustLevel

register = template.Library()


@register.simple_tag
def login_sources(level: int | str = 0, only: object = None) -> list[Source]:
    """Sources for residents that reach `level`; `only` limits them to these keys."""
    wanted = TrustLevel(int(level or 0))
    keys = set(only) if isinstance(only, list | tuple | set | frozenset) else None
    return [
        source
        for source in config.for_residents()
        if max(source.levels, default=TrustLevel.NONE) >= wanted
        and (keys is None or source.key in keys)
    ]


@register.simple_tag
def linked_keys(identities: object) -> list[str]:
    """Keys of the sources of these identities."""
    return [identity.source for identity in identities]  # type: ignore[attr-defined]
