"""Folders through which messages go to archives and come from them.

Every archive has a folder below one base folder (``RATHAUS_EXCHANGE``), with ``an-archiv``
and ``vom-archiv`` in it. Nothing outside the base folder is ever read or written.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import httpx
from django.conf import settings

from rathaus.core import net
from rathaus.records.disposal.models import Archive

OUT, IN, DONE = "an-archiv", "vom-archiv", "erledigt"
TIMEOUT = 120.0


class PushFailed(OSError):
    """The archive's WebDAV did not take a message."""


def base() -> Path:
    """The base folder: ``RATHAUS_EXCHANGE``, else a folder in the data directory."""
    given: str = getattr(settings, "RATHAUS_EXCHANGE", "")
    return Path(given).resolve() if given else Path(settings.DATA_DIR) / "exchange"


def allowed_hosts() -> Sequence[str]:
    """Hosts of WebDAV servers that the operator allows (``RATHAUS_ARCHIVE_HOSTS``)."""
    given: Sequence[str] = getattr(settings, "RATHAUS_ARCHIVE_HOSTS", ())
    return [name.lower() for name in given]


def outbox(archive: Archive) -> Path:
    """Where our messages are put."""
    return _below(archive) / OUT


def inbox(archive: Archive) -> Path:
    """Where the archive puts its messages."""
    return _below(archive) / IN


def done(archive: Archive) -> Path:
    """Where messages lie that were taken in."""
    return _below(archive) / DONE


def quarantine() -> Path:
    """Where copies of refused messages lie; not reachable for archives."""
    return Path(settings.DATA_DIR) / "quarantine" / "xdomea"


def prepare(archive: Archive) -> None:
    """Make the folders of an archive."""
    for folder in (outbox(archive), inbox(archive), done(archive)):
        folder.mkdir(parents=True, exist_ok=True)


def push(archive: Archive, path: Path, *, transport: httpx.BaseTransport | None = None) -> None:
    """Put a message on the archive's WebDAV; the same name again replaces it.

    Raises: PushFailed; HostNotAllowed for a host that is no longer allowed.
    """
    url = f"{archive.webdav_url.rstrip('/')}/{path.name}"
    client = net.client(allowed=allowed_hosts(), timeout=TIMEOUT, transport=transport)
    with client, path.open("rb") as file:
        pieces = iter(lambda: file.read(1024 * 1024), b"")
        answer = client.put(url, content=pieces, headers={"Content-Type": "application/zip"})
    if answer.status_code not in (200, 201, 204):
        raise PushFailed(f"WebDAV answered {answer.status_code}")


def _below(archive: Archive) -> Path:
    root = base()
    path = (root / archive.folder).resolve()
    if path.parent != root.resolve():
        raise PermissionError(f"{archive.folder} is not below the folder for exchange")
    return path
