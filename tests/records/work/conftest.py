"""A case with documents, and colleagues in two offices."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest

from rathaus.core.actors import Actor
from rathaus.core.events import verify_chain
from rathaus.organisation.models import Office, Role, StaffMember
from rathaus.records.models import Case, Document, DocumentVersion
from tests.records import conftest as records

offices = records.offices
plan = records.plan


@dataclass
class House:
    """Two offices, their people, and one case of the first."""

    offices: dict[str, Office]
    case: Case
    anke: StaffMember
    bodo: StaffMember
    head: StaffMember
    other: StaffMember

    def file(self, content: bytes = b"Guten Tag", **more: Any) -> Document:
        return records.file(self.case, content, **more)

    def pdf(self, text: str = "Guten Tag", **more: Any) -> Document:
        values = {"name": "brief.pdf", "content_type": "application/pdf", **more}
        return records.file(self.case, pdf(text), **values)

    def intact(self) -> bool:
        self.case.chain.refresh_from_db()
        return verify_chain(self.case.chain) == []

    def events(self) -> list[str]:
        return list(self.case.chain.events.order_by("seq").values_list("type", flat=True))


@pytest.fixture
def house(offices: dict[str, Office], plan: int) -> House:
    first, second = offices["buergerbuero"], offices["ordnungsamt"]
    return House(
        offices=offices,
        case=records.open_case(first),
        anke=records.staff("anke", first),
        bodo=records.staff("bodo", first),
        head=records.staff("hilke", first, role=Role.HEAD),
        other=records.staff("okko", second),
    )


def acting(staff: StaffMember) -> Actor:
    return Actor.staff(str(staff.user_id), staff.name, "Amt")


def newest(document: Document) -> DocumentVersion:
    return document.versions.select_related("blob", "document__case__chain").order_by("-number")[0]


def pdf(text: str) -> bytes:
    """A PDF with text that can be read."""
    import pikepdf

    lines = "".join(
        f"BT /F 12 Tf 60 {780 - 18 * n} Td ({line}) Tj ET\n"
        for n, line in enumerate(text.splitlines())
    )
    with pikepdf.new() as made:
        made.add_blank_page(page_size=(595, 842))
        page = made.pages[0]
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        page.Contents = made.make_stream(lines.encode("cp1252"))
        made.docinfo["/Title"] = "Geheimer Titel"
        made.attachments["anlage.txt"] = b"Geheime Anlage"
        out = BytesIO()
        made.save(out)
    return out.getvalue()
