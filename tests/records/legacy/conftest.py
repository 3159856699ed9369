"""A cabinet of old files on the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records.legacy import actions
from rathaus.records.legacy.models import ImportRun
from tests.records.conftest import offices, plan  # noqa: F401

MANAGER = Actor.staff("manager", "Meike Ulrichs", "Archiv")
LEVELS = {"levels": ["plan", "dossier"], "closing": "name"}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "altbestand"
    folder.mkdir()
    return folder


Writer = Callable[..., Path]


@pytest.fixture
def write(base: Path) -> Writer:
    def writer(path: str | bytes, content: bytes = b"Guten Tag") -> Path:
        name = path if isinstance(path, str) else path.decode("utf-8", "surrogateescape")
        target = base / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return target

    return writer


MakeRun = Callable[..., ImportRun]


@pytest.fixture
def make(base: Path, offices: dict[str, Office], plan: int) -> MakeRun:  # noqa: F811
    """A run with its mapping, read: the dry run is done."""

    def maker(table: bytes | None = None, *, read: bool = True, **mapping: Any) -> ImportRun:
        run = actions.make_run(
            office=offices["buergerbuero"],
            base=str(base),
            name="Schrank 3",
            actor=MANAGER,
            table_content=table,
        )
        data = {**(LEVELS if table is None else run.mapping_data), **mapping}
        actions.set_mapping(run=run, data=data, actor=MANAGER)
        if read:
            actions.move(run=run, step="read", actor=MANAGER)
            settle(run)
        return run

    return maker


def settle(run: ImportRun) -> ImportRun:
    """All its jobs are done."""
    run_pending()
    run.refresh_from_db()
    return run


def carry_out(run: ImportRun) -> ImportRun:
    """File what is ready."""
    actions.move(run=run, step="start", actor=MANAGER)
    return settle(run)
