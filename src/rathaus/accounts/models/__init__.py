"""Tables of the Servicekonto."""

from rathaus.accounts.models.account import Account, Consent, Identity
from rathaus.accounts.models.login import Authentication, PendingLogin, SpentAssertion
from rathaus.accounts.models.representation import (
    Child,
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
    "Identity",
    "Organisation",
    "PendingLogin",
    "Representation",
    "RepresentationRole",
    "RepresentationState",
    "SpentAssertion",
]
