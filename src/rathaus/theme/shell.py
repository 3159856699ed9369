"""What stands around a page: navigation, footer, opening state, the staff's rail.

A face provides it once (``shell.provide("portal", source)`` in its ``AppConfig.ready``);
then every page of that shell has it, error pages too. The keys are documented at the top
of ``theme/portal_shell.html`` and ``theme/desk_shell.html``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest

log = logging.getLogger(__name__)

Source = Callable[[HttpRequest], Mapping[str, Any]]
_sources: dict[str, Source] = {}


def provide(shell: str, source: Source | None) -> None:
    """Register the source of the shell "portal" or "desk"; None removes it."""
    if source is None:
        _sources.pop(shell, None)
    else:
        _sources[shell] = source


def context(shell: str, request: HttpRequest | None) -> dict[str, Any]:
    """The shell's variables. A failing source is logged and the page appears without."""
    source = _sources.get(shell)
    if source is None or request is None:
        return {}
    try:
        return dict(source(request))
    except Exception:
        log.exception("The source of the shell %r failed", shell)
        return {}
