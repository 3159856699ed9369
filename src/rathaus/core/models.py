"""Ground floor tables: users, events, jobs, stored bytes, counters."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from rathaus.core.quick import QuickInsert


class UserManager(BaseUserManager["User"]):
    """Makes users; profiles of staff and residents hang below `User`."""

    def create_user(self, login: str, password: str | None = None) -> User:
        """A user who can log in with `login`; without password only by other means."""
        user = self.model(login=login.strip().lower())
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(login=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who can log in. Knows nothing about roles."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    login = models.CharField(max_length=254, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.login


class Chain(QuickInsert):
    """One chain of events; `length` and `head` name its last link."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=30)
    length = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, default="")
    created_at = models.DateTimeField(auto_now_add=True)


class Event(QuickInsert):
    """What happened. Append-only: triggers in both databases refuse UPDATE and DELETE."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=64)
    actor_label = models.CharField(max_length=120)
    actor_office = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    personal_digest = models.CharField(max_length=64, blank=True, default="")
    previous = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["chain", "seq"], name="event_once_per_place")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["type", "at"])]

    @property
    def personal(self) -> dict[str, Any] | None:
        """The erasable part, or None where there is none or it was erased."""
        if not self.personal_digest:
            return None
        row = EventPersonalData.objects.filter(event=self).first()
        return row.data if row else None


class EventPersonalData(QuickInsert):
    """Personal data of an event. The chain holds only its salted digest, so it can be erased."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="personal_row")
    salt = models.CharField(max_length=32)
    data = models.JSONField()


class JobState(models.TextChoices):
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(QuickInsert):
    """Work to be done once its transaction is committed; at least once, with a lease.

    `prompt`: somebody sits and waits for it, so it goes before all other work.
    """

    name = models.CharField(max_length=100)
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.READY)
    run_at = models.DateTimeField()
    prompt = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=12)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True, default="")
    lease_owner = models.CharField(max_length=120, blank=True, default="")
    dedupe_key = models.CharField(max_length=120, blank=True, default="")
    last_error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "prompt", "run_at"], name="job_next"),
            models.Index(fields=["state", "finished_at"]),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=Q(state="ready") & ~Q(dedupe_key=""),
                name="job_once_per_key",
            )
        ]


class CronEntry(models.Model):
    """When a regular job runs next; claimed by compare-and-swap."""

    name = models.CharField(max_length=100, primary_key=True)
    next_run = models.DateTimeField()


class Blob(QuickInsert):
    """Bytes stored once, encrypted, found by their content.

    Small contents live in `inline`, larger ones in the file `name`. `wrapped_key` is the
    key of this content, encrypted with the town's key; emptying it destroys the content.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    name = models.CharField(max_length=120, blank=True, default="")
    inline = models.BinaryField(null=True, blank=True)
    wrapped_key = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def read(self) -> bytes:
        """The whole content, checked against its authentication tags.

        Raises: rathaus.core.storage.StorageDamaged, StorageShredded.
        """
        from rathaus.core import storage

        return storage.read(self)


class KeyMark(models.Model):
    """One row: what the town's key looks like from outside (`rathaus.core.keymark`)."""

    place = models.PositiveSmallIntegerField(primary_key=True, default=1)
    mark = models.CharField(max_length=16)
    created_at = models.DateTimeField()


class Counter(models.Model):
    """Last number given out in a series."""

    series = models.CharField(max_length=80, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)


class FreeNumber(models.Model):
    """A number that its counter has passed and that nobody has used yet."""

    series = models.CharField(max_length=80)
    number = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="free_number_once")
        ]


class RateWindow(models.Model):
    """How often a key was used in a window of time."""

    bucket = models.CharField(max_length=60)
    key = models.CharField(max_length=64)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["bucket", "key", "window"], name="rate_window_once")
        ]
