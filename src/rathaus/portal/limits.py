"""Rate limits of the residents' pages."""

from __future__ import annotations

import ipaddress
import time
from collections import Counter
from datetime import timedelta
from threading import Lock

from django.conf import settings
from django.http import HttpRequest

from rathaus.core import ratelimit
from rathaus.core.middleware import sender_key

FORM_LIMIT = 10
FORM_WINDOW = timedelta(minutes=30)
BEGIN_PER_MINUTE = 60
UPLOADS = 150
"""Requests with files of one sender per `FORM_WINDOW`: files are stored before a page is right."""

_lock = Lock()
_minute = 0
_begun: Counter[str] = Counter()


def allow_form(request: HttpRequest, bucket: str, *, limit: int = FORM_LIMIT) -> bool:
    """Count one sent form of this sender, for all processes together."""
    return ratelimit.allow(f"portal:{bucket}", sender_key(request), limit=limit, per=FORM_WINDOW)


def allow_upload(request: HttpRequest) -> bool:
    """Whether this sender may send files again; costs nothing without files."""
    return not request.FILES or allow_form(request, "upload", limit=UPLOADS)


def allow_begin(request: HttpRequest) -> bool:
    """Whether this sender may begin another draft.

    Counted in memory per process, because beginning is part of every journey and many people
    share one address. The machine itself is not limited: behind a proxy it never is the sender.
    """
    global _minute
    sender = sender_key(request)
    if _is_loopback(sender):
        return True
    minute = int(time.time()) // 60
    with _lock:
        if minute != _minute:
            _minute = minute
            _begun.clear()
        _begun[sender] += 1
        most = int(getattr(settings, "PORTAL_BEGIN_PER_MINUTE", BEGIN_PER_MINUTE))
        return _begun[sender] <= most


def _is_loopback(sender: str) -> bool:
    try:
        return ipaddress.ip_address(sender).is_loopback
    except ValueError:
        return False
