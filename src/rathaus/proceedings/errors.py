"""What can go wrong in a proceeding, in terms a face can explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rathaus.accounts.trust import TrustLevel
    from rathaus.proceedings.models import Application


class ProceedingError(Exception):
    """Base of this room's errors."""


class DraftIncomplete(ProceedingError):
    """Answers are missing or wrong; `problems` names them."""

    def __init__(self, problems: list[Any]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class DraftAlreadySubmitted(ProceedingError):
    """The draft became an application already (double click, back button)."""

    def __init__(self, application: Application) -> None:
        super().__init__(str(application.public_id))
        self.application = application


class DraftConflict(ProceedingError):
    """Somebody saved the draft in between (two tabs)."""


class TrustTooLow(ProceedingError):
    """The service demands a log-in at `level`, which does not hold now."""

    def __init__(self, level: TrustLevel) -> None:
        super().__init__(level.key)
        self.level = level


class NotConfirmed(ProceedingError):
    """A locked answer is not what the log-in of this session has verified, or it says nothing."""

    def __init__(self, step_key: str) -> None:
        super().__init__(step_key)
        self.step_key = step_key


class MandateEnded(ProceedingError):
    """The person may not act any more for whom the draft was begun."""


class CodeWrong(ProceedingError):
    """Reference and code do not belong together, or do not exist."""


class BelongsToAccount(CodeWrong):
    """Code and reference are right, but the case has an account and opens only there."""

    def __init__(self, ident: Any) -> None:
        super().__init__(str(ident))
        self.public_id = ident


class CodeExpired(ProceedingError):
    """The draft was too old and is deleted or about to be."""


class TooManyTries(ProceedingError):
    """The rate limit was reached."""


class CorrectionPending(ProceedingError):
    """A correction request is open, so nothing may be decided."""


class NotWithdrawable(ProceedingError):
    """The law or the state does not allow to withdraw."""


class LetterIncomplete(ProceedingError):
    """The letter still has unfilled placeholders; `placeholders` names them."""

    def __init__(self, placeholders: list[str]) -> None:
        super().__init__(", ".join(placeholders))
        self.placeholders = placeholders
