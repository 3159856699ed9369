"""Passkeys as second factor of staff: questions to the browser, checks of its answers.

django-allauth's server and tables (FIDO2); only the name shown by the authenticator is ours.
The question lies in the session until it is answered; it counts once.
"""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from fido2.webauthn import (
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from rathaus.core.models import User
from rathaus.organisation.models import StaffMember

LONGEST = 20_000


class NotAccepted(ValueError):
    """The answer of the browser does not fit."""


def to_register(staff: StaffMember) -> dict[str, Any]:
    """What the browser is asked to make a passkey."""
    entity = PublicKeyCredentialUserEntity(
        id=str(staff.user_id).encode(), name=staff.user.login, display_name=staff.name
    )
    question, state = auth.get_server().register_begin(
        user=entity,
        credentials=auth.get_credentials(staff.user),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    auth.set_state(state)
    return dict(question)


def registered(answer: str) -> dict[str, Any]:
    """The credential, checked. Raises: NotAccepted."""
    credential = _parsed(answer)
    try:
        auth.parse_registration_response(credential)
        auth.complete_registration(credential)
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAccepted from error
    return credential


def to_prove(user: User) -> dict[str, Any]:
    """What the browser is asked to use one of the person's passkeys."""
    return dict(auth.begin_authentication(user))


def proved(user: User, answer: str) -> None:
    """Check that a passkey of `user` answered. Raises: NotAccepted."""
    response = _parsed(answer)
    try:
        auth.parse_authentication_response(response)
        row: Authenticator = auth.complete_authentication(user, response)
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAccepted from error
    row.record_usage()


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST:
        raise NotAccepted
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise NotAccepted from error
    if not isinstance(found, dict):
        raise NotAccepted
    return found
