"""Locks of wsgidav kept in the database, so that all web processes agree."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils.html import escape

from rathaus.core.clock import now
from rathaus.desk.webdav.models import DraftLock
from rathaus.organisation.models import StaffMember

LONGEST = 60 * 60
"""Seconds, also where a program wants longer: a laptop that was shut does not keep a draft from
the colleagues overnight."""
_DRAFT = re.compile(r"/entwurf/([0-9a-f-]{36})/")


def holders(drafts: Iterable[UUID]) -> dict[UUID, str]:
    """Who has which draft open now, by its public id."""
    rows = DraftLock.objects.filter(draft__in=list(drafts), expires_at__gt=now())
    return {row.draft: row.staff.name for row in rows.select_related("staff") if row.draft}


class Storage:
    """What wsgidav's LockManager asks for. Every lock counts as exclusive."""

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def get(self, token: str) -> dict[str, Any] | None:
        """A lock that still counts."""
        row = self._rows().filter(token=token).first()
        return _described(row) if row else None

    def create(self, path: str, lock: dict[str, Any]) -> dict[str, Any]:
        """Keep a lock. Raises: DAVError (423) where another process was quicker."""
        from wsgidav.dav_error import HTTP_LOCKED, DAVError

        moment, timeout = now(), _allowed(lock["timeout"])
        draft = _DRAFT.match(path)
        try:
            with transaction.atomic():
                DraftLock.objects.filter(root=path, expires_at__lte=moment).delete()
                row = DraftLock.objects.create(
                    token=f"opaquelocktoken:{secrets.token_hex(24)}",
                    root=path,
                    draft=draft and UUID(draft[1]),
                    staff=StaffMember.objects.get(public_id=lock["principal"]),
                    depth=lock["depth"],
                    timeout=timeout,
                    expires_at=moment + timedelta(seconds=timeout),
                )
        except IntegrityError:
            raise DAVError(HTTP_LOCKED) from None
        lock.update(_described(row))
        return lock

    def refresh(self, token: str, *, timeout: float) -> dict[str, Any]:
        """Let a lock last from now."""
        seconds = _allowed(timeout)
        until = now() + timedelta(seconds=seconds)
        self._rows().filter(token=token).update(timeout=seconds, expires_at=until)
        return self.get(token) or {}

    def delete(self, token: str) -> bool:
        """Forget a lock; False if there was none."""
        return bool(DraftLock.objects.filter(token=token).delete()[0])

    def get_lock_list(
        self, path: str, *, include_root: bool, include_children: bool, token_only: bool
    ) -> list[Any]:
        """Locks on an address, below it, or both."""
        path = "/" + path.strip("/")
        wanted = models.Q(pk__in=[])
        if include_root:
            wanted |= models.Q(root=path)
        if include_children:
            wanted |= models.Q(root__startswith=path.rstrip("/") + "/")
        rows = self._rows().filter(wanted)
        return [row.token for row in rows] if token_only else [_described(row) for row in rows]

    @staticmethod
    def _rows() -> models.QuerySet[DraftLock]:
        return DraftLock.objects.filter(expires_at__gt=now()).select_related("staff")


def _allowed(timeout: float) -> int:
    return LONGEST if timeout < 0 else max(1, min(int(timeout), LONGEST))


def _described(row: DraftLock) -> dict[str, Any]:
    # The owner that a client sent is a text of its choice: colleagues see the real name.
    owner = f'<D:owner xmlns:D="DAV:">{escape(row.staff.name)}</D:owner>'
    return {
        "root": row.root,
        "type": "write",
        "scope": "exclusive",
        "depth": row.depth,
        "owner": owner.encode(),
        "timeout": row.timeout,
        "expire": row.expires_at.timestamp(),
        "principal": str(row.staff.public_id),
        "token": row.token,
    }
