"""What a house does between the request and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core import clock
from rathaus.simulation.bundid import attributes, faults, log, people, requests, responses, sp
from rathaus.simulation.bundid.assertion import Login
from rathaus.simulation.bundid.attributes import BPK2, Given
from rathaus.simulation.bundid.errors import Refused
from rathaus.simulation.bundid.houses import House, Method
from rathaus.simulation.bundid.levels import Level
from rathaus.simulation.bundid.people import Company, Person
from rathaus.simulation.bundid.requests import LoginRequest
from rathaus.simulation.bundid.responses import Answer
from rathaus.simulation.models import SimulatedLogin

LIFE = timedelta(minutes=15)
STATUS_CODES: Mapping[str, tuple[str, str]] = {
    "status.denied": ("Requester", "RequestDenied"),
    "status.no-level": ("Responder", "NoAuthnContext"),
    "status.broken": ("Responder", ""),
}


@dataclass(frozen=True)
class Option:
    """A choice on the log-in page; `why_not` explains why it cannot be taken."""

    key: str
    label: str
    hint: str
    why_not: str = ""


@dataclass(frozen=True)
class Outgoing:
    """An answer on its way, with what the person is shown of it."""

    answer: Answer
    told: tuple[Given, ...] = ()
    faults: tuple[str, ...] = ()


def arrive(
    house: House, *, method: str, parameters: Mapping[str, str], query: str
) -> SimulatedLogin:
    """Take a request in. Raises: Refused."""
    try:
        request, raw = requests.read(house, method=method, parameters=parameters, query=query)
        for name in faults.take_all(house, faults.ERRORS):
            raise Refused(name.removeprefix("error."), raw=raw)
    except Refused as refused:
        log.arrived(house, refused.raw, title=_("Anfrage abgelehnt"), remarks=[str(refused)])
        raise
    SimulatedLogin.objects.filter(created_at__lt=clock.now() - LIFE).delete()
    log.arrived(house, raw, title=_("Anfrage (AuthnRequest)"), remarks=request.remarks)
    return SimulatedLogin.objects.create(
        house=house.key,
        request=request.as_json(),
        relay_state=parameters.get("RelayState", "")[:200],
        created_at=clock.now(),
    )


def find(house: House, token: str) -> tuple[SimulatedLogin, LoginRequest]:
    """A log-in that is under way. Raises: Refused."""
    row = SimulatedLogin.objects.filter(house=house.key, token=token).first()
    if row is None or clock.now() - row.created_at > LIFE:
        raise Refused("sim-expired")
    return row, LoginRequest.from_json(row.request)


def methods(house: House, request: LoginRequest) -> list[Option]:
    """Ways in, with the reasons against some."""
    found = []
    for one in house.methods:
        why_not = ""
        if request.wishes.methods is not None and one.key not in request.wishes.methods:
            why_not = _("Das Rathaus lässt dieses Verfahren nicht zu.")
        elif one.level < request.level:
            why_not = _("Reicht nicht: Verlangt ist „%(wanted)s“.") % {
                "wanted": Level(request.level).label
            }
        hint = f"{one.hint} · {one.level.label}"
        found.append(Option(one.key, str(one.label), hint, why_not))
    return found


def persons(house: House, request: LoginRequest) -> list[Option]:
    """Who has an account, with the reason against guests."""
    found = []
    for key, one in people.accounts(house).items():
        names = [str(way.label) for way in house.methods if one.can(house, way)]
        hint = " · ".join(filter(None, (one.note, *(() if house.companies else names))))
        why_not = ""
        if one.guest and BPK2 in request.wishes.names:
            why_not = _("Das Rathaus verlangt ein Konto; Gäste haben keines.")
        found.append(Option(key, one.name, hint, why_not))
    return found


def log_in(
    house: House, request: LoginRequest, *, method: Method, who: Person | Company, address: str
) -> Outgoing:
    """Make the answer for a log-in that worked, or what is switched on instead."""
    with transaction.atomic():
        for name, codes in STATUS_CODES.items():
            if faults.take(house, name):
                return _refuse(house, request, codes, remarks=[name])
        on = faults.take_all(house, faults.CRYPTO, faults.FORGERY)
        last = log.last_answer(house) if "replay" in on else None
        if last is not None:
            answer = Answer(last.xml.encode(), last.inside.encode())
            _note(house, answer, who.name, on)
            return Outgoing(answer, faults=tuple(sorted(on)))
        if "other-person" in on:
            who = next(one for one in people.accounts(house).values() if one != who)
        login = _login(house, request, method=method, who=who, address=address, on=on)
        missing = _missing(request, login.attributes)
        if missing:
            detail = {
                "code": "IDP_REQUIRED_ATTRIBUTES_MISSING",
                "message": f"Required attributes missing: {', '.join(missing)}",
            }
            codes = ("Requester", "RequestDenied")
            return _refuse(house, request, codes, message=detail["message"], detail=detail)
        answer = responses.success(login)
        _note(house, answer, who.name, on)
        return Outgoing(answer, tuple(login.attributes), tuple(sorted(on)))


def cancel(house: House, request: LoginRequest) -> Outgoing:
    """The person changed their mind."""
    codes = ("Requester", "AuthnFailed")
    return _refuse(house, request, codes, message=responses.CANCELLED)


def _login(
    house: House,
    request: LoginRequest,
    *,
    method: Method,
    who: Person | Company,
    address: str,
    on: frozenset[str],
) -> Login:
    provider = sp.of(house)
    level = method.level
    if isinstance(who, Company):
        told = attributes.of_company(who, house=house, audience=provider.entity_id)
    else:
        told = attributes.of_person(
            who, house=house, method=method, host=provider.host, asked=request.wishes.names
        )
    name_id = people.lasting_id(house, who.key, audience=provider.entity_id)
    if "no-identifier" in on:
        told = [one for one in told if one.name not in attributes.IDENTIFIERS]
        name_id = ""
    if "lower-level" in on:
        level = Level(max(Level.REGISTERED, request.level - 1))
        told = attributes.at_level(told, level)
    if "weak-attributes" in on:
        told = [one.weaker() for one in told]
    return Login(
        house=house,
        provider=provider,
        request=request,
        level=level,
        attributes=told,
        name_id=name_id if house.lasting else "",
        address=address,
        faults=on,
    )


def _missing(request: LoginRequest, told: Sequence[Given]) -> list[str]:
    have = {one.name for one in told}
    return [name for name, needed in request.wishes.attributes if needed and name not in have]


def _refuse(
    house: House,
    request: LoginRequest,
    codes: tuple[str, str],
    *,
    message: str = "",
    detail: dict[str, str] | None = None,
    remarks: list[str] | None = None,
) -> Outgoing:
    answer = responses.refusal(house, request, codes=codes, message=message, detail=detail)
    title = _("Absage: %(code)s") % {"code": " / ".join(filter(None, codes))}
    log.sent(house, answer.xml, b"", title=title, remarks=remarks or ())
    return Outgoing(answer)


def _note(house: House, answer: Answer, name: str, on: frozenset[str]) -> None:
    title = _("Antwort für %(name)s") % {"name": name}
    log.sent(house, answer.xml, answer.inside, title=title, remarks=sorted(on))
