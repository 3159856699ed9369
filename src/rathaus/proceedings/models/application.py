"""What was applied for, frozen at the moment of submitting."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rathaus.accounts.queries import represented_by
from rathaus.core import secrets
from rathaus.core.clock import today
from rathaus.core.quick import QuickInsert
from rathaus.proceedings.states import DESK_STATES, OPEN_STATES, State

if TYPE_CHECKING:
    from rathaus.accounts.models import Account
    from rathaus.catalogue.definition import ServiceDefinition


class Channel(models.TextChoices):
    """How an application reached the town hall."""

    ONLINE = "online", _("Online")
    COUNTER = "counter", _("Am Schalter")
    PHONE = "phone", _("Telefon")
    PAPER = "paper", _("Papier")
    EMAIL = "email", _("E-Mail")


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Many-row logic: who may see what, and in which order work is done."""

    def visible_to(self, offices: Collection[int], scopes: Collection[str]) -> ApplicationQuerySet:
        """Only applications of these offices whose dossier is in one of these scopes.

        `scopes` are those of the person (`rathaus.records.queries.scopes_for`): a restricted
        dossier is closed to the office, too. None for an empty list of either.
        """
        return self.filter(office_id__in=list(offices), case__dossier__scope__in=list(scopes))

    def belonging_to(self, account: Account) -> ApplicationQuerySet:
        """What an account may open now: its own, and those of organisations it acts for.

        What it sent for an organisation is the organisation's: gone with the representation.
        """
        acts_for = represented_by(account)
        own = models.Q(account=account, represented=None)
        return self.filter(own | models.Q(represented_id__in=acts_for) if acts_for else own)

    def on_the_desk(self) -> ApplicationQuerySet:
        """Not decided, or decided with a message that nobody has read."""
        return self.filter(models.Q(state__in=DESK_STATES) | models.Q(has_unread=True))

    def for_lists(self) -> ApplicationQuerySet:
        """With everything that a row of a list shows; without the answers."""
        return self.select_related(
            "case__dossier", "office", "case__office", "claim", "assigned_to", "version__service"
        ).defer("answers", "version__definition")


class Application(QuickInsert):
    """A submitted application with its case. `answers` never changes."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    draft = models.OneToOneField(
        "proceedings.Draft", null=True, on_delete=models.SET_NULL, related_name="application"
    )
    version = models.ForeignKey("catalogue.ServiceVersion", on_delete=models.PROTECT)
    case = models.OneToOneField(
        "records.Case", on_delete=models.PROTECT, related_name="application"
    )
    office = models.ForeignKey("organisation.Office", on_delete=models.PROTECT, related_name="+")
    """The office of the case, kept here too so that an index can serve the basket."""
    claim = models.OneToOneField(
        "payments.Claim", null=True, on_delete=models.PROTECT, related_name="application"
    )
    answers = models.JSONField()
    answers_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=State.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.ONLINE)
    applicant_name = models.CharField(max_length=200, blank=True, default="")
    applicant_folded = models.CharField(max_length=200, blank=True, default="")
    """Case-folded name: SQLite compares only ASCII without regard to case."""
    contact_email = models.CharField(max_length=254, blank=True, default="")
    code_sealed = models.CharField(max_length=120)
    language = models.CharField(max_length=5, default="de")
    submitted_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        "organisation.StaffMember",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="applications",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    account = models.ForeignKey(
        "accounts.Account",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="applications",
    )
    represented = models.ForeignKey(
        "accounts.Organisation",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="applications",
    )
    """The organisation of `on_behalf`: whoever may act for it now sees the case."""
    on_behalf = models.JSONField(default=dict, blank=True)
    """Frozen: ``{"kind": "organisation" | "child", "id", "name", "role", "proof"}``, or empty."""
    verified = models.JSONField(default=dict, blank=True)
    """Frozen: which answers a source vouched for, how and when.

    ``{"fields": {path: {"source", "method", "level", "at"}}, "login": {the same, or empty}}``;
    `at` is UTC in ISO 8601, `level` the key of a TrustLevel.
    """
    has_unread = models.BooleanField(default=False)
    """A message of the resident nobody has read; brings a closed case back to the desk."""

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["office", "state", "due_on", "id"]),
            models.Index(fields=["office", "submitted_at", "id"]),
            models.Index(fields=["office"], condition=models.Q(has_unread=True), name="unread"),
            models.Index(fields=["assigned_to", "state"]),
            models.Index(
                fields=["account", "submitted_at", "id"],
                condition=models.Q(account__isnull=False),
                name="application_of_account",
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="application_state_known"
            )
        ]

    @property
    def reference(self) -> str:
        """The Aktenzeichen people quote."""
        return self.case.reference

    @property
    def service(self) -> ServiceDefinition:
        """The definition the application was made with."""
        return self.version.parsed

    @property
    def code(self) -> str:
        """The secret that opens the status page without an account."""
        return secrets.unseal(self.code_sealed)

    @property
    def is_open(self) -> bool:
        """Not decided and not withdrawn."""
        return self.state in OPEN_STATES

    @property
    def days_left(self) -> int | None:
        """Calendar days until the deadline; negative once it has passed."""
        return (self.due_on - today()).days if self.due_on else None

    @property
    def waiting_since(self) -> date:
        """The day the town hall got it."""
        from rathaus.core.clock import local

        return local(self.released_at or self.submitted_at).date()
