"""``rathaus records …``: the commands of the electronic record."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

Group = Callable[..., dict[str, argparse.ArgumentParser]]


def add_records(group: Group, commands: Any) -> None:
    """Add the group to the parser; `group` makes one of names, texts and functions."""
    records = group(
        commands,
        "records",
        "The electronic record.",
        {
            "verify": (
                "Check every chain, document, file and seal; names what was changed.",
                _verify,
            ),
            "seal": ("Seal what is new and ask for time stamps now.", _seal),
            "renew": ("Renew evidence that is due, or hash all of it anew.", _renew),
            "anchor": ("Print the newest seal, to be kept outside.", _anchor),
            "offer": ("Offer what is due to an archive (xdomea 0501).", _offer),
            "transfer": ("Hand over what an archive wants (xdomea 0503).", _transfer),
            "receive": ("Take in messages of an archive (0502, 0504, 0506, 0507).", _receive),
            "dispose": ("Show where the processes of disposal stand.", _dispose),
            "plan": ("Take the filing plan in from a file, or give it out.", _plan),
            "import": ("Take legacy files over from a folder or a table (CSV).", _import),
            "reindex": ("Make findable what the search does not know yet.", _reindex),
            "renditions": ("Previews, text and PDF/A: the queue, and making anew.", _renditions),
        },
    )
    _renditions_arguments(records["renditions"])
    records["reindex"].epilog = "Example: rathaus records reindex --from-scratch"
    records["reindex"].add_argument(
        "--from-scratch", action="store_true", help="read everything again; goes on if interrupted"
    )
    _disposal_arguments(records)
    records["verify"].add_argument(
        "--since", type=_day, metavar="YYYY-MM-DD", help="only cases with events since that day"
    )
    records["verify"].add_argument(
        "--sample",
        type=_per_cent,
        default=100,
        metavar="PERCENT",
        help="read the files of so many of the cases; chains and rows are checked of all",
    )
    records["verify"].add_argument(
        "--fresh", action="store_true", help="begin anew instead of going on after an interruption"
    )
    records["verify"].add_argument(
        "--anchor", type=Path, metavar="FILE", help="compare with seals kept outside"
    )
    records["plan"].epilog = "Example: rathaus records plan import aktenplan.csv --dry-run"
    records["plan"].add_argument("direction", choices=["import", "export"])
    records["plan"].add_argument("file", type=Path, help='CSV or xdomea 0301; "-" for the screen')
    records["plan"].add_argument(
        "--format",
        choices=["csv", "xdomea-3-0", "xdomea-3-1", "xdomea-4-0"],
        default="csv",
        help="of the export",
    )
    records["plan"].add_argument(
        "--dry-run", action="store_true", help="only show what an import would change"
    )
    _import_arguments(records["import"])
    records["renew"].add_argument(
        "--hash",
        choices=["sha384", "sha512", "sha3_256", "sha3_512"],
        default="",
        help="hash every sealed object anew with this algorithm (RFC 4998 §5.2)",
    )


def _disposal_arguments(records: dict[str, argparse.ArgumentParser]) -> None:
    records["offer"].epilog = "Example: rathaus records offer kreisarchiv --plan 32 --limit 100"
    records["offer"].add_argument("archive", help="folder or name of the archive")
    records["offer"].add_argument("--plan", default="", help="only below this filing code")
    records["offer"].add_argument("--limit", type=_count, default=500, help="at most so many cases")
    records["transfer"].epilog = "Example: rathaus records transfer AUS-2026-001"
    records["transfer"].add_argument("process", help="reference of the process")
    records["receive"].epilog = "Example: rathaus records receive antwort.zip --json"
    records["receive"].add_argument("files", nargs="+", type=Path, help="zip or XML files")
    records["dispose"].epilog = "Example: rathaus records dispose status --json"
    records["dispose"].add_argument("what", nargs="?", choices=["status"], default="status")


def _per_cent(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 100:
        raise argparse.ArgumentTypeError(f"a percentage is a number from 1 to 100, not {text!r}")
    return int(text)


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time.min, tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day is written 2026-11-27, not {text!r}") from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= 1_000):
        raise argparse.ArgumentTypeError(f"a number from 1 to 1000, not {text!r}")
    return int(text)


def _offer(arguments: argparse.Namespace) -> int:
    from rathaus.records.disposal import cli

    return cli.offer_command(
        arguments.archive, plan_code=arguments.plan, limit=arguments.limit, json=arguments.json
    )


def _transfer(arguments: argparse.Namespace) -> int:
    from rathaus.records.disposal import cli

    return cli.transfer_command(arguments.process, json=arguments.json)


def _receive(arguments: argparse.Namespace) -> int:
    from rathaus.records.disposal import cli

    return cli.receive_command(arguments.files, json=arguments.json)


def _dispose(arguments: argparse.Namespace) -> int:
    from rathaus.records.disposal import cli

    return cli.status_command(json=arguments.json)


def _renditions_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Example: rathaus records renditions make --failed"
    parser.add_argument(
        "step", nargs="?", choices=["show", "make"], default="show", help="default: show the queue"
    )
    parser.add_argument("--failed", action="store_true", help="make: those that failed")
    parser.add_argument("--all", action="store_true", help="make: those of every document")


def _renditions(arguments: argparse.Namespace) -> int:
    from rathaus.records.renditions import cli

    if arguments.step == "make":
        return cli.make_command(
            failed=arguments.failed, everything=arguments.all, json=arguments.json
        )
    return cli.show_command(json=arguments.json)


def _verify(arguments: argparse.Namespace) -> int:
    from rathaus.records.evidence import cli

    return cli.verify_command(
        json=arguments.json,
        since=arguments.since,
        sample=arguments.sample,
        fresh=arguments.fresh,
        anchors=arguments.anchor,
    )


def _reindex(arguments: argparse.Namespace) -> int:
    from rathaus.records.finding import cli

    return cli.reindex_command(from_scratch=arguments.from_scratch, json=arguments.json)


def _seal(arguments: argparse.Namespace) -> int:
    from rathaus.records.evidence import cli

    return cli.seal_command(json=arguments.json)


def _renew(arguments: argparse.Namespace) -> int:
    from rathaus.records.evidence import cli

    return cli.renew_command(algorithm=arguments.hash, json=arguments.json)


def _anchor(arguments: argparse.Namespace) -> int:
    from rathaus.records.evidence import cli

    return cli.anchor_command(json=arguments.json)


def _plan(arguments: argparse.Namespace) -> int:
    from rathaus.records import cli_plan

    if arguments.direction == "export":
        return cli_plan.export_command(arguments.file, kind=arguments.format, json=arguments.json)
    return cli_plan.import_command(arguments.file, dry_run=arguments.dry_run, json=arguments.json)


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Example: rathaus records import /srv/alt/schrank3 --office steueramt --dry-run; "
        "then rathaus records import --resume UE-2026-0001"
    )
    parser.add_argument("source", nargs="?", type=Path, help="folder, or CSV beside its files")
    parser.add_argument("--dry-run", action="store_true", help="read and report, file nothing")
    parser.add_argument("--resume", default="", metavar="ID", help="go on with this import")
    parser.add_argument("--office", default="", metavar="KEY", help="whose files these are")
    parser.add_argument("--levels", default="", help="folders from the top: aktenplan/akte/vorgang")
    parser.add_argument("--plan", default="", metavar="CODE", help="place for what names none")
    parser.add_argument("--dossier", default="", metavar="TITLE", help="its dossier")
    parser.add_argument(
        "--closing",
        choices=["name", "last", "open"],
        default="name",
        help="closing date: year in the name, newest document, or cases stay open",
    )
    parser.add_argument("--by", default="", metavar="NAME", help="who imports, for the history")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report (CSV) there")


def _import(arguments: argparse.Namespace) -> int:
    from rathaus.records.legacy import cli

    if arguments.source is not None and not arguments.source.exists():
        print(f"{arguments.source}: gibt es nicht.", file=sys.stderr)
        return 2
    return cli.import_command(
        cli.Wanted(
            source=arguments.source,
            resume=arguments.resume,
            dry_run=arguments.dry_run,
            office=arguments.office,
            levels=arguments.levels,
            plan=arguments.plan,
            dossier=arguments.dossier,
            closing=arguments.closing,
            by=arguments.by,
            report=arguments.report,
            json=arguments.json,
        )
    )
