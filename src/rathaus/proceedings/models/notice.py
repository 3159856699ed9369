"""Notices that were sent, and documents anybody can check."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rathaus.core.quick import QuickInsert
from rathaus.proceedings.models.application import Application


class Notice(QuickInsert):
    """One e-mail about a case. The row comes before the mail, so none goes out twice."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["application", "key"], name="notice_once")
        ]


class Verification(QuickInsert):
    """A code printed on a document, with what it vouches for."""

    code = models.CharField(max_length=24, unique=True)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="verifications"
    )
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    issued_at = models.DateTimeField()
    document = models.ForeignKey(
        "records.Document", null=True, on_delete=models.PROTECT, related_name="+"
    )
    sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["application", "key"], name="verification_once")
        ]
