"""What can go wrong, in sentences for the operator."""

from __future__ import annotations

import errno
import os
from pathlib import Path

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class BackupFailed(Exception):
    """Base: the text says what happened and what to do."""


class WrongKey(BackupFailed):
    """The passphrase or the private key does not open this backup."""


class Damaged(BackupFailed):
    """A part of the backup was changed, cut off or lost; the text names it."""


class NotEmpty(BackupFailed):
    """There is a town already where one should be restored."""


class TooNew(BackupFailed):
    """The backup comes from a newer version of the software."""


def of_disk(error: OSError, place: Path) -> str:
    """What the system refused and where, in one sentence; at `place` where it does not say."""
    where = _where(error) or place
    if error.errno in FULL:
        return (
            f"Auf dem Datenträger von {where} ist kein Platz mehr. Frühere Backups sind heil; "
            "schaffen Sie Platz und wiederholen Sie es."
        )
    if error.errno in FORBIDDEN:
        return (
            f"Auf {where} darf dieser Befehl nicht lesen oder schreiben ({error.strerror}). Ist "
            "es der richtige Benutzer, und ist der Datenträger beschreibbar?"
        )
    return f"{where}: {error.strerror or error}"


def of_database(error: Exception) -> str:
    """Why the database does not answer, in one sentence."""
    reason = str(error).strip().splitlines()[:1]
    return f"Die Datenbank ist nicht nutzbar: {''.join(reason)}. Siehe DATABASE_URL."


def _where(error: OSError) -> Path | None:
    """The file of an error; the folder of one that could not be made."""
    if not isinstance(error.filename, (str, bytes)):
        return None
    path = Path(os.fsdecode(error.filename))
    return path if os.path.exists(path) else path.parent
