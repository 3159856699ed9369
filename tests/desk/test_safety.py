"""The operator sees what endangers the town's data before it is too late."""

from __future__ import annotations

import json
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client

from rathaus.core import backups
from rathaus.core.clock import now
from rathaus.records.evidence.models import RunState, VerificationRun

PAGE = "/arbeit/betrieb/"


def page(client: Client) -> str:
    return client.get(PAGE).content.decode()


def remember(**days: int | bool | None) -> None:
    """A backup made and tried so many days ago."""
    row: dict[str, Any] = {"made_at": (now() - timedelta(days=days["made"] or 0)).isoformat()}
    if days.get("tried") is not None:
        row["verified_at"] = (now() - timedelta(days=days["tried"] or 0)).isoformat()
        row["verified_ok"] = days.get("well", True)
    place = Path(configured.DATA_DIR) / "backup.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps({"target": "/mnt/b", **row}))


def test_no_backup_and_an_old_one_are_said(operator: Client) -> None:
    assert "Noch keine Sicherung" in page(operator)
    remember(made=5, tried=4)
    assert "zu alt" in page(operator) and "rathaus backup ORDNER" in page(operator)
    remember(made=0)
    assert "noch nie zur Probe eingespielt" in page(operator)
    remember(made=0, tried=0, well=False)
    assert "misslungen" in page(operator) and "rathaus backup verify" in page(operator)
    remember(made=0, tried=40)
    assert "wieder fällig" in page(operator)
    remember(made=0, tried=1)
    assert backups.health().ok and "geprobt am" in page(operator)


@pytest.mark.one_database
@pytest.mark.parametrize("content", ["", "[]", "{", '{"made_at": 5}', '{"made_at": "2026-01-01"}'])
def test_a_broken_note_about_backups_counts_as_none(operator: Client, content: str) -> None:
    remember(made=0)
    (Path(configured.DATA_DIR) / "backup.json").write_text(content)
    assert "Noch keine Sicherung" in page(operator)


def test_the_scanner(operator: Client, settings: Any) -> None:
    assert "keiner eingerichtet" in page(operator)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.RATHAUS_CLAMD = f"tcp:127.0.0.1:{probe.getsockname()[1]}"
    assert "antwortet nicht" in page(operator)


def test_findings_of_a_verification_lead_to_them(operator: Client) -> None:
    assert "noch nie ganz geprüft" in page(operator)
    moment = {"started_at": now(), "updated_at": now()}
    VerificationRun.objects.create(state=RunState.DONE, **moment)
    assert "unverändert am" in page(operator)
    part = VerificationRun.objects.create(state=RunState.DONE, sample=5, **moment)
    VerificationRun.objects.create(state=RunState.RUNNING, **moment)  # says nothing yet
    said = page(operator)
    assert "zum Teil geprüft: unverändert" in said and f"pruefung/{part.pk}/" in said
    bad = VerificationRun.objects.create(state=RunState.DONE, found=2, **moment)
    said = page(operator)
    assert "2 Abweichungen am" in said and f"/arbeit/beweis/pruefung/{bad.pk}/" in said
