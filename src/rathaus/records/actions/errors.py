"""What the record refuses."""


class RecordsError(Exception):
    """Something the record does not allow."""


class CaseIsClosed(RecordsError):
    """Nothing is filed in a closed case; reopen it first."""


class UnknownFilingCode(RecordsError):
    """The filing plan has no such place."""


class DossierIsClosed(RecordsError):
    """No case is opened in a closed dossier; reopen it first."""


class NotAllowed(RecordsError):
    """The person may not write there."""


class Outdated(RecordsError):
    """Somebody else changed it in the meantime."""


class PlanRefused(RecordsError):
    """A change of the filing plan or of a dossier that cannot be; the message says why."""
