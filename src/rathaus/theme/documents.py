"""What goes into the letters: typed data for the templates in ``theme/pdf``.

Everything is plain data; the templates only lay it out. Amounts are integer cents,
moments aware datetimes. Texts of people (names, answers) may contain anything.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from rathaus.theme.brand import DEFAULT_HUE

Lines = tuple[str, ...]


class Data(BaseModel):
    """Strict and immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sender(Data):
    """The town and the office that writes."""

    town: str
    """Official name, "Stadt Wiesmoor"."""
    office: str = ""
    street: str = ""
    city: str = ""
    """Postal code and place."""
    phone: str = ""
    email: str = ""
    web: str = ""
    hue: int = DEFAULT_HUE
    imprint: Lines = ()
    """Footer of the first page: bank details, opening hours, at most three lines."""


class Verification(Data):
    """How anybody checks that a document is genuine."""

    code: str
    url: str
    """Address where the code is entered, ``https://…/echtheit/``."""
    link: str = ""
    """Address with the code in it, for the QR code; without it there is none."""


class Span(Data):
    """Part of a paragraph."""

    text: str
    bold: bool = False
    italic: bool = False


class Block(Data):
    """Paragraph, heading or list of a letter; see `rathaus.theme.letters.blocks`."""

    kind: Literal["p", "h", "ul", "ol"]
    spans: tuple[Span, ...] = ()
    items: tuple[tuple[Span, ...], ...] = ()


class Payment(Data):
    """What is still to pay, and how; stands in a letter while something is open."""

    amount_cents: int
    """Open at this moment."""
    assessed_cents: int
    """The fee as it was set."""
    reference: str
    """Kassenzeichen (RF …), in groups of four."""
    due_on: date | None = None
    payee: str = ""
    """Holder of the town's account; empty where the town has named none."""
    iban: str = ""
    bic: str = ""
    girocode: str = ""
    """SVG."""
    under_way: bool = False
    """A payment is being looked at: nobody should pay twice."""
    demo: bool = False


class LetterData(Data):
    """A business letter after DIN 5008 form B, for a window envelope."""

    sender: Sender
    recipient: Lines
    """Address lines as they stand in the window, at most six."""
    reference: str
    """Aktenzeichen."""
    day: date
    subject: str
    body: str
    """Markdown subset: paragraphs, lists, bold, italic, headings."""
    salutation: str = "Sehr geehrte Damen und Herren,"
    closing: str = "Mit freundlichen Grüßen"
    clerk: str = ""
    clerk_room: str = ""
    clerk_phone: str = ""
    clerk_email: str = ""
    your_reference: str = ""
    signed_by: str = ""
    """Name under the closing; empty: the clerk."""
    signed_as: str = ""
    """"Im Auftrag"; stands above the name."""
    remedy: str = ""
    """Rechtsbehelfsbelehrung; empty: no box. Markdown subset."""
    attachments: Lines = ()
    payment: Payment | None = None
    unsigned_note: bool = True
    """Say that the letter was made electronically and is valid without signature."""
    verification: Verification | None = None


class FeeLine(Data):
    """One line of a claim."""

    label: str
    amount_cents: int
    note: str = ""
    """Legal basis, tariff number, quantity."""


class Row(Data):
    """A question and its answer as text; an empty answer reads "Keine Angabe"."""

    label: str
    value: str = ""


class Section(Data):
    """Answers of one step."""

    title: str
    rows: tuple[Row, ...]


class FileEntry(Data):
    """A file that came with the application."""

    name: str
    size: int
    """Bytes."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ReceiptData(Data):
    """Confirmation that an application has arrived, with everything that was said."""

    sender: Sender
    reference: str
    service: str
    received_at: AwareDatetime
    applicant: Lines = ()
    verification: Verification
    next_steps: Lines = ()
    status_url: str = ""
    fees: tuple[FeeLine, ...] = ()
    payment_note: str = ""
    """"Bezahlt mit PayPal", "Rechnung folgt"."""
    sections: tuple[Section, ...] = ()
    files: tuple[FileEntry, ...] = ()


class PaymentReceiptData(Data):
    """Receipt for money received."""

    sender: Sender
    reference: str
    payment_reference: str
    """Kassenzeichen (RF …)."""
    service: str
    paid_at: AwareDatetime
    method: str
    """"PayPal", "Überweisung", "Bar an der Kasse"."""
    transaction: str = ""
    """Number at the payment provider or of the cash receipt."""
    payer: Lines = ()
    fees: tuple[FeeLine, ...]
    amount_cents: int
    """What was received."""
    verification: Verification | None = None
    issued_at: datetime | None = None


Document = LetterData | ReceiptData | PaymentReceiptData
