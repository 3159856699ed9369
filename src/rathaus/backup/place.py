"""The folder of a backup: pieces that appear whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rathaus.backup.errors import BackupFailed, Damaged
from rathaus.backup.keys import Keyring, Secret, derive
from rathaus.core import sealedfile

FORMAT = 1
STAMP = "%Y%m%dT%H%M%SZ"
SNAPSHOT = re.compile(r"\d{8}T\d{6}Z")
IDENT = 16


class Place:
    """A backup folder, opened with a secret."""

    def __init__(self, folder: Path, secret: Secret) -> None:
        self.folder = folder
        self.keys = Keyring(folder / "keys", secret)
        self._writing: tuple[bytes, bytes] | None = None

    def prepare(self) -> None:
        """Make the folder, or make sure it is one of ours. Raises: BackupFailed."""
        head = self.folder / "backup.json"
        if head.exists():
            self.check_format()
            return
        if self.folder.exists() and any(self.folder.iterdir()):
            raise BackupFailed(f"{self.folder} ist weder leer noch ein Backup.")
        for name in ("objects", "snapshots", "keys"):
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        head.write_text(json.dumps({"product": "offenes-rathaus", "format": FORMAT}))

    def check_format(self) -> None:
        """Raises: BackupFailed for a folder that is no backup, or of a newer format."""
        try:
            head = json.loads((self.folder / "backup.json").read_text(encoding="ascii"))
            known = head["product"] == "offenes-rathaus" and int(head["format"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupFailed(f"{self.folder} ist kein Backup des Offenen Rathauses.") from error
        if not known or known > FORMAT:
            raise BackupFailed(
                f"Das Backup in {self.folder} hat ein neueres Format. Nehmen Sie die Fassung der "
                "Software, mit der es gemacht wurde, oder eine neuere."
            )

    def snapshots(self) -> list[str]:
        """Complete snapshots, oldest first."""
        found = (self.folder / "snapshots").glob("*/manifest")
        return sorted(path.parent.name for path in found if SNAPSHOT.fullmatch(path.parent.name))

    def has(self, name: str, size: int) -> bool:
        """Whether the object is there, whole, for contents of `size` bytes."""
        path = self._object(name)
        return path.exists() and path.stat().st_size == sealed_size(size)

    def put(self, name: str, content: IO[bytes]) -> None:
        """Store an object."""
        path = self._object(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.writing(path, f"object:{name}") as out:
            shutil.copyfileobj(content, out, sealedfile.FRAME)

    def get(self, name: str) -> Iterator[bytes]:
        """The content of an object. Raises: Damaged."""
        return self.reading(self._object(name), f"object:{name}")

    def objects(self) -> Iterator[tuple[str, Path]]:
        """All objects by name."""
        top = self.folder / "objects"
        for path in top.rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(top).as_posix(), path

    def unlock(self) -> tuple[bytes, bytes]:
        """Id and key that pieces are written with. Raises: WrongKey."""
        if self._writing is None:
            self._writing = self.keys.current()
        return self._writing

    @contextmanager
    def writing(self, path: Path, name: str) -> Iterator[sealedfile.Writer]:
        """A sealed piece that appears at `path` once it is complete and on the disk."""
        ident, key = self.unlock()
        scratch = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with scratch.open("wb") as file:
                file.write(ident)
                out = sealedfile.Writer(file, derive(key, name))
                yield out
                out.close()
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)

    def reading(self, path: Path, name: str) -> Iterator[bytes]:
        """The plain bytes of a piece. Raises: Damaged (names it), WrongKey."""
        try:
            with path.open("rb") as file:
                key = self.keys.get(file.read(IDENT))
                yield from sealedfile.read(file, derive(key, name))
        except FileNotFoundError as error:
            raise Damaged(f"{self._named(path)} fehlt im Backup.") from error
        except (sealedfile.Broken, OSError) as error:
            raise Damaged(f"{self._named(path)} ist beschädigt oder abgeschnitten.") from error

    def manifest(self, snapshot: str) -> dict[str, Any]:
        """What a snapshot holds. Raises: Damaged, WrongKey."""
        path = self.folder / "snapshots" / snapshot / "manifest"
        text = b"".join(self.reading(path, f"snapshot:{snapshot}:manifest"))
        found: dict[str, Any] = json.loads(text)
        return found

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One backup at a time; what a killed one left is cleared away. Raises: BackupFailed."""
        with (self.folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise BackupFailed("Hierhin läuft schon ein Backup.") from error
            for left in (self.folder / "snapshots").glob(".*.part"):
                shutil.rmtree(left)
            for left in (self.folder / "objects").rglob(".*"):
                left.unlink()
            yield

    def _object(self, name: str) -> Path:
        return self.folder / "objects" / name

    def _named(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def sealed_size(size: int) -> int:
    """Bytes on the disk of a piece with `size` plain bytes."""
    frames = max(1, -(-size // sealedfile.FRAME))
    return IDENT + 11 + size + 16 * frames
