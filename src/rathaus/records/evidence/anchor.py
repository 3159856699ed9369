"""The newest seal told to a place outside: it shows an old backup put in place of the record.

Everything inside an old backup is right. That it is old can only be seen from outside, so the
number and the hash of the newest seal go to a file or an e-mail address, or onto paper.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Max
from django.utils.translation import gettext as _

from rathaus.core.clock import now
from rathaus.records.evidence.models import Seal

_LINE = re.compile(r"Siegel (\d{1,9}) vom (\S+) ([0-9a-f]{64,128})")


class NoAnchor(ValueError):
    """The file holds no line of the form that `line` makes."""


@dataclass(frozen=True)
class Anchor:
    """A seal as it was told outside."""

    number: int
    at: str
    hash: str


def line(seal: Seal) -> str:
    """One line for outside: ``Siegel 12 vom 2026-11-27T03:00:00Z 3f…``."""
    return f"Siegel {seal.number} vom {seal.at:%Y-%m-%dT%H:%M:%SZ} {seal.hash}"


def read(path: Path) -> list[Anchor]:
    """All seals named in a file, whatever else stands there. Raises: OSError, NoAnchor."""
    text = path.read_text(encoding="utf-8", errors="replace")
    found = [Anchor(int(n), at, value) for n, at, value in _LINE.findall(text)]
    if not found:
        raise NoAnchor(_("In %(file)s steht kein Siegel.") % {"file": path})
    return found


def compare(anchors: list[Anchor]) -> Iterator[tuple[str, str, str, str]]:
    """Findings: (where, what, expected, found)."""
    here = dict(Seal.objects.values_list("number", "hash"))
    newest = Seal.objects.aggregate(top=Max("number"))["top"] or 0
    latest = max(anchors, key=lambda anchor: anchor.number)
    if latest.number > newest:
        told = f"Siegel {latest.number} vom {latest.at}"
        yield "Siegel", "older state restored", told, f"Siegel {newest}"
    for anchor in anchors:
        found = here.get(anchor.number)
        if found is None and anchor.number <= newest:
            yield f"Siegel {anchor.number}", "seal told outside is missing", anchor.hash, ""
        elif found is not None and found != anchor.hash:
            yield f"Siegel {anchor.number}", "not the seal told outside", anchor.hash, found


def publish() -> str:
    """Tell the newest seal to the place of the setting; returns the line, "" for nothing to do.

    Raises: OSError where the file cannot be written.
    """
    seal = Seal.objects.order_by("-number").first()
    place = settings.RATHAUS_EVIDENCE_ANCHOR
    if seal is None or not place:
        return ""
    text = line(seal)
    if "@" in place:
        subject = _("Neuestes Siegel der E-Akte (%(day)s)") % {"day": f"{now():%d.%m.%Y}"}
        words = _("Bitte bewahren Sie diese Zeile außerhalb des Rathauses auf:")
        send_mail(subject, f"{words}\n\n{text}\n", None, [place])
        return text
    path = Path(place)
    with contextlib.suppress(OSError, NoAnchor):
        if read(path)[-1].number == seal.number:
            return text
    with path.open("a", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return text
