"""The trust level of a session: what holds now, raised by a log-in, lost with time.

A browser without session cookie costs no query. The level is never stored with an account
or a draft: whoever comes back has to prove it again (TR-03172-3 A3.16.03). A log-in at a high
level that was used too long, or not used, counts for the next lower one as long as that lasts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.http import HttpRequest

from rathaus.accounts.models import Account, Authentication
from rathaus.accounts.sources.base import Attribute, Verified
from rathaus.accounts.trust import LIMITS, TrustLevel
from rathaus.core import secrets
from rathaus.core.clock import now

SEEN_EVERY = timedelta(seconds=30)
LOCAL = "local"


@dataclass(frozen=True)
class Proof:
    """One log-in of this session that still holds."""

    source: str
    method: str
    level: TrustLevel
    authenticated_at: datetime
    expires_at: datetime
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    own: bool = False
    """It opens the account of this session; False for a guest, whoever they are."""


@dataclass(frozen=True)
class Assurance:
    """What this session has proved; `proofs` with the highest level first."""

    proofs: tuple[Proof, ...] = ()

    @property
    def level(self) -> TrustLevel:
        """The highest level that holds now."""
        return self.proofs[0].level if self.proofs else TrustLevel.NONE

    @property
    def opens_account(self) -> bool:
        """Whether any log-in to the account of this session still holds."""
        return any(proof.own for proof in self.proofs)

    def reaches(self, level: TrustLevel) -> bool:
        """Whether `level` holds now."""
        return self.level >= level

    def attributes(self, level: TrustLevel) -> dict[str, tuple[Attribute, Proof]]:
        """Verified values of at least `level`, all of one person.

        Log-ins that open the account belong to its owner; a guest may be anybody, and what two
        people proved never makes up a third. Of several values the highest counts, then the newest.
        """
        found: dict[str, tuple[Attribute, Proof]] = {}
        speaks = next((proof for proof in self.proofs if _says(proof, level)), None)
        for proof in self.proofs:
            if speaks is None or (proof is not speaks and not (proof.own and speaks.own)):
                continue
            for name, attribute in proof.attributes.items():
                if attribute.level >= level and (
                    name not in found or attribute.level > found[name][0].level
                ):
                    found[name] = (attribute, proof)
        return found


NOTHING = Assurance()


def current(request: HttpRequest) -> Assurance:
    """What holds now in this session; notes that it was used."""
    known: Assurance | None = getattr(request, "_assurance", None)
    if known is None:
        known = _read(request)
        request._assurance = known  # type: ignore[attr-defined]
    return known


def drop_guests(request: HttpRequest) -> None:
    """What guests proved before in this session: whoever comes now may be somebody else."""
    mark = session_digest(request)
    Authentication.objects.filter(session_digest=mark, account=None).delete()
    _forget(request)


def raise_to(
    request: HttpRequest, verified: Verified, *, account: Account | None
) -> Authentication:
    """Note a log-in in this session, in place of an earlier one by the same source.

    Call after the session key was rotated.
    """
    if not request.session.session_key:
        request.session.create()
    moment = now()
    mark = _session_digest(request)
    Authentication.objects.filter(session_digest=mark, source=verified.source).delete()
    attributes = {
        name: [attribute.value, int(attribute.level)]
        for name, attribute in verified.attributes.items()
    }
    row = Authentication.objects.create(
        session_digest=mark,
        account=account,
        source=verified.source,
        method=verified.method[:40],
        level=verified.level,
        sealed=secrets.seal(json.dumps(attributes)) if attributes else "",
        authenticated_at=verified.authenticated_at,
        seen_at=moment,
        expires_at=moment + LIMITS[TrustLevel.BASIC].total,
    )
    request.session["assured"] = True
    _forget(request)
    return row


def move(request: HttpRequest, *, from_digest: str) -> None:
    """Take the proofs along when the session key was rotated."""
    Authentication.objects.filter(session_digest=from_digest).update(
        session_digest=_session_digest(request)
    )
    _forget(request)


def forget(request: HttpRequest) -> None:
    """Sign-out: nothing of this session's log-ins is left."""
    if request.session.session_key:
        Authentication.objects.filter(session_digest=_session_digest(request)).delete()
    _forget(request)


def session_digest(request: HttpRequest) -> str:
    """Keyed hash of the session's key; empty without session."""
    return _session_digest(request) if request.session.session_key else ""


def drop_expired() -> int:
    """Delete log-ins whose time is over; returns how many."""
    return Authentication.objects.filter(expires_at__lt=now()).delete()[0]


def holds(level: TrustLevel, *, since: timedelta, idle: timedelta) -> TrustLevel:
    """What is left of `level` after this time since the log-in and since the last request."""
    for lower in sorted(TrustLevel, reverse=True):
        limits = LIMITS[lower]
        if lower <= level and since < limits.total and idle <= limits.idle:
            return lower
    return TrustLevel.NONE


def _forget(request: HttpRequest) -> None:
    """What `current` remembers is asked for anew."""
    request._assurance = None  # type: ignore[attr-defined]


def _read(request: HttpRequest) -> Assurance:
    session = getattr(request, "session", None)
    if session is None or not session.session_key or not session.get("assured"):
        return NOTHING
    moment = now()
    proofs = []
    for row in Authentication.objects.filter(session_digest=_session_digest(request)):
        idle = moment - row.seen_at
        level = holds(TrustLevel(row.level), since=moment - row.authenticated_at, idle=idle)
        if level == TrustLevel.NONE or row.expires_at <= moment:
            continue
        if level < row.level or idle >= SEEN_EVERY:
            # What ran out does not come back with the next request.
            Authentication.objects.filter(pk=row.pk).update(level=level, seen_at=moment)
        proofs.append(
            Proof(
                source=row.source,
                method=row.method,
                level=level,
                authenticated_at=row.authenticated_at,
                expires_at=row.authenticated_at + LIMITS[level].total,
                attributes={
                    name: replace(attribute, level=min(attribute.level, level))
                    for name, attribute in _open(row.sealed).items()
                },
                own=row.account_id is not None,
            )
        )
    proofs.sort(key=lambda proof: (proof.level, proof.authenticated_at), reverse=True)
    return Assurance(tuple(proofs))


def _says(proof: Proof, level: TrustLevel) -> bool:
    """Whether it says something about a person at this level; of companies nobody asks here."""
    return any(
        attribute.level >= level and not name.startswith("organisation_")
        for name, attribute in proof.attributes.items()
    )


def _open(sealed: str) -> dict[str, Attribute]:
    if not sealed:
        return {}
    return {
        name: Attribute(value, TrustLevel(level))
        for name, (value, level) in json.loads(secrets.unseal(sealed)).items()
    }


def _session_digest(request: HttpRequest) -> str:
    return secrets.digest(str(request.session.session_key), "session")
