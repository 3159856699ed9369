"""``rathaus backup`` and ``rathaus restore``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseTrouble
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from rathaus.backup import create, keys, prune
from rathaus.backup import restore as restoring
from rathaus.backup.arguments import STEPS
from rathaus.backup.errors import BackupFailed, of_database, of_disk
from rathaus.backup.keys import Secret


def backup_command(arguments: argparse.Namespace) -> int:
    """0 done, 1 something is wrong with the record, with a backup that was made or with keeping
    order among the old ones, 2 wrong use or no backup.
    """
    step, target = _asked(arguments.words)
    if not target:
        return _refused(
            "Verwendung: rathaus backup [verify|list|prune|key] ORDNER|DATEI "
            "(ein Ordner, der heißt wie ein Schritt: ./verify)"
        )
    run: Callable[[Path, argparse.Namespace], int] = globals()[f"_{step}"]
    return _told(lambda: run(Path(target), arguments))


def restore_command(arguments: argparse.Namespace) -> int:
    """0 restored, 2 not."""
    return _told(lambda: _restore(arguments))


def _told(run: Callable[[], int]) -> int:
    """What `run` returns; 2 and a sentence where the backup, disk or database hinders it."""
    try:
        return run()
    except BackupFailed as error:
        return _refused(str(error))
    except BrokenPipeError:
        raise  # who reads our output has enough of it
    except OSError as error:
        return _refused(of_disk(error, settings.DATA_DIR))
    except DatabaseTrouble as error:
        return _refused(of_database(error))


def _restore(arguments: argparse.Namespace) -> int:
    with restoring.opened(arguments.target, _secret(arguments)) as place, _bar() as bar:
        snapshot = restoring.choose(place, arguments.snapshot)
        done = restoring.restore(place, snapshot, progress=bar)
    if arguments.json:
        print(json.dumps(done.__dict__))
        return 0
    print(f"Wiederhergestellt: Stand {done.snapshot}, {done.files} Dateien.")
    if done.missing:
        print(f"{done.missing} Dateien fehlten schon beim Backup: rathaus records verify")
    if done.town_key == "wanted":
        print(
            "Jetzt den Stadtschlüssel der alten Maschine nach keys/town_key legen (aus dem Safe): "
            "Ohne ihn ist kein Dokument lesbar."
        )
    if done.outdated:
        print("Die Software ist neuer als das Backup. Jetzt: rathaus setup")
    print("Danach prüfen: rathaus records verify")
    return 0


def _asked(words: list[str]) -> tuple[str, str]:
    """Step and target; no target for wrong use.

    A step alone is wrong use: the target got lost, such as an empty variable in a crontab.
    """
    if len(words) == 2 and words[0] in STEPS:
        return words[0], words[1]
    if len(words) == 1 and words[0] not in STEPS:
        return "create", words[0]
    return "", ""


def _create(target: Path, arguments: argparse.Namespace) -> int:
    rule = _rule(arguments.keep) if arguments.keep else None
    as_file = target.is_file() or (not target.is_dir() and bool(target.suffix))
    secret = _secret(arguments)
    if rule and not as_file and not secret.reads:
        raise BackupFailed(
            "--keep muss die Backups lesen, und der öffentliche Schlüssel kann das nicht. Lassen "
            "Sie --keep hier weg und räumen Sie dort auf, wo der private Schlüssel liegt: rathaus "
            f"backup prune {target} --private-key DATEI --keep {arguments.keep}"
        )
    make = create.into_file if as_file else create.into_folder
    with _bar() as bar:
        made = make(target, secret, with_keys=arguments.with_town_key, progress=bar)
    gone, untidy = _tidied(target, secret, rule) if rule and not as_file else ([], "")
    problem = " ".join(filter(None, (made.problem, untidy)))
    if arguments.json:
        print(json.dumps({**made.__dict__, "forgotten": gone, "problem": problem}))
    else:
        print(f"Backup {made.snapshot}: {made.files} Dateien, {made.copied} davon neu.")
        if not arguments.with_town_key:
            print("Der Stadtschlüssel ist nicht dabei. Bewahren Sie ihn getrennt auf.")
        for name in made.missing[:20]:
            print(f"Fehlt in der Ablage: {name}")
    if problem:
        print(problem, file=sys.stderr)
    return 1 if made.missing or problem else 0


def _tidied(target: Path, secret: Secret, rule: prune.Rule) -> tuple[list[str], str]:
    """What was forgotten, and what hindered that: the new backup is there all the same."""
    try:
        with restoring.opened(target, secret) as place:
            return prune.prune(place, rule)[0], ""
    except (BackupFailed, OSError) as error:
        reason = of_disk(error, target) if isinstance(error, OSError) else error
        return [], f"Das Backup ist gemacht. Alte sind nicht alle aufgeräumt: {reason}"


def _verify(target: Path, arguments: argparse.Namespace) -> int:
    with restoring.opened(target, _secret(arguments)) as place:
        snapshot = restoring.choose(place, arguments.snapshot)
        trial = restoring.try_out(place, snapshot, target)
    if arguments.json:
        print(json.dumps(trial.__dict__, ensure_ascii=False))
    elif trial.ok:
        print(
            f"Stand {snapshot} wiederhergestellt und geprüft: "
            f"{trial.report.get('documents', 0)} Dokumente, alles unverändert."
        )
    else:
        print(f"Stand {snapshot} hält nicht. {trial.problem}")
        for row in trial.report.get("findings", [])[:50]:
            print(f"  {row['object']}: {row['what']}")
    return 0 if trial.ok else 1


def _list(target: Path, arguments: argparse.Namespace) -> int:
    with restoring.opened(target, Secret()) as place:
        found = place.snapshots()
    print(json.dumps(found) if arguments.json else "\n".join(found) or "Noch keines.")
    return 0


def _prune(target: Path, arguments: argparse.Namespace) -> int:
    rule = _rule(arguments.keep)
    with restoring.opened(target, _secret(arguments)) as place:
        gone, files = prune.prune(place, rule)
    text = f"{len(gone)} Backups und {files} Dateien gelöscht."
    print(json.dumps({"forgotten": gone, "files": files}) if arguments.json else text)
    return 0


def _key(target: Path, arguments: argparse.Namespace) -> int:
    public = keys.make_pair(target)
    print(
        json.dumps({"private": str(target), "public": str(public)})
        if arguments.json
        else (
            f"Geheim: {target} (gehört auf keinen Server, sondern in den Safe)\n"
            f"Öffentlich: {public} (für --recipient)"
        )
    )
    return 0


def _secret(arguments: argparse.Namespace) -> Secret:
    named = os.environ.get("RATHAUS_BACKUP_PASSPHRASE_FILE")
    recipient = os.environ.get("RATHAUS_BACKUP_RECIPIENT")
    chosen = getattr(arguments, "recipient", None)
    given = arguments.passphrase_file or arguments.private_key or chosen
    return keys.from_files(
        passphrase=arguments.passphrase_file or (Path(named) if named and not given else None),
        recipient=chosen or (Path(recipient) if recipient and not given else None),
        private=arguments.private_key,
    )


def _rule(text: str) -> prune.Rule:
    try:
        return prune.Rule.parse(text or "")
    except ValueError:
        raise BackupFailed(
            "--keep hat die Form 7,4,12: Tage (mindestens einer), Wochen, Monate."
        ) from None


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Dateien", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _refused(text: str) -> int:
    print(text, file=sys.stderr)
    return 2
