"""How the figures of a service read: fee, duration, login level. German, for all faces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rathaus.catalogue.definition import Duration, ServiceDefinition
from rathaus.core.money import Money
from rathaus.payments.fees import FeeRule


def valid_fees(definition: ServiceDefinition, on: date) -> list[FeeRule]:
    """The fee rules in force on `on`."""
    return [rule for rule in definition.fees if rule.valid_on(on)]


def fee_text(definition: ServiceDefinition, on: date) -> str:
    """ "kostenlos", "26,00 €", "ab 15,00 €": what it costs, as short as possible."""
    rules = valid_fees(definition, on)
    if not rules:
        return definition.fee_note if definition.mode == "external" else _("kostenlos")
    return _fees(rules)


def _fees(rules: Sequence[FeeRule]) -> str:
    always = sum(rule.amount_cents for rule in rules if _always(rule))
    varying = [rule for rule in rules if not _always(rule)]
    amounts = [rule.amount_cents for rule in varying if rule.included == 0]
    least = always or min(amounts, default=0)
    if not least and not varying:
        return _("kostenlos")
    text = Money(least).format()
    if not least:
        return _("teilweise kostenpflichtig")
    may_grow = (
        bool(varying)
        if always
        else any(rule.kind == "per_piece" or rule.amount_cents != least for rule in varying)
    )
    return _("ab %(amount)s") % {"amount": text} if may_grow else text


def _always(rule: FeeRule) -> bool:
    return rule.kind == "fixed" and rule.condition in (None, True)


def duration_text(duration: Duration) -> str:
    """Usual processing time, e.g. "3 Arbeitstage", else that of the law; empty where nothing is
    known."""
    if duration.note:
        return duration.note
    if duration.working_days is None:
        days = duration.legal_deadline_days or 0
        text = ngettext("innerhalb von %(n)d Tag", "innerhalb von %(n)d Tagen", days)
        return text % {"n": days} if days else ""
    if duration.working_days == 0:
        return _("sofort")
    return ngettext("%(n)d Arbeitstag", "%(n)d Arbeitstage", duration.working_days) % {
        "n": duration.working_days
    }


def fill_text(duration: Duration) -> str:
    """How long filling in takes: "etwa 10 Minuten"; empty where nothing is known."""
    if not duration.fill_minutes:
        return ""
    return ngettext("etwa %(n)d Minute", "etwa %(n)d Minuten", duration.fill_minutes) % {
        "n": duration.fill_minutes
    }


def trust_text(definition: ServiceDefinition) -> str:
    """Which log-in is needed, as the key fact of the service page."""
    return {
        "none": _("ohne Anmeldung"),
        "basic": _("Servicekonto"),
        "substantial": _("zum Beispiel BundID mit ELSTER oder Online-Ausweis"),
        "high": _("zum Beispiel BundID mit Online-Ausweis"),
    }[definition.highest_trust]
