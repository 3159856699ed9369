"""A log-in at another account system: out, back, done.

Three requests. `begin` notes where the log-in started and binds it to this browser (a cookie
that survives the way over a foreign site) and to this session. `returned` takes the answer, for
which the browser comes by a cross-site POST without its session cookie. `complete` runs on our
own page afterwards, where the session is there again: only if session *and* browser are those
that began, the result counts, and only once.
"""

from __future__ import annotations

import json
import logging
import secrets as random
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from rathaus.accounts import assurance, tally
from rathaus.accounts.models import Account, Identity, PendingLogin
from rathaus.accounts.models.login import Purpose
from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import (
    Attribute,
    Departure,
    LoginRefused,
    Returned,
    Source,
    Verified,
)
from rathaus.accounts.targets import Target, or_area
from rathaus.accounts.trust import TrustLevel
from rathaus.core import secrets
from rathaus.core.clock import now

COOKIE = "rathaus_rueckkehr"
LIFETIME = timedelta(minutes=15)
PARAMETERS = {
    "SAMLResponse": 400_000,
    "RelayState": 200,
    "state": 200,
    "code": 4_000,
    "iss": 500,
    "error": 200,
    "error_description": 500,
}
"""What is taken from an answer, and how much of it."""
OFFER = "identity_offer"
"""Key in the session: the finished log-in that waits for an account."""
SENT, CHECKING, VERIFIED, OFFERED = "sent", "checking", "verified", "offered"
DONE, REFUSED, CANCELLED = "done", "refused", "cancelled"

log = logging.getLogger(__name__)


class Refused(LoginRefused):
    """The log-in does not count; `incident` is what people can tell us."""

    def __init__(
        self, code: str, *, pending: PendingLogin | None = None, cancelled: bool = False,
        incident: str = "",
    ) -> None:  # fmt: skip
        super().__init__(code, cancelled=cancelled)
        self.pending = pending
        self.incident = incident or new_incident()


@dataclass(frozen=True)
class Completed:
    """A log-in that counts. `identity` is ours if somebody linked it before."""

    pending: PendingLogin
    verified: Verified
    identity: Identity | None

    @property
    def account(self) -> Account | None:
        """The open account this log-in belongs to, or None."""
        return self.identity.account if self.identity else None

    @property
    def target(self) -> Target:
        """Where the person goes on."""
        return target_of(self.pending)


# --- out ----------------------------------------------------------------------------------


def begin(
    request: HttpRequest,
    *,
    source: Source,
    purpose: Purpose,
    level: TrustLevel,
    target: Target,
    account: Account | None = None,
    guest: bool = False,
) -> tuple[PendingLogin, Departure]:
    """Note a log-in under way and make the request to `source`.

    `guest`: let people through who have no account there, only for stepping up; whoever has
    one is not recognised then.
    Hand the browser over with a response that went through `bind_browser`.
    Raises: LoginRefused where the source cannot be asked.
    """
    if not request.session.session_key:
        request.session.create()
    request.session["identity"] = True  # an empty session would not be kept
    departure = source.begin(
        level=level,
        return_url=return_url(source),
        language=(get_language() or "de")[:2],
        link=not guest,
    )
    moment = now()
    pending = PendingLogin(
        source=source.key,
        purpose=purpose,
        level=level,
        request_id=departure.request_id,
        browser_digest=_browser_digest(_token(request)),
        session_digest=assurance.session_digest(request),
        account=account,
        sealed=secrets.seal(json.dumps({"kept": dict(departure.kept)})),
        view=target.view,
        view_args=dict(target.args),
        created_at=moment,
        expires_at=moment + LIFETIME,
    )
    try:
        pending.save(force_insert=True)
    except IntegrityError as error:  # a source that gives out the same id twice
        raise LoginRefused("request-id-reused") from error
    return pending, departure


def return_url(source: Source) -> str:
    """Our address that the source sends the browser back to."""
    name = "desk:identity_return" if source.audience == "staff" else "portal:identity_return"
    return f"{settings.BASE_URL}{reverse(name, args=[source.key])}"


