"""``rathaus town …`` and ``rathaus staff …``: open a town of one's own, let its people in."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rathaus.core.actors import Actor
    from rathaus.organisation.loading import Report
    from rathaus.organisation.models import StaffMember
    from rathaus.organisation.townfile import TownFile

Group = Callable[..., dict[str, argparse.ArgumentParser]]


class NotPossible(Exception):
    """What was asked for cannot be done; the message says what to do instead."""


def add_town(group: Group, commands: Any) -> None:
    """Add both groups to the parser; `group` makes one of names, texts and functions."""
    town = group(
        commands,
        "town",
        "Your own town: offices, opening hours, staff (docs/operations.md).",
        {
            "load": ("Create or update the town from a file, all or nothing.", _load),
            "example": ("Print a file with comments to begin with.", _example),
        },
    )
    town["load"].epilog = "Example: rathaus town load stadt.yaml --check"
    town["load"].add_argument("file", type=Path, help="as rathaus town example prints it")
    town["load"].add_argument("--check", action="store_true", help="only look, change nothing")
    town["example"].epilog = "Example: rathaus town example > stadt.yaml"
    staff = group(
        commands,
        "staff",
        "The people who work on the desk.",
        {
            "list": ("Who works here, with roles, and who cannot log in yet.", _list),
            "invite": ("Print a link at which somebody chooses the first password.", _invite),
        },
    )
    staff["invite"].epilog = "Example: rathaus staff invite kim.technik"
    staff["invite"].add_argument("login")
    staff["invite"].add_argument(
        "--replace", action="store_true", help="also if there is a password, which then ends"
    )
    staff["invite"].add_argument(
        "--new-factor",
        action="store_true",
        help="also forget the second factor, if phone and recovery codes are lost",
    )
    for sub in (town["load"], staff["invite"]):
        sub.add_argument("--by", help="who does this, for the record; default: the system user")


def _actor(arguments: argparse.Namespace) -> Actor:
    """Who sits at the command line, as named in the record."""
    from rathaus.core.actors import Actor

    try:
        name = arguments.by or getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        name = "root"
    return Actor.staff("", f"{name} (rathaus)"[:120])


def _refuse(text: str, code: int = 1) -> int:
    print(text, file=sys.stderr)
    return code


def _example(arguments: argparse.Namespace) -> int:
    from rathaus.organisation.townfile import EXAMPLE

    text = EXAMPLE.read_text(encoding="utf-8")
    print(json.dumps({"file": text}, ensure_ascii=False) if arguments.json else text, end="")
    return 0


def _load(arguments: argparse.Namespace) -> int:
    from rathaus.organisation.townfile import TownFileError, read_town

    try:
        data = read_town(arguments.file)
        report, counts = _open(data, _actor(arguments), only_look=arguments.check)
    except (TownFileError, NotPossible) as error:
        return _refuse(f"{error}\nNothing was changed.")
    if arguments.json:
        print(json.dumps({**vars(report), **counts}, ensure_ascii=False))
    else:
        _show(data, report, counts, only_look=arguments.check)
    return 0


def _open(data: TownFile, actor: Actor, *, only_look: bool) -> tuple[Report, dict[str, int]]:
    """Town, filing plan and services in one transaction, which only looking takes back.

    Raises: TownFileError, NotPossible.
    """
    from django.db import transaction

    from rathaus import server
    from rathaus.organisation import loading
    from rathaus.organisation.models import Town

    if data.town.is_demo:
        raise data.refuse(
            ("town", "is_demo"), "only the shipped demo town is one: take this line out"
        )
    _require_database()
    if Town.objects.filter(is_demo=True).exists():
        raise NotPossible(
            "This database holds the demo town, whose people and cases are invented. Set "
            "DATABASE_URL and RATHAUS_DATA to an empty one, run: rathaus setup"
        )
    with transaction.atomic():
        report = loading.apply(data, actor=actor)
        _require_offices(data)
        places, services = server.install(services=True)
        transaction.set_rollback(only_look)
    return report, {"services": services, "places": places}


def _require_database() -> None:
    """Raises: NotPossible if the tables are not those of this version."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotPossible("The database is not prepared yet. Run first: rathaus setup")


