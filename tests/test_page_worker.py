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
    behind = threading.Event()
    pages.PageWorker.say_behind = staticmethod(behind.set)

    def application(environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/wait":
            os.write(1, b"waits\\n")
            go_on.wait(60)
        elif path == "/was-behind":
            path = str(behind.is_set())
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


class Browser:
    """One connection, which may be used again and again."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._answers = connection.makefile("rb")

    def send(self, content: bytes) -> None:
        self._connection.sendall(content)

    def ask(self, path: str) -> None:
        self.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    def answer(self) -> bytes:
        """Status and body of the next answer."""
        status = self._answers.readline().split()[1]
        length = 0
        while line := self._answers.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return status + b" " + self._answers.read(length)

    def get(self, path: str) -> bytes:
        self.ask(path)
        return self.answer()


class Server:
    """A running server, and browsers that talk to it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, stack: ExitStack) -> None:
        self.process = process
        self._port = port
        self._stack = stack

    def connect(self) -> Browser:
        address = ("127.0.0.1", self._port)
        return Browser(self._stack.enter_context(socket.create_connection(address, timeout=30)))

    def ask(self, path: str) -> Browser:
        browser = self.connect()
        browser.ask(path)
        return browser

    def get(self, path: str) -> bytes:
        return self.connect().get(path)

    def told(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode().strip()


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
    browser = server.connect()
    for number in range(50):
        assert browser.get(f"/{number}") == b"200 /%d" % number


def test_requests_sent_at_once_are_answered_in_their_order(server: Server) -> None:
    browser = server.connect()
    for number in range(5):
        browser.ask(f"/{number}")
    assert [browser.answer() for _ in range(5)] == [b"200 /%d" % number for number in range(5)]


def test_who_waits_for_another_computer_holds_up_nobody(server: Server) -> None:
    waiting = []
    for _ in range(2):
        waiting.append(server.ask("/wait"))
        assert server.told() == "waits"
        for number in range(20):
            assert server.get(f"/{number}") == b"200 /%d" % number
    server.get("/go-on")
    assert [browser.answer() for browser in waiting] == [b"200 /wait"] * 2
    assert server.get("/after") == b"200 /after"


def test_when_all_threads_wait_the_next_one_waits_too_and_is_not_lost(server: Server) -> None:
    waiting = [server.ask("/wait") for _ in range(3)]
    for _ in waiting:
        assert server.told() == "waits"
    late = server.ask("/late")
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert [browser.answer() for browser in waiting] == [b"200 /wait"] * 3
    assert late.answer() == b"200 /late"


def test_when_requests_have_to_wait_it_says_so(server: Server) -> None:
    others = [server.connect() for _ in range(8)]
    for number, browser in enumerate(others):
        assert browser.get(f"/{number}") == b"200 /%d" % number
    assert server.get("/was-behind") == b"200 False"
    waiting = [server.ask("/wait") for _ in range(3)]
    for _ in waiting:
        assert server.told() == "waits"
    for browser in others:
        browser.ask("/late")
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert [browser.answer() for browser in (*waiting, *others)] == [b"200 /wait"] * 3 + [
        b"200 /late"
    ] * 8
    assert server.get("/was-behind") == b"200 True"


def test_a_silent_connection_holds_up_nobody(server: Server) -> None:
    """Browsers open some in advance."""
    silent = [server.connect() for _ in range(10)]
    assert server.get("/now") == b"200 /now"
    assert silent[-1].get("/at-last") == b"200 /at-last"


def test_a_slow_sender_holds_up_nobody(server: Server) -> None:
    slow = server.connect()
    slow.send(b"POST /sent HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
    for number in range(20):
        assert server.get(f"/{number}") == b"200 /%d" % number
    slow.send(b"cd")
    assert slow.answer() == b"200 abcd"


def test_a_broken_page_ends_neither_process_nor_line(server: Server) -> None:
    assert server.get("/broken").startswith(b"500")
    waiting = server.ask("/wait")
    assert server.told() == "waits"
    assert server.get("/broken").startswith(b"500")
    server.get("/go-on")
    assert waiting.answer() == b"200 /wait"


def test_what_was_begun_is_answered_before_the_server_ends(server: Server) -> None:
    waiting = server.ask("/wait")
    assert server.told() == "waits"
    assert server.get("/now") == b"200 /now"
    ready = server.connect()
    assert ready.get("/kept") == b"200 /kept"
    server.process.terminate()
    ready.ask("/go-on")
    assert waiting.answer() == b"200 /wait"
    assert server.process.wait(30) == 0
