"""What can go wrong with an account, in terms a face can explain."""

from __future__ import annotations


class AccountError(Exception):
    """Base of this room's errors."""


class CodeWrong(AccountError):
    """There is no such code, or it is no longer good."""


class TooManyTries(AccountError):
    """The rate limit was reached."""


class TooMany(AccountError):
    """More of these than anybody needs; `limit` says how many there may be."""

    def __init__(self, limit: int) -> None:
        super().__init__(str(limit))
        self.limit = limit


class NotAllowed(AccountError):
    """This account may not do it, or not any more."""


class AlreadyActing(AccountError):
    """The account acts for this organisation, or has asked to."""


class LastAdmin(AccountError):
    """Somebody has to look after the organisation; name a successor first."""


class Changed(AccountError):
    """It is no longer as it was shown: somebody else was faster."""


class OfAge(AccountError):
    """The child is of age, or not born yet."""


class AddressTaken(AccountError):
    """Another account logs in with this address, or this one does already."""
