"""Why something cannot be made of a file: codes that the other side has words for."""

from __future__ import annotations


class Refused(Exception):
    """A plain reason (`rathaus.records.renditions.reasons`); trying again does not help."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
