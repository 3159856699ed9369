"""The inner side of a restore for trial: this process takes the scratch place for the town."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

PIECE = 1024 * 1024
NO_TRIAL = 3
"""Exit code where the machine is to blame and not the backup; the reason is on stderr."""


def main() -> int:
    """Wait until the pieces are there, restore the database, verify everything; JSON on stdout."""
    if sys.stdin.readline().strip() != "go":
        return 2
    import django

    django.setup()
    from django.core.management import call_command

    from rathaus.backup import database
    from rathaus.backup.errors import BackupFailed, of_disk
    from rathaus.records.evidence import cli

    try:
        database.restore(_pieces(Path("database.dump")))
    except BackupFailed as error:
        sys.stderr.write(str(error))
        return 1
    except OSError as error:
        sys.stderr.write(of_disk(error, Path.cwd()))
        return NO_TRIAL
    call_command("migrate", verbosity=0, interactive=False)
    seal = Path(sys.argv[1]) if sys.argv[1] else None
    return cli.verify_command(json=True, fresh=True, anchors=seal)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


if __name__ == "__main__":
    sys.exit(main())
