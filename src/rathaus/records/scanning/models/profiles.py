"""Scan profiles and their frozen versions."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import ClassVar

from django.db import models

from rathaus.core.models import Chain
from rathaus.organisation.models import Office
from rathaus.records.scanning.profile import ProfileData


class ScanProfile(models.Model):
    """How one office scans one kind of paper."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="scan_profiles")
    chain = models.OneToOneField(Chain, on_delete=models.PROTECT, related_name="scan_profile")
    latest = models.PositiveIntegerField(default=1)
    """Number of the version that new batches get."""
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["office__position", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["office", "name"], name="scanning_profile_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class ProfileVersion(models.Model):
    """The settings at one time; the database refuses changes."""

    profile = models.ForeignKey(ScanProfile, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    data = models.JSONField()
    made_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["profile", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["profile", "number"], name="scanning_version_once")
        ]

    @cached_property
    def parsed(self) -> ProfileData:
        """The settings, typed."""
        return ProfileData.model_validate(self.data)
