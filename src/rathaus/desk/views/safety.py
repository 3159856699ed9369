"""What keeps the town's data safe, for the page of the operator: backup, scanner, verification."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rathaus.core import backups, virus
from rathaus.records.evidence.models import RunState, VerificationRun
from rathaus.theme import formats

WHOLE = 100
"""Per cent of the files that a verification without sample reads."""
PATIENCE = 2.0
"""Seconds that the page waits for the scanner."""


def parts() -> list[dict[str, Any]]:
    """As the parts of `health.report` on the page, each with what helps where it is not well."""
    return [_backup(), _scanner(), _verification()]


def _backup() -> dict[str, Any]:
    state = backups.health()
    made = formats.numeric_day(state.made_at) if state.made_at else ""
    tried = formats.numeric_day(state.tried_at) if state.tried_at else ""
    both = {"made": made, "tried": tried}
    text = {
        "none": _("Noch keine Sicherung"),
        "old": _("Die letzte ist vom %(made)s: zu alt") % both,
        "untried": _("vom %(made)s, noch nie zur Probe eingespielt") % both,
        "failed": _("vom %(made)s; die Probe am %(tried)s ist misslungen") % both,
        "due": _("vom %(made)s, zuletzt geprobt am %(tried)s: wieder fällig") % both,
        "ok": _("vom %(made)s, geprobt am %(tried)s") % both,
    }[state.state]
    command = "rathaus backup ORDNER" if state.state in {"none", "old"} else ""
    if not command and not state.ok:
        command = "rathaus backup verify ORDNER"
    return _part(_("Sicherung"), "save", state.ok, text, command=command)


def _scanner() -> dict[str, Any]:
    label, icon = _("Virenscanner"), "shield"
    if not settings.RATHAUS_CLAMD:
        if settings.RATHAUS_CLAMD_REQUIRED:
            return _part(label, icon, False, _("fehlt: Alles, was ankommt, wartet"))
        return _part(label, icon, False, _("keiner eingerichtet: Nichts wird geprüft"))
    try:
        return _part(label, icon, True, virus.version(timeout=PATIENCE))
    except virus.ScannerUnavailable:
        return _part(label, icon, False, _("antwortet nicht: Was ankommt, wartet"))


def _verification() -> dict[str, Any]:
    label, icon = _("Prüfung der E-Akte"), "verified_user"
    unfinished = [RunState.STOPPED, RunState.RUNNING]
    run = VerificationRun.objects.exclude(state__in=unfinished, found=0).first()
    if run is None:
        text = _("noch nie ganz geprüft")
        return _part(label, icon, False, text, url=reverse("desk:evidence"))
    url = reverse("desk:evidence_run", args=[run.pk])
    day = formats.numeric_day(run.started_at)
    if run.found:
        text = ngettext(
            "%(n)s Abweichung am %(day)s: ansehen", "%(n)s Abweichungen am %(day)s: ansehen",
            run.found,
        ) % {"n": run.found, "day": day}  # fmt: skip
        return _part(label, icon, False, text, url=url)
    if run.since is not None or run.sample < WHOLE:
        text = _("am %(day)s zum Teil geprüft: unverändert") % {"day": day}
    else:
        text = _("unverändert am %(day)s") % {"day": day}
    return _part(label, icon, True, text, url=url)


def _part(
    label: str, icon: str, ok: bool, text: str, *, url: str = "", command: str = ""
) -> dict[str, Any]:
    return {"label": label, "icon": icon, "ok": ok, "text": text, "url": url, "command": command}
