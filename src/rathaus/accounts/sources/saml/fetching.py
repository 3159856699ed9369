"""Fetching metadata from an https address: by a job or by hand, never during a log-in.

Only from hosts in ``RATHAUS_IDENTITY_HOSTS``, without following redirects. What comes is
checked before it replaces what is there.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
from django.conf import settings

from rathaus.accounts.sources import keys, simulated
from rathaus.accounts.sources.saml import idp
from rathaus.accounts.sources.saml.entry import SamlEntry
from rathaus.core import net


class NotFetched(Exception):
    """The metadata stay as they are; the text says why, in German."""


def is_remote(entry: SamlEntry) -> bool:
    """Whether the metadata come from an address."""
    return "://" in entry.metadata


def fetch(entry: SamlEntry, *, transport: httpx.BaseTransport | None = None) -> bool:
    """Get the metadata anew; True if they changed. Raises: NotFetched."""
    raw = _get(entry.metadata, transport)
    try:
        new = idp.read(raw, entry)
    except idp.MetadataUnusable as error:
        raise NotFetched(str(error)) from error
    file = keys.folder(entry.key) / simulated.FILE
    if file.exists():
        before = file.read_bytes()
        if before == raw:
            return False
        _check_same_system(before, new, entry)
    keys.write_private(file, raw)
    return True


def _check_same_system(before: bytes, new: idp.IdentityProvider, entry: SamlEntry) -> None:
    """An account system keeps its name; another one is a decision of the operator."""
    try:
        old = idp.read(before, entry)
    except idp.MetadataUnusable:
        return
    if old.entity_id != new.entity_id:
        raise NotFetched(
            f"Dort wird jetzt ein anderes Kontosystem beschrieben ({new.entity_id} statt "
            f"{old.entity_id}). Wenn das so sein soll, löschen Sie die alte Datei."
        )


def _get(address: str, transport: httpx.BaseTransport | None) -> bytes:
    host = urlsplit(address).netloc.lower()
    if host not in settings.RATHAUS_IDENTITY_HOSTS:
        raise NotFetched(
            f"{host} steht nicht in RATHAUS_IDENTITY_HOSTS; von dort wird nichts geholt."
        )
    try:
        with (
            net.client(allowed=[host], timeout=20.0, transport=transport) as client,
            client.stream("GET", address) as response,
        ):
            if response.status_code != 200:
                raise NotFetched(f"{host} antwortet mit {response.status_code}.")
            content = bytearray()
            for part in response.iter_bytes():
                content += part
                if len(content) > idp.MAX_METADATA:
                    raise NotFetched(f"Die Metadaten von {host} sind zu groß.")
    except httpx.HTTPError as error:
        raise NotFetched(f"{host} ist nicht erreichbar ({type(error).__name__}).") from error
    return bytes(content)
