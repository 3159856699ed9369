"""Writes to the catalogue: publish, retire, restore, topics."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Max

from rathaus.catalogue import events, gate, signals
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.library import Library, TopicData
from rathaus.catalogue.models import Service, ServiceVersion, Topic
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import new_chain, record

TRIES = 5


class GateFailed(ValueError):
    """The definition may not be published; `findings` says why."""

    def __init__(self, slug: str, findings: list[gate.Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join([slug, *(f"  {row.where}: {row.text}" for row in findings)]))


def publish(
    *,
    definition: ServiceDefinition,
    actor: Actor,
    note: str = "",
    context: gate.Context | None = None,
) -> ServiceVersion:
    """Put `definition` into force as the next version of its service.

    The same content as the current version publishes nothing and returns that version.
    `context` says which topics, offices and services exist; default: those loaded.

    Raises: GateFailed.
    """
    findings = gate.check(definition, context or gate.Context.loaded())
    errors = [row for row in findings if row.severity == "error"]
    if errors:
        raise GateFailed(definition.slug, errors)
    for attempt in range(TRIES):
        try:
            return _publish(definition, actor, note, len(findings))
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _publish(
    definition: ServiceDefinition, actor: Actor, note: str, warnings: int
) -> ServiceVersion:
    canonical, digest = definition.canonical(), definition.sha256()
    with transaction.atomic():
        service = Service.objects.filter(slug=definition.slug).first()
        if service is None:
            service = Service.objects.create(slug=definition.slug, chain=new_chain("service"))
        before = service.current_id
        if before is not None:
            current = ServiceVersion.objects.light().get(pk=before)
            if current.sha256 == digest and service.retired_at is None:
                return current
        last = service.versions.aggregate(last=Max("number"))["last"] or 0
        version = ServiceVersion(
            service=service,
            number=last + 1,
            definition=json.loads(canonical),
            sha256=digest,
            note=note or definition.version_note,
            published_at=now(),
            published_by=actor.label,
        )
        version.save()
        moved = Service.objects.filter(pk=service.pk, current_id=before).update(
            current=version, retired_at=None
        )
        if not moved:
            raise IntegrityError("another version was published at the same moment")
        service.current = version
        record(
            service.chain,
            events.ServicePublished(
                service=service.slug,
                number=version.number,
                sha256=digest,
                note=version.note,
                warnings=warnings,
            ),
            actor=actor,
        )
        signals.changed()
    return version


def retire(*, service: Service, actor: Actor, reason: str) -> None:
    """Take the service out of the catalogue; doing it twice changes nothing."""
    with transaction.atomic():
        moved = Service.objects.filter(pk=service.pk, retired_at=None).update(retired_at=now())
        if moved:
            event = events.ServiceRetired(service=service.slug, reason=reason)
            record(service.chain, event, actor=actor)
            signals.changed()
    service.refresh_from_db()


def restore(*, service: Service, actor: Actor) -> None:
    """Offer a retired service again with its last version."""
    with transaction.atomic():
        moved = Service.objects.filter(pk=service.pk, retired_at__isnull=False).update(
            retired_at=None
        )
        if moved:
            record(service.chain, events.ServiceRestored(service=service.slug), actor=actor)
            signals.changed()
    service.refresh_from_db()


def put_topics(*, topics: Iterable[TopicData], actor: Actor) -> list[Topic]:
    """Create or update topics by slug, in the given order."""
    rows = []
    with transaction.atomic():
        for position, topic in enumerate(topics, start=1):
            row, _created = Topic.objects.update_or_create(
                slug=topic.slug,
                defaults={
                    "title": topic.title,
                    "summary": topic.summary,
                    "icon": topic.icon,
                    "position": topic.position or position,
                },
            )
            rows.append(row)
        signals.changed()
    return rows


def install(
    *, library: Library, actor: Actor, context: gate.Context | None = None
) -> list[ServiceVersion]:
    """Put the topics of a library in place and publish its services; all or nothing.

    Services that already are in force with the same content stay as they are, and so does a
    service that somebody else than `actor` published last: a town's own version is never
    replaced by the shipped one. Returns the versions in force.
    Raises: GateFailed for the first service that may not be published.
    """
    with transaction.atomic():
        put_topics(topics=library.topics, actor=actor)
        known = context or gate.Context.loaded().with_library(library)
        return [
            _own_version(definition.slug, actor)
            or publish(definition=definition, actor=actor, context=known)
            for definition in library.services
        ]


def _own_version(slug: str, actor: Actor) -> ServiceVersion | None:
    """The version in force, if the town published it itself."""
    latest = ServiceVersion.objects.filter(service__slug=slug).order_by("-number").first()
    return latest if latest is not None and latest.published_by != actor.label else None
