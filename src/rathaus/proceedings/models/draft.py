"""Answers that were not sent yet."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

from rathaus.accounts.queries import represented_by
from rathaus.core import secrets
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.quick import QuickInsert

if TYPE_CHECKING:
    from rathaus.accounts.models import Account

LIFETIME = timedelta(days=30)
"""Deletion rule: a draft nobody touched for this long is deleted with its uploads."""


@dataclass(frozen=True)
class Typed:
    """A step as it was sent, with the trust level that it demanded."""

    level: int
    data: dict[str, list[str]]

    def sealed(self, step_key: str) -> str:
        """For the column of the draft."""
        return secrets.seal(json.dumps([step_key, self.level, self.data], ensure_ascii=False))


class DraftState(models.TextChoices):
    OPEN = "open"
    SUBMITTED = "submitted"


class DraftQuerySet(models.QuerySet["Draft"]):
    """Whose drafts."""

    def belonging_to(self, account: Account) -> DraftQuerySet:
        """Drafts of an account; those for an organisation only while it acts for it."""
        own = models.Q(represented=None) | models.Q(represented_id__in=represented_by(account))
        return self.filter(own, account=account)

    def going_on(self) -> DraftQuerySet:
        """Not sent, not over."""
        return self.filter(state=DraftState.OPEN, expires_at__gt=now())


class Draft(QuickInsert):
    """Answers so far, frozen to the service version it began on.

    `revision` counts the saves: a save that names an older revision is a conflict
    (two tabs) and overwrites nothing.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey("catalogue.ServiceVersion", on_delete=models.PROTECT)
    answers = models.JSONField(default=dict)
    typed = models.TextField(blank=True, default="")
    """What was typed on a step but is no answer yet, sealed; see `typed_on`."""
    current_step = models.CharField(max_length=60, blank=True, default="")
    state = models.CharField(
        max_length=10, choices=DraftState.choices, default=DraftState.OPEN, db_index=True
    )
    revision = models.PositiveIntegerField(default=0)
    code_sealed = models.CharField(max_length=120, blank=True, default="")
    channel = models.CharField(max_length=10, default="online")
    entered_by = models.ForeignKey(
        "organisation.StaffMember", null=True, blank=True, on_delete=models.SET_NULL
    )
    account = models.ForeignKey(
        "accounts.Account",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="drafts",
    )
    """Whose draft it is; without account the browser's grant or the code opens it."""
    represented = models.ForeignKey(
        "accounts.Organisation",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    """The organisation of `on_behalf`."""
    on_behalf = models.JSONField(default=dict, blank=True)
    """For whom the person acts; see `Application.on_behalf`."""
    language = models.CharField(max_length=5, default="de")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    """When its owner was told that it is about to be deleted; saving begins anew."""

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(state__in=DraftState.values), name="draft_state_known"
            )
        ]

    @property
    def code(self) -> str:
        """The code that opens the draft on another device; empty until one was issued."""
        return secrets.unseal(self.code_sealed) if self.code_sealed else ""

    def typed_on(self, step_key: str) -> Typed | None:
        """What was sent from this step and could not be saved; None where nothing was."""
        step, typed = self._opened()
        return typed if step == step_key else None

    @property
    def not_saved(self) -> dict[str, Any]:
        """The same for the owner's export."""
        step, typed = self._opened()
        return {"step": step, "typed": typed.data} if typed else {}

    def _opened(self) -> tuple[str, Typed | None]:
        if not self.typed:
            return "", None
        try:
            step, level, data = json.loads(secrets.unseal(self.typed))
        except secrets.SealBroken:
            return "", None  # sealed with another key: as if it had not been typed
        return step, Typed(level, data)

    @property
    def actor(self) -> Actor:
        """The person who fills in this draft."""
        return Actor.resident(str(self.public_id))
