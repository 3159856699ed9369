"""A copy of everything the town holds about a person, as a zip (Art. 15 and 20 GDPR)."""

from __future__ import annotations

import base64
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import timedelta

from django.core.files import File
from django.core.files.storage import storages
from django.db import IntegrityError, transaction

from rathaus.accounts.events import ExportRequested, ExportTaken
from rathaus.accounts.models import Account, DataExport, ExportState
from rathaus.core import jobs, sealedfile, secrets
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.proceedings.models import Application
from rathaus.proceedings.personal import package

KEPT = timedelta(days=7)
LONGEST = timedelta(hours=2)
"""A copy that is not ready by then comes no more: the tries of its job end after minutes."""


def has_failed(row: DataExport) -> bool:
    """Whether nothing comes of it any more: its job has given up long ago."""
    stuck = row.state == ExportState.WAITING and now() - row.created_at > LONGEST
    return stuck or row.state == ExportState.FAILED


@transaction.atomic
def request_export(*, account: Account, actor: Actor) -> DataExport:
    """Have a copy made; the one that is being made is returned again."""
    moment = now()
    given_up = DataExport.objects.filter(account=account, state=ExportState.WAITING)
    given_up.filter(created_at__lt=moment - LONGEST).update(state=ExportState.FAILED)
    try:
        with transaction.atomic():
            row = DataExport.objects.create(
                account=account, created_at=moment, expires_at=moment + KEPT
            )
    except IntegrityError:
        return DataExport.objects.get(account=account, state=ExportState.WAITING)
    record(account.chain, ExportRequested(export=str(row.public_id)), actor=actor)
    jobs.enqueue(make_export, export_id=row.pk)
    return row


@jobs.job("proceedings.make_export", max_attempts=6)
def make_export(*, export_id: int) -> None:
    """Pack it, piece by piece; nothing but the part being packed is in memory."""
    waiting = DataExport.objects.filter(pk=export_id, state=ExportState.WAITING)
    row = waiting.select_related("account__chain", "account__user").first()
    if row is None or row.account.closed_at is not None:
        return
    key = sealedfile.new_key()
    with tempfile.TemporaryFile() as file:
        writer = sealedfile.Writer(file, key)
        with zipfile.ZipFile(writer, "w", zipfile.ZIP_DEFLATED) as zipped:
            _pack(zipped, row)
        writer.close()
        file.seek(0)
        name = storages["records"].save(f"exports/{row.public_id.hex}", File(file))
    ready = waiting.update(
        state=ExportState.READY,
        name=name,
        key_sealed=secrets.seal(base64.b64encode(key).decode()),
        size=writer.size,
        ready_at=now(),
    )
    if not ready:  # made twice, or the account was closed meanwhile
        storages["records"].delete(name)


def _pack(zipped: zipfile.ZipFile, row: DataExport) -> None:
    account = row.account
    package.account(zipped, account)
    package.drafts(zipped, account)
    own = Application.objects.belonging_to(account).filter(account=account)
    here = DataExport.objects.filter(pk=row.pk)
    here.update(total=own.count(), done=0)
    rows = own.select_related("case__chain", "claim", "version__service").order_by("pk")
    for number, application in enumerate(rows.iterator(chunk_size=20), 1):
        package.application(zipped, application)
        here.update(done=number)


def content(row: DataExport) -> Iterator[bytes]:
    """The zip, piece by piece. Raises: sealedfile.Broken, FileNotFoundError."""
    key = base64.b64decode(secrets.unseal(row.key_sealed))
    with storages["records"].open(row.name, "rb") as file:
        yield from sealedfile.read(file, key)


@transaction.atomic
def note_taken(*, row: DataExport, actor: Actor) -> None:
    """The copy leaves the town hall: that is an event of the account."""
    record(row.account.chain, ExportTaken(export=str(row.public_id)), actor=actor)