def bind_browser(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give this browser the token that shows on the way back that it is the same one."""
    response.set_cookie(
        COOKIE,
        _token(request),
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        secure=settings.HTTPS,
        samesite="None" if settings.HTTPS else "Lax",
    )
    return response


# --- back ---------------------------------------------------------------------------------


def parameters(request: HttpRequest) -> dict[str, str]:
    """What the browser brought, cut down to known names. Raises: Refused where it is too long."""
    data = request.POST if request.method == "POST" else request.GET
    found = {name: data[name] for name in PARAMETERS if name in data}
    if any(len(value) > PARAMETERS[name] for name, value in found.items()):
        raise Refused("too-long")
    return found


def returned(request: HttpRequest, source_key: str, parameters: Mapping[str, str]) -> PendingLogin:
    """Check an answer and keep the result until the session is there.

    An answer nobody of this browser waits for is not even read.
    Raises: Refused (with the log-in it belonged to, where there is one), LookupError.
    """
    source = config.source(source_key)
    if not any(parameters.get(name) for name in ("SAMLResponse", "code", "state", "error")):
        raise Refused("empty")  # a preloading browser must not use up the log-in
    pending = _waiting(request, source_key, parameters)
    if not _move(pending, SENT, CHECKING):
        raise Refused("answered-already", pending=pending)
    kept = json.loads(secrets.unseal(pending.sealed))["kept"]
    level = TrustLevel(pending.level)
    try:
        verified = source.finish(Returned(parameters, pending.request_id, level, kept))
        _sensible(verified, pending)
    except LoginRefused as refused:
        raise _refuse(pending, refused) from refused
    if not _move(pending, CHECKING, VERIFIED, {"verified": _dump(verified)}):
        raise Refused("used-already")
    return pending


def complete(request: HttpRequest, pending_id: uuid.UUID) -> Completed:
    """The result, in the session that began the log-in; works once.

    Raises: Refused.
    """
    pending = PendingLogin.objects.filter(
        pk=pending_id,
        browser_digest=_browser_digest(request.COOKIES.get(COOKIE, "")),
        expires_at__gt=now(),
    ).first()
    if pending is None:
        raise _stray("not-this-browser")
    if pending.session_digest != (assurance.session_digest(request) or "none"):
        raise _stray("not-this-session", pending)
    if pending.state in (REFUSED, CANCELLED):
        told = json.loads(secrets.unseal(pending.sealed)) if pending.sealed else {}
        raise Refused(
            told.get("code", "refused"),
            pending=pending,
            cancelled=pending.state == CANCELLED,
            incident=told.get("incident", ""),
        )
    kept = pending.sealed
    if not _move(pending, VERIFIED, DONE, {}):
        raise Refused("used-already", pending=pending)
    verified = _load(json.loads(secrets.unseal(kept))["verified"])
    tally.count(verified.source, "ok")
    return Completed(pending, verified, identity_of(verified))


# --- waiting for an account ---------------------------------------------------------------


def offer(request: HttpRequest, completed: Completed) -> None:
    """Keep a finished log-in of an unknown person until they have said what they want."""
    if _move(completed.pending, DONE, OFFERED, {"verified": _dump(completed.verified)}):
        request.session[OFFER] = str(completed.pending.pk)


def offered(request: HttpRequest) -> Completed | None:
    """The log-in that waits in this session, or None.

    The id in the session binds it: a local log-in in between gives the session a new key.
    """
    wanted = request.session.get(OFFER)
    row = PendingLogin.objects.filter(
        pk=wanted,
        state=OFFERED,
        browser_digest=_browser_digest(request.COOKIES.get(COOKIE, "")),
        expires_at__gt=now(),
    ).first() if wanted else None  # fmt: skip
    if row is None:
        return None
    verified = _load(json.loads(secrets.unseal(row.sealed))["verified"])
    return Completed(row, verified, identity_of(verified))


def take_offer(request: HttpRequest, completed: Completed) -> bool:
    """Use up a waiting log-in; False if another request was faster."""
    request.session.pop(OFFER, None)
    return _move(completed.pending, OFFERED, DONE, {})


# --- helpers of faces ---------------------------------------------------------------------


def subject_digest(verified: Verified) -> str:
    """How `Identity` names the person: keyed, and different for every source."""
    return secrets.digest(f"{verified.source}\n{verified.subject}", "identity")


def identity_of(verified: Verified) -> Identity | None:
    """The link somebody made for this log-in; a guest has none, a closed account neither."""
    if not verified.subject:
        return None
    return (
        Identity.objects.filter(
            source=verified.source,
            subject_digest=subject_digest(verified),
            account__closed_at=None,
            account__user__is_active=True,
        )
        .select_related("account__user", "account__chain")
        .first()
    )


def target_of(pending: PendingLogin) -> Target:
    """The page the log-in leads to, looked up in the table again."""
    return or_area(pending.view, pending.view_args)


def new_incident() -> str:
    """A number people can quote and the operator finds in the log."""
    return secrets.new_code(2)


# --- inside -------------------------------------------------------------------------------


def _waiting(
    request: HttpRequest, source_key: str, parameters: Mapping[str, str]
) -> PendingLogin:  # fmt: skip
    """The log-in of this browser that an answer may belong to; what the answer says is a hint.

    Raises: Refused; with the log-in where its answer came before (a double click, the button
    "back"): what came first counts, and the second answer is not even read.
    """
    token = request.COOKIES.get(COOKIE, "")
    mine = PendingLogin.objects.filter(
        browser_digest=_browser_digest(token), source=source_key, expires_at__gt=now()
    )
    said = (parameters.get(name, "") for name in ("state", "RelayState"))
    hints = [one for one in said if one.isascii() and one.isprintable()]
    meant = mine.filter(request_id__in=hints).first() if token else None
    if meant is not None and meant.state != SENT:
        raise Refused("answered-already", pending=meant)
    newest = mine.filter(state=SENT).order_by("-created_at") if token else mine.none()
    found = meant or newest.first()
    if found is None:
        raise _stray("not-asked-for")
    return found


def _stray(code: str, pending: PendingLogin | None = None) -> Refused:
    """An answer nobody waits for here; noted, so that its number can be found."""
    told = Refused(code, pending=pending)
    log.warning("log-in refused: code %s, incident %s", code, told.incident)
    return told


def _sensible(verified: Verified, pending: PendingLogin) -> None:
    """The last look at a result, whatever its source did. Raises: LoginRefused."""
    if verified.source != pending.source:
        raise LoginRefused("other-source")
    if verified.level < pending.level:
        raise LoginRefused("level-too-low")
    if verified.authenticated_at > now() + timedelta(minutes=5):
        raise LoginRefused("from-the-future")
    if pending.purpose == Purpose.LINK and not verified.subject:
        raise LoginRefused("guest-cannot-link")


def _refuse(pending: PendingLogin, refused: LoginRefused) -> Refused:
    state = CANCELLED if refused.cancelled else REFUSED
    told = Refused(refused.code, pending=pending, cancelled=refused.cancelled)
    tally.count(pending.source, "cancelled" if refused.cancelled else "failed")
    _move(pending, CHECKING, state, {"code": refused.code[:80], "incident": told.incident})
    if not refused.cancelled:
        log.warning(
            "log-in refused: source %s, code %s, incident %s",
            pending.source, refused.code, told.incident,
        )  # fmt: skip
    return told


def _move(
    pending: PendingLogin, old: str, new: str, content: dict[str, Any] | None = None
) -> bool:  # fmt: skip
    """Compare-and-swap on the state; False if another request was there first."""
    changes: dict[str, Any] = {"state": new}
    if content is not None:
        changes["sealed"] = secrets.seal(json.dumps(content)) if content else ""
    if not PendingLogin.objects.filter(pk=pending.pk, state=old).update(**changes):
        return False
    for name, value in changes.items():
        setattr(pending, name, value)
    return True


def _token(request: HttpRequest) -> str:
    """The token of this browser: the one it has, so that a second window does not disturb."""
    known = getattr(request, "_return_token", None) or request.COOKIES.get(COOKIE, "")
    if not (len(known) == 43 and known.isascii()):
        known = random.token_urlsafe(32)
    request._return_token = known  # type: ignore[attr-defined]
    return str(known)


def _browser_digest(token: str) -> str:
    return secrets.digest(token, "return")


def _dump(verified: Verified) -> dict[str, Any]:
    found = asdict(verified)
    found["authenticated_at"] = verified.authenticated_at.isoformat()
    found["level"] = int(verified.level)
    found["attributes"] = {
        name: [attribute.value, int(attribute.level)]
        for name, attribute in verified.attributes.items()
    }
    return found


def _load(found: dict[str, Any]) -> Verified:
    return Verified(
        source=found["source"],
        subject=found["subject"],
        level=TrustLevel(found["level"]),
        method=found["method"],
        authenticated_at=datetime.fromisoformat(found["authenticated_at"]),
        attributes={
            name: Attribute(value, TrustLevel(level))
            for name, (value, level) in found["attributes"].items()
        },
        organisation=found["organisation"],
        groups=tuple(found["groups"]),
        second_factor=found["second_factor"],
    )
