"""``rathaus doctor``: what is configured, what is missing, what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import DatabaseError, connection
from django.http.request import validate_host

from rathaus.accounts.sources import config as identity_sources
from rathaus.core import backups, health, virus
from rathaus.organisation.models import StaffMember, Town
from rathaus.records.disposal.checks import missing_guards
from rathaus.records.evidence import queries as evidence
from rathaus.records.intake.models import Folder, MailBox


@dataclass(frozen=True)
class Check:
    """One line of the report."""

    name: str
    ok: bool
    found: str
    advice: str = ""


def checks() -> list[Check]:
    """All checks, most important first."""
    state = health.report()
    result = [
        Check(name, bool(state[name]["ok"]), json.dumps(state[name]), _advice(name))
        for name in ("database", "jobs", "storage", "disk")
    ]
    rest = {
        "engine": _engine,
        "data": _data,
        "https": _https,
        "hosts": _hosts,
        "proxy": _proxy,
        "town": _town,
        "staff": _staff,
        "mail": _mail,
        "paypal": _paypal,
        "identity": _identity,
        "guards": _guards,
        "virus": _scanner,
        "intake": _intake,
        "seal": _seal,
        "backup": _backup,
        "simulation": _simulation,
    }
    return result + [_tried(name, look) for name, look in rest.items()]


def _tried(name: str, look: Callable[[], Check]) -> Check:
    """What cannot be looked at is a finding too: this is asked for when something is broken."""
    try:
        return look()
    except (DatabaseError, OSError) as error:
        found = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return Check(name, False, found, "Mend the database first, or run: rathaus setup")


def _engine() -> Check:
    sqlite = connection.vendor == "sqlite"
    advice = "For production set DATABASE_URL=postgresql://…" if sqlite else ""
    return Check("engine", True, connection.vendor, advice)


def _data() -> Check:
    mode = settings.DATA_DIR.stat().st_mode
    return Check(
        "data",
        not mode & 0o077,
        f"{settings.DATA_DIR} {mode & 0o777:o}",
        "Others on this machine may read it. Run: chmod 700 on that folder",
    )


def _https() -> Check:
    return Check("https", settings.HTTPS, settings.BASE_URL, "Set RATHAUS_URL=https://…")


def _hosts() -> Check:
    """Every request by a name that is not listed ends in 400, and the log keeps quiet of it."""
    name = urlsplit(settings.BASE_URL).hostname or ""
    return Check(
        "hosts",
        validate_host(name, settings.ALLOWED_HOSTS),
        ", ".join(settings.ALLOWED_HOSTS),
        f"Nobody can open {settings.BASE_URL}. Add {name} to RATHAUS_HOSTS",
    )


def _proxy() -> Check:
    """Whether we believe the proxy that people came by https."""
    told = settings.SECURE_PROXY_SSL_HEADER is not None
    return Check(
        "proxy",
        told or not settings.HTTPS,
        "trusted" if told else "not trusted",
        "Pages do not tell browsers to stay with https, and the network drive is refused. Set"
        " RATHAUS_BEHIND_PROXY=1 and let the proxy set X-Forwarded-Proto",
    )


def _town() -> Check:
    return Check(
        "town",
        Town.objects.exists(),
        str(Town.objects.first() or "-"),
        "Run: rathaus town example > stadt.yaml, fill it in, run: rathaus town load stadt.yaml"
        " (docs/operations.md, Opening your own town)",
    )


def _mail() -> Check:
    return Check(
        "mail",
        not settings.SIMULATION and settings.EMAIL_HOST != "localhost",
        "simulation" if settings.SIMULATION else settings.EMAIL_HOST,
        "Set RATHAUS_MAIL_HOST and RATHAUS_MAIL_FROM",
    )


def _paypal() -> Check:
    paypal = settings.RATHAUS_PAYPAL
    return Check(
        "paypal",
        bool(paypal["client_id"]) and not settings.SIMULATION,
        "simulation" if settings.SIMULATION else (paypal["base_url"] or "off"),
        "Set RATHAUS_PAYPAL_URL, _CLIENT_ID, _CLIENT_SECRET, _WEBHOOK_ID",
    )


def _simulation() -> Check:
    return Check(
        "simulation",
        not settings.SIMULATION,
        "on" if settings.SIMULATION else "off",
        "Never run a real town with RATHAUS_SIMULATION=1",
    )


def _staff() -> Check:
    """Whether anybody can log in at the desk."""
    active = StaffMember.objects.filter(user__is_active=True)
    able = active.exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX, directory="").count()
    return Check(
        "staff",
        able > 0,
        f"{active.count()} people, {able} of them can log in",
        "Run: rathaus staff list, then: rathaus staff invite LOGIN, an operator first "
        "(docs/operations.md, Opening your own town)",
    )


def _seal() -> Check:
    """Whether what is new is sealed and stamped."""
    state = evidence.health()
    return Check("seal", state.ok, state.found, state.advice)


def _backup() -> Check:
    """Whether there is a fresh backup that was tried out."""
    state = backups.health()
    return Check("backup", state.ok, state.found, state.advice)


def _scanner() -> Check:
    """The virus scanner for everything that comes in (docs/intake.md)."""
    if not settings.RATHAUS_CLAMD:
        required = settings.RATHAUS_CLAMD_REQUIRED
        found = "none, but required: everything waits" if required else "none: nothing is scanned"
        return Check("virus", False, found, "Set RATHAUS_CLAMD (docs/intake.md)")
    try:
        return Check("virus", True, virus.version())
    except virus.ScannerUnavailable as error:
        return Check("virus", False, str(error), "Start clamd; until then new items wait.")


def _intake() -> Check:
    """Watched folders and mail boxes: whether what offices wait for comes in."""
    active = [
        *Folder.objects.filter(active=True).values_list("path", "last_error"),
        *MailBox.objects.filter(active=True).values_list("user", "last_error"),
    ]
    bad = [f"{name}: {error}" for name, error in active if error]
    return Check(
        "intake",
        not bad,
        "; ".join(bad[:5]) or f"{len(active)} folders and mail boxes",
        "See Quellen des Eingangs on the desk (docs/intake.md)",
    )


def _guards() -> Check:
    """The database's own rules that keep the record from being changed or deleted."""
    missing = missing_guards()
    return Check(
        "guards",
        not missing,
        ", ".join(missing[:5]) or "all in place",
        "Somebody switched off what protects the record: find out who, then run rathaus setup "
        "on a restored backup (docs/operations.md)",
    )


def _identity() -> Check:
    """The account systems people log in with."""
    sources = identity_sources.sources()
    problems = identity_sources.problems()
    for source in sources:
        problems += [f"{source.key}: {problem}" for problem in source.health().problems]
    names = ", ".join(source.key for source in sources) or "none"
    return Check(
        "identity",
        not problems,
        names,
        " ".join([*problems, "See: rathaus identity check"]),
    )


def command(*, as_json: bool) -> int:
    """Print the report; 1 if something needs attention."""
    found = checks()
    if as_json:
        print(json.dumps([asdict(check) for check in found], ensure_ascii=False))
    else:
        for check in found:
            mark = "ok  " if check.ok else "LOOK"
            print(f"{mark}  {check.name:<11} {check.found}")
            if check.advice and not check.ok:
                print(f"      {'':<11} {check.advice}")
    return 0 if all(check.ok for check in found) else 1


def _advice(name: str) -> str:
    return {
        "database": "Check DATABASE_URL and whether the server runs.",
        "jobs": "Start the worker: rathaus worker",
        "storage": "Check that RATHAUS_DATA is writable.",
        "disk": "Free at least 500 MB.",
    }[name]
