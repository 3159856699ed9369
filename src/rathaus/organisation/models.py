"""The town: its offices, opening hours and staff."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from stdnum import iban as iban_numbers

from rathaus.organisation import calendar


def check_iban(value: str) -> None:
    """Refuse an IBAN whose check digits are wrong (ISO 13616)."""
    if not iban_numbers.is_valid(value):
        raise ValidationError(_("Diese IBAN ist nicht gültig."))


class Town(models.Model):
    """The municipality of this installation: exactly one row.

    `revision` changes with everything in this room; caches hang on it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    revision = models.UUIDField(default=uuid.uuid4, editable=False)
    chain = models.OneToOneField(
        "core.Chain", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=60, default="Stadt")
    municipality_key = models.CharField(max_length=8, blank=True)
    """Amtlicher Gemeindeschlüssel."""
    bundesland = models.CharField(max_length=2, default=calendar.DEFAULT_STATE)
    district = models.CharField(max_length=120, blank=True)
    brand_hue = models.PositiveSmallIntegerField(default=162)
    """Hue of the brand colour in OKLCH, 0 to 359."""
    street = models.CharField(max_length=120)
    postal_code = models.CharField(max_length=5)
    city = models.CharField(max_length=120)
    phone = models.CharField(max_length=40)
    email = models.EmailField()
    web = models.URLField(blank=True)
    representative = models.CharField(max_length=160, blank=True)
    """Who represents the town, with office: for the imprint."""
    data_protection_email = models.EmailField(blank=True)
    imprint = models.JSONField(default=dict, blank=True)
    """Further entries of the imprint: label to text."""
    creditor_name = models.CharField(max_length=70, blank=True)
    creditor_iban = models.CharField(max_length=34, blank=True, validators=[check_iban])
    creditor_bic = models.CharField(max_length=11, blank=True)
    is_demo = models.BooleanField(default=False)
    """True: invented data; the account must never receive real money."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="organisation_one_town"),
            models.CheckConstraint(condition=Q(brand_hue__lt=360), name="organisation_hue"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Kind and name: "Stadt Wiesmoor"."""
        return f"{self.kind} {self.name}".strip()

    @property
    def address_lines(self) -> list[str]:
        """Street, and postal code with city."""
        return [line for line in (self.street, f"{self.postal_code} {self.city}".strip()) if line]


class Office(models.Model):
    """An organisational unit that is responsible for services (Amt, Sachgebiet)."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=60, blank=True)
    description = models.CharField(max_length=300, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    position = models.PositiveSmallIntegerField(default=0)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    room = models.CharField(max_length=60, blank=True)
    street = models.CharField(max_length=120, blank=True)
    """Only where it differs from the town hall."""
    postal_code = models.CharField(max_length=5, blank=True)
    city = models.CharField(max_length=120, blank=True)
    appointment_note = models.CharField(max_length=200, blank=True)
    head = models.ForeignKey(
        "StaffMember", null=True, blank=True, on_delete=models.SET_NULL, related_name="heads"
    )

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="organisation_office_not_its_own_parent",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The short name, else the name."""
        return self.short_name or self.name


class OpeningHours(models.Model):
    """One span of a weekday; several per day are allowed."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField()
    """0 is Monday."""
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens"]
        verbose_name_plural = "opening hours"
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lt=7), name="organisation_weekday"),
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="organisation_span"),
            models.UniqueConstraint(
                fields=["office", "weekday", "opens"], name="organisation_one_opening"
            ),
        ]


class Closure(models.Model):
    """A day on which one office, or without office the whole town hall, is closed."""

    office = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.CASCADE, related_name="closures"
    )
    date = models.DateField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["office", "date"], name="organisation_one_closure"),
            models.UniqueConstraint(
                fields=["date"],
                condition=Q(office__isnull=True),
                name="organisation_one_town_closure",
            ),
        ]


class Role(models.TextChoices):
    """What somebody does in an office; `permissions` says what that allows."""

    CLERK = "clerk", _("Sachbearbeitung")
    HEAD = "head", _("Leitung")
    CASHIER = "cashier", _("Kasse")
    DESIGNER = "designer", _("Digitalisierung")
    RECORDS_MANAGER = "records_manager", _("Schriftgutverwaltung")
    OPERATOR = "operator", _("Betrieb")


class StaffMember(models.Model):
    """Somebody who works for the town; logs in as `user`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff"
    )
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    title = models.CharField(max_length=120, blank=True)
    """What stands under the name in letters, e.g. "Standesbeamtin"."""
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    room = models.CharField(max_length=60, blank=True)
    offices: Any = models.ManyToManyField(Office, through="Membership", related_name="staff")
    substitute = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="substitutes_for"
    )
    """Who acts for this person; not passed on further."""
    substitute_from = models.DateField(null=True, blank=True)
    """First day of the substitution; empty: at once."""
    substitute_until = models.DateField(null=True, blank=True)
    """Last day of the substitution; empty: until it is changed."""
    directory = models.CharField(max_length=40, blank=True, default="")
    """Key of the town's directory this person logs in with; empty: only with password."""
    directory_digest = models.CharField(max_length=64, blank=True, default="")
    """Keyed hash of the person's identifier in that directory."""

    class Meta:
        ordering = ["last_name", "first_name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(substitute__isnull=True) | ~Q(substitute=F("id")),
                name="organisation_not_own_substitute",
            ),
            models.UniqueConstraint(
                fields=["directory", "directory_digest"],
                condition=~Q(directory=""),
                name="organisation_one_person_per_entry",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def initials(self) -> str:
        """Two letters for the picture-less badge."""
        return (self.first_name[:1] + self.last_name[:1]).upper()


class Membership(models.Model):
    """Somebody's role in an office."""

    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="memberships")
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    source = models.CharField(max_length=40, blank=True, default="")
    """Key of the directory that keeps this role; empty: given here."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "office", "role"], name="organisation_one_membership"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="organisation_role"),
        ]
