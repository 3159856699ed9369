"""``rathaus``: the command for operators and machines.

Exit codes: 0 done, 1 found something, 2 wrong use.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from rathaus.backup.arguments import add_to as add_backup
from rathaus.cli_records import add_records
from rathaus.cli_town import add_town
from rathaus.core import memory

log = logging.getLogger("rathaus.cli")
SETUP = "If it was never set up or is of an earlier version, run: rathaus setup"
MOST_PROCESSES = 64
Command = Callable[[argparse.Namespace], int]


def main(argv: list[str] | None = None) -> int:
    """Parse, prepare Django, run; returns the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rathaus.settings")
    memory.arenas(1)
    os.umask(0o077)  # what is written is for the town's own account only
    parser = build_parser()
    arguments = parser.parse_args(argv)
    command: Command | None = getattr(arguments, "command", None)
    if command is None:
        parser.print_help()
        return 2
    try:
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except (ValueError, OSError) as error:  # SettingsError is a ValueError of that very module
        return _refuse(f"The settings of this town cannot be used. {error}")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError, ProgrammingError

    try:
        django.setup()
        return _execute(command, arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    except ImproperlyConfigured as error:
        return _refuse(f"The settings of this town cannot be used. {error}")
    except (OperationalError, ProgrammingError) as error:
        log.debug("for the developers", exc_info=True)
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return _refuse(f"The database cannot be used (DATABASE_URL): {reason}. {SETUP}")
    except OSError as error:
        log.debug("for the developers", exc_info=True)
        return _refuse(f"{error.filename or 'A file or a connection'}: {error.strerror or error}")


def _execute(command: Command, arguments: argparse.Namespace) -> int:
    from rathaus.core.keymark import WrongTownKey

    try:
        return command(arguments)
    except WrongTownKey as error:
        return _refuse(str(error))


def _refuse(text: str) -> int:
    print(text, file=sys.stderr)
    return 2


def build_parser() -> argparse.ArgumentParser:
    """All commands with their help."""
    parser = argparse.ArgumentParser(
        prog="rathaus",
        description="Offenes Rathaus: run, look after and check one town's installation.",
        epilog="Example: rathaus run --port 8000        Help for one command: rathaus jobs --help",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(name: str, text: str, command: Command, example: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, epilog=f"Example: {example}")
        sub.set_defaults(command=command)
        return sub

    run = add(
        "run",
        "Prepare the database, then run web and worker together.",
        _run,
        "rathaus run --port 8000 --demo",
    )
    web = add("web", "Run the web server only.", _web, "rathaus web --port 8000")
    for sub in (run, web):
        sub.add_argument("--port", type=_port, default=os.environ.get("PORT") or "8000")
        sub.add_argument("--host", default="127.0.0.1", help="address to listen on")
        sub.add_argument("--workers", type=_processes, default=2, help="web processes")
    run.add_argument("--demo", action="store_true", help="load the demo town if empty")
    add("worker", "Run the job worker only.", _worker, "rathaus worker")
    add("setup", "Create or update the database and the services shipped.", _setup, "rathaus setup")

    _group(
        commands,
        "demo",
        "The demo town Wiesmoor.",
        {
            "load": (
                "Load offices, staff, services and 40 cases into an empty database.",
                _demo_load,
            ),
        },
    )
    services = _group(
        commands,
        "services",
        "The catalogue of services.",
        {
            "list": ("List the services with version, fee and maturity.", _services_list),
            "check": ("Run the publish gate over service files.", _services_check),
        },
    )
    services["check"].add_argument("paths", nargs="*", type=Path, help="default: all shipped ones")
    add_records(_group, commands)
    add_town(_group, commands)
    jobs = _group(
        commands,
        "jobs",
        "Background jobs.",
        {
            "list": ("List dead or waiting jobs.", _jobs_list),
            "retry": ("Restart dead jobs.", _jobs_retry),
            "run": ("Run everything that is due, then end.", _jobs_run),
        },
    )
    jobs["list"].add_argument("--state", choices=["dead", "ready", "running"], default="dead")
    jobs["retry"].add_argument("ids", nargs="*", type=int, help="default: all dead jobs")
    identity = _group(
        commands,
        "identity",
        "The account systems people log in with (docs/identity.md).",
        {
            "check": ("Check settings, metadata and certificates of the sources.", _identity_check),
            "keys": ("Show, make or change our keys for a source.", _identity_keys),
        },
    )
    identity["check"].add_argument("sources", nargs="*", help="default: all of them")
    identity["check"].add_argument("--ask", action="store_true", help="call their log-in address")
    identity["check"].add_argument("--fetch", action="store_true", help="get their metadata anew")
    identity["keys"].epilog = "Example: rathaus identity keys bundid next"
    identity["keys"].add_argument("source", help="key of the source, e.g. bundid")
    identity["keys"].add_argument(
        "step",
        nargs="?",
        choices=["show", "make", "next", "roll", "drop"],
        default="show",
        help="next: prepare and publish; roll: put to use; drop: delete the old ones",
    )
    account = _group(
        commands,
        "account",
        "Residents' accounts.",
        {
            "unlock": ("Switch off codes from an app, after a look at the identity card.", _unlock),
            "address": ("Another address to log in with, where the mailbox is lost.", _address),
        },
    )
    account["unlock"].epilog = "Example: rathaus account unlock harm@example.org --by 'Insa Cordes'"
    account["unlock"].add_argument("email", help="address the person logs in with")
    account[
        "address"
    ].epilog = "Example: rathaus account address 22.30/2026-0002 neu@example.org --by 'Insa Cordes'"
    account["address"].add_argument(
        "who", help="address the person logged in with, or Aktenzeichen of one of the own cases"
    )
    account["address"].add_argument("new", help="address the person reads now")
    for one in account.values():
        one.add_argument(
            "--by", required=True, type=_who, metavar="NAME", help="who checked the identity card"
        )
    add_backup(
        add(
            "backup",
            "Back up database and files, encrypted, while the town works; or try a backup out.",
            _backup,
            "rathaus backup /mnt/backup --passphrase-file /root/passphrase --keep 7,4,12",
        ),
        add(
            "restore",
            "Restore a backup onto an empty machine.",
            _restore,
            "rathaus restore /mnt/backup --passphrase-file /root/passphrase",
        ),
    )
    doctor = add(
        "doctor",
        "Show what is configured, what is missing and what to do.",
        _doctor,
        "rathaus doctor --json",
    )
    doctor.add_argument("--json", action="store_true", help="machine-readable output")
    return parser


def _group(
    commands: Any, name: str, text: str, members: dict[str, tuple[str, Command]]
) -> dict[str, argparse.ArgumentParser]:
    first = next(iter(members))
    group = commands.add_parser(
        name, help=text, description=text, epilog=f"Example: rathaus {name} {first}"
    )
    subs = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    made = {}
    for key, (help_text, command) in members.items():
        sub = subs.add_parser(
            key, help=help_text, description=help_text, epilog=f"Example: rathaus {name} {key}"
        )
        sub.add_argument("--json", action="store_true", help="machine-readable output")
        sub.set_defaults(command=command)
        made[key] = sub
    return made


def _who(text: str) -> str:
    """A name for the history: without it nobody would answer for what was done."""
    name = " ".join(text.split())[:120]
    if not any(char.isalpha() for char in name):
        raise argparse.ArgumentTypeError("name the person who checked the identity card")
    return name


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")
    return int(text)


def _processes(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= MOST_PROCESSES:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_PROCESSES}, not {text!r}")
    return int(text)


def _no_simulation() -> bool:
    """The demo town is only for the simulation; says so where that is off."""
    from django.conf import settings

    if not settings.SIMULATION:
        print(
            "The demo town needs RATHAUS_SIMULATION=1: the password of its people is public.",
            file=sys.stderr,
        )
    return not settings.SIMULATION


def _run(arguments: argparse.Namespace) -> int:
    from rathaus import server

    if arguments.demo and _no_simulation():
        return 2
    return server.run(
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
        demo=arguments.demo,
    )


def _web(arguments: argparse.Namespace) -> int:
    from rathaus import server

    server.web(arguments.host, arguments.port, arguments.workers)
    return 0


def _worker(arguments: argparse.Namespace) -> int:
    from rathaus.core import keymark
    from rathaus.core.clock import today
    from rathaus.core.worker import Worker
    from rathaus.organisation import calendar

    keymark.check()
    calendar.holiday_name(today())  # asked once, before a transaction has to wait for it
    Worker().run()
    return 0


def _setup(arguments: argparse.Namespace) -> int:
    from rathaus import server

    server.prepare()
    return 0


def _demo_load(arguments: argparse.Namespace) -> int:
    from rathaus import server

    if _no_simulation():
        return 2
    server.prepare()
    return server.load_demo(as_json=arguments.json)


def _services_list(arguments: argparse.Namespace) -> int:
    from rathaus.catalogue import cli

    return cli.list_command(json=arguments.json)


def _services_check(arguments: argparse.Namespace) -> int:
    from rathaus.catalogue import cli

    return cli.check_command(arguments.paths, json=arguments.json)


def _backup(arguments: argparse.Namespace) -> int:
    from rathaus.backup import cli

    return cli.backup_command(arguments)


def _restore(arguments: argparse.Namespace) -> int:
    from rathaus.backup import cli

    return cli.restore_command(arguments)


def _jobs_list(arguments: argparse.Namespace) -> int:
    from rathaus.core.models import Job

    rows = Job.objects.filter(state=arguments.state).order_by("run_at")
    if arguments.json:
        fields = ("id", "name", "args", "state", "attempts", "run_at", "last_error")
        print(json.dumps(list(rows.values(*fields)), default=str, ensure_ascii=False))
    else:
        for row in rows:
            reason = row.last_error.strip().splitlines()[-1] if row.last_error.strip() else ""
            print(f"{row.pk:>8}  {row.name:<36} tries {row.attempts:<3} {reason[:80]}")
        print(f"{len(rows)} {arguments.state} job(s)")
    return 1 if arguments.state == "dead" and rows else 0


def _jobs_retry(arguments: argparse.Namespace) -> int:
    from rathaus.core import jobs
    from rathaus.core.models import Job, JobState

    rows = Job.objects.filter(state=JobState.DEAD)
    if arguments.ids:
        rows = rows.filter(pk__in=arguments.ids)
    revived = sum(jobs.retry(row) for row in rows)
    print(json.dumps({"restarted": revived}) if arguments.json else f"{revived} restarted")
    return 0


def _jobs_run(arguments: argparse.Namespace) -> int:
    from rathaus.core import jobs

    jobs.tick()
    count = jobs.run_pending(limit=1_000_000)
    print(json.dumps({"ran": count}) if arguments.json else f"{count} ran")
    return 0


def _identity_check(arguments: argparse.Namespace) -> int:
    from rathaus.accounts import cli

    return cli.check_command(
        arguments.sources, ask=arguments.ask, fetch=arguments.fetch, json=arguments.json
    )


def _identity_keys(arguments: argparse.Namespace) -> int:
    from rathaus.accounts import cli

    return cli.keys_command(arguments.source, arguments.step, json=arguments.json)


def _unlock(arguments: argparse.Namespace) -> int:
    from rathaus.accounts.actions import recovery
    from rathaus.core.actors import Actor

    actor = Actor.staff("", arguments.by)
    try:
        recovery.switch_off_second_step(account=recovery.find(arguments.email), actor=actor)
    except recovery.NoSecondStep:
        if arguments.json:
            print(json.dumps({"unlocked": False}))
        print("Kein Konto mit eingeschalteter App unter dieser Adresse.", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps({"unlocked": True}))
    else:
        print("Ausgeschaltet. Die Person meldet sich wieder mit dem Passwort an.")
    return 0


def _address(arguments: argparse.Namespace) -> int:
    from rathaus import cli_account

    return cli_account.address_command(arguments.who, arguments.new, by=arguments.by)


def _doctor(arguments: argparse.Namespace) -> int:
    from rathaus import doctor

    return doctor.command(as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
