"""What was agreed with archives."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.records.disposal import exchange
from rathaus.records.disposal.errors import DisposalRefused
from rathaus.records.disposal.models import Archive, Kind, Unappraised
from rathaus.records.xdomea.versions import VERSIONS

_FOLDER = re.compile(r"[a-z0-9][a-z0-9_-]{1,59}")


class Problem(DisposalRefused):
    """A setting that cannot be; `field` names it."""

    def __init__(self, field: str, reason: Any) -> None:
        super().__init__(reason)
        self.field = field


def save_archive(*, archive: Archive | None, values: dict[str, Any], actor: Actor) -> Archive:
    """Create or change an archive. `actor` is for the log of the caller.

    Raises: Problem, naming the field.
    """
    row = archive or Archive(created_at=now())
    for name in ("name", "key", "own_key", "version", "kind", "unappraised", "folder"):
        setattr(row, name, str(values.get(name, "")).strip())
    row.webdav_url = str(values.get("webdav_url", "")).strip()
    row.answer_days = _days(values.get("answer_days", 180))
    row.active = bool(values.get("active", True))
    _check(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        taken = Archive.objects.exclude(pk=row.pk).filter(name=row.name).exists()
        reason = _("Das gibt es schon bei einem anderen Archiv.")
        raise Problem("name" if taken else "folder", reason) from None
    exchange.prepare(row)
    return row


def _check(row: Archive) -> None:
    if not 2 <= len(row.name) <= 120:
        raise Problem("name", _("Geben Sie den Namen des Archivs an (höchstens 120 Zeichen)."))
    for field in ("key", "own_key"):
        if len(getattr(row, field)) > 60:
            raise Problem(field, _("Höchstens 60 Zeichen."))
    if row.version not in VERSIONS:
        raise Problem("version", _("Wählen Sie eine Fassung von xdomea."))
    if row.kind not in Kind.values:
        raise Problem("kind", _("Wählen Sie ein Verfahren."))
    if row.unappraised not in Unappraised.values:
        raise Problem("unappraised", _("Wählen Sie, was ohne Bewertung gilt."))
    if not _FOLDER.fullmatch(row.folder):
        reason = _("Nur Kleinbuchstaben, Ziffern, - und _; mindestens zwei Zeichen.")
        raise Problem("folder", reason)
    if row.webdav_url and not _allowed(row.webdav_url):
        reason = _(
            "Diese Adresse ist nicht freigegeben. Der Betrieb gibt sie mit "
            "RATHAUS_ARCHIVE_HOSTS frei; sie beginnt mit https://."
        )
        raise Problem("webdav_url", reason)


def _allowed(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = parts.username is None and not parts.query and not parts.fragment
    names = {host, f"{host}:{port}"}
    return (
        len(url) <= 300
        and plain
        and parts.scheme == "https"
        and bool(names & set(exchange.allowed_hosts()))
    )


def _days(value: Any) -> int:
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 1000):
        raise Problem("answer_days", _("Geben Sie eine Zahl von 1 bis 1000 an."))
    return int(text)
