"""A person's account, the log-ins linked with it, and what the person agreed to."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from rathaus.core.actors import Actor


class Account(models.Model):
    """The Servicekonto of one person; logs in as `user`.

    What stands here is what the person told us. What a source has verified belongs to the
    session (`Authentication`) and to the applications it was used for.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="account"
    )
    chain = models.OneToOneField("core.Chain", on_delete=models.PROTECT, related_name="+")
    first_names = models.CharField(max_length=120, blank=True, default="")
    last_name = models.CharField(max_length=120, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    address = models.JSONField(default=dict, blank=True)
    """{street, house_number, postal_code, city, country}, as the form field ``address``."""
    language = models.CharField(max_length=5, default="de")
    contact_email = models.CharField(max_length=254, blank=True, default="")
    """Where notices go; confirmed by a link. Never used to find or link an account."""
    notify_status = models.BooleanField(default=True)
    """E-mail when something happened in a case."""
    notify_reminders = models.BooleanField(default=True)
    """E-mail when a date comes near or a draft is about to be deleted."""
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(db_index=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    """When the warning before the removal for inactivity went out."""
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def name(self) -> str:
        """First names and last name; may be empty."""
        return f"{self.first_names} {self.last_name}".strip()

    @property
    def actor(self) -> Actor:
        """The owner, as named in events; without a name."""
        return Actor.resident(str(self.public_id), "Inhaberin oder Inhaber")


class Identity(models.Model):
    """A log-in of another account system that opens this account.

    `subject_digest` is a keyed hash of the identifier (bPK2, ``ek-…``, ``iss`` + ``sub``), so
    that the table does not hold it readably; one identity hangs on one account.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="identities")
    source = models.CharField(max_length=40)
    """Key of the source, e.g. ``bundid``."""
    subject_digest = models.CharField(max_length=64)
    linked_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    last_level = models.PositiveSmallIntegerField(default=0)
    """What the last log-in reached: shown to the owner, never used as the present level."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source", "subject_digest"], name="accounts_identity_once"
            ),
        ]


class Consent(models.Model):
    """What the person agreed to, and when it was taken back."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=40)
    text_version = models.CharField(max_length=40)
    text = models.TextField()
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-given_at", "-id"]
