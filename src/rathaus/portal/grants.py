"""What this browser may open without an account: drafts and applications, in a signed cookie.

Whoever begins a draft, or shows its code or an Aktenzeichen with code, gets an entry. The
cookie holds only ids, no secrets and no personal data, and is good for nothing on another
town's installation. There is no session behind it, so a page costs no query to look it up.
"""

from __future__ import annotations

import binascii
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from rathaus.core import clock

Kind = Literal["d", "a"]
DRAFT: Kind = "d"
APPLICATION: Kind = "a"

NAME = "rathaus_zugang"
LIFETIME = timedelta(days=7)
RENEW_AFTER = timedelta(days=1)
MOST = 20
_signer = signing.Signer(salt="rathaus.portal.grants")


@dataclass(frozen=True)
class Grant:
    """One draft or application; `hour` counts from the epoch."""

    kind: Kind
    id: uuid.UUID
    hour: int

    @property
    def is_fresh(self) -> bool:
        """Not older than `LIFETIME`, and not from the future."""
        return 0 <= _hour() - self.hour <= _hours(LIFETIME)


def read(request: HttpRequest) -> tuple[Grant, ...]:
    """The valid entries of this browser, the newest first; none if the cookie was changed."""
    known: tuple[Grant, ...] | None = getattr(request, "_grants", None)
    if known is None:
        known = _parse(request.COOKIES.get(NAME, ""))
        request._grants = known  # type: ignore[attr-defined]
    return known


def has(request: HttpRequest, kind: Kind, public_id: uuid.UUID) -> bool:
    """Whether this browser may open it."""
    return any(grant.kind == kind and grant.id == public_id for grant in read(request))


def ids(request: HttpRequest, kind: Kind) -> list[uuid.UUID]:
    """All ids of one kind, the newest first."""
    return [grant.id for grant in read(request) if grant.kind == kind]


def add(request: HttpRequest, response: HttpResponse, kind: Kind, public_id: uuid.UUID) -> None:
    """Let this browser open it; the entry goes to the front and its time begins anew."""
    _write(request, response, [Grant(kind, public_id, _hour()), *_without(request, public_id)])


def renew(request: HttpRequest, response: HttpResponse, kind: Kind, public_id: uuid.UUID) -> None:
    """Begin the time of an entry anew if it is older than a day: who works on keeps access."""
    for grant in read(request):
        if grant.id == public_id and _hour() - grant.hour >= _hours(RENEW_AFTER):
            add(request, response, kind, public_id)


def drop(request: HttpRequest, response: HttpResponse, *public_ids: uuid.UUID) -> None:
    """Forget entries on this device; without ids all of them."""
    kept = _without(request, *public_ids) if public_ids else []
    _write(request, response, kept)


def _without(request: HttpRequest, *public_ids: uuid.UUID) -> list[Grant]:
    return [grant for grant in read(request) if grant.id not in public_ids]


def _write(request: HttpRequest, response: HttpResponse, grants: Iterable[Grant]) -> None:
    kept = tuple(grants)[:MOST]
    request._grants = kept  # type: ignore[attr-defined]
    if not kept:
        response.delete_cookie(NAME, samesite="Lax")
        return
    parts = [grant.kind + _encode(grant.id) + format(grant.hour, "x") for grant in kept]
    response.set_cookie(
        NAME,
        _signer.sign(".".join(parts)),
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        secure=settings.HTTPS,
        samesite="Lax",
    )


def _parse(text: str) -> tuple[Grant, ...]:
    if not text or len(text) > 4000:
        return ()
    try:
        entries = _signer.unsign(text).split(".")
        found = [_decode(entry) for entry in entries[:MOST]]
    except (signing.BadSignature, ValueError, binascii.Error):
        return ()
    return tuple(grant for grant in found if grant.is_fresh)


def _encode(value: uuid.UUID) -> str:
    return urlsafe_b64encode(value.bytes).decode()[:22]


def _decode(entry: str) -> Grant:
    if entry[:1] not in (DRAFT, APPLICATION):
        raise ValueError(entry[:1])
    kind: Kind = DRAFT if entry[0] == DRAFT else APPLICATION
    return Grant(kind, uuid.UUID(bytes=urlsafe_b64decode(entry[1:23] + "==")), int(entry[23:], 16))


def _hour() -> int:
    return int(clock.now().timestamp()) // 3600


def _hours(span: timedelta) -> int:
    return int(span.total_seconds()) // 3600
