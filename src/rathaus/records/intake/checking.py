"""The check of an item: virus scanner, type, text, pages, signatures, what is inside.

Each step is committed or can be repeated: a worker that is killed in between loses nothing,
the next one begins at the item's state.
"""

from __future__ import annotations

import logging

from django.db import transaction

from rathaus.core import storage, virus
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.jobs import RetryLater
from rathaus.records import extraction, mailfile
from rathaus.records.intake import events
from rathaus.records.intake.actions.state import move
from rathaus.records.intake.errors import IntakeError, MovedOn, NoRoom
from rathaus.records.intake.models import Item, VirusState
from rathaus.records.intake.reading import kinds, pdfs, pictures, signatures
from rathaus.records.intake.reading.simhash import bands, simhash
from rathaus.records.intake.states import ItemState
from rathaus.records.mailfile.words import of_html

log = logging.getLogger("rathaus.intake")
ACTOR = Actor.system("intake")
MAX_TRIES = 4
WAIT_SECONDS = 60.0
WAIT_TOO_LARGE = 6 * 3600.0
MAX_TEXT = 100_000
INLINE_KEPT = 15 * 1024
"""Pictures inside the text of a mail below this size are logos and stay in the mail."""
SCANNER_DOWN = "scanner-down"
SCANNER_TOO_LARGE = "scanner-too-large"
"""Reasons, as keys: people read them in `reasons`."""


def run(item_id: int) -> None:
    """Check an item until it is ready, in quarantine or failed.

    Raises: RetryLater without a verdict of the scanner; what went wrong, for the job to try
    again, until `MAX_TRIES` are used up.
    """
    item = (
        Item.objects.select_related("chain", "office", "blob", "parent").filter(pk=item_id).first()
    )
    if item is None or item.state not in {ItemState.RECEIVED, ItemState.CHECKING}:
        return
    try:
        if not _begin(item):
            return
        _check(item)
    except RetryLater:
        Item.objects.filter(pk=item.pk).update(tries=0)
        raise
    except MovedOn:
        return
    except (storage.StorageDamaged, storage.StorageShredded):
        log.exception("bytes of item %s are not readable", item.pk)
        _fail(item, "storage")
    except Exception as error:
        log.exception("check of item %s failed, try %s", item.pk, item.tries)
        if item.tries >= MAX_TRIES:
            _fail(item, type(error).__name__)
            return
        raise


def _begin(item: Item) -> bool:
    """Count the try before anything else: a check may take the whole worker down."""
    item.tries += 1
    Item.objects.filter(pk=item.pk).update(tries=item.tries)
    if item.tries > MAX_TRIES:
        if item.state == ItemState.RECEIVED:
            move(item, "check", None, actor=ACTOR)
        _fail(item, "worker")
        return False
    if item.state == ItemState.RECEIVED:
        move(item, "check", None, actor=ACTOR)
    return True


def _fail(item: Item, reason: str) -> None:
    with transaction.atomic():
        move(item, "fail", events.Failed(reason=reason), actor=ACTOR, reason=reason)


def _check(item: Item) -> None:
    content = item.read()
    if item.virus == VirusState.PENDING and not _scan(item, content):
        return
    kind = kinds.detect(content, item.name)
    found = _Found(item, content, kind)
    found.read()
    # Reading takes its time: what people said or moved meanwhile counts.
    item.refresh_from_db(fields=["office", "sender", "subject", "dated_on"])
    _unpack_mail(item, found)
    with transaction.atomic():
        checked = events.Checked(
            virus=str(item.virus),
            content_type=found.content_type,
            signature=str(found.signature.get("verdict", "")),
        )
        move(item, "pass", checked, actor=ACTOR, **found.values())
        _after(item)
    _pair(item)


def _scan(item: Item, content: bytes) -> bool:
    """Whether the check may go on. Without a verdict it waits: never let through unseen."""
    try:
        verdict = virus.scan(content)
    except virus.TooLargeToScan as error:
        _wait(item, SCANNER_TOO_LARGE)
        raise RetryLater(WAIT_TOO_LARGE, str(error)) from error
    except virus.ScannerUnavailable as error:
        _wait(item, SCANNER_DOWN)
        raise RetryLater(WAIT_SECONDS, str(error)) from error
    # Thrown away as infected and brought back: no scanner at all is no verdict on it.
    known = item.virus_name if verdict.state == "unused" else ""
    if verdict.state == "infected" or known:
        with transaction.atomic():
            name = verdict.name or known
            found = events.Quarantined(virus_name=name)
            changes = {"virus": VirusState.INFECTED, "virus_name": name[:200]}
            move(item, "isolate", found, actor=ACTOR, scanned_at=now(), **changes)
        return False
    item.virus, item.virus_name = verdict.state, ""
    Item.objects.filter(pk=item.pk, state=ItemState.CHECKING).update(
        virus=verdict.state, virus_name="", scanned_at=now(), reason=""
    )
    return True


def _wait(item: Item, reason: str) -> None:
    Item.objects.filter(pk=item.pk, state=ItemState.CHECKING).update(reason=reason)


