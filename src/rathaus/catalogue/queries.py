"""Reads of the catalogue, answered from a per-process picture of the current versions.

A page costs one small query for the revision per request; only the first request after a
change reads the services.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.db.models import F

from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.models import CatalogueRevision, Service, ServiceVersion, Topic
from rathaus.organisation import queries as organisation
from rathaus.organisation import revision
from rathaus.organisation.models import Office
from rathaus.organisation.revision import RevisionCache


@dataclass(frozen=True)
class TopicEntry:
    """A topic with the number of services in it."""

    topic: Topic
    count: int

    @property
    def slug(self) -> str:
        """Address part of the topic."""
        return self.topic.slug

    @property
    def title(self) -> str:
        """What people read."""
        return self.topic.title


@dataclass(frozen=True)
class Letter:
    """A letter of the A to Z list with its services; without services it is shown greyed."""

    letter: str
    services: tuple[ServiceDefinition, ...]


@dataclass
class Snapshot:
    """The catalogue of one revision. Treat all of it as read-only."""

    versions: Mapping[str, ServiceVersion]
    topics: Sequence[Topic]
    extra: dict[str, object] = field(default_factory=dict)
    """What other modules derive from this revision, e.g. the search index."""

    @cached_property
    def definitions(self) -> dict[str, ServiceDefinition]:
        """Current definitions by slug, in alphabetical order of their titles."""
        parsed = [version.parsed for version in self.versions.values()]
        return {row.slug: row for row in sorted(parsed, key=lambda row: sort_key(row.title))}

    @cached_property
    def by_topic(self) -> dict[str, tuple[ServiceDefinition, ...]]:
        """Services of each topic, the popular ones first."""
        found: dict[str, list[ServiceDefinition]] = {}
        for definition in self.definitions.values():
            for slug in definition.topics:
                found.setdefault(slug, []).append(definition)
        return {slug: tuple(_popular_first(rows)) for slug, rows in found.items()}

    @cached_property
    def letters(self) -> tuple[Letter, ...]:
        """All letters A to Z, then "0–9" if needed."""
        groups: dict[str, list[ServiceDefinition]] = {chr(c): [] for c in range(65, 91)}
        for definition in self.definitions.values():
            groups.setdefault(first_letter(definition.title), []).append(definition)
        return tuple(Letter(letter, tuple(rows)) for letter, rows in groups.items())


def current(slug: str) -> ServiceVersion:
    """The version in force. Raises `ServiceVersion.DoesNotExist`. Read-only, shared."""
    try:
        return snapshot().versions[slug]
    except KeyError:
        raise ServiceVersion.DoesNotExist(f"no service {slug!r}") from None


def definitions() -> list[ServiceDefinition]:
    """All current definitions in alphabetical order."""
    return list(snapshot().definitions.values())


def topics() -> list[TopicEntry]:
    """Topics in their order, with the number of services; empty topics too."""
    picture = snapshot()
    return [TopicEntry(row, len(picture.by_topic.get(row.slug, ()))) for row in picture.topics]


def topic(slug: str) -> tuple[Topic, tuple[ServiceDefinition, ...]]:
    """A topic and its services, the popular ones first. Raises `Topic.DoesNotExist`."""
    picture = snapshot()
    for row in picture.topics:
        if row.slug == slug:
            return row, picture.by_topic.get(slug, ())
    raise Topic.DoesNotExist(f"no topic {slug!r}")


def topics_of(definition: ServiceDefinition) -> list[Topic]:
    """The topics of a service, in the order the service names them."""
    known = {row.slug: row for row in snapshot().topics}
    return [known[slug] for slug in definition.topics if slug in known]


def a_to_z() -> tuple[Letter, ...]:
    """All services by first letter; Ä counts as A, ß as ss (DIN 5007-1)."""
    return snapshot().letters


def popular(limit: int = 6) -> list[ServiceDefinition]:
    """Services for the start page, in the order the definitions give."""
    rows = [row for row in snapshot().definitions.values() if row.popular]
    return sorted(rows, key=lambda row: row.popular)[:limit]


def related(definition: ServiceDefinition, limit: int = 4) -> list[ServiceDefinition]:
    """Services that `definition` names as related, then others of its first topics."""
    picture = snapshot()
    found: dict[str, ServiceDefinition] = {}
    for slug in definition.related:
        if slug in picture.definitions:
            found[slug] = picture.definitions[slug]
    for topic_slug in definition.topics:
        for row in picture.by_topic.get(topic_slug, ()):
            found.setdefault(row.slug, row)
    found.pop(definition.slug, None)
    return list(found.values())[:limit]


def services_of(office: Office) -> list[ServiceDefinition]:
    """Services an office is responsible for."""
    return [row for row in snapshot().definitions.values() if row.office == office.key]


def office_of(definition: ServiceDefinition) -> Office | None:
    """The responsible office with its hours, or None if it is not loaded."""
    try:
        return organisation.office(definition.office)
    except Office.DoesNotExist:
        return None


def versions_of(service: Service) -> list[ServiceVersion]:
    """Published versions, the newest first, without definitions (one query)."""
    return list(ServiceVersion.objects.light().filter(service=service).order_by("-number"))


def tampered() -> list[ServiceVersion]:
    """Published versions whose definition does not match its hash."""
    rows = ServiceVersion.objects.select_related("service").iterator(chunk_size=50)
    return [row for row in rows if not row.is_intact()]


def sort_key(title: str) -> tuple[str, str]:
    """Order of German titles after DIN 5007-1: umlauts like their base letters."""
    folded = title.casefold()
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char)
    )
    return plain, folded


def first_letter(title: str) -> str:
    """The letter under which a title stands; everything else under "0–9"."""
    plain = sort_key(title)[0][:1].upper()
    return plain if "A" <= plain <= "Z" else "0–9"


def snapshot() -> Snapshot:
    """The catalogue of the present revision."""
    return _cache.get()


def forget() -> None:
    """Read the revision again at the next use (after a write in this thread)."""
    _cache.forget()


def _popular_first(rows: Iterable[ServiceDefinition]) -> list[ServiceDefinition]:
    return sorted(rows, key=lambda row: (not row.popular, row.popular, sort_key(row.title)))


def _revision() -> str | None:
    return revision.read(CatalogueRevision._meta.db_table)


def _build() -> Snapshot:
    rows = ServiceVersion.objects.select_related("service").filter(
        pk=F("service__current_id"), service__retired_at=None
    )
    versions = {row.service.slug: row for row in rows.order_by("service__slug")}
    return Snapshot(versions, list(Topic.objects.all()))


_cache: RevisionCache[Snapshot] = RevisionCache(_revision, _build)


@lru_cache(maxsize=512)
def version(pk: uuid.UUID) -> ServiceVersion:
    """A published version with its service: it never changes, so it is read once per process.

    Raises: ServiceVersion.DoesNotExist.
    """
    return ServiceVersion.objects.select_related("service").get(pk=pk)
