"""Material Symbols as inline SVG, from the map that the build made."""

from __future__ import annotations

import json
import logging
from functools import lru_cache
from pathlib import Path

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

log = logging.getLogger(__name__)
SOURCE = Path(__file__).resolve().parent / "static" / "vendor" / "icons.json"


@lru_cache(maxsize=1)
def paths() -> dict[str, str]:
    """Icon name → path data; empty (and logged) before ``python -m rathaus.theme.build``."""
    try:
        loaded: dict[str, str] = json.loads(SOURCE.read_text("utf-8"))
    except FileNotFoundError:
        log.warning("No icons: run npm ci && python -m rathaus.theme.build")
        return {}
    return loaded


@lru_cache(maxsize=1024)
def svg(name: str, label: str = "", css: str = "") -> SafeString:
    """The icon `name`; hidden from assistive technology unless it has a `label`."""
    path = paths().get(name)
    if path is None:
        if paths():
            log.warning("Unknown icon %r: add it to theme/icons.txt", name)
        path = ""
    access = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    css = f"rh-icon {escape(css)}".strip()
    return mark_safe(  # noqa: S308 -- only escaped values and our own path data
        f'<svg class="{css}" viewBox="0 -960 960 960" {access}><path d="{path}"/></svg>'
    )
