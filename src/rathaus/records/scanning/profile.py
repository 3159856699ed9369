"""What a scan profile says, as data (BSI TR-03138, A.AM.G and A.SC: settings, sample, paper)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from rathaus.organisation import calendar

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Need(TextChoices):
    """Protection need after BSI: what harm a loss would do."""

    NORMAL = "normal", _("normal")
    HIGH = "high", _("hoch")
    VERY_HIGH = "very_high", _("sehr hoch")


class Colour(TextChoices):
    """What the device keeps of the colours."""

    COLOUR = "colour", _("Farbe")
    GREY = "grey", _("Graustufen")
    BLACK_WHITE = "bw", _("Schwarz-Weiß")


class FileFormat(TextChoices):
    """What the device delivers."""

    PDF_A = "pdfa", _("PDF/A")
    PDF = "pdf", _("PDF")
    TIFF = "tiff", _("TIFF")
    JPEG = "jpeg", _("JPEG")


class Unit(StrEnum):
    """How the time until the destruction of the paper is counted."""

    WEEKS = "weeks"
    WORKING_DAYS = "working_days"


class ProfileData(BaseModel):
    """One version of a profile. Raises ValidationError for what makes no sense."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    device: Name
    """Maker, model and place: "Kyocera 4054ci, Zimmer 12"."""
    resolution: int = Field(ge=150, le=1200)
    """Dots per inch."""
    colour: Colour = Colour.COLOUR
    format: FileFormat = FileFormat.PDF_A
    duplex: bool = True
    """Both sides of each sheet are scanned."""
    integrity: Need = Need.NORMAL
    availability: Need = Need.NORMAL
    confidentiality: Need = Need.NORMAL
    sample_percent: int = Field(default=10, ge=1, le=100)
    """Share of the pages that a second person looks at."""
    sample_minimum: int = Field(default=5, ge=1, le=1000)
    """Pages looked at in any case, if the batch has so many."""
    paper_count: int = Field(default=6, ge=1, le=520)
    paper_unit: Unit = Unit.WEEKS
    """Weeks or working days that the paper is kept after the passed check."""
    excluded: tuple[Line, ...] = ()
    """Kinds of documents whose paper is always kept ("Urkunden")."""
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""

    @model_validator(mode="after")
    def _strict_where_needed(self) -> Self:
        if self.integrity == Need.VERY_HIGH and self.sample_percent < 100:
            raise ValueError("sample")
        return self

    def sample_size(self, pages: int) -> int:
        """How many of `pages` a second person looks at (rounded up)."""
        return min(pages, max(self.sample_minimum, -(-pages * self.sample_percent // 100)))

    def paper_until(self, passed: date) -> date:
        """First working day on which the paper may go, counted from the passed check."""
        if self.paper_unit == Unit.WORKING_DAYS:
            return calendar.add_working_days(passed, self.paper_count)
        return calendar.next_working_day(passed + timedelta(weeks=self.paper_count))
