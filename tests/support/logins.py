"""Accounts, log-ins and an identity source without a network, for tests."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.test import Client

from rathaus.accounts import assurance, flow, signing
from rathaus.accounts.actions.opening import open_account
from rathaus.accounts.models import Account, Identity
from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import (
    Attribute,
    Departure,
    Health,
    LoginRefused,
    Returned,
    Source,
    Verified,
)
from rathaus.accounts.trust import TrustLevel
from rathaus.core.actors import Actor
from rathaus.core.clock import now

HIGH, SUBSTANTIAL, BASIC = TrustLevel.HIGH, TrustLevel.SUBSTANTIAL, TrustLevel.BASIC
ERIKA = {
    "given_names": "ERIKA MARIA",
    "family_name": "MUSTERMANN",
    "birth_name": "GABLER",
    "birth_date": "1964-08-12",
    "birth_place": "BERLIN",
    "street": "HEIDESTRAẞE 17",
    "postal_code": "51147",
    "city": "KÖLN",
    "country": "DE",
}
"""As the eID sends it."""
_numbers = itertools.count(1)


class FakeSource(Source):
    """Vouches for whomever a test names, bound to the request as a real source does it.

    The browser answers with ``{"state": <request id>, "code": <subject>}``; with
    ``error=cancelled`` the person gave up.
    """

    levels = (BASIC, SUBSTANTIAL, HIGH)
    form_targets = ("https://idp.example",)
    guests = True

    def __init__(self, key: str = "bundid", label: str = "BundID") -> None:
        self.key, self.label = key, label
        self.method = "eID"
        self.attributes: Mapping[str, str] = ERIKA
        self.attribute_level: TrustLevel | None = None
        self.level: TrustLevel | None = None
        self.asked: list[dict[str, Any]] = []
        self.refuse_to_begin = False

    def begin(self, *, level: TrustLevel, return_url: str, language: str, link: bool) -> Departure:
        if self.refuse_to_begin:
            raise LoginRefused("unreachable")
        ident = f"_request-{next(_numbers)}"
        self.asked.append({"id": ident, "level": level, "return_url": return_url, "link": link})
        return Departure(
            request_id=ident,
            url="https://idp.example/sso",
            fields={"SAMLRequest": "…", "RelayState": ident},
            kept={"nonce": "n"},
        )

    def finish(self, returned: Returned) -> Verified:
        if returned.parameters.get("error"):
            code = returned.parameters["error"]
            raise LoginRefused(code, cancelled=code == "cancelled")
        if returned.parameters.get("state") != returned.request_id:
            raise LoginRefused("wrong-request")
        level = self.level or returned.level
        return Verified(
            source=self.key,
            subject=returned.parameters.get("code", ""),
            level=level,
            method=self.method,
            authenticated_at=now(),
            attributes={
                name: Attribute(value, self.attribute_level or level)
                for name, value in self.attributes.items()
            },
        )

    def health(self, *, ask: bool = False) -> Health:
        return Health(configured=True, reachable=True if ask else None)


def use_sources(monkeypatch: Any, *sources: Source) -> None:
    """Let the town have these sources and no others."""
    monkeypatch.setattr(config, "load", lambda: config.Configuration(tuple(sources)))


def verified(level: TrustLevel = HIGH, source: str = "bundid", **more: Any) -> Verified:
    """A result of a log-in."""
    values = more.pop("values", ERIKA)
    result = Verified(
        source=source,
        subject="erika",
        level=level,
        method="eID",
        authenticated_at=now(),
        attributes={name: Attribute(value, level) for name, value in values.items()},
    )
    return replace(result, **more)


def make_account(**more: Any) -> Account:
    """An open account."""
    return open_account(actor=Actor.system("test"), language="de", **more)


def link(account: Account, subject: str = "erika", source: str = "bundid") -> Identity:
    """Hang a log-in on an account without asking anybody."""
    result = verified(source=source, subject=subject)
    return Identity.objects.create(
        account=account,
        source=source,
        subject_digest=flow.subject_digest(result),
        linked_at=now(),
        last_used_at=now(),
    )


def log_in(
    client: Client, account: Account | None, level: TrustLevel = BASIC, **more: Any
) -> HttpRequest:
    """Give the residents' session of `client` this account (None: a guest) and level."""
    request = HttpRequest()
    request.META = {"SERVER_NAME": "testserver", "SERVER_PORT": "80"}
    request.method = "GET"
    name = settings.RESIDENT_SESSION_COOKIE_NAME
    known = client.cookies[name].value if name in client.cookies else None
    from importlib import import_module

    from django.contrib.auth.models import AnonymousUser

    store = import_module(settings.SESSION_ENGINE).SessionStore
    request.session = store(known)
    request.user = AnonymousUser()
    source = more.pop("source", "local" if level == BASIC else "bundid")
    result = verified(level, source, **more)
    if source == "local":
        result = replace(result, attributes={}, method="password")
    if account is None:
        if not request.session.session_key:
            request.session.create()
        assurance.raise_to(request, result, account=None)
    else:
        signing.sign_in(request, account, result)
    request.session.save()
    client.cookies[name] = request.session.session_key or ""
    return request
