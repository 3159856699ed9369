"""A mail server that answers what a test wants; the program talks to it as to a real one."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, answers: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.answers = answers
        self.taken: list[str] = []


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say("220 mail.example")
        for line in self.rfile:
            word = line[:4].decode("ascii").strip().upper()
            if word == "RCPT":
                self._say(self.server.answers.pop(0) if self.server.answers else "250 taken")
            elif word == "DATA":
                self._say("354 go on")
                self.server.taken.append(self._content())
                self._say("250 taken")
            else:
                self._say("221 bye" if word == "QUIT" else "250 yes")
            if word == "QUIT":
                return

    def _content(self) -> str:
        lines: list[bytes] = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        return b"".join(lines).decode()

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def server(settings: Any, *answers: str) -> Iterator[list[str]]:
    """Gives each recipient the next of `answers`, then ``250``; yields the messages it took."""
    with _Server(list(answers)) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.server_address[:2]
        try:
            yield running.taken
        finally:
            running.shutdown()
