"""What the commands ``backup`` and ``restore`` take; needs no settings."""

from __future__ import annotations

import argparse
from pathlib import Path

STEPS = ("verify", "list", "prune", "key")


def add_to(backup: argparse.ArgumentParser, restore: argparse.ArgumentParser) -> None:
    """The arguments of both commands."""
    backup.add_argument(
        "words",
        nargs="+",
        metavar="[verify|list|prune|key] FOLDER|FILE",
        help="a folder keeps many backups, a file (name with an ending) one; "
        "verify restores into a scratch place and checks the record; key makes a pair of keys",
    )
    backup.add_argument("--recipient", type=Path, help="public key: this machine cannot read it")
    backup.add_argument(
        "--with-town-key", action="store_true", help="put the keys of the town into it (escrow)"
    )
    backup.add_argument(
        "--keep",
        default="",
        metavar="DAYS,WEEKS,MONTHS",
        help="what prune keeps, e.g. 7,4,12; at least one day",
    )
    restore.add_argument("target", type=Path, metavar="FOLDER|FILE")
    for parser in (backup, restore):
        parser.add_argument("--passphrase-file", type=Path, help="file with the passphrase")
        parser.add_argument("--private-key", type=Path, help="opens what --recipient closed")
        parser.add_argument("--snapshot", default="", help="which one; default: the newest")
        parser.add_argument("--json", action="store_true", help="machine-readable output")
