"""Pictures of the pages of an item, and stacks divided at their separator sheets."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.jobs import enqueue
from rathaus.organisation import queries as organisation
from rathaus.records import mailfile
from rathaus.records.intake import planning
from rathaus.records.intake.errors import BadPages, MovedOn
from rathaus.records.intake.models import Item, PageImage, Work
from rathaus.records.intake.reading import barcodes, kinds, ocr, pagework, pictures
from rathaus.records.intake.reading.simhash import bands, simhash
from rathaus.records.intake.states import ItemState, Source
from rathaus.records.intake.suggesting import make
from rathaus.theme import formats, pdf

log = logging.getLogger("rathaus.intake")
ACTOR = Actor.system("intake")
LOOK_HERE = 40
"""Pages up to which sheets are looked for right after drawing; beyond, in a work of its own."""
READ_AFTER = timedelta(seconds=20)


def run(item_id: int) -> None:
    """Draw what is not drawn yet; a scan is then divided at its separator sheets."""
    item = Item.objects.select_related("office", "blob").filter(pk=item_id).first()
    if item is None or not item.is_open:
        return
    if item.content_type in kinds.MAIL and item.view_id is None:
        _view_of_mail(item)
    try:
        for number, picture in enumerate(_pictures(item), 1):
            if not PageImage.objects.filter(item=item, number=number).exists():
                blob = storage.put(picture)
                PageImage.objects.get_or_create(item=item, number=number, defaults={"blob": blob})
    except ValueError:
        log.info("no pictures of item %s", item.pk)
        return
    if item.source == Source.SCAN and (item.pages or 0) > 1 and separate(item.pk):
        return
    with transaction.atomic():
        read_if_silent(item)


def read_if_silent(item: Item) -> None:
    """Have a scan without text read; that takes seconds per page, so others go first."""
    if not item.pages or item.text.strip():
        return
    from rathaus.records.intake import jobs

    key = f"intake.read:{item.pk}"
    enqueue(jobs.read, run_at=now() + READ_AFTER, dedupe_key=key, item_id=item.pk)


def read(item_id: int) -> None:
    """Keep the words of the first pages of a scan and make its suggestions anew."""
    item = Item.objects.select_related("blob").filter(pk=item_id).first()
    if item is None or item.state != ItemState.READY or item.text.strip():
        return
    content = item.read()
    if item.content_type != "application/pdf":
        try:
            content = pagework.as_pdf(content, item.content_type)
        except BadPages:
            return
    try:
        text = ocr.read(pictures.pages_of_pdf(content, width=ocr.WIDTH, most=ocr.PAGES))
    except ValueError:
        return
    if not text:
        return
    hashed = simhash(text)
    columns = {f"band{number}": band for number, band in enumerate(bands(hashed))}
    Item.objects.filter(pk=item.pk, text="").update(text=text, simhash=hashed, **columns)
    make.run(item.pk)


def _pictures(item: Item) -> Iterator[bytes]:
    if item.content_type == "application/pdf":
        yield from pictures.of_pdf(item.read())
    elif item.content_type in kinds.PICTURES:
        yield from pictures.of_image(item.read())
    elif item.view is not None:
        yield from pictures.of_pdf(item.view.read())


def separate(item_id: int) -> list[Item] | Work:
    """Divide a stack at its separator sheets; the sheets themselves are left out.

    Returns the parts, or the work that makes them, or that looks for the sheets where there
    are many pages; [] where there is no sheet or the item is not ready (any more).
    """
    from rathaus.records.intake import actions

    item = Item.objects.select_related("office", "blob", "chain").filter(pk=item_id).first()
    if item is None or item.state != ItemState.READY or item.content_type != "application/pdf":
        return []
    count = item.pages or 0
    try:
        if count > LOOK_HERE:
            return actions.order_separation(item=item, actor=ACTOR)
        drawn = pictures.pages_of_pdf(item.read(), width=barcodes.WIDTH, most=LOOK_HERE)
        sheets = barcodes.find(drawn)
        parts = barcodes.parts(sheets, count)
        if not sheets or not parts:
            return []
        groups = [numbers for numbers, _ in parts]
        plan = planning.split(item, groups, [reference for _, reference in parts])
        return actions.carry_out(plan=plan, actor=ACTOR)
    except (BadPages, MovedOn, ValueError):
        log.info("item %s was not divided", item.pk)
        return []


def letterhead() -> dict[str, Any]:
    """What the shared parts of the PDF templates want to know."""
    town = organisation.town()
    return {"hue": town.brand_hue, "town": town.full_name, "office": ""}


def _view_of_mail(item: Item) -> None:
    try:
        mail = mailfile.read(item.read())
    except mailfile.NotAMail:
        return
    data = {
        "sender": letterhead(),
        "subject": mail.subject or item.name,
        "facts": [
            ["Von", mail.sender],
            ["An", mail.to],
            ["Kopie an", mail.cc],
            ["Gesendet", formats.moment(mail.sent_at) if mail.sent_at else ""],
            ["Eingegangen", formats.moment(item.received_at)],
            ["Anhänge", ", ".join(part.name for part in mail.attachments if not part.inline)],
        ],
        "text": mail.text[:60_000],
    }
    try:
        view = storage.put(pdf.render("mail_view", data, at=item.received_at))
    except pdf.PdfError:
        log.exception("no view of mail %s", item.pk)
        return
    with transaction.atomic():
        Item.objects.filter(pk=item.pk).update(view=view)
    item.view = view
