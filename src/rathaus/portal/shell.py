"""What stands around every page for residents: navigation, footer, opening state."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rathaus.core import clock
from rathaus.core.sessions import STAFF_PREFIX
from rathaus.organisation import hours, queries
from rathaus.organisation.hours import OpenStatus
from rathaus.organisation.models import Office, Town
from rathaus.theme.brand import Brand

Facts = dict[str, Any]


def context(request: HttpRequest) -> Facts:
    """Variables of ``theme/portal_shell.html``; one query for the town's revision at most.

    Who is logged in is looked up only where the browser has the residents' cookie. Then the
    header, which holds a token for signing out, is rendered anew for each page.
    """
    language = get_language() or "de"
    inside = _is_inside(request)
    version = f"{queries.town().revision}:{_minute()}"
    return {
        **_fixed(language, settings.SIMULATION),
        "open_status": open_status(),
        "shell_version": version,
        "header_version": "" if inside else version,
        "nav_action": _entrance(language, inside),
        "sign_out_url": reverse("portal:logout") if inside else "",
    }


def _is_inside(request: HttpRequest) -> bool:
    """Whether a resident is logged in in this browser."""
    if settings.RESIDENT_SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    if request.path_info.startswith(STAFF_PREFIX) or not hasattr(request, "user"):
        return False
    return bool(request.user.is_authenticated)


@lru_cache(maxsize=8)
def _entrance(language: str, inside: bool) -> Facts:
    """The button at the end of the header."""
    if inside:
        return _link(_("Mein Bereich"), "area", "account_circle")
    return _link(_("Anmelden"), "login", "login")


def brand() -> Brand:
    """Whose town hall this is."""
    return _brand(queries.town())


def main_office() -> Office | None:
    """The office whose hours stand for the town hall: the one most people come to."""
    offices = queries.offices()
    for office in offices:
        if office.key == "buergerbuero":
            return office
    return next((office for office in offices if office.opening_hours.all()), None)


def open_status() -> OpenStatus | None:
    """Whether the town hall is open; worked out once a minute and language."""
    office = main_office()
    if office is None:
        return None
    return _open_status(office, str(queries.town().revision), _minute(), get_language() or "de")


def _minute() -> int:
    return int(clock.now().timestamp()) // 60


@lru_cache(maxsize=8)
def _open_status(office: Office, revision: str, minute: int, language: str) -> OpenStatus:
    return hours.status(office)


@lru_cache(maxsize=4)
def _brand_of(town_revision: str, town: Town) -> Brand:
    return Brand(
        name=town.full_name,
        short_name=town.name,
        phone=town.phone,
        email=town.email,
        address_lines=tuple(town.address_lines),
        hue=town.brand_hue,
    )


def _brand(town: Town) -> Brand:
    return _brand_of(str(town.revision), town)


@lru_cache(maxsize=8)
def _fixed(language: str, simulation: bool) -> Facts:
    """Everything that depends on the language only."""
    facts: Facts = {
        "nav": [
            _link(_("Leistungen"), "services", "apps"),
            _link(_("Meine Vorgänge"), "cases", "folder_open"),
            _link(_("Rathaus"), "town", "account_balance"),
            _link(_("Hilfe"), "help", "help"),
        ],
        "meta_links": [
            _link(_("Leichte Sprache"), "easy_language", "menu_book"),
            _link(_("Gebärdensprache"), "sign_language", "sign_language"),
            *_other_languages(language),
        ],
        "footer_columns": [
            {
                "title": _("Rathaus"),
                "links": [
                    _link(_("Öffnungszeiten und Ämter"), "town"),
                    _link(_("Leistungen von A bis Z"), "services"),
                    _link(_("Suche"), "search"),
                ],
            },
            {
                "title": _("Online-Dienste"),
                "links": [
                    _link(_("Vorgang verfolgen"), "cases"),
                    _link(_("Antrag fortsetzen"), "resume"),
                    _link(_("Dokument auf Echtheit prüfen"), "verify"),
                ],
            },
            {
                "title": _("Hilfe"),
                "links": [
                    _link(_("Hilfe und Kontakt"), "help"),
                    _link(_("Leichte Sprache"), "easy_language"),
                    _link(_("Gebärdensprache"), "sign_language"),
                    _link(_("Barriere melden"), "report_barrier"),
                ],
            },
        ],
        "footer_links": [
            _link(_("Impressum"), "imprint"),
            _link(_("Datenschutz"), "privacy"),
            _link(_("Erklärung zur Barrierefreiheit"), "accessibility"),
            _link(_("Quelltext"), "source"),
        ],
        "simulation": simulation,
    }
    if simulation:
        facts["simulation_url"] = "/simulation/"
    return facts


def _other_languages(language: str) -> list[Facts]:
    """Links to the languages there are texts in; German needs none, it is the source."""
    found = []
    for code, name in settings.LANGUAGES:
        folders = (Path(path) / code / "LC_MESSAGES" for path in settings.LOCALE_PATHS)
        known = code == "de" or any((folder / "django.mo").is_file() for folder in folders)
        if known and code != language:
            url = reverse("portal:language", args=[code])
            found.append({"label": name, "url": url, "icon": "language", "lang": code})
    return found


def _link(label: str, name: str, icon: str = "") -> Facts:
    return {"label": label, "url": reverse(f"portal:{name}"), "key": name, "icon": icon}
