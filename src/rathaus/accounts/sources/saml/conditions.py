"""What a signed assertion has to say so that it counts: for us, now, for this request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from rathaus.accounts.sources.saml import names, xml
from rathaus.accounts.sources.saml.idp import IdentityProvider
from rathaus.accounts.sources.saml.names import tag
from rathaus.accounts.sources.saml.refusal import refuse
from rathaus.core.clock import now

MAX_AGE = timedelta(minutes=10)
"""Of an assertion, whatever it says itself."""
_KNOWN_CONDITIONS = frozenset(
    tag(names.SAML, name) for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")
)


def check_envelope(
    root: etree._Element, provider: IdentityProvider, *, request_id: str, return_url: str
) -> None:
    """Whose answer, to whom, to what. Raises: LoginRefused."""
    issuer = root.find(tag(names.SAML, "Issuer"))
    if issuer is not None and xml.text_of(issuer) != provider.entity_id:
        refuse("issuer")
    if root.get("InResponseTo") != request_id:
        refuse("in_response_to")
    destination = root.get("Destination")
    signed = root.find(tag(names.DS, "Signature")) is not None
    if destination is None and not signed:
        return  # an unsigned one proves nothing; the signed Recipient is checked
    if destination != return_url:
        refuse("destination")


def check_assertion(
    assertion: etree._Element,
    provider: IdentityProvider,
    *,
    entity_id: str,
    request_id: str,
    kept: Mapping[str, Any],
    force_authn: bool,
    skew: timedelta,
) -> datetime:
    """Everything the assertion has to say; returns until when it may be used.

    Raises: LoginRefused.
    """
    if xml.text_of(_one(assertion, "Issuer", "issuer")) != provider.entity_id:
        refuse("issuer")
    issued = moment(assertion.get("IssueInstant"))
    if issued > now() + skew:
        refuse("from_the_future")
    if issued < now() - MAX_AGE - skew:
        refuse("expired")
    until = min(
        _check_subject(assertion, request_id=request_id, kept=kept, skew=skew),
        _check_conditions(assertion, entity_id=entity_id, skew=skew),
    )
    _check_statement(assertion, kept=kept, force_authn=force_authn, skew=skew)
    return min(until, issued + MAX_AGE) + skew


def moment(text: str | None) -> datetime:
    """A point in time with its zone. Raises: LoginRefused."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return refuse("unreadable_time")
    return found if found.tzinfo else refuse("unreadable_time")


def _one(parent: etree._Element, name: str, code: str) -> etree._Element:
    found = xml.children(parent, tag(names.SAML, name))
    return found[0] if len(found) == 1 else refuse(code)


def _check_subject(
    assertion: etree._Element, *, request_id: str, kept: Mapping[str, Any], skew: timedelta
) -> datetime:
    subject = _one(assertion, "Subject", "subject")
    confirmation = _one(subject, "SubjectConfirmation", "subject_confirmation")
    if confirmation.get("Method") != names.BEARER:
        refuse("subject_confirmation")
    data = _one(confirmation, "SubjectConfirmationData", "subject_confirmation")
    if data.get("InResponseTo") != request_id:
        refuse("in_response_to")
    if data.get("Recipient") != kept["return_url"]:
        refuse("recipient")
    return _check_times(data, skew=skew)


def _check_conditions(assertion: etree._Element, *, entity_id: str, skew: timedelta) -> datetime:
    conditions = _one(assertion, "Conditions", "conditions")
    if any(child.tag not in _KNOWN_CONDITIONS for child in conditions):
        refuse("unknown_condition")
    restrictions = xml.children(conditions, tag(names.SAML, "AudienceRestriction"))
    if not restrictions:
        refuse("audience")
    for restriction in restrictions:
        audiences = [xml.text_of(audience) for audience in restriction]
        if entity_id not in audiences:
            refuse("audience")
    return _check_times(conditions, skew=skew)


def _check_times(element: etree._Element, *, skew: timedelta) -> datetime:
    begin, end = element.get("NotBefore"), element.get("NotOnOrAfter")
    if begin and moment(begin) > now() + skew:
        refuse("from_the_future")
    if end is None:
        refuse("without_end")
    until = moment(end)
    if until <= now() - skew:
        refuse("expired")
    return until


def _check_statement(
    assertion: etree._Element, *, kept: Mapping[str, Any], force_authn: bool, skew: timedelta
) -> None:
    statement = _one(assertion, "AuthnStatement", "authn_statement")
    instant = moment(statement.get("AuthnInstant"))
    if instant > now() + skew:
        refuse("from_the_future")
    if force_authn and instant < datetime.fromisoformat(str(kept["issued"])) - skew:
        refuse("not_fresh")  # we asked the person to log in now
    session_end = statement.get("SessionNotOnOrAfter")
    if session_end and moment(session_end) <= now() - skew:
        refuse("expired")
