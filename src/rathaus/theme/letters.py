"""From typed data to what the Typst templates read: only strings, lists and flags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from markdown_it.token import Token

from rathaus.theme import formats, pdf, text
from rathaus.theme.documents import (
    Block,
    Document,
    FeeLine,
    LetterData,
    Payment,
    PaymentReceiptData,
    ReceiptData,
    Span,
    Verification,
)

_BREAKS = re.compile(r"(?<=[@._-])|(?<=[^@._-]{12})")
"""Where an e-mail address may go on in the next line of the narrow information block."""
_DRAWING = re.compile(r'width="(\d+)".*?<path d="([^"]+)"', re.DOTALL)


def spans(children: Sequence[Token]) -> tuple[Span, ...]:
    """The runs of one paragraph; links become their text (paper cannot be clicked)."""
    found: list[Span] = []
    bold = italic = 0
    for token in children:
        match token.type:
            case "strong_open":
                bold += 1
            case "strong_close":
                bold -= 1
            case "em_open":
                italic += 1
            case "em_close":
                italic -= 1
            case "softbreak":
                found.append(Span(text=" "))
            case "hardbreak":
                found.append(Span(text="\n"))
            case "text" | "text_special" if token.content:
                found.append(Span(text=token.content, bold=bold > 0, italic=italic > 0))
    return tuple(found)


def blocks(source: str) -> tuple[Block, ...]:
    """Read the Markdown subset of `rathaus.theme.text` into blocks of a letter."""
    found: list[Block] = []
    items: list[tuple[Span, ...]] = []
    depth = 0
    heading = False
    for token in text.parse(source):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
            if depth == 0:
                kind = "ul" if token.type.startswith("bullet") else "ol"
                found.append(Block(kind=kind, items=tuple(items)))
                items = []
        elif token.type in ("heading_open", "heading_close"):
            heading = token.type == "heading_open"
        elif token.type == "inline":
            run = spans(token.children or [])
            if depth:
                items.append(run)
            else:
                found.append(Block(kind="h" if heading else "p", spans=run))
    return tuple(found)


def qr_svg(content: str) -> str:
    """QR code (error correction M) as SVG text."""
    import zxingcpp  # compiled: a tenth of the time, and only the worker needs it

    code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    drawn = zxingcpp.write_barcode_to_svg(code, add_quiet_zones=False)
    found = _DRAWING.search(drawn)
    if found is None:
        raise ValueError("the QR code has another shape than expected")
    size, path = found.groups()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<path d="{path}"/></svg>'
    )


def _verification(data: Verification | None) -> dict[str, Any] | None:
    if data is None:
        return None
    return {"code": data.code, "url": data.url, "qr": qr_svg(data.link) if data.link else ""}


def _fees(lines: Sequence[FeeLine]) -> list[dict[str, str]]:
    return [
        {"label": line.label, "note": line.note, "amount": formats.money(line.amount_cents)}
        for line in lines
    ]


def _breakable(address: str) -> str:
    return "\u200b".join(part for part in _BREAKS.split(address) if part)


def _payment(data: Payment | None, written: date) -> dict[str, Any] | None:
    if data is None:
        return None
    return data.model_dump(mode="json", exclude={"girocode"}) | {
        "amount": formats.money(data.amount_cents),
        "in_part": data.amount_cents != data.assessed_cents,
        "day": formats.day(data.due_on) if data.due_on else "",
        "late": data.due_on is not None and data.due_on < written,
        "qr": data.girocode,
    }


def _letter(data: LetterData) -> dict[str, Any]:
    values = data.model_dump(mode="json", exclude={"verification", "payment"})
    email = data.clerk_email or data.sender.email
    return values | {
        "clerk_email": _breakable(email),
        "payment": _payment(data.payment, data.day),
        "title": data.subject,
        "day": formats.day(data.day),
        "blocks": [block.model_dump() for block in blocks(data.body)],
        "remedy": [block.model_dump() for block in blocks(data.remedy)],
        "signed_by": data.signed_by or data.clerk,
        "verification": _verification(data.verification),
    }


def _receipt(data: ReceiptData) -> dict[str, Any]:
    values = data.model_dump(mode="json", exclude={"verification", "fees", "files"})
    return values | {
        "title": _("Eingangsbestätigung: %(service)s") % {"service": data.service},
        "received_at": formats.moment(data.received_at),
        "verification": _verification(data.verification),
        "fees": _fees(data.fees),
        "total": formats.money(sum(line.amount_cents for line in data.fees)),
        "files": [
            {"name": f.name, "size": formats.file_size(f.size), "sha256": f.sha256[:16]}
            for f in data.files
        ],
    }


def _payment_receipt(data: PaymentReceiptData) -> dict[str, Any]:
    values = data.model_dump(mode="json", exclude={"verification", "fees", "amount_cents"})
    return values | {
        "title": _("Zahlungsbeleg: %(service)s") % {"service": data.service},
        "paid_at": formats.moment(data.paid_at),
        "issued_at": formats.moment(data.issued_at or data.paid_at),
        "verification": _verification(data.verification),
        "fees": _fees(data.fees),
        "total": formats.money(sum(line.amount_cents for line in data.fees)),
        "amount": formats.money(data.amount_cents),
    }


def render(data: Document) -> bytes:
    """The document as PDF/A-2a and PDF/UA-1, in German. Raises: pdf.PdfError."""
    with translation.override("de"):
        match data:
            case LetterData():
                return pdf.render("letter", _letter(data))
            case ReceiptData():
                return pdf.render("receipt", _receipt(data), at=data.received_at)
            case PaymentReceiptData():
                return pdf.render(
                    "payment_receipt", _payment_receipt(data), at=data.issued_at or data.paid_at
                )
