"""Tables of the Servicekonto."""

from rathaus.accounts.models.account import Account, Consent, Identity
from rathaus.accounts.models.login import Authentication, PendingLogin, SpentAssertion
from rathaus.accounts.models.own_data import ContactConfirmation, DataExport, ExportState
from rathaus.accounts.models.representation import (
    Child,
    Invitation,
    Organisation,
    Representation,
    RepresentationRole,
    RepresentationState,
)

__all__ = [
    "Account",
    "Authentication",
    "Child",
    "Consent",
    "ContactConfirmation",
    "DataExport",
    "ExportState",
    "Identity",
    "Invitation",
    "Organisation",
    "PendingLogin",
    "Representation",
    "RepresentationRole",
    "RepresentationState",
    "SpentAssertion",
]
