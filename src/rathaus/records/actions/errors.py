"""What the record refuses."""


class RecordsError(Exception):
    """Something the record does not allow."""


class CaseIsClosed(RecordsError):
    """Nothing is filed in a closed case; reopen it first."""


class UnknownFilingCode(RecordsError):
    """The filing plan has no such place."""
