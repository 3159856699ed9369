"""Whose town hall this is: name, contact and the one hue everything is painted in.

This room knows no database. A room above says where the facts come from, once, in its
``AppConfig.ready``: ``brand.provide(lambda: Brand(name=town.name, …))``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

log = logging.getLogger(__name__)

DEFAULT_HUE = 162
DEFAULT_ACCENT_HUE = 350


@dataclass(frozen=True, slots=True)
class Brand:
    """What every page and letter needs to know about the town."""

    name: str = "Rathaus"
    """Full official name, "Stadt Wiesmoor"."""
    short_name: str = ""
    """Name without the kind, "Wiesmoor"; used where space is short."""
    phone: str = ""
    email: str = ""
    address_lines: tuple[str, ...] = ()
    hue: int = DEFAULT_HUE
    """OKLCH hue of the brand colour, degrees 0–359."""
    accent_hue: int = DEFAULT_ACCENT_HUE

    @property
    def label(self) -> str:
        """The short name, or the full one where there is none."""
        return self.short_name or self.name

    @property
    def is_default_colour(self) -> bool:
        """True where the style sheet needs no override."""
        return (self.hue, self.accent_hue) == (DEFAULT_HUE, DEFAULT_ACCENT_HUE)


_source: Callable[[], Brand] | None = None
_last_known: Brand | None = None


def provide(source: Callable[[], Brand] | None) -> None:
    """Say where the town's facts come from. `source` should be cheap: every page asks."""
    global _source, _last_known
    _source, _last_known = source, None


def fallback() -> Brand:
    """The last facts seen, or what the settings know; never touches the database."""
    return _last_known or Brand(
        name=getattr(settings, "RATHAUS_TOWN_NAME", "Rathaus"),
        phone=getattr(settings, "RATHAUS_TOWN_PHONE", ""),
        hue=int(getattr(settings, "RATHAUS_BRAND_HUE", DEFAULT_HUE)) % 360,
    )


def current() -> Brand:
    """The town's facts; the fallback when their source fails (an error page must appear)."""
    global _last_known
    if _source is None:
        return fallback()
    try:
        _last_known = _source()
    except Exception:
        log.exception("The source of the town's facts failed")
        return fallback()
    return _last_known
