"""Amounts of money as integer cents with a currency."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATTERN = re.compile(
    r"^(?P<sign>-?)(?P<whole>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,12})(?:,(?P<cents>[0-9]{1,2}))?$"
)


class MoneyError(ValueError):
    """A text is no amount of money, or two currencies were mixed."""


@dataclass(frozen=True, order=False)
class Money:
    """An amount in cents. Adding different currencies raises MoneyError."""

    cents: int
    currency: str = "EUR"

    @classmethod
    def parse(cls, text: str, currency: str = "EUR") -> Money:
        """Read a German amount: ``1.234,50``, ``26``, ``26,5 €``. Raises MoneyError."""
        cleaned = text.replace("€", "").replace("EUR", "").replace("\u00a0", " ").strip()
        match = _PATTERN.match(cleaned)
        if match is None:
            raise MoneyError(f"no amount of money: {text[:40]!r}")
        whole = int(match["whole"].replace(".", ""))
        cents = whole * 100 + int((match["cents"] or "0").ljust(2, "0"))
        return cls(-cents if match["sign"] else cents, currency)

    @classmethod
    def from_decimal_string(cls, text: str, currency: str = "EUR") -> Money:
        """Read a machine's amount: ``26.00`` or ``26``. Raises MoneyError."""
        match = re.fullmatch(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,2}))?", text)
        if match is None:
            raise MoneyError(f"no decimal amount: {text[:40]!r}")
        cents = int(match[2]) * 100 + int((match[3] or "0").ljust(2, "0"))
        return cls(-cents if match[1] else cents, currency)

    def decimal_string(self) -> str:
        """``26.00``, as payment providers want it."""
        sign = "-" if self.cents < 0 else ""
        return f"{sign}{abs(self.cents) // 100}.{abs(self.cents) % 100:02d}"

    def format(self) -> str:
        """``1.234,50 €`` with a no-break space."""
        sign = "-" if self.cents < 0 else ""
        whole = f"{abs(self.cents) // 100:,}".replace(",", ".")
        unit = "€" if self.currency == "EUR" else self.currency
        return f"{sign}{whole},{abs(self.cents) % 100:02d}\u00a0{unit}"

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + self._same(other).cents, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - self._same(other).cents, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.cents, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.cents < self._same(other).cents

    def __le__(self, other: Money) -> bool:
        return self.cents <= self._same(other).cents

    def __str__(self) -> str:
        return self.format()

    def _same(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise MoneyError(f"cannot mix {self.currency} and {other.currency}")
        return other
