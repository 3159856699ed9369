"""Liveness, readiness and figures for the operator."""

from __future__ import annotations

import os
import shutil
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse

from rathaus.core import keymark
from rathaus.core.clock import now
from rathaus.core.middleware import client_ip
from rathaus.core.models import Job, JobState

LATE = timedelta(minutes=5)
LEAST_FREE_BYTES = 500 * 1024 * 1024
KEPT_SECONDS = 2.0
_kept: tuple[str, float, dict[str, Any]] | None = None


def report() -> dict[str, Any]:
    """State of database, jobs, storage and disk; each part with ``ok``."""
    parts = {
        "database": _guarded(_database),
        "jobs": _guarded(_jobs),
        "storage": _guarded(_storage),
        "disk": _guarded(_disk),
    }
    return {"ok": all(part["ok"] for part in parts.values()), **parts}


def healthz(request: HttpRequest) -> HttpResponse:
    """JSON on all parts; 503 if one of them fails. Anybody may ask, so it is found out anew
    only every other second."""
    state = _recent()
    return JsonResponse(state, status=200 if state["ok"] else 503)


def _recent() -> dict[str, Any]:
    global _kept
    town, moment = str(settings.DATA_DIR), time.monotonic()
    if _kept is None or _kept[0] != town or moment - _kept[1] > KEPT_SECONDS:
        _kept = (town, moment, report())
    return _kept[2]


def readyz(request: HttpRequest) -> HttpResponse:
    """200 once the database is reachable and has all migrations."""
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return JsonResponse(
        {"ok": missing == 0, "missing_migrations": missing}, status=503 if missing else 200
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in the text format of Prometheus, for allowed addresses only."""
    if client_ip(request) not in settings.METRICS_ALLOWED:
        return HttpResponse(status=403)
    counts = dict(Job.objects.values_list("state").annotate(n=Count("pk")))
    lines = ["# TYPE rathaus_jobs gauge"]
    lines += [f'rathaus_jobs{{state="{s}"}} {counts.get(s, 0)}' for s in JobState.values]
    state = report()
    lines.append("# TYPE rathaus_up gauge")
    lines += [
        f'rathaus_up{{part="{name}"}} {int(state[name]["ok"])}'
        for name in ("database", "jobs", "storage", "disk")
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")


def _guarded(check: Any) -> dict[str, Any]:
    try:
        result: dict[str, Any] = check()
    except Exception as error:
        return {"ok": False, "error": type(error).__name__}
    return result


def _database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True, "engine": connection.vendor}


def _jobs() -> dict[str, Any]:
    waiting = Job.objects.filter(state=JobState.READY, run_at__lte=now())
    oldest = waiting.aggregate(oldest=Min("run_at"))["oldest"]
    dead = Job.objects.filter(state=JobState.DEAD).count()
    late = oldest is not None and oldest < now() - LATE
    lost = Job.objects.filter(state=JobState.RUNNING, lease_until__lt=now() - LATE).count()
    return {
        "ok": not late and not lost,
        "waiting": waiting.count(),
        "oldest_seconds": int((now() - oldest).total_seconds()) if oldest else 0,
        "lost": lost,
        "dead": dead,
    }


def _storage() -> dict[str, Any]:
    keymark.check()
    storage = storages["records"]
    name = storage.save(f"health/{os.getpid()}", ContentFile(b"ok"))
    try:
        with storage.open(name) as file:
            ok = file.read() == b"ok"
    finally:
        storage.delete(name)
    return {"ok": ok}


def _disk() -> dict[str, Any]:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.DATA_DIR).free
    return {"ok": free > LEAST_FREE_BYTES, "free_megabytes": free // 1024 // 1024}
