"""Log-ins: the one that is under way, the one that holds, the ones that are spent."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class Purpose(models.TextChoices):
    """Why somebody is sent to a source."""

    LOGIN = "login"
    """Log in; a new person is asked whether to open an account."""
    STEP_UP = "step_up"
    """A form or a page demands a level; works without account too."""
    LINK = "link"
    """Add the log-in to the account of the session."""
    CONFIRM = "confirm"
    """Fresh proof before something that matters."""


class PendingLogin(models.Model):
    """A log-in under way at a source. Single use; bound to the browser and to the session.

    `view` and `view_args` name where the person goes on: a name from our own table
    (`accounts.targets`), never an address from outside.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(max_length=40)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    level = models.PositiveSmallIntegerField()
    request_id = models.CharField(max_length=120, unique=True)
    """SAML: ID of the AuthnRequest. OIDC: state."""
    browser_digest = models.CharField(max_length=64)
    """Keyed hash of the token in the cookie of this browser."""
    session_digest = models.CharField(max_length=64)
    """Keyed hash of the key of the session that began the log-in."""
    account = models.ForeignKey(
        "accounts.Account", null=True, on_delete=models.CASCADE, related_name="+"
    )
    sealed = models.TextField(blank=True, default="")
    """Sealed JSON of the source: nonce, code verifier; later the verified result."""
    view = models.CharField(max_length=60)
    view_args = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="sent")
    """sent → verified → done, or refused."""
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)


class Authentication(models.Model):
    """A log-in that holds: the trust level of one session, and what the source verified.

    Deleted at sign-out, and by a job when its time is over: nothing of a federated log-in is
    kept longer than the session needs it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session_digest = models.CharField(max_length=64, db_index=True)
    account = models.ForeignKey(
        "accounts.Account", null=True, on_delete=models.CASCADE, related_name="authentications"
    )
    source = models.CharField(max_length=40)
    """Key of the source; ``local`` for password and passkey."""
    method = models.CharField(max_length=40, blank=True, default="")
    """How, as the source says: ``eID``, ``Elster``, ``password``, ``passkey``, ``totp``."""
    level = models.PositiveSmallIntegerField()
    sealed = models.TextField(blank=True, default="")
    """Sealed JSON: the verified attributes, each with its own level."""
    authenticated_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)


class SpentAssertion(models.Model):
    """An assertion or code that was used: a second use is a replay."""

    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = []
