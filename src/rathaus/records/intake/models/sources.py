"""Where items come from: watched folders, mail boxes, devices, uploads under way."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.core.models import Blob
from rathaus.organisation.models import Office, StaffMember


class FolderKind(models.TextChoices):
    """What a watched folder is for."""

    SCAN = "scan", _("Scan-Ordner")
    PRINT = "print", _("Druck-Ordner")
    MAIL = "mail", _("Ordner für E-Mail-Dateien")


class Watched(models.Model):
    """What a folder and a mail box have in common."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    last_run_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    taken = models.PositiveIntegerField(default=0)
    """Items that came from here."""

    class Meta:
        abstract = True


class Folder(Watched):
    """A folder on the server that a scanner or a printer writes into."""

    kind = models.CharField(max_length=10, choices=FolderKind.choices)
    path = models.CharField(max_length=300, unique=True)

    class Meta:
        ordering = ["office", "path"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=FolderKind.values), name="intake_folder_kind"
            )
        ]


class FolderFile(models.Model):
    """A file seen in a folder: taken once size and time stayed the same between two looks."""

    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=64)
    """Digest of the path inside the folder: names may be of any length and bytes."""
    size = models.BigIntegerField()
    modified = models.BigIntegerField()
    """Nanoseconds."""
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["folder", "path"], name="intake_folder_file_once")
        ]


class MailTls(models.TextChoices):
    """How the connection is protected."""

    TLS = "tls", _("TLS von Anfang an (Port 993)")
    STARTTLS = "starttls", _("STARTTLS (Port 143)")


class MailBox(Watched):
    """An IMAP mail box of an office."""

    host = models.CharField(max_length=200)
    port = models.PositiveIntegerField(default=993)
    tls = models.CharField(max_length=10, choices=MailTls.choices, default=MailTls.TLS.value)
    user = models.CharField(max_length=200)
    password = models.CharField(max_length=600)
    """Sealed (`rathaus.core.secrets`)."""
    folder = models.CharField(max_length=100, default="INBOX")
    done = models.CharField(max_length=100, default="Eingang-erledigt")
    """Mail is moved there once it is safely stored."""

    class Meta:
        ordering = ["office", "user"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["host", "user", "folder"], name="intake_mailbox_once")
        ]


class Token(models.Model):
    """Access of one device or program to the programming interface, for one office."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    used = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["revoked_at", "name", "pk"]


class Upload(models.Model):
    """A file on its way in, in parts; it may be continued after an interruption."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    """Digest of name, path, size and time: the same file goes on where it stopped."""
    name = models.CharField(max_length=300)
    size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["office", "staff", "fingerprint"], name="intake_upload_once"
            )
        ]

    @property
    def is_whole(self) -> bool:
        """Whether every part has come; it lasts until its item is made."""
        return self.offset == self.size


class UploadPart(models.Model):
    """Bytes of an upload from `start` on."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    start = models.BigIntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["upload", "start"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["upload", "start"], name="intake_upload_part_once")
        ]
