"""Anmeldequellen: which account systems people log in with, and whether they work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from rathaus.accounts import tally
from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import Certificate, Health, Source
from rathaus.core.clock import now
from rathaus.desk.access import DeskRequest

SOON, URGENT = 60, 14
"""Days before the end of a certificate from which it is marked."""
USES = {
    "sp-signing": gettext_lazy("Unsere Unterschrift"),
    "sp-encryption": gettext_lazy("Unsere Verschlüsselung"),
    "idp-signing": gettext_lazy("Unterschrift des Kontosystems"),
    "idp-encryption": gettext_lazy("Verschlüsselung des Kontosystems"),
}


@dataclass(frozen=True)
class Ending:
    """A certificate with the days it has left."""

    name: str
    until: date
    days: int
    fingerprint: str

    @property
    def state(self) -> str:
        """``bad`` below 14 days, ``wait`` below 60, else ``ok``."""
        if self.days < URGENT:
            return "bad"
        return "wait" if self.days < SOON else "ok"


@require_http_methods(["GET", "POST"])
def index(request: DeskRequest) -> HttpResponse:
    """All sources; a POST with the key of one asks whether it answers."""
    asked = request.POST.get("source", "")
    known = config.sources()
    if request.method == "POST" and asked not in {source.key for source in known}:
        raise Http404
    context = {
        "nav_current": "sources",
        "rows": [_row(source, ask=source.key == asked) for source in known],
        "problems": config.problems(),
        "path": config.path(),
        "asked": asked,
    }
    return render(request, "desk/sources.html", context)


def _row(source: Source, *, ask: bool) -> dict[str, Any]:
    health = _health(source, ask=ask)
    return {
        "source": source,
        "health": health,
        "certificates": [_ending(one) for one in health.certificates],
        "levels": [level.label for level in source.levels],
        "metadata": _metadata(source),
        "ok": tally.of(source.key, "ok"),
        "failed": tally.of(source.key, "failed"),
        "cancelled": tally.of(source.key, "cancelled"),
    }


def _health(source: Source, *, ask: bool) -> Health:
    """A source that cannot even say how it is must not hide the others."""
    try:
        return source.health(ask=ask)
    except Exception as error:
        text = _("Der Zustand ist nicht feststellbar: %(error)s") % {"error": type(error).__name__}
        return Health(configured=False, problems=(text,))


def _ending(certificate: Certificate) -> Ending:
    use = certificate.use
    base = next((key for key in USES if use.startswith(key)), "")
    name = str(USES.get(base, use))
    if use.endswith("-next"):
        name = _("%(name)s (die nächste)") % {"name": name}
    elif use.endswith("-old"):
        name = _("%(name)s (die frühere)") % {"name": name}
    return Ending(
        name=name,
        until=certificate.valid_until.date(),
        days=(certificate.valid_until - now()).days,
        fingerprint=certificate.fingerprint,
    )


def _metadata(source: Source) -> str:
    """Address of our description for the other side, where there is one."""
    try:
        there = source.metadata() is not None
    except Exception:  # `_health` says what is wrong
        there = False
    return reverse("portal:identity_metadata", args=[source.key]) if there else ""
