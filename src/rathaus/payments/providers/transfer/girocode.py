"""GiroCode: a SEPA transfer as QR code (EPC069-12), with everything checked before."""

from __future__ import annotations

import io
from dataclasses import dataclass

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from stdnum import iban as iban_check
from stdnum import iso11649
from stdnum.exceptions import ValidationError

from rathaus.core.money import Money

MAX_CENTS = 99_999_999_999


class PayeeInvalid(ValueError):
    """Name or account cannot be printed on an invoice."""


@dataclass(frozen=True)
class Payee:
    """`name` is the holder as the bank knows it: since October 2025 banks compare it."""

    name: str
    iban: str
    bic: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "iban", "".join(self.iban.split()).upper())

    def check(self) -> None:
        """Raises: PayeeInvalid for an empty or long name or a wrong IBAN."""
        if not 1 <= len(self.name) <= 70 or any(ord(char) < 32 for char in self.name):
            raise PayeeInvalid("name of the account holder")
        try:
            iban_check.validate(self.iban)
        except ValidationError as error:
            raise PayeeInvalid("IBAN") from error

    @property
    def iban_grouped(self) -> str:
        """In groups of four, as people read it."""
        return grouped(self.iban)


@dataclass(frozen=True)
class Transfer:
    """One transfer to make. `reference` is an RF creditor reference (ISO 11649)."""

    payee: Payee
    amount: Money
    reference: str

    @property
    def reference_grouped(self) -> str:
        """In groups of four."""
        return grouped(self.reference)

    def payload(self) -> str:
        """The text of the code: version 002, UTF-8, SEPA credit transfer (EPC069-12 § 3)."""
        lines = [
            *("BCD", "002", "1", "SCT", self.payee.bic, self.payee.name, self.payee.iban),
            *(f"EUR{self.amount.decimal_string()}", "", self.reference),
        ]
        return "\n".join(lines)

    def code(self) -> segno.QRCode:
        """The QR code.

        Raises: PayeeInvalid, ValueError for an amount or reference that cannot be coded.
        """
        self.payee.check()
        if self.amount.currency != "EUR" or not 0 < self.amount.cents <= MAX_CENTS:
            raise ValueError("amount cannot be transferred")
        if not iso11649.is_valid(self.reference):
            raise ValueError("reference is not valid under ISO 11649")
        # Any mask can be read; trying all eight takes most of the time.
        return segno.make_qr(self.payload(), error="m", encoding="utf-8", mask=2, boost_error=False)

    def svg(self) -> SafeString:
        """The code as inline SVG: no style attributes, so that it passes our CSP.

        Raises: as `code`.
        """
        out = io.BytesIO()
        self.code().save(
            out,
            kind="svg",
            xmldecl=False,
            svgns=True,
            omitsize=True,
            border=4,
            dark="#000",
            light="#fff",
            svgclass="rh-girocode",
            lineclass=None,
            title=_("GiroCode: QR-Code mit den Überweisungsdaten"),
            nl=False,
        )
        return mark_safe(out.getvalue().decode())  # noqa: S308  made by segno from checked data


def grouped(text: str) -> str:
    """In groups of four, as people read and type it."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
