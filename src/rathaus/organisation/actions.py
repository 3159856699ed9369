"""Writes to staff, roles and closures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.events import EventType, new_chain, record
from rathaus.core.models import Chain, User
from rathaus.organisation import events
from rathaus.organisation.models import Closure, Membership, Office, Role, StaffMember, Town

PASSWORD_LENGTH = 12
CHANGEABLE = frozenset({"first_name", "last_name", "title", "phone", "email", "room"})


class LoginTaken(ValueError):
    """Somebody else has this login."""


class EntryTaken(ValueError):
    """Somebody else logs in with this entry of the directory."""


class TownMissing(RuntimeError):
    """There is no town yet: load one first (`rathaus.organisation.loading`)."""


def create_staff(
    *,
    login: str,
    first_name: str,
    last_name: str,
    actor: Actor,
    password: str | None = None,
    title: str = "",
    phone: str = "",
    email: str = "",
    room: str = "",
    memberships: Iterable[tuple[Office, str]] = (),
) -> StaffMember:
    """Create somebody who may log in; without `password` only once one is set.

    Raises: LoginTaken, ValidationError (password or a field), TownMissing.
    """
    roles = list(memberships)
    with transaction.atomic():
        login = login.strip().lower()
        if not login:
            raise ValidationError({"login": _("Bitte geben Sie einen Anmeldenamen an.")})
        if User.objects.filter(login=login).exists():
            raise LoginTaken(login)
        user = User(login=login)
        if password is None:
            user.set_unusable_password()
        else:
            check_password(password, names=(login, first_name, last_name))
            user.set_password(password)
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError as error:
            raise LoginTaken(login) from error
        staff = StaffMember(
            user=user,
            first_name=first_name,
            last_name=last_name,
            title=title,
            phone=phone,
            email=email,
            room=room,
        )
        staff.full_clean(exclude=["user"])
        staff.save()
        for office, role in roles:
            Membership.objects.create(staff=staff, office=office, role=Role(role))
        _record(
            events.StaffCreated(
                staff_id=str(staff.public_id),
                login=login,
                full_name=staff.name,
                roles=[f"{office.key}:{role}" for office, role in roles],
            ),
            actor,
        )
    return staff


def set_password(*, staff: StaffMember, password: str, actor: Actor) -> None:
    """Set a password that passes `check_password`. Raises: ValidationError."""
    check_password(password, names=(staff.user.login, staff.first_name, staff.last_name))
    with transaction.atomic():
        staff.user.set_password(password)
        staff.user.save(update_fields=["password"])
        _record(events.PasswordSet(staff_id=str(staff.public_id)), actor)


def deactivate_staff(*, staff: StaffMember, actor: Actor) -> None:
    """Refuse further log-ins. The person stays in the history; doing it twice changes nothing."""
    with transaction.atomic():
        changed = User.objects.filter(pk=staff.user_id, is_active=True).update(is_active=False)
        staff.user.is_active = False
        if changed:
            staff.save()
            _record(events.StaffDeactivated(staff_id=str(staff.public_id)), actor)


def reactivate_staff(*, staff: StaffMember, actor: Actor) -> None:
    """Allow log-ins again; doing it twice changes nothing."""
    with transaction.atomic():
        changed = User.objects.filter(pk=staff.user_id, is_active=False).update(is_active=True)
        staff.user.is_active = True
        if changed:
            staff.save()
            _record(events.StaffReactivated(staff_id=str(staff.public_id)), actor)


def change_staff(*, staff: StaffMember, actor: Actor, **values: str) -> list[str]:
    """Change name, title, phone, e-mail or room; returns what differs. Raises: ValidationError."""
    unknown = values.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"not a field to change: {min(unknown)}")
    changed = sorted(name for name, value in values.items() if getattr(staff, name) != value)
    if not changed:
        return []
    with transaction.atomic():
        for name in changed:
            setattr(staff, name, values[name])
        staff.full_clean(exclude=["user"])
        staff.save(update_fields=changed)
        _record(events.StaffChanged(staff_id=str(staff.public_id), fields=changed), actor)
    return changed


def grant_role(
    *, staff: StaffMember, office: Office, role: str, actor: Actor, source: str = ""
) -> Membership:
    """Give `staff` a role in `office`; having it already changes nothing.

    `source`: key of the directory that keeps the role.
    """
    with transaction.atomic():
        row, created = Membership.objects.get_or_create(
            staff=staff, office=office, role=Role(role), defaults={"source": source}
        )
        if created:
            event = events.RoleGranted(
                staff_id=str(staff.public_id), office=office.key, role=str(row.role), source=source
            )
            _record(event, actor)
    return row


def revoke_role(*, staff: StaffMember, office: Office, role: str, actor: Actor) -> bool:
    """Take a role away; False if `staff` did not have it."""
    with transaction.atomic():
        row = Membership.objects.filter(staff=staff, office=office, role=Role(role)).first()
        if row is None:
            return False
        row.delete()
        event = events.RoleRevoked(
            staff_id=str(staff.public_id),
            office=office.key,
            role=str(Role(role)),
            source=row.source,
        )
        _record(event, actor)
    return True


def set_substitute(
    *,
    staff: StaffMember,
    substitute: StaffMember | None,
    actor: Actor,
    first_day: date | None = None,
    last_day: date | None = None,
) -> None:
    """Name who stands in for `staff`, or nobody, for these days. Raises: ValidationError."""
    if substitute is not None and substitute.pk == staff.pk:
        raise ValidationError(_("Niemand kann sich selbst vertreten."))
    if first_day and last_day and last_day < first_day:
        raise ValidationError(_("Der letzte Tag liegt vor dem ersten."))
    with transaction.atomic():
        staff.substitute = substitute
        staff.substitute_from = first_day if substitute else None
        staff.substitute_until = last_day if substitute else None
        staff.save(update_fields=["substitute", "substitute_from", "substitute_until"])
        event = events.SubstituteSet(
            staff_id=str(staff.public_id),
            substitute_id=str(substitute.public_id) if substitute else "",
            first_day=first_day.isoformat() if first_day and substitute else "",
            last_day=last_day.isoformat() if last_day and substitute else "",
        )
        _record(event, actor)


def add_closure(*, day: date, reason: str, actor: Actor, office: Office | None = None) -> Closure:
    """Close `office`, or without office the whole town hall, on `day`; replaces the reason."""
    with transaction.atomic():
        row, _created = Closure.objects.update_or_create(
            office=office, date=day, defaults={"reason": reason}
        )
        event = events.ClosureAdded(
            office=office.key if office else "", date=day.isoformat(), reason=reason
        )
        _record(event, actor)
    return row


def check_password(password: str, *, names: Iterable[str] = ()) -> None:
    """Refuse a weak password (BSI ORP.4): too short, common, only digits, or the own name.

    Raises: ValidationError with German messages.
    """
    validators: list[Any] = [
        MinimumLengthValidator(PASSWORD_LENGTH),
        CommonPasswordValidator(),
        NumericPasswordValidator(),
    ]
    validate_password(password, password_validators=validators)
    own = {part for name in names for part in re.split(r"\W+", name.lower()) if len(part) > 2}
    rest = password.lower()
    for part in own:
        rest = rest.replace(part, "")
    if len(re.sub(r"\W", "", rest)) < PASSWORD_LENGTH // 2:
        raise ValidationError(_("Das Kennwort besteht fast nur aus Ihrem Namen."))


def link_directory(*, staff: StaffMember, source: str, digest: str, actor: Actor) -> None:
    """Let `staff` log in with an entry of the town's directory. Raises: EntryTaken."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                staff.directory, staff.directory_digest = source, digest
                staff.save(update_fields=["directory", "directory_digest"])
        except IntegrityError as error:
            staff.refresh_from_db()
            raise EntryTaken(source) from error
        _record(events.DirectoryLinked(staff_id=str(staff.public_id), source=source), actor)


def note(event: EventType, *, actor: Actor) -> None:
    """Record what happened to staff in the chain of the town; in the caller's transaction."""
    _record(event, actor)


def site_chain() -> Chain:
    """The chain of events about the town itself. Raises: TownMissing."""
    town = Town.objects.select_related("chain").first()
    if town is None:
        raise TownMissing
    if town.chain is None:
        town.chain = new_chain("organisation")
        town.save(update_fields=["chain"])
    return town.chain


def _record(event: EventType, actor: Actor) -> None:
    record(site_chain(), event, actor=actor)
