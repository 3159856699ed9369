"""What arrived at a house and what left it, to be read by people."""

from __future__ import annotations

from collections.abc import Iterable

from rathaus.core import clock
from rathaus.simulation.bundid.houses import House
from rathaus.simulation.models import SimulatedMessage

KEPT = 100
"""Messages per house."""


def arrived(house: House, raw: bytes, *, title: str, remarks: Iterable[str] = ()) -> None:
    """Note a request."""
    _note(house, title, remarks, incoming=True, xml=raw)


def sent(
    house: House, xml: bytes, inside: bytes, *, title: str, remarks: Iterable[str] = ()
) -> None:
    """Note an answer, with what was encrypted in it."""
    _note(house, title, remarks, incoming=False, xml=xml, inside=inside)


def of(house: House) -> list[SimulatedMessage]:
    """Messages of a house, newest first, without their content."""
    rows = SimulatedMessage.objects.filter(house=house.key).order_by("-pk")
    return list(rows.defer("xml", "inside")[:KEPT])


def last_answer(house: House) -> SimulatedMessage | None:
    """The answer that was sent last, with data in it."""
    rows = SimulatedMessage.objects.filter(house=house.key, incoming=False)
    return rows.exclude(inside="").order_by("-pk").first()


def _note(
    house: House,
    title: str,
    remarks: Iterable[str],
    *,
    incoming: bool,
    xml: bytes,
    inside: bytes = b"",
) -> None:
    made = SimulatedMessage.objects.create(
        house=house.key,
        incoming=incoming,
        title=title[:200],
        xml=_text(xml),
        inside=_text(inside),
        remarks=[str(one) for one in remarks],
        created_at=clock.now(),
    )
    rows = SimulatedMessage.objects.filter(house=house.key, pk__lt=made.pk).order_by("-pk")
    oldest = rows.values_list("pk", flat=True)[KEPT - 1 : KEPT].first()
    if oldest is not None:
        SimulatedMessage.objects.filter(house=house.key, pk__lte=oldest).delete()


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").replace("\0", "�")  # PostgreSQL takes no NUL
