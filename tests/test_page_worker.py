"""The process for pages with real connections: nobody waits for somebody else's slowness."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

SERVER = """
    import os, sys, threading
    from gunicorn.app.base import BaseApplication
    from rathaus import pages

    pages.LONG_SECONDS = 0.02
    go_on = threading.Event()

    def application(environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/wait":
            os.write(1, b"waits\\n")
            go_on.wait(60)
        elif path == "/go-on":
            go_on.set()
        elif path == "/broken":
            raise ValueError("broken on purpose")
        body = environ["wsgi.input"].read() or path.encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    class Web(BaseApplication):
        def load_config(self):
            for key, value in {
                "bind": "127.0.0.1:0", "workers": 1, "threads": 3, "keepalive": 10,
                "worker_class": pages.PageWorker, "pre_fork": pages.before_fork,
                "loglevel": "critical", "control_socket_disable": True, "graceful_timeout": 30,
                "when_ready": lambda server: os.write(
                    1, b"%d\\n" % server.LISTENERS[0].sock.getsockname()[1]),
            }.items():
                self.cfg.set(key, value)

        def load(self):
            threading.Thread(target=until_told, daemon=True).start()
            return application

    def until_told():
        sys.stdin.read()
        go_on.set()

    sys.argv = ["test"]
    Web().run()
"""


class Server:
    """A running server, and browsers that talk to it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, stack: ExitStack) -> None:
        self.process = process
        self._port = port
        self._stack = stack

    def connect(self) -> socket.socket:
        return self._stack.enter_context(
            socket.create_connection(("127.0.0.1", self._port), timeout=30)
        )

    def ask(self, path: str, *, over: socket.socket | None = None) -> socket.socket:
        connection = over or self.connect()
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        return connection

    def get(self, path: str, *, over: socket.socket | None = None) -> bytes:
        return answer(self.ask(path, over=over))

    def told(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode().strip()


def answer(connection: socket.socket) -> bytes:
    """Status and body of one answer."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536) or _ended(got)
    head, _, body = got.partition(b"\r\n\r\n")
    wanted = next(
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    while len(body) < wanted:
        body += connection.recv(65536) or _ended(got)
    return head.split()[1] + b" " + body


def _ended(got: bytes) -> bytes:
    raise AssertionError(f"the connection ended after {got!r}")


@pytest.fixture
def server() -> Iterator[Server]:
    source = str(Path(__file__).resolve().parent.parent / "src")
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SERVER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert process.stdout is not None
    with ExitStack() as stack:
        stack.callback(process.wait, 30)
        stack.callback(process.kill)
        yield Server(process, int(process.stdout.readline()), stack)


def test_one_connection_asks_again_and_again(server: Server) -> None:
    connection = server.connect()
    for number in range(50):
        assert server.get(f"/{number}", over=connection) == b"200 /%d" % number


def test_two_requests_sent_at_once_are_answered_in_their_order(server: Server) -> None:
    connection = server.connect()
    server.ask("/one", over=connection)
    assert answer(server.ask("/two", over=connection)) == b"200 /one"
    assert answer(connection) == b"200 /two"


def test_who_waits_for_another_computer_holds_up_nobody(server: Server) -> None:
    waiting = []
    for _ in range(2):
        waiting.append(server.ask("/wait"))
        assert server.told() == "waits"
        for number in range(20):
            assert server.get(f"/{number}") == b"200 /%d" % number
    server.get("/go-on")
    assert [answer(connection) for connection in waiting] == [b"200 /wait"] * 2
    assert server.get("/after") == b"200 /after"


def test_when_all_threads_wait_the_next_one_waits_too_and_is_not_lost(server: Server) -> None:
    waiting = [server.ask("/wait") for _ in range(3)]
    for _ in waiting:
        assert server.told() == "waits"
    late = server.ask("/late")
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert [answer(connection) for connection in waiting] == [b"200 /wait"] * 3
    assert answer(late) == b"200 /late"


def test_a_silent_connection_holds_up_nobody(server: Server) -> None:
    """Browsers open some in advance."""
    silent = [server.connect() for _ in range(10)]
    assert server.get("/now") == b"200 /now"
    assert server.get("/at-last", over=silent[-1]) == b"200 /at-last"


def test_a_slow_sender_holds_up_nobody(server: Server) -> None:
    slow = server.connect()
    slow.sendall(b"POST /sent HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
    for number in range(20):
        assert server.get(f"/{number}") == b"200 /%d" % number
    slow.sendall(b"cd")
    assert answer(slow) == b"200 abcd"


def test_a_broken_page_ends_neither_process_nor_line(server: Server) -> None:
    assert server.get("/broken").startswith(b"500")
    waiting = server.ask("/wait")
    assert server.told() == "waits"
    assert server.get("/broken").startswith(b"500")
    server.get("/go-on")
    assert answer(waiting) == b"200 /wait"


def test_what_was_begun_is_answered_before_the_server_ends(server: Server) -> None:
    waiting = server.ask("/wait")
    assert server.told() == "waits"
    assert server.get("/now") == b"200 /now"
    ready = server.connect()
    assert server.get("/kept", over=ready) == b"200 /kept"
    server.process.terminate()
    server.ask("/go-on", over=ready)
    assert answer(waiting) == b"200 /wait"
    assert server.process.wait(30) == 0
