"""What can go wrong, in sentences for the operator."""

from __future__ import annotations


class BackupFailed(Exception):
    """Base: the text says what happened and what to do."""


class WrongKey(BackupFailed):
    """The passphrase or the private key does not open this backup."""


class Damaged(BackupFailed):
    """A part of the backup was changed, cut off or lost; the text names it."""


class NotEmpty(BackupFailed):
    """There is a town already where one should be restored."""


class TooNew(BackupFailed):
    """The backup comes from a newer version of the software."""
