"""Whether the town's key is the one that this database was begun with.

A lost key is made anew by itself, like that of a fresh town. Everything that is stored from then on
would be closed with it, and unreadable once the right key is back.
"""

from __future__ import annotations

from rathaus.core import storage
from rathaus.core.clock import now
from rathaus.core.models import Blob, KeyMark
from rathaus.core.secrets import town_key


class WrongTownKey(RuntimeError):
    """The key does not belong to what is stored; the text says what to do (for operators)."""

    def __init__(self) -> None:
        super().__init__(
            "The town key (RATHAUS_TOWN_KEY or keys/town_key in RATHAUS_DATA) is not the one that "
            "the stored documents are closed with. Bring the right key back, for example from the "
            "backup (docs/operations.md). Nothing was started or changed."
        )


def check() -> None:
    """Raises: WrongTownKey. A database that was never settled has nothing to compare with."""
    known = KeyMark.objects.first()
    if known is not None and known.mark != mark():
        raise WrongTownKey


def settle() -> None:
    """Remember the key of a new town, or of one from before this was remembered, and `check`.

    Raises: WrongTownKey.
    """
    if not KeyMark.objects.exists():
        newest = Blob.objects.exclude(wrapped_key=b"").order_by("-pk").first()
        if newest is not None and not storage.opens(newest):
            raise WrongTownKey
        KeyMark.objects.get_or_create(defaults={"mark": mark(), "created_at": now()})
    check()


def mark() -> str:
    """Tells keys apart and gives nothing of them away; backups carry it, too."""
    return town_key("backup mark").hex()[:16]
