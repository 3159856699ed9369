"""Starting a town: prepare the database, then web and worker under one parent."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from rathaus.core import clock, memory

USED_BY_SEVERAL = ("asn1crypto.tsp", "httpcore")
"""Modules loaded on first use that each process would load for itself."""


def prepare() -> None:
    """Bring database, static files and shipped services up to date. Safe to repeat."""
    from rathaus.core import keymark
    from rathaus.organisation.models import Town

    settings.DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    call_command("migrate", verbosity=0, interactive=False)
    keymark.settle()
    call_command("collectstatic", verbosity=0, interactive=False)
    install(services=Town.objects.exists())


def install(*, services: bool) -> tuple[int, int]:
    """Put the filing plan in place and, where a town has offices for them, the shipped services.

    Returns how many places and services there are. Raises: GateFailed.
    """
    from rathaus.catalogue import actions as catalogue
    from rathaus.catalogue import library
    from rathaus.core.actors import Actor
    from rathaus.records import actions as records

    places = records.load_filing_plan()
    if not services:
        return places, 0
    actor = Actor.system("setup")  # what somebody else published is a town's own (`install`)
    return places, len(catalogue.install(library=library.load_all(), actor=actor))


def load_demo(*, as_json: bool = False) -> int:
    """Load the demo town into an empty database; keeps what is there."""
    from rathaus.simulation import demo

    result = demo.load()
    if as_json:
        print(json.dumps(result))
    return 0


def run(*, host: str, port: int, workers: int, demo: bool) -> int:
    """Web and worker together until a signal comes; a part that dies is started again."""
    prepare()
    connections.close_all()
    if demo:
        _load_demo_apart()
    _preload()
    _serve(host, port, workers, with_jobs=True, ready=_announce if demo else None)
    return 0


def web(host: str, port: int, workers: int) -> None:
    """Only the pages: gunicorn with threads, the application loaded once before forking."""
    from rathaus.core import keymark

    keymark.check()
    connections.close_all()
    _serve(host, port, workers, with_jobs=False, ready=None)


def _serve(
    host: str,
    port: int,
    workers: int,
    *,
    with_jobs: bool,
    ready: Callable[[str, int], None] | None,
) -> None:
    from gunicorn.app.base import BaseApplication

    from rathaus.core import wakeup
    from rathaus.master import Master
    from rathaus.pages import PageWorker, before_fork

    PageWorker.say_behind = staticmethod(partial(wakeup.send, wakeup.BEHIND))

    class Web(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"{host}:{port}",
                "workers": workers,
                "threads": 4,
                "worker_class": PageWorker,
                "pre_fork": before_fork,
                "preload_app": True,
                "keepalive": 10,
                "timeout": 60,
                "graceful_timeout": 20,
                "forwarded_allow_ips": ",".join(settings.TRUSTED_PROXIES),
                "limit_request_line": 8190,
                "loglevel": "warning",
                "control_socket_disable": True,
            }
            if ready is not None:
                options["when_ready"] = lambda _server: ready(host, port)
            for key, value in options.items():
                if key in self.cfg.settings:
                    self.cfg.set(key, value)

        def load(self) -> Any:
            from rathaus.wsgi import application

            _preload()
            return application

        def run(self) -> None:
            Master(self, _worker if with_jobs else None).run()

    sys.argv = ["rathaus"]
    Web().run()


def _load_demo_apart() -> None:
    """Load the demo town in a process of its own.

    Loading it makes PDFs, and the compiler of PDFs keeps a pool of threads. A process forked
    from here later would inherit the pool without its threads and wait for them forever.
    """
    _, status = os.waitpid(_fork(_demo), 0)
    if status:
        raise SystemExit("The demo town could not be loaded.")


def _demo() -> None:
    load_demo()


def _preload() -> None:
    """Load what all processes share before they are forked, then keep it shared."""
    from django.db.utils import DatabaseError
    from django.urls import get_resolver

    from rathaus.catalogue import queries, search
    from rathaus.forms.compiled import compiled
    from rathaus.organisation import calendar

    for name in USED_BY_SEVERAL:
        import_module(name)
    calendar.holiday_name(clock.today())
    _ = get_resolver().url_patterns
    with contextlib.suppress(DatabaseError):  # an empty database: the first request loads them
        definitions = queries.definitions()
        for definition in definitions:
            if definition.form is not None:
                compiled(definition.form)
        search.find("Gewerbe")
        host = settings.ALLOWED_HOSTS[0]
        service = [f"/leistungen/{definition.slug}/" for definition in definitions[:1]]
        for address in ("/", *service, "/arbeit/anmelden/"):
            _look(address, host)
    connections.close_all()
    memory.settle()
    gc.freeze()
    # Requests leave little behind that only the collector can free: look less often.
    gc.set_threshold(10_000, 10, 20)


def _look(address: str, host: str) -> None:
    """Fetch a page without a server, so that its templates are loaded."""
    from rathaus.wsgi import application

    environment: dict[str, Any] = {"PATH_INFO": address, "HTTP_HOST": host}
    setup_testing_defaults(environment)
    answer = application(environment, lambda _status, _headers, _error=None: _nowhere)
    for _part in answer:
        pass
    answer.close()


def _nowhere(_written: bytes) -> object:
    return None


def _fork(part: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        part()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(status)


def _worker() -> None:
    from rathaus.core.worker import Worker

    Worker().run()


def _announce(host: str, port: int) -> None:
    from rathaus.simulation import demo

    name = "localhost" if host in {"127.0.0.1", "0.0.0.0"} else host  # noqa: S104
    print(demo.welcome(f"http://{name}:{port}"), flush=True)
