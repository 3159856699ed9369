"""Which new items page work shall make, and of which pages: checked before anything happens.

A plan is small enough to be carried out while the person waits, or becomes a `Work`; its
written form lies in ``Work.plan``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from rathaus.records.intake.errors import BadPages, MovedOn
from rathaus.records.intake.models import Item, WorkKind
from rathaus.records.intake.reading.pagework import Page, Take, compose
from rathaus.records.intake.states import ItemState

MOST_PARTS = 200
MOST_PAGES = 5000
"""Pages in all parts together: a merge of everything would fill the memory."""
AT_ONCE_PAGES = 12
AT_ONCE_BYTES = 8 * 1024 * 1024
"""Up to both, a person waits for it."""


@dataclass(frozen=True)
class Part:
    """One item to make: pages of items (by place in `Plan.items`), in this order."""

    sources: Sequence[tuple[int, Sequence[Page]]]
    title: str
    number: int = 0
    sheet: str = ""


@dataclass(frozen=True)
class Plan:
    """What shall become of `items`, which are replaced by the parts."""

    kind: str
    items: Sequence[Item]
    parts: Sequence[Part]

    @property
    def is_small(self) -> bool:
        """Whether a person may wait for it."""
        pages = sum(len(take) for part in self.parts for _place, take in part.sources)
        size = sum(item.blob.size for item in self.items)
        return pages <= AT_ONCE_PAGES and size <= AT_ONCE_BYTES


def edit(item: Item, pages: Sequence[Page]) -> Plan:
    """A new item with these pages in this order and rotation. Raises: BadPages, MovedOn."""
    part = Part([(0, _existing(item, pages))], item.subject)
    return checked(Plan(WorkKind.EDIT, [item], [part]))


def split(item: Item, groups: Sequence[Sequence[int]], references: Sequence[str] = ()) -> Plan:
    """A new item for each group of page numbers; `references` name the case of each part.

    Raises: BadPages, MovedOn.
    """
    return checked(divided(item, groups, references))


def arrange(item: Item, groups: Sequence[Sequence[Page]]) -> Plan:
    """As `split`, with the rotation of each page. Raises: BadPages, MovedOn."""
    return checked(_divided(item, groups, ()))


def divided(item: Item, groups: Sequence[Sequence[int]], references: Sequence[str]) -> Plan:
    """As `split`, for an item that is being worked on already. Raises: BadPages."""
    return _divided(item, [[(page, 0) for page in group] for group in groups], references)


def _divided(item: Item, groups: Sequence[Sequence[Page]], references: Sequence[str]) -> Plan:
    if not groups or len(groups) > MOST_PARTS:
        raise BadPages(_("Es müssen 1 bis %(n)s Teile sein.") % {"n": MOST_PARTS})
    parts = []
    for number, group in enumerate(groups, 1):
        title = f"{item.title} ({number}/{len(groups)})" if len(groups) > 1 else item.subject
        sheet = references[number - 1] if number <= len(references) else ""
        take = _existing(item, group)
        parts.append(Part([(0, take)], title, number, sheet))
    return _limited(Plan(WorkKind.SPLIT, [item], parts))


def merge(items: Sequence[Item]) -> Plan:
    """One new item of all pages of these, in this order. Raises: BadPages, MovedOn."""
    if len(items) < 2:
        raise BadPages(_("Wählen Sie mindestens zwei Eingänge aus."))
    if len({item.office_id for item in items}) > 1:
        raise BadPages(_("Die Eingänge gehören verschiedenen Ämtern."))
    takes = [
        (place, [(number, 0) for number in range(1, (item.pages or 1) + 1)])
        for place, item in enumerate(items)
    ]
    return checked(Plan(WorkKind.MERGE, items, [Part(takes, items[0].subject)]))


def checked(plan: Plan) -> Plan:
    """The plan, if its items may be worked on. Raises: BadPages, MovedOn."""
    for item in plan.items:
        check_editable(item)
    return _limited(plan)


def _limited(plan: Plan) -> Plan:
    if sum(len(take) for part in plan.parts for _place, take in part.sources) > MOST_PAGES:
        raise BadPages(_("Das sind mehr als %(n)s Seiten auf einmal.") % {"n": MOST_PAGES})
    return plan


def check_editable(item: Item) -> None:
    """Raises: BadPages where the pages must or can not be touched, MovedOn."""
    if item.state != ItemState.READY:
        raise MovedOn
    if "password" in item.marks or not item.pages:
        raise BadPages(_("Die Seiten dieser Datei lassen sich nicht bearbeiten."))
    if item.content_type != "application/pdf" and not item.content_type.startswith("image/"):
        raise BadPages(_("Nur PDF-Dateien und Bilder haben Seiten, die sich bearbeiten lassen."))


def made(part: Part, items: Sequence[Item], told: Callable[[], None] | None = None) -> bytes:
    """The PDF of a part; `told` is called after each file that went in. Raises: BadPages."""
    takes = (Take(items[at].read(), items[at].content_type, pages) for at, pages in part.sources)
    return compose(takes, told)


def written(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The parts as JSON."""
    return [
        {
            "sources": [[place, [list(page) for page in pages]] for place, pages in part.sources],
            "title": part.title,
            "number": part.number,
            "sheet": part.sheet,
        }
        for part in parts
    ]


def read(rows: Sequence[dict[str, Any]]) -> list[Part]:
    """The parts back from JSON."""
    return [
        Part(
            [(place, [(page, turn) for page, turn in pages]) for place, pages in row["sources"]],
            row["title"],
            row["number"],
            row["sheet"],
        )
        for row in rows
    ]


def _existing(item: Item, pages: Sequence[Page]) -> Sequence[Page]:
    for number, _turn in pages:
        if not 1 <= number <= (item.pages or 0):
            raise BadPages(_("Eine Seite %(n)s gibt es nicht.") % {"n": number})
    return pages
