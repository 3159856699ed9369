"""Dossiers and cases that came from paper or folders ("Altbestand")."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rathaus.organisation.models import Office
from rathaus.records.legacy.models.runs import ImportRun
from rathaus.records.models import Case, Dossier


class LegacyDossier(models.Model):
    """A dossier with the key by which files find it again, also from a later run."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    plan_code = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    """sha256 of title and old reference."""
    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="legacy_origin")
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="dossiers")
    old_reference = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["office", "plan_code", "key"], name="legacy_dossier_once"
            )
        ]


class LegacyCase(models.Model):
    """A case with its dates of old: retention runs from `closed_on`, not from the import."""

    dossier = models.ForeignKey(LegacyDossier, on_delete=models.PROTECT, related_name="cases")
    key = models.CharField(max_length=64)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="legacy_origin")
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="cases")
    old_reference = models.CharField(max_length=100, blank=True)
    first_date = models.DateField(null=True, blank=True)
    last_date = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dossier", "key"], name="legacy_case_once"),
            models.CheckConstraint(
                condition=Q(first_date__isnull=True)
                | Q(last_date__isnull=True)
                | Q(first_date__lte=models.F("last_date")),
                name="legacy_case_dates",
            ),
        ]
