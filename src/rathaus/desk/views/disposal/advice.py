"""What helps when a message of an archive was refused, by the key of the refusal."""

from __future__ import annotations

from django.utils.translation import gettext as _

DANGER = frozenset({"xml-dtd", "zip-bomb", "zip-path", "zip-twice", "too-many", "unexpected-files"})
"""What no archive's software writes by itself."""
DAMAGED = frozenset(
    {"zip-broken", "xml-broken", "no-file", "no-message", "not-xdomea", "file-missing"}
)
ELSEWHERE = frozenset({"unknown-process", "wrong-archive", "unknown-origin", "wrong-direction"})
VERSION = frozenset({"wrong-version", "version"})


def on(key: str) -> str:
    """The next step, in one or two sentences."""
    if key in DANGER:
        return _(
            "So etwas schreibt kein Archivsystem von selbst; es kann ein Angriff sein. Öffnen Sie"
            " die Datei nicht. Rufen Sie das Archiv an und sagen Sie dem Betrieb Bescheid."
        )
    if key in DAMAGED:
        return _("Die Datei kam unvollständig an oder ist die falsche. Bitten Sie um eine neue.")
    if key in ELSEWHERE:
        return _("Fragen Sie das Archiv, zu welcher Aussonderung die Nachricht gehört.")
    if key in VERSION:
        return _("Klären Sie mit dem Archiv die Fassung; sie steht unter „Archive“.")
    if key == "zip-encrypted":
        return _("Bitten Sie das Archiv, die Datei ohne Kennwort zu schicken.")
    if key == "too-large":
        return _("Bitten Sie das Archiv, kleinere Nachrichten zu schicken.")
    return _(
        "Nennen Sie dem Archiv diesen Grund. Es muss die Nachricht berichtigen und neu schicken."
    )
