"""Folders, mail boxes and devices: set up by the operator, each change kept in the town's chain."""

from __future__ import annotations

import secrets

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.secrets import digest, seal
from rathaus.organisation.actions import site_chain
from rathaus.organisation.models import Office, StaffMember
from rathaus.records.intake import events
from rathaus.records.intake.errors import SourceRefused
from rathaus.records.intake.models import Folder, FolderKind, MailBox, MailTls, Token
from rathaus.records.intake.sources import folders, imap

TOKEN_PREFIX = "rhe_"  # noqa: S105 - recognisable, so that leaked ones can be found


def add_folder(*, office: Office, kind: str, path: str, actor: Actor) -> Folder:
    """Watch a folder from now on. Raises: SourceRefused."""
    if kind not in FolderKind.values:
        raise SourceRefused(_("Wählen Sie, wofür der Ordner ist."))
    real = str(folders.check_path(path))
    if len(real) > 300:
        raise SourceRefused(_("Dieser Pfad ist zu lang."))
    for other in Folder.objects.all():
        if (
            real == other.path
            or real.startswith(f"{other.path}/")
            or other.path.startswith(f"{real}/")
        ):
            raise SourceRefused(_("Dieser Ordner wird schon überwacht, oder einer darin."))
    try:
        with transaction.atomic():
            folder = Folder.objects.create(office=office, kind=kind, path=real)
            _note("folder", real, "added", actor)
    except IntegrityError:
        raise SourceRefused(_("Dieser Ordner wird schon überwacht, oder einer darin.")) from None
    return folder


def add_mailbox(
    *,
    office: Office,
    host: str,
    port: int,
    tls: str,
    user: str,
    password: str,
    folder: str,
    done: str,
    actor: Actor,
) -> MailBox:
    """Fetch mail from there from now on. Raises: SourceRefused."""
    if tls not in MailTls.values or not user or not password or not folder or not done:
        raise SourceRefused(_("Füllen Sie alle Felder aus."))
    if folder == done:
        raise SourceRefused(_("Erledigte Nachrichten brauchen einen anderen Ordner."))
    if any(not name.isprintable() or not name.isascii() for name in (folder, done, user)):
        raise SourceRefused(
            _("Ordner und Anmeldename dürfen nur Buchstaben ohne Umlaute enthalten.")
        )
    imap.check_host(host, port)
    try:
        with transaction.atomic():
            box = MailBox.objects.create(
                office=office, host=host, port=port, tls=tls, user=user,
                password=seal(password), folder=folder, done=done,
            )  # fmt: skip
            _note("mailbox", f"{user}@{host}", "added", actor)
    except IntegrityError:
        raise SourceRefused(_("Dieses Postfach ist schon eingerichtet.")) from None
    return box


def switch(*, source: Folder | MailBox, active: bool, actor: Actor) -> None:
    """Pause or go on."""
    with transaction.atomic():
        type(source)._default_manager.filter(pk=source.pk).update(active=active, last_error="")
        _note(_kind(source), _name(source), "on" if active else "off", actor)
    source.active = active


def remove_source(*, source: Folder | MailBox, actor: Actor) -> None:
    """Stop for good; what came from there stays."""
    with transaction.atomic():
        _note(_kind(source), _name(source), "removed", actor)
        source.delete()


def make_token(*, office: Office, name: str, staff: StaffMember, actor: Actor) -> tuple[Token, str]:
    """A token for one device or program. Its text is given out this once only.

    Raises: SourceRefused without a name.
    """
    if not name.strip():
        raise SourceRefused(_("Wofür ist der Zugang? Zum Beispiel „Scanner im Flur“."))
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = Token.objects.create(
            office=office, name=name.strip()[:120], digest=token_digest(text),
            made_by=staff, made_at=now(),
        )  # fmt: skip
        _note("token", token.name, "added", actor)
    return token, text


def revoke_token(*, token: Token, actor: Actor) -> None:
    """From now on it opens nothing. Doing it twice changes nothing."""
    with transaction.atomic():
        if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now()):
            _note("token", token.name, "removed", actor)


def token_digest(text: str) -> str:
    """Keyed hash under which a token is kept."""
    return digest(text, "intake-token")


def _kind(source: Folder | MailBox) -> str:
    return "folder" if isinstance(source, Folder) else "mailbox"


def _name(source: Folder | MailBox) -> str:
    return source.path if isinstance(source, Folder) else f"{source.user}@{source.host}"


def _note(kind: str, name: str, change: str, actor: Actor) -> None:
    event = events.SourceChanged(kind=kind, which=name[:300], change=change)
    record(site_chain(), event, actor=actor)
