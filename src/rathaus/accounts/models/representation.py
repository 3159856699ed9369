"""Acting for somebody else: companies, associations, children."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.accounts.models.account import Account
from rathaus.core import secrets


class Organisation(models.Model):
    """A company, association or authority on whose behalf people act."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    chain = models.OneToOneField("core.Chain", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    legal_form = models.CharField(max_length=80, blank=True, default="")
    register = models.JSONField(default=dict, blank=True)
    """{kind, number, court}"""
    address = models.JSONField(default=dict, blank=True)
    verified_source = models.CharField(max_length=40, blank=True, default="")
    """Source that vouched for it (``unternehmenskonto``); empty: told by its people."""
    subject_digest = models.CharField(max_length=64, blank=True, default="")
    """Keyed hash of the organisation's identifier at that source (``du-…``)."""
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["verified_source", "subject_digest"],
                condition=~Q(subject_digest=""),
                name="accounts_organisation_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RepresentationRole(models.TextChoices):
    """What somebody may do for an organisation."""

    ADMIN = "admin", _("Verwaltung: handelt für die Organisation und lässt andere zu")
    MEMBER = "member", _("handelt für die Organisation")


class RepresentationState(models.TextChoices):
    REQUESTED = "requested", _("angefragt")
    ACTIVE = "active", _("gilt")
    REFUSED = "refused", _("abgelehnt")
    ENDED = "ended", _("beendet")


class Representation(models.Model):
    """A person may act for an organisation, once the organisation approved."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="representations")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="representations"
    )
    role = models.CharField(max_length=10, choices=RepresentationRole.choices)
    state = models.CharField(max_length=10, choices=RepresentationState.choices)
    requested_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "organisation"],
                condition=Q(state__in=["requested", "active"]),
                name="accounts_representation_once",
            ),
        ]


class Invitation(models.Model):
    """A code that an admin of an organisation hands out; whoever has it may ask to act for it.

    Good once. Asking is not being let in: an admin still has to approve.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invitations"
    )
    created_by = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    code_sealed = models.CharField(max_length=120)
    code_digest = models.CharField(max_length=64, unique=True)
    """Keyed hash of the code, to look it up."""
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    @property
    def code(self) -> str:
        """The code, for the admin who hands it out."""
        return secrets.unseal(self.code_sealed)


class Child(models.Model):
    """A child a parent acts for; declared by the parent, not proved. Deleted when it is over."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="children")
    first_names = models.CharField(max_length=120)
    last_name = models.CharField(max_length=120)
    birth_date = models.DateField()
    declared_at = models.DateTimeField()

    @property
    def name(self) -> str:
        """First names and last name."""
        return f"{self.first_names} {self.last_name}"
