"""Watched folders: a scanner, a printer or a mail program writes, we take in.

A file is taken once size and time stayed the same between two looks. Only after the commit it
is moved to ``erledigt``; a crash before that means the same file is met again, recognised by
its path and digest, and only moved. Links are never followed, and nothing outside of the
folder is touched: every step opens relative to the folder itself, without following links.
One file or folder inside that cannot be read or moved is named, and holds up none of the others.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.jobs import enqueue
from rathaus.records.intake.actions.receive import limit_bytes, note_again, receive
from rathaus.records.intake.errors import NoRoom, SourceRefused
from rathaus.records.intake.models import Folder, FolderFile, FolderKind
from rathaus.records.intake.states import Source

log = logging.getLogger("rathaus.intake")
ACTOR = Actor.system("intake-folder")
DONE = "erledigt"
REFUSED = "abgelehnt"
MAX_DEPTH = 8
AT_ONCE = 200
SETTLED = timedelta(seconds=5)
FORGET = timedelta(days=2)
_SOURCES = {
    FolderKind.SCAN: Source.SCAN,
    FolderKind.PRINT: Source.PRINT,
    FolderKind.MAIL: Source.MAIL,
}
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", "~")


@dataclass(frozen=True)
class Seen:
    """A plain file in the folder."""

    parts: tuple[str, ...]
    size: int
    modified: int
    arrived: float
    """When it came into the folder, by the server's clock: a copy keeps the time of its original,
    and clocks of devices go wrong."""

    @property
    def path(self) -> str:
        """Folders and name, as people read it."""
        return _shown(self.parts)

    @property
    def digest(self) -> str:
        """Of the path, byte for byte."""
        return hashlib.sha256(b"/".join(os.fsencode(part) for part in self.parts)).hexdigest()


def _shown(parts: tuple[str, ...]) -> str:
    return "/".join(os.fsencode(part).decode("utf-8", "replace") for part in parts)


def check_path(path: str) -> Path:
    """The folder, if it may be watched. Raises: SourceRefused with what to do."""
    if not settings.RATHAUS_INTAKE_FOLDERS:
        raise SourceRefused(
            _("Der Betrieb muss erst erlauben, welche Ordner überwacht werden dürfen "
              "(RATHAUS_INTAKE_FOLDERS).")
        )  # fmt: skip
    wanted = Path(path)
    if not wanted.is_absolute() or "\0" in path or ".." in wanted.parts:
        raise SourceRefused(_("Geben Sie den ganzen Pfad an, zum Beispiel /srv/scan/steueramt."))
    try:
        real = wanted.resolve(strict=True)
        allowed = [Path(one).resolve() for one in settings.RATHAUS_INTAKE_FOLDERS]
    except OSError:
        raise SourceRefused(_("Diesen Ordner gibt es auf dem Server nicht.")) from None
    if not any(real.is_relative_to(one) for one in allowed):
        raise SourceRefused(_("Dieser Ordner liegt nicht unter den erlaubten Ordnern."))
    if not real.is_dir():
        raise SourceRefused(_("Das ist kein Ordner."))
    if not os.access(real, os.R_OK | os.W_OK | os.X_OK):
        raise SourceRefused(_("In diesem Ordner darf das Rathaus nicht lesen und schreiben."))
    return real


def run(folder_id: int) -> int:
    """Take in what is settled; returns how many new items."""
    folder = Folder.objects.select_related("office").filter(pk=folder_id, active=True).first()
    if folder is None:
        return 0
    look, error = _Look(), ""
    try:
        root = check_path(folder.path)
        base = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _take_all(folder, base, look)
        finally:
            os.close(base)
    except SourceRefused as refused:
        error = str(refused)
    except NoRoom:
        error = _(
            "Auf dem Server ist kein Speicherplatz mehr frei. Die Dateien bleiben im Ordner, bis "
            "wieder Platz ist."
        )
    except OSError as problem:
        log.warning("folder %s: %s", folder.pk, type(problem).__name__)
        error = _("Der Ordner ist nicht lesbar.")
    Folder.objects.filter(pk=folder.pk).update(
        last_run_at=now(),
        last_error=(error or look.problem())[:300],
        taken=F("taken") + look.taken,
    )
    FolderFile.objects.filter(folder=folder, seen_at__lt=now() - FORGET).delete()
    if look.waiting:  # do not make the person at the scanner wait for the next round
        with transaction.atomic():
            _again(folder)
    return look.taken


@dataclass
class _Look:
    """What one look found."""

    taken: int = 0
    waiting: bool = False
    unread: list[str] = field(default_factory=list)
    """Files and folders that the town's account must not read."""
    stuck: list[str] = field(default_factory=list)
    """Files that are taken in, but cannot be moved away."""

    def problem(self) -> str:
        """What somebody has to put right, "" for nothing."""
        if self.unread:
            text = ngettext(
                "%(n)s Datei oder Ordner lässt sich nicht lesen: %(name)s. Prüfen Sie die "
                "Zugriffsrechte.",
                "%(n)s Dateien oder Ordner lassen sich nicht lesen, zum Beispiel: %(name)s. "
                "Prüfen Sie die Zugriffsrechte.",
                len(self.unread),
            )
            return text % {"n": len(self.unread), "name": self.unread[0][:100]}
        if self.stuck:
            text = ngettext(
                "%(n)s Datei ist angekommen, lässt sich aber nicht nach „erledigt“ verschieben: "
                "%(name)s. Prüfen Sie die Zugriffsrechte.",
                "%(n)s Dateien sind angekommen, lassen sich aber nicht nach „erledigt“ "
                "verschieben, zum Beispiel: %(name)s. Prüfen Sie die Zugriffsrechte.",
                len(self.stuck),
            )
            return text % {"n": len(self.stuck), "name": self.stuck[0][:100]}
        return ""


