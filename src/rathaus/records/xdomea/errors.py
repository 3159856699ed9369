"""Why a message is refused, in words for the clerk."""

from __future__ import annotations

from django.utils.functional import Promise


class MessageRefused(ValueError):
    """A message that is not taken. `reason` says why in plain German, `key` for machines."""

    def __init__(self, key: str, reason: str | Promise) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason
