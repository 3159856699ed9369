"""How dates, sizes, amounts and telephone numbers read in German."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from rathaus.core import clock
from rathaus.core.money import Money

NBSP = "\N{NO-BREAK SPACE}"
Moment = date | datetime | str | None


def as_local(value: Moment) -> date | datetime | None:
    """A date, or a moment in the town's time zone; ISO text is read; rubbish gives None."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return clock.local(value)
    return value


PATTERNS = {
    "de": {"day": "j. F Y", "month": "j. F", "short": "D, j. F", "long": "l, j. F"},
    "en": {"day": "j F Y", "month": "j F", "short": "D, j F", "long": "l, j F"},
}


def _format(value: Moment, style: str) -> str:
    local = as_local(value)
    if local is None:
        return ""
    language = (get_language() or "de").partition("-")[0]
    return date_format(local, PATTERNS.get(language, PATTERNS["de"])[style])


def day(value: Moment) -> str:
    """4. März 2027"""
    return _format(value, "day")


def day_month(value: Moment) -> str:
    """4. März"""
    return _format(value, "month")


def weekday(value: Moment) -> str:
    """Di, 9. März"""
    return _format(value, "short")


def weekday_long(value: Moment) -> str:
    """Dienstag, 9. März"""
    return _format(value, "long")


def clock_time(value: Moment) -> str:
    """10:42 Uhr"""
    local = as_local(value)
    if not isinstance(local, datetime):
        return ""
    return _("%(time)s Uhr") % {"time": date_format(local, "G:i")}


def moment(value: Moment) -> str:
    """4. März 2027, 10:42 Uhr; a plain date without the time"""
    time = clock_time(value)
    return f"{day(value)}, {time}" if time else day(value)


def numeric_day(value: Moment) -> str:
    """04.03.2027"""
    local = as_local(value)
    return local.strftime("%d.%m.%Y") if local else ""


def money(cents: int | Money | None, currency: str = "EUR") -> str:
    """26,00 € (cents or Money)."""
    if cents is None:
        return ""
    amount = cents if isinstance(cents, Money) else Money(int(cents), currency)
    return amount.format()


def file_size(size: int | None) -> str:
    """84 KB, 1,2 MB (decimal units, as German operating systems show them)."""
    if size is None:
        return ""
    if size < 1000:
        return ngettext("%(size)s Byte", "%(size)s Byte", size) % {"size": size}
    if size < 999_500:
        return f"{round(size / 1000)}{NBSP}KB"
    return f"{size / 1_000_000:.1f}{NBSP}MB".replace(".", ",")


def tel_href(number: str) -> str:
    """04944 305-0 → tel:+4949443050 (numbers without country code are German)."""
    digits = re.sub(r"[^\d+]", "", number.replace("(0)", ""))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0"):
        digits = "+49" + digits[1:]
    return f"tel:{digits}"


def unbroken(text: str) -> str:
    """Blanks and hyphens that do not break: for telephone numbers and references."""
    return text.replace(" ", NBSP).replace("-", "\N{NON-BREAKING HYPHEN}")


def initials(name: str) -> str:
    """Meike Janssen → MJ"""
    words = [word for word in re.split(r"[\s\-]+", name) if word and word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
