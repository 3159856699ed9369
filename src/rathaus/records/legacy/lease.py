"""One worker for a run at a time; a killed one is replaced at once on the same machine."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Q

from rathaus.core import worker
from rathaus.core.clock import now
from rathaus.records.legacy.errors import Busy
from rathaus.records.legacy.models import ImportRun

SPAN = timedelta(minutes=2)


@contextmanager
def held(run: ImportRun) -> Iterator[str]:
    """Work on `run` alone; gives the token for `renew`. Raises: Busy."""
    token = f"{worker.owner_name()}|{secrets.token_hex(8)}"
    fresh = ImportRun.objects.get(pk=run.pk)
    free = Q(worker="") | Q(worker_until__lt=now())
    if _vanished(fresh.worker):
        free |= Q(worker=fresh.worker)
    rows = ImportRun.objects.filter(free, pk=run.pk)
    if not rows.update(worker=token, worker_until=now() + SPAN):
        raise Busy
    try:
        yield token
    finally:
        mine = ImportRun.objects.filter(pk=run.pk, worker=token)
        mine.update(worker="", worker_until=None)


def renew(run: ImportRun, token: str, state: str) -> bool:
    """Go on? False once somebody paused or cancelled the run, or took it over.

    Inside a transaction it also keeps others from changing the run until the end of it.
    """
    rows = ImportRun.objects.filter(pk=run.pk, worker=token, state=state)
    return bool(rows.update(worker_until=now() + SPAN, reason=""))


def _vanished(owner: str) -> bool:
    """Whether the process that holds the lease has ended (only known on the same machine)."""
    parts = owner.split("|")
    here = worker.owner_name().split("|")
    if len(parts) != 4 or parts[:2] != here[:2] or not parts[2].isdigit():
        return False
    if int(parts[2]) == os.getpid():
        return False
    try:
        os.kill(int(parts[2]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _is_zombie(int(parts[2]))


def _is_zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False
