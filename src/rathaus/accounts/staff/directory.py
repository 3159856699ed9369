"""The town's directory: who may enter, and with which roles, as its groups say.

Roles that the directory gives are renewed at every log-in and marked with its key; roles given
here stay untouched. An e-mail address never finds anybody.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import GroupRole, Source, Verified
from rathaus.accounts.staff import sessions
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.secrets import digest
from rathaus.organisation import actions, queries
from rathaus.organisation.models import Office, Role, StaffMember

ANSWERS_FOR = timedelta(days=7)
"""How long a log-in through the directory speaks for somebody."""
log = logging.getLogger("rathaus.accounts")
Wanted = dict[tuple[str, str], Office]


class NoEntry(Exception):
    """The directory knows the person, but nothing here is open for her or him.

    `code` is for logs and tests: ``no-group``, ``deactivated``, ``no-subject``, ``no-name``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def enter(*, source: Source, verified: Verified) -> StaffMember:
    """The member of staff, created at the first log-in, with the roles of today.

    Raises: NoEntry.
    """
    if not verified.subject:
        raise NoEntry("no-subject")
    mark, wanted = subject_digest(verified), _wanted(source.groups, verified.groups)
    staff = find(source.key, mark)
    actor = Actor.provider(source.key, source.label)
    with transaction.atomic():
        if staff is None:
            if not wanted:
                raise NoEntry("no-group")
            staff = _create(source, verified, mark, actor)
        else:
            _refresh(staff, verified, actor)
        _synchronise(staff, source.key, wanted, actor)
    if not wanted:
        sessions.end_all(staff.user)
        raise NoEntry("no-group")
    if not staff.user.is_active:
        raise NoEntry("deactivated")
    return staff


def link(*, staff: StaffMember, verified: Verified, actor: Actor) -> None:
    """Let `staff` log in with this entry of the directory. Raises: NoEntry, EntryTaken."""
    if not verified.subject:
        raise NoEntry("no-subject")
    actions.link_directory(
        staff=staff, source=verified.source, digest=subject_digest(verified), actor=actor
    )


def find(source_key: str, mark: str) -> StaffMember | None:
    """Who logs in with this entry."""
    rows = StaffMember.objects.filter(directory=source_key, directory_digest=mark)
    return rows.select_related("user").first()


def subject_digest(verified: Verified) -> str:
    """How `StaffMember` names the entry of the directory: keyed, different for every source."""
    return digest(f"{verified.source}\n{verified.subject}", "directory")


def password_allowed(staff: StaffMember, *, known: set[str]) -> bool:
    """Whether `staff` may log in past the directory, with a password.

    Whoever the directory answers for has to come through it, or leaving it would change
    nothing. Operators with a role given here may: somebody has to be able to when it is down.
    `known`: keys of the directories that are set up.
    """
    if not staff.directory or staff.directory not in known:
        return True
    return bool(staff.memberships.filter(role=Role.OPERATOR, source="").exists())


def depends_on_it(staff: StaffMember) -> bool:
    """Whether `staff` gets in through the directory only."""
    if not staff.directory:
        return False
    return not password_allowed(staff, known={source.key for source in config.for_staff()})


def answers_still(staff: StaffMember) -> bool:
    """Whether the directory let `staff` in lately, where it is the directory that answers for them.

    It is asked at each log-in and never tells by itself that somebody left: what works without
    a log-in (a network drive) has to end by itself.
    """
    if not depends_on_it(staff):
        return True
    last: datetime | None = staff.user.last_login
    return last is not None and now() - last <= ANSWERS_FOR


def _wanted(
    rules: Mapping[str, tuple[GroupRole, ...]], groups: tuple[str, ...]
) -> Wanted:  # fmt: skip
    offices = {office.key: office for office in queries.offices()}
    found: Wanted = {}
    for group in groups:
        for rule in rules.get(group, ()):
            if rule.office in offices:
                found[rule.office, rule.role] = offices[rule.office]
            else:
                log.warning("identity settings: group %s names no office %s", group, rule.office)
    return found


def _create(source: Source, verified: Verified, mark: str, actor: Actor) -> StaffMember:
    person = _person(verified)
    try:
        staff = actions.create_staff(
            login=f"{source.key}-{mark[:16]}",
            first_name=person["first_name"],
            last_name=person["last_name"],
            email=person["email"],
            actor=actor,
        )
    except ValidationError as error:
        raise NoEntry("no-name") from error
    actions.link_directory(staff=staff, source=source.key, digest=mark, actor=actor)
    return staff


def _refresh(staff: StaffMember, verified: Verified, actor: Actor) -> None:
    values = {name: value for name, value in _person(verified).items() if value}
    try:
        actions.change_staff(staff=staff, actor=actor, **values)
    except ValidationError:
        staff.refresh_from_db()  # the name of before is better than none


def _person(verified: Verified) -> dict[str, str]:
    def text(name: str, limit: int) -> str:
        attribute = verified.attributes.get(name)
        return attribute.value[:limit] if attribute else ""

    return {
        "first_name": text("given_names", 80),
        "last_name": text("family_name", 80),
        "email": text("email", 254),
    }


def _synchronise(staff: StaffMember, source_key: str, wanted: Wanted, actor: Actor) -> None:
    """Add what is new, end what is gone, leave alone what was given here."""
    for row in staff.memberships.filter(source=source_key).select_related("office"):
        if (row.office.key, row.role) not in wanted:
            actions.revoke_role(staff=staff, office=row.office, role=row.role, actor=actor)
    for (_key, role), office in wanted.items():
        actions.grant_role(staff=staff, office=office, role=role, actor=actor, source=source_key)
