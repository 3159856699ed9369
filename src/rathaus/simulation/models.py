"""Memory of the outside world. Nothing in here is the town's own data."""

from __future__ import annotations

import secrets

from django.db import models

from rathaus.core.quick import QuickInsert

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def paypal_id() -> str:
    """17 characters, as PayPal's ids look."""
    return "".join(secrets.choice(ALPHABET) for _ in range(17))


def random_token() -> str:
    return secrets.token_hex(16)


class SimulatedOrder(models.Model):
    """An order at the simulated PayPal, with its one capture."""

    order_id = models.CharField(max_length=40, unique=True, default=paypal_id)
    request = models.JSONField()
    status = models.CharField(max_length=30)
    outcome = models.CharField(max_length=20, default="normal")
    """What the payer chose to happen: normal, echeck, review, declined, refused."""
    capture_id = models.CharField(max_length=40, blank=True, default="")
    capture_status = models.CharField(max_length=30, blank=True, default="")
    capture_reason = models.CharField(max_length=40, blank=True, default="")
    captured_cents = models.PositiveIntegerField(default=0)
    voided = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_index=True)
    approved_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.order_id


class SimulatedRefund(models.Model):
    """A refund at the simulated PayPal."""

    refund_id = models.CharField(max_length=40, unique=True, default=paypal_id)
    order = models.ForeignKey(SimulatedOrder, on_delete=models.CASCADE, related_name="refunds")
    cents = models.PositiveIntegerField()
    status = models.CharField(max_length=20)
    invoice_id = models.CharField(max_length=127, blank=True)
    note = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.refund_id


class SimulatedReplay(models.Model):
    """What a request id was answered: the same id gets the same answer for six hours."""

    key = models.CharField(max_length=250, unique=True)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField()


class SimulatedFault(models.Model):
    """A switched-on fault; goes off after `remaining` uses."""

    name = models.CharField(max_length=80, unique=True)
    remaining = models.PositiveIntegerField()


class SimulatedWebhook(models.Model):
    """A webhook that was sent, or is going to be."""

    transmission_id = models.CharField(max_length=100, default=random_token)
    event_type = models.CharField(max_length=80)
    body = models.TextField()
    forgery = models.CharField(max_length=20, blank=True, default="")
    answer = models.PositiveSmallIntegerField(null=True, blank=True)
    deliveries = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.event_type


class SimulatedKey(models.Model):
    """Key and certificates with which webhooks are signed."""

    name = models.CharField(max_length=40, unique=True)
    private_pem = models.TextField()
    chain_pem = models.TextField()
    root_pem = models.TextField()


class SimulatedMail(QuickInsert):
    """An e-mail that would have been sent."""

    token = models.CharField(max_length=40, unique=True, default=random_token)
    sender = models.CharField(max_length=320)
    recipients = models.JSONField(default=list)
    subject = models.CharField(max_length=998)
    text = models.TextField()
    html = models.TextField(blank=True)
    sent_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.subject


class SimulatedAttachment(models.Model):
    """A file that hung on a simulated e-mail."""

    token = models.CharField(max_length=40, unique=True, default=random_token)
    mail = models.ForeignKey(SimulatedMail, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class SimulatedLogin(models.Model):
    """Somebody who stands at the log-in page of a simulated account system."""

    token = models.CharField(max_length=40, unique=True, default=random_token)
    house = models.CharField(max_length=20)
    request = models.JSONField()
    relay_state = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.token


class SimulatedMessage(models.Model):
    """A request that came to a simulated account system, or an answer that left it."""

    token = models.CharField(max_length=40, unique=True, default=random_token)
    house = models.CharField(max_length=20)
    incoming = models.BooleanField()
    title = models.CharField(max_length=200)
    remarks = models.JSONField(default=list)
    """What was wrong with a request, or made wrong in an answer."""
    xml = models.TextField()
    """As it went over the wire, decoded."""
    inside = models.TextField(blank=True)
    """Of an encrypted answer: what was in it."""
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["house", "-id"], name="simulation_message_house")]

    def __str__(self) -> str:
        return self.title


from rathaus.simulation.archive.models import (  # noqa: E402, F401 - tables of this app, too
    ArchivedObject,
    ArchivedProcess,
    ArchiveMessage,
)