class _Found:
    """What the check found out about one item."""

    def __init__(self, item: Item, content: bytes, kind: kinds.Kind) -> None:
        self.item, self.content = item, content
        self.content_type, self.marks = kind.content_type, list(kind.marks)
        self.pages: int | None = None
        self.text = ""
        self.signature: dict[str, object] = {}
        self.mail: mailfile.Mail | None = None

    def read(self) -> None:
        """Look inside, as far as the type can be looked into."""
        if self.content_type == "application/pdf":
            self._read_pdf()
        elif self.content_type in kinds.PICTURES:
            self.pages = pictures.frames(self.content)
            if self.pages is None:
                self.marks.append("damaged")
        elif self.content_type in kinds.MAIL:
            self._read_mail()
        elif self.content_type.startswith("text/") and self.content_type != "text/html":
            self.text = extraction.text_of(self.content, self.content_type)
        elif self.content_type == "text/html":
            self.text = of_html(self.content[: mailfile.MAX_TEXT * 5])
        if self.item.virus == VirusState.UNUSED:
            self.marks.append("unscanned")

    def _read_pdf(self) -> None:
        facts = pdfs.look(self.content)
        self.pages = facts.pages
        self.marks += facts.marks
        if "password" not in facts.marks:
            self.text = extraction.text_of(self.content, self.content_type)
        if facts.signed:
            self.signature = signatures.of_pdf(self.content)

    def _read_mail(self) -> None:
        try:
            self.mail = mailfile.read(self.content)
        except mailfile.NotAMail:
            self.marks.append("not_a_mail")
            return
        self.text = self.mail.text
        if self.mail.left_out:
            self.marks.append("parts_left_out")
        if self.mail.encrypted:
            self.marks.append("encrypted")
        if any(not part.content for part in self.mail.attachments):
            self.marks.append("empty_part")
        if self.mail.signed is not None:
            self.marks.append("signed")
            self.signature = signatures.of_mail(*self.mail.signed)

    def values(self) -> dict[str, object]:
        """Columns to store."""
        text = self.text.replace("\0", " ")[:MAX_TEXT]
        hashed = simhash(text)
        found: dict[str, object] = {
            "content_type": self.content_type[:120],
            "marks": list(dict.fromkeys(self.marks)),
            "pages": self.pages,
            "text": text,
            "signature": self.signature,
            "simhash": hashed,
            "tries": 0,
            **{f"band{n}": band for n, band in enumerate(bands(hashed))},
        }
        if self.mail is not None:
            found |= self._of_mail(self.mail)
        return found

    def _of_mail(self, mail: mailfile.Mail) -> dict[str, object]:
        """What people did not set by hand comes from the mail."""
        found: dict[str, object] = {}
        if not self.item.sender and mail.sender:
            found["sender"] = mail.sender[:200]
        if not self.item.subject and mail.subject:
            found["subject"] = mail.subject[:300]
        if self.item.dated_on is None and mail.sent_at is not None:
            found["dated_on"] = mail.sent_at.date()
        return found


def _unpack_mail(item: Item, found: _Found) -> None:
    """Attachments become items of their own; a second time they are known."""
    from rathaus.records.intake.actions.receive import receive

    if found.mail is None:
        return
    for number, part in enumerate(found.mail.attachments, 1):
        if not part.content or (part.inline and len(part.content) < INLINE_KEPT):
            continue
        try:
            receive(
                office=item.office,
                source=item.source,
                name=part.name,
                content=part.content,
                actor=ACTOR,
                sender=item.sender or found.mail.sender,
                source_detail=item.source_detail,
                key=f"part:{item.public_id}:{number}",
                received_at=item.received_at,
                direction=item.direction,
                parent=item,
                position=number,
            )
        except NoRoom:
            raise  # the next try begins here again; left out it would be for good
        except IntakeError:
            found.marks.append("parts_left_out")


def _after(item: Item) -> None:
    from rathaus.core.jobs import enqueue
    from rathaus.records.intake import jobs

    enqueue(jobs.suggest, dedupe_key=f"intake.suggest:{item.pk}", item_id=item.pk)
    if item.pages or item.content_type in kinds.MAIL:
        enqueue(jobs.draw, dedupe_key=f"intake.draw:{item.pk}", item_id=item.pk)


def _pair(item: Item) -> None:
    """A signature in a file of its own and what it signs find each other by their names."""
    if item.content_type == kinds.P7S:
        signed = _sibling(item, item.name[:-4] if item.name.lower().endswith(".p7s") else "")
        if signed is not None:
            _join(signed, item)
        return
    for ending in (".p7s", ".P7S"):
        signature = _sibling(item, f"{item.name}{ending}")
        if signature is not None and signature.content_type == kinds.P7S:
            _join(item, signature)


def _sibling(item: Item, name: str) -> Item | None:
    if not name:
        return None
    rows = Item.objects.filter(office_id=item.office_id, name=name, state=ItemState.READY)
    rows = rows.filter(parent=item.parent_id) if item.parent_id else rows.filter(parent=None)
    return rows.exclude(pk=item.pk).order_by("-received_at").first()


def _join(signed: Item, signature: Item) -> None:
    result = signatures.of_detached(signed.read(), signature.read())
    with transaction.atomic():
        Item.objects.filter(pk=signature.pk).update(beside=signed)
        Item.objects.filter(pk=signed.pk).update(signature=result)
