"""How services read on cards and pages."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rathaus.catalogue import present
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.core import clock

Facts = dict[str, Any]
CHANNEL_ICONS = {
    "counter": "account_balance",
    "phone": "call",
    "email": "mail",
    "post": "outgoing_mail",
    "link": "open_in_new",
}


def card(definition: ServiceDefinition) -> Facts:
    """A service for ``{% service_card %}``; worked out once a day and language."""
    return _card(_Key(definition), clock.today(), get_language() or "de")


def tag(definition: ServiceDefinition) -> tuple[str, str, str]:
    """Label, icon and tone that tell how far one gets online."""
    if definition.mode == "online":
        return _("Ganz online"), "check_circle", ""
    if definition.mode == "external":
        return definition.external_name or _("Andere Stelle"), "open_in_new", "accent"
    return _("Im Rathaus"), "account_balance", "accent"


def key_facts(definition: ServiceDefinition) -> list[Facts]:
    """Fee, time to fill in, processing time and log-in: before anybody starts."""
    today = clock.today()
    facts = [_fact("euro", _("Gebühr"), present.fee_text(definition, today))]
    if definition.mode == "online":
        facts.append(_fact("timer", _("Ausfüllen"), present.fill_text(definition.duration)))
    duration = present.duration_text(definition.duration)
    by_law = definition.duration
    deadline = by_law.legal_deadline_days or by_law.legal_deadline_working_days
    note = _("Frist nach %s") % by_law.legal_deadline_basis if deadline else ""
    facts.append(_fact("hourglass_top", _("Bearbeitung"), duration, note))
    if definition.mode == "online":
        facts.append(_fact("lock_open", _("Anmeldung"), present.trust_text(definition)))
    if definition.mode == "information":
        facts.append(_fact("account_balance", _("Erledigen"), _("persönlich im Rathaus")))
    if definition.mode == "external":
        facts.append(_fact("open_in_new", _("Zuständig"), definition.external_name))
    return [fact for fact in facts if fact["value"]]


def channels(definition: ServiceDefinition) -> list[Facts]:
    """Other ways than online, with an icon."""
    return [
        {"icon": CHANNEL_ICONS[channel.kind], "text": channel.text, "url": channel.url}
        for channel in definition.channels
    ]


def submit_label(cents: int) -> str:
    """The button names the act, and that it costs money (§ 312j BGB shows how)."""
    return _("Kostenpflichtig beantragen") if cents else _("Antrag absenden")


def _fact(icon: str, label: str, value: str, note: str = "") -> Facts:
    return {"icon": icon, "label": label, "value": value, "note": note}


class _Key:
    """A definition as a cache key: by identity, for definitions are shared and immutable."""

    __slots__ = ("definition",)

    def __init__(self, definition: ServiceDefinition) -> None:
        self.definition = definition

    def __hash__(self) -> int:
        return id(self.definition)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.definition is self.definition


@lru_cache(maxsize=1024)
def _card(key: _Key, today: date, language: str) -> Facts:
    definition = key.definition
    label, icon, tone = tag(definition)
    facts = [{"icon": "euro", "text": present.fee_text(definition, today)}]
    if definition.mode == "online":
        facts.append({"icon": "timer", "text": present.fill_text(definition.duration)})
    elif definition.appointment_phone:
        facts.append({"icon": "event", "text": _("mit Termin")})
    return {
        "title": definition.title,
        "url": reverse("portal:service", args=[definition.slug]),
        "summary": definition.summary,
        "tag": label,
        "tag_icon": icon,
        "tag_tone": tone,
        "facts": [fact for fact in facts if fact["text"]],
    }
