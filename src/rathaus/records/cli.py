"""``rathaus records verify``: record, seals and time stamps in one run."""

from __future__ import annotations

from rathaus.records.evidence.cli import verify_command

__all__ = ["verify_command"]