def _require_offices(data: TownFile) -> None:
    """The shipped services need their offices. Raises: TownFileError."""
    from rathaus.catalogue import library
    from rathaus.organisation.models import Office

    known = set(Office.objects.values_list("key", flat=True))
    needed: dict[str, list[str]] = {}
    for definition in library.load_all().services:
        if definition.office not in known:
            needed.setdefault(definition.office, []).append(definition.title)
    if needed:
        lines = [f"{key} (for: {', '.join(titles)})" for key, titles in sorted(needed.items())]
        raise data.refuse(
            ("offices",),
            "these offices are missing: " + "; ".join(lines) + ". Add an office with each of "
            "these keys; its name is free, e.g. key: steueramt, name: Kämmerei",
        )


def _show(data: TownFile, report: Report, counts: dict[str, int], *, only_look: bool) -> None:
    marks = {"new": report.created, "changed": report.changed, "left": report.left}
    for mark, lines in marks.items():
        for line in lines:
            print(f"{mark:<8} {line}")
    if not report.created and not report.changed:
        print("The town is as in the file already.")
    print("{services} services, {places} places of the filing plan".format(**counts))
    operators = [
        one.login for one in data.staff if any("operator" in r for r in one.roles.values())
    ]
    if not operators:
        print("LOOK     nobody in the file has the role operator: nobody could manage access")
    if only_look:
        print("The file is right. Only looked, nothing was changed.")
    elif operators and any("operator" in line for line in report.created):
        print(f"Next: rathaus staff invite {operators[0]}")


def _list(arguments: argparse.Namespace) -> int:
    from rathaus.organisation.models import StaffMember

    rows = StaffMember.objects.select_related("user").prefetch_related("memberships__office")
    people = [_described(one) for one in rows.order_by("user__login")]
    if arguments.json:
        print(json.dumps(people, ensure_ascii=False))
    elif not people:
        print("Nobody works here yet. Run: rathaus town load stadt.yaml")
    else:
        for one in people:
            print(f"{one['login']:<24} {one['name']:<28} {one['state']}")
            print(f"{'':<24} {', '.join(one['roles']) or 'no role: the desk does not open'}")
    return 0 if people else 1


def _described(staff: StaffMember) -> dict[str, Any]:
    from rathaus.accounts.staff import factors

    state = "can log in"
    if not staff.user.is_active:
        state = "closed"
    elif staff.directory:
        state = f"logs in through {staff.directory}"
    elif not staff.user.has_usable_password():
        state = "no password yet: rathaus staff invite"
    elif not factors.has_any(staff.user):
        state = "has a password, no second factor yet"
    roles = [f"{one.role} in {one.office.key}" for one in staff.memberships.all()]
    return {"login": staff.user.login, "name": staff.name, "state": state, "roles": roles}


def _invite(arguments: argparse.Namespace) -> int:
    from django.conf import settings
    from django.urls import reverse

    from rathaus.accounts.staff import factors, invitations
    from rathaus.core.clock import local

    actor = _actor(arguments)
    try:
        staff = _find(arguments.login)
        made = invitations.invite(staff=staff, actor=actor, replace=arguments.replace)
    except NotPossible as error:
        return _refuse(str(error), 2)
    except invitations.NotInvited as error:
        return _refuse(_WHY_NOT[error.reason].format(login=arguments.login))
    if arguments.new_factor:
        factors.reset(staff=staff, actor=actor)
    link = settings.BASE_URL + reverse("desk:invitation_link", args=[made.token])
    until = local(made.until)
    if arguments.json:
        answer = {"login": staff.user.login, "link": link, "until": until.isoformat()}
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    print(f"{staff.name} chooses the first password here, once, until {until:%d.%m.%Y %H:%M}:")
    print(f"\n  {link}\n")
    print("Hand it over in person or by a safe way: whoever opens it becomes this person. After")
    print("the password comes the second factor (an app for codes, or a passkey). An earlier link")
    print("for this person no longer counts.")
    return 0


_WHY_NOT = {
    "closed": "The access of {login} is closed. An operator opens it again on the desk, "
    "Beschäftigte.",
    "directory": "{login} logs in through the town's directory and needs no password here.",
    "has_password": "{login} has a password. With --replace it ends now, and so do all open "
    "log-ins; the second factor stays (else: --new-factor).",
}


def _find(login: str) -> StaffMember:
    """Raises: NotPossible, with logins that are close."""
    from rathaus.organisation.models import StaffMember
    from rathaus.organisation.townfile_checks import similar

    wanted = login.strip().lower()
    rows = StaffMember.objects.select_related("user")
    found = rows.filter(user__login=wanted).first()
    if found is None:
        close = similar(wanted, rows.values_list("user__login", flat=True))
        raise NotPossible(f"Nobody here has the login {wanted!r}{close}. See: rathaus staff list")
    return found
