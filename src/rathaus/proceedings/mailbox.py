"""The mailbox of an account: letters, receipts and messages of all its cases in one list."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Value

from rathaus.accounts.models import Account
from rathaus.core.clock import now
from rathaus.proceedings import papers
from rathaus.proceedings.models import Application, Message, Seen
from rathaus.records.models import Document, DocumentKind

PAGE = 25
MOST_AT_ONCE = 100
COUNTED = 99
"""More new items than this are not counted: "99+" says enough."""
KINDS: dict[str, tuple[str, ...]] = {
    "letters": (DocumentKind.LETTER,),
    "receipts": (DocumentKind.APPLICATION, DocumentKind.PAYMENT_RECEIPT),
    "all": (DocumentKind.LETTER, DocumentKind.APPLICATION, DocumentKind.PAYMENT_RECEIPT),
}
Show = Literal["all", "new", "letters", "receipts", "messages"]
_KEY = re.compile(r"([dm])-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_CURSOR = re.compile(r"(\S{19,40})~([dm])~(\d{1,18})")


@dataclass(frozen=True)
class Wanted:
    """What to show; `after` continues a page."""

    show: Show = "all"
    text: str = ""
    after: str = ""


@dataclass(frozen=True)
class Item:
    """A letter, a receipt or a message; exactly one of `document` and `message` is there."""

    application: Application
    at: datetime
    is_new: bool
    document: Document | None = None
    message: Message | None = None

    @property
    def key(self) -> str:
        """Names it in a form."""
        if self.document is not None:
            return f"d-{self.document.public_id}"
        return f"m-{self.message.public_id}" if self.message else ""

    @property
    def kind(self) -> str:
        """``letter``, ``application``, ``payment_receipt`` or ``message``."""
        return self.document.kind if self.document is not None else "message"


@dataclass(frozen=True)
class Page:
    """One page, with the key that continues it."""

    items: list[Item] = field(default_factory=list)
    next: str = ""


def page(account: Account, wanted: Wanted) -> Page:
    """One page, newest first. The number of queries does not grow with what there is."""
    rows = _merged(account, wanted)
    found = list(rows[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    items = _items(account, found)
    last = found[-1] if more and found else None
    return Page(items, f"{last[0].isoformat()}~{last[1]}~{last[2]}" if last else "")


def newest(account: Account, most: int) -> list[Item]:
    """What was not read yet, newest first."""
    return page(account, Wanted(show="new")).items[:most]


def count_new(account: Account) -> int:
    """How many are new; `COUNTED` + 1 means more than that."""
    documents = _documents(account).filter(seen=False).values("pk")[: COUNTED + 1]
    messages = _messages(account).filter(seen=False).values("pk")[: COUNTED + 1]
    return min(len(documents) + len(messages), COUNTED + 1)


@transaction.atomic
def mark(*, account: Account, keys: Collection[str], read: bool) -> int:
    """Mark items as read or new; what the account may not open counts as not there."""
    wanted: dict[str, list[uuid.UUID]] = {"d": [], "m": []}
    for key in list(keys)[:MOST_AT_ONCE]:
        if match := _KEY.fullmatch(key):
            wanted[match[1]].append(uuid.UUID(match[2]))
    documents = list(_documents(account).filter(public_id__in=wanted["d"]))
    messages = list(_messages(account).filter(public_id__in=wanted["m"]))
    if read:
        note_read(account, documents=documents, messages=messages)
    else:
        mine = Seen.objects.filter(account=account)
        mine.filter(Q(document__in=documents) | Q(message__in=messages)).delete()
    return len(documents) + len(messages)


def note_read(
    account: Account,
    *,
    documents: Iterable[Document] = (),
    messages: Iterable[Message] = (),
) -> None:
    """Note that the account has read them; the caller has checked that it may."""
    moment = now()
    rows = [Seen(account=account, document=row, at=moment) for row in documents]
    rows += [Seen(account=account, message=row, at=moment) for row in messages]
    if rows:
        Seen.objects.bulk_create(rows, ignore_conflicts=True)


def _documents(account: Account, kinds: Collection[str] = KINDS["all"]) -> Any:
    mine = Application.objects.belonging_to(account).values("case_id")
    seen = Seen.objects.filter(account=account, document=OuterRef("pk"))
    rows = papers.issued(Document.objects.filter(case_id__in=mine, kind__in=kinds))
    return rows.annotate(seen=Exists(seen)).order_by()


def _messages(account: Account) -> Any:
    mine = Application.objects.belonging_to(account).values("pk")
    seen = Seen.objects.filter(account=account, message=OuterRef("pk"))
    rows = Message.objects.filter(application_id__in=mine, incoming=False)
    return rows.annotate(seen=Exists(seen)).order_by()


def _merged(account: Account, wanted: Wanted) -> Any:
    documents = _documents(account, KINDS.get(wanted.show, KINDS["all"]))
    messages = _messages(account)
    if wanted.show == "new":
        documents, messages = documents.filter(seen=False), messages.filter(seen=False)
    if text := wanted.text.strip()[:100]:
        documents = documents.filter(
            Q(title__icontains=text)
            | Q(case__title__icontains=text)
            | Q(case__reference__icontains=text)
        )
        messages = messages.filter(
            Q(text__icontains=text)
            | Q(application__case__title__icontains=text)
            | Q(application__case__reference__icontains=text)
        )
    if match := _CURSOR.fullmatch(wanted.after):
        documents = _after(documents, "d", match)
        messages = _after(messages, "m", match)
    parts = [
        rows.annotate(tag=Value(tag)).values_list("created_at", "tag", "pk")
        for tag, rows in (("d", documents), ("m", messages))
        if (tag == "d" and wanted.show != "messages")
        or (tag == "m" and wanted.show not in {"letters", "receipts"})
    ]
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return rows.order_by("-created_at", "-tag", "-pk")


def _after(rows: Any, tag: str, match: re.Match[str]) -> Any:
    """Older than the last item shown; of the same moment messages come before documents."""
    try:
        moment = datetime.fromisoformat(match[1])
    except ValueError:
        return rows
    if moment.tzinfo is None:
        return rows
    same = Q(created_at=moment)
    if tag == match[2]:
        same &= Q(pk__lt=int(match[3]))
    elif tag > match[2]:
        return rows.filter(created_at__lt=moment)
    return rows.filter(Q(created_at__lt=moment) | same)


def _items(account: Account, found: list[tuple[datetime, str, int]]) -> list[Item]:
    documents = (
        _documents(account)
        .filter(pk__in=[pk for _at, tag, pk in found if tag == "d"])
        .select_related("case__application")
        .defer("case__application__answers")
        .with_versions()
    )
    messages = (
        _messages(account)
        .filter(pk__in=[pk for _at, tag, pk in found if tag == "m"])
        .select_related("application__case")
        .defer("application__answers")
        .prefetch_related("documents")
    )
    known: dict[tuple[str, int], Item] = {}
    for row in documents:
        known["d", row.pk] = Item(row.case.application, row.created_at, not row.seen, document=row)
        row.case.application.case = row.case
    for row in messages:
        known["m", row.pk] = Item(row.application, row.created_at, not row.seen, message=row)
    return [known[tag, pk] for _at, tag, pk in found if (tag, pk) in known]