def _again(folder: Folder) -> None:
    from rathaus.records.intake import jobs

    enqueue(
        jobs.look_into,
        run_at=now() + SETTLED,
        dedupe_key=f"intake.folder:{folder.pk}",
        folder_id=folder.pk,
    )


def _take_all(folder: Folder, base: int, look: _Look) -> None:
    for number, seen in enumerate(_walk(base, (), look)):
        # What stays where it is, look after look, must not use up the turn of the others.
        if number - len(look.unread) - len(look.stuck) >= AT_ONCE:
            look.waiting = True
            return
        if not _settled(folder, seen):
            look.waiting = True
            continue
        _take(folder, base, seen, look)


def _walk(handle: int, above: tuple[str, ...], look: _Look) -> Iterator[Seen]:
    """Plain files only, folder by folder, never through a link."""
    if len(above) > MAX_DEPTH:
        return
    with os.scandir(handle) as entries:
        found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    for entry in found:
        name = entry.name
        if name.startswith(".") or name.lower().endswith(_UNFINISHED):
            continue
        try:
            info = os.stat(name, dir_fd=handle, follow_symlinks=False)
        except FileNotFoundError:
            continue
        if stat.S_ISREG(info.st_mode):
            yield Seen((*above, name), info.st_size, info.st_mtime_ns, info.st_ctime)
        elif stat.S_ISDIR(info.st_mode) and not (not above and name in {DONE, REFUSED}):
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            try:
                inner = os.open(name, flags, dir_fd=handle)
            except OSError:
                look.unread.append(_shown((*above, name)))
                continue
            try:
                yield from _walk(inner, (*above, name), look)
            finally:
                os.close(inner)


def _settled(folder: Folder, seen: Seen) -> bool:
    """Whether the file looked the same at an earlier look, long enough ago."""
    moment = now()
    row, new = FolderFile.objects.get_or_create(
        folder=folder,
        path=seen.digest,
        defaults={"size": seen.size, "modified": seen.modified, "seen_at": moment},
    )
    if new:
        return False
    if (row.size, row.modified) != (seen.size, seen.modified):
        row.size, row.modified, row.seen_at = seen.size, seen.modified, moment
        row.save()
        return False
    return row.seen_at <= moment - SETTLED + timedelta(seconds=1)


def _take(folder: Folder, base: int, seen: Seen, look: _Look) -> None:
    if seen.size == 0 or seen.size > limit_bytes():
        _put_away(base, seen, REFUSED, look)
        log.warning("folder %s: a file of %s bytes was refused", folder.pk, seen.size)
        return
    content = _read(base, seen, look)
    if content is None:
        return
    item = receive(
        office=folder.office,
        source=_SOURCES[FolderKind(folder.kind)],
        name=seen.parts[-1],
        content=content,
        actor=ACTOR,
        source_detail=f"{folder.path}/{seen.path}",
        key=f"{folder.pk}:{seen.digest}:{hashlib.sha256(content).hexdigest()}",
        received_at=min(datetime.fromtimestamp(seen.arrived, UTC), now()),
    )
    look.taken += not item.was_known
    if not _put_away(base, seen, DONE, look):
        return
    if item.was_known:  # said once: not again with every look at a file that stays there
        note_again(item=item, actor=ACTOR)
    FolderFile.objects.filter(folder=folder, path=seen.digest).delete()


def _read(base: int, seen: Seen, look: _Look) -> bytes | None:
    """The bytes, unless the file changed or became something else just now."""
    try:
        with _inside(base, seen.parts[:-1]) as place:
            handle = os.open(seen.parts[-1], os.O_RDONLY | os.O_NOFOLLOW, dir_fd=place.handle)
    except FileNotFoundError:
        return None
    except OSError:
        look.unread.append(seen.path)
        return None
    with os.fdopen(handle, "rb") as file:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode):
            return None
        content = file.read(limit_bytes() + 1)
        after = os.fstat(handle)
    same = (after.st_size, after.st_mtime_ns) == (seen.size, seen.modified)
    return content if same and len(content) == seen.size else None


class _inside:
    """A folder below `base`, opened step by step without following links."""

    def __init__(self, base: int, parts: tuple[str, ...], *, make: bool = False) -> None:
        self.handle = os.dup(base)
        for part in parts:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, 0o770, dir_fd=self.handle)
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            try:
                inner = os.open(part, flags, dir_fd=self.handle)
            except OSError:
                os.close(self.handle)
                raise
            os.close(self.handle)
            self.handle = inner

    def __enter__(self) -> _inside:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.handle)


def _put_away(base: int, seen: Seen, where: str, look: _Look) -> bool:
    """Move the file below `where`, beside one of the same name; it may have gone already.

    False where it stays.
    """
    try:
        with (
            _inside(base, seen.parts[:-1]) as source,
            _inside(base, (where, *seen.parts[:-1]), make=True) as target,
        ):
            name = _free_name(target.handle, seen.parts[-1])
            os.rename(seen.parts[-1], name, src_dir_fd=source.handle, dst_dir_fd=target.handle)
    except FileNotFoundError:
        return True
    except OSError as problem:
        log.warning("a file was not moved to %s (%s)", where, type(problem).__name__)
        look.stuck.append(seen.path)
        return False
    return True


def _free_name(handle: int, name: str) -> str:
    stem, dot, end = name.rpartition(".")
    for number in range(1, 10_000):
        candidate = (
            name
            if number == 1
            else f"{stem or name} ({number}){dot if stem else ''}{end if stem else ''}"
        )
        try:
            os.stat(candidate, dir_fd=handle, follow_symlinks=False)
        except FileNotFoundError:
            return candidate
    return f"{now().timestamp()}-{name}"
