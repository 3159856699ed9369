"""What the service points at: topics, office, other services, addresses, filing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from rathaus.catalogue.checks.fields import condition
from rathaus.catalogue.checks.texts import authored
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.gate import Context, Finding

_MARKDOWN_LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]*)")
_BARE_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s)>\]]+", re.IGNORECASE)
MAX_RETENTION_YEARS = 110


def surroundings(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """Topics, office and related services exist."""
    if not definition.topics:
        yield Finding("error", "topics", _("Die Leistung gehört zu keinem Thema."))
    if context.topics is not None:
        for slug in definition.topics:
            if slug not in context.topics:
                text = _("Das Thema „%(slug)s“ gibt es nicht.") % {"slug": slug}
                yield Finding("error", "topics", text)
    if context.offices is not None and definition.office not in context.offices:
        text = _("Das Amt „%(key)s“ gibt es nicht.") % {"key": definition.office}
        yield Finding("error", "office", text)
    for slug in definition.related:
        if slug == definition.slug:
            yield Finding("warning", "related", _("Die Leistung verweist auf sich selbst."))
        elif context.services is not None and slug not in context.services:
            text = _("Die verwandte Leistung „%(slug)s“ gibt es nicht.") % {"slug": slug}
            yield Finding("warning", "related", text)


def addresses(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """Links lead to https pages, this portal, a mailbox or a telephone."""
    for place, url in _urls(definition):
        if not _is_safe(url):
            text = _("Die Adresse „%(url)s“ beginnt nicht mit https://.") % {"url": url[:80]}
            yield Finding("error", place, text)


def _urls(definition: ServiceDefinition) -> Iterator[tuple[str, str]]:
    if definition.external_url:
        yield "external_url", definition.external_url
    for index, basis in enumerate(definition.legal):
        if basis.url:
            yield f"legal.{index}.url", basis.url
    for index, channel in enumerate(definition.channels):
        if channel.url:
            yield f"channels.{index}.url", channel.url
        elif channel.kind == "link":
            yield f"channels.{index}.url", ""
    for place, text in authored(definition):
        found = dict.fromkeys(_MARKDOWN_LINK.findall(text) + _BARE_URL.findall(text))
        yield from ((place, url) for url in found)


def _is_safe(url: str) -> bool:
    if url.startswith("/") and not url.startswith("//"):
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme == "https":
        return "." in (parts.hostname or "") and not parts.username
    return parts.scheme in {"mailto", "tel"} and bool(parts.path)


def filing(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """How long the case is kept, and why."""
    rule = definition.filing
    if rule is None:
        return
    if not 0 <= rule.retention_years <= MAX_RETENTION_YEARS:
        text = _("Eine Aufbewahrung von %(years)d Jahren ist nicht möglich.")
        yield Finding("error", "filing.retention_years", text % {"years": rule.retention_years})
    if not rule.retention_basis:
        text = _("Die Aufbewahrungsfrist nennt keine Grundlage.")
        yield Finding("warning", "filing.retention_basis", text)


def procedure(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """Stages differ, and the resident learns what happens next."""
    keys = [stage.key for stage in definition.stages]
    if len(set(keys)) != len(keys):
        yield Finding("error", "stages", _("Zwei Bearbeitungsschritte haben denselben Schlüssel."))
    for stage in definition.stages:
        if stage.visible_if is not None:
            yield from condition(definition, stage.visible_if, f"stages.{stage.key}.visible_if")
    if definition.mode == "online" and not definition.after_submit:
        text = _("Es fehlt, was nach dem Absenden geschieht.")
        yield Finding("warning", "after_submit", text)
    if definition.mode == "information" and not definition.not_online_reason:
        text = _("Es fehlt der Grund, warum die Leistung nicht online geht.")
        yield Finding("warning", "not_online_reason", text)
    if definition.mode == "information" and not definition.channels:
        text = _("Es fehlt, wie man die Leistung bekommt.")
        yield Finding("error", "channels", text)
    if not definition.legal:
        yield Finding("warning", "legal", _("Es ist keine Rechtsgrundlage angegeben."))


CHECKS = (surroundings, addresses, filing, procedure)
