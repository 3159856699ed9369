"""Internal comments, and colleagues who are asked to look."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from rathaus.organisation.models import StaffMember
from rathaus.records.models import Case, Document, new_salt


class Comment(models.Model):
    """A remark among staff about a case or one of its documents; never for outside."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="work_comments")
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.CASCADE, related_name="work_comments"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )
    author = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "pk"]


class Mention(models.Model):
    """A colleague asked to look at a comment: a task until it is ticked off."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["comment", "staff"], name="work_mention_once")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["staff", "done_at"])]
