"""Short ways to the pages of the intake."""

from __future__ import annotations

from typing import Any

from rathaus.records.intake.models import Item

HOME = "/arbeit/eingang/"


def at(item: Item, *more: str) -> str:
    return HOME + "/".join([str(item.public_id), *more]) + "/"


def text(response: Any) -> str:
    return str(response.content.decode())
