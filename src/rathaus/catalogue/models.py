"""Services, their immutable published versions, and topics."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import OrderedDict
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from rathaus.catalogue.definition import ServiceDefinition

PARSED_KEPT = 512


class DefinitionTampered(RuntimeError):
    """A published definition does not match its hash any more."""


class VersionIsImmutable(RuntimeError):
    """A published version is never changed or deleted; publish a new one."""


class CatalogueRevision(models.Model):
    """One row whose random value changes with every write of this room; caches hang on it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    revision = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="catalogue_one_revision"),
        ]


class Topic(models.Model):
    """How people browse: a situation of life or a subject."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=300, blank=True)
    icon = models.CharField(max_length=60, blank=True)
    """Name of a Material Symbol."""
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title


class Service(models.Model):
    """An entry of the catalogue. What it says stands in its current version."""

    slug = models.SlugField(max_length=80, unique=True)
    current = models.OneToOneField(
        "ServiceVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    """Retired services are not shown; open drafts and cases go on."""
    chain = models.OneToOneField(
        "core.Chain", editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class VersionQuerySet(models.QuerySet["ServiceVersion"]):
    """Versions cannot be changed in bulk either."""

    def update(self, **kwargs: Any) -> int:
        """Refused."""
        raise VersionIsImmutable

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused."""
        raise VersionIsImmutable

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        """Refused."""
        raise VersionIsImmutable

    def light(self) -> VersionQuerySet:
        """Without the definition, which `ServiceVersion.parsed` mostly has in memory."""
        return self.defer("definition")


class ServiceVersion(models.Model):
    """One published state of a service. Triggers in both databases refuse UPDATE and DELETE."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64)
    """Of the definition in canonical form (`ServiceDefinition.canonical`)."""
    note = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["service", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["service", "number"], name="catalogue_version_number")
        ]

    _parsed: ClassVar[OrderedDict[tuple[uuid.UUID, str], ServiceDefinition]] = OrderedDict()

    def __str__(self) -> str:
        return f"{self.service_id} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only. Raises: VersionIsImmutable."""
        if not self._state.adding:
            raise VersionIsImmutable(str(self.pk))
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    @property
    def parsed(self) -> ServiceDefinition:
        """The definition; parsed and checked against its hash once per process.

        Raises: DefinitionTampered.
        """
        key = (self.pk, self.sha256)
        found = self._parsed.get(key)
        if found is None:
            if not self.is_intact():
                raise DefinitionTampered(str(self.pk))
            found = ServiceDefinition.model_validate(self.definition)
            self._parsed[key] = found
            while len(self._parsed) > PARSED_KEPT:
                self._parsed.popitem(last=False)
        return found

    def is_intact(self) -> bool:
        """Whether the stored definition still has the published hash."""
        text = json.dumps(
            self.definition, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        return hashlib.sha256(text.encode()).hexdigest() == self.sha256

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused."""
        raise VersionIsImmutable(str(self.pk))
