"""The intake for machines: ``POST /api/v1/eingang/`` with a token for one office.

Errors are problem documents (RFC 9457) in German with what to do. The description for
programs is served at ``/api/v1/eingang/openapi.json``.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db.models import F
from django.http import HttpRequest, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from rathaus.api.intake_schema import description
from rathaus.core import ratelimit
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.middleware import sender_key
from rathaus.records.intake import actions, reasons
from rathaus.records.intake.actions.receive import limit_bytes
from rathaus.records.intake.errors import Empty, IntakeError, NoRoom
from rathaus.records.intake.models import Item, Token
from rathaus.records.intake.states import Source

PER_MINUTE = 120
WRONG_PER_MINUTE = 20
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
View = Callable[..., JsonResponse]


def guarded(view: View) -> View:
    """Let in who has a token; count uses and wrong tries."""

    @csrf_exempt
    @wraps(view)
    def check(request: HttpRequest, **kwargs: Any) -> JsonResponse:
        minute = timedelta(minutes=1)
        token = _token(request)
        if token is None:
            if not ratelimit.allow(
                "intake-api-wrong", sender_key(request), limit=WRONG_PER_MINUTE, per=minute
            ):
                return _slow_down()
            response = _problem(401, _("Der Zugang fehlt, ist falsch oder gesperrt."))
            response["WWW-Authenticate"] = 'Bearer realm="Eingang"'
            return response
        if not ratelimit.allow("intake-api", str(token.pk), limit=PER_MINUTE, per=minute):
            return _slow_down()
        Token.objects.filter(pk=token.pk).update(last_used_at=now(), used=F("used") + 1)
        response = view(request, token=token, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return check


@guarded
def collection(request: HttpRequest, *, token: Token) -> JsonResponse:
    """Take in one file: as form (``multipart/form-data``, field ``file``) or as bare bytes."""
    if request.method != "POST":
        response = _problem(405, _("Hier geht nur POST."))
        response["Allow"] = "POST"
        return response
    key = request.headers.get("Idempotency-Key", "")
    if key and not _KEY.fullmatch(key):
        return _problem(400, _("Idempotency-Key: 1 bis 200 druckbare ASCII-Zeichen."))
    try:
        name, content, fields = _sent(request)
    except (MultiPartParserError, TooManyFilesSent, RequestDataTooBig, ValueError, OSError):
        return _problem(400, _("Die Anfrage ist nicht lesbar. Senden Sie genau eine Datei."))
    if not name or not content:
        return _problem(422, str(Empty()) if name else _("Der Dateiname fehlt (Feld „file“)."))
    try:
        dated_on = date.fromisoformat(fields["dated_on"]) if fields.get("dated_on") else None
    except ValueError:
        return _problem(422, _("dated_on: Schreiben Sie das Datum so: 2026-11-27."))
    try:
        item = actions.receive(
            office=token.office,
            source=Source.API,
            name=name,
            content=content,
            actor=Actor.provider(f"token:{token.public_id}", token.name),
            sender=fields.get("sender", ""),
            subject=fields.get("title", ""),
            source_detail=token.name,
            dated_on=dated_on,
            key=f"api:{token.pk}:{key}" if key else "",
        )
    except NoRoom as error:
        return _problem(507, str(error))
    except IntakeError as error:
        return _problem(422, str(error))
    if item.was_known and item.blob.sha256 != hashlib.sha256(content).hexdigest():
        return _problem(409, _("Dieser Idempotency-Key wurde schon für eine andere Datei benutzt."))
    response = JsonResponse(_as_json(item), status=200 if item.was_known else 201)
    response["Location"] = f"/api/v1/eingang/{item.public_id}/"
    return response


@guarded
def one(request: HttpRequest, *, token: Token, ident: uuid.UUID) -> JsonResponse:
    """What became of an item that came in with this very token's office."""
    if request.method not in {"GET", "HEAD"}:
        response = _problem(405, _("Hier geht nur GET."))
        response["Allow"] = "GET, HEAD"
        return response
    rows = Item.objects.filter(office=token.office, source=Source.API).select_related("blob")
    item = rows.filter(public_id=ident, source_detail=token.name).first()
    if item is None:
        return _problem(404, _("Diesen Eingang gibt es hier nicht."))
    return JsonResponse(_as_json(item))


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The description for programs (OpenAPI 3.1)."""
    response = JsonResponse(description(), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "max-age=3600"
    return response


def _sent(request: HttpRequest) -> tuple[str, bytes, dict[str, str]]:
    """Name, bytes and further fields. Raises: ValueError and the parser's errors."""
    if request.content_type == "multipart/form-data":
        files = request.FILES.getlist("file")
        if len(files) != 1 or len(request.FILES) != 1:
            raise ValueError("one file")
        fields = {key: str(value)[:300] for key, value in request.POST.items()}
        return files[0].name or "", files[0].read(limit_bytes() + 1), fields
    fields = {key: value[:300] for key, value in request.GET.items() if isinstance(value, str)}
    return fields.pop("name", ""), request.read(limit_bytes() + 1), fields


def _token(request: HttpRequest) -> Token | None:
    kind, _sep, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not 20 <= len(text.strip()) <= 100:
        return None
    digest = actions.token_digest(text.strip())
    rows = Token.objects.select_related("office").filter(revoked_at=None)
    return rows.filter(digest=digest).first()


def _as_json(item: Item) -> dict[str, Any]:
    return {
        "id": str(item.public_id),
        "state": str(item.state),
        "reason": reasons.of(item),
        "name": item.name,
        "size": item.blob.size,
        "sha256": item.blob.sha256,
        "received_at": item.received_at.isoformat(),
    }


def _slow_down() -> JsonResponse:
    response = _problem(429, _("Zu viele Anfragen. Versuchen Sie es in einer Minute noch einmal."))
    response["Retry-After"] = "60"
    return response


def _problem(status: int, detail: str) -> JsonResponse:
    body = {"type": "about:blank", "title": detail, "status": status}
    response = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/problem+json"
    response["Cache-Control"] = "no-store"
    return response
