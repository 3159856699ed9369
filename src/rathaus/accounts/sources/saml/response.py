"""From what the browser brought to what the account system vouches for, or a refusal."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from lxml import etree

from rathaus.accounts.sources import keys, spent
from rathaus.accounts.sources.base import LoginRefused, Returned, Verified
from rathaus.accounts.sources.saml import (
    attributes,
    conditions,
    decryption,
    idp,
    status,
    structure,
    verification,
    xml,
)
from rathaus.accounts.sources.saml.refusal import refuse
from rathaus.accounts.trust import TrustLevel

if TYPE_CHECKING:
    from rathaus.accounts.sources.saml.source import SamlSource

log = logging.getLogger("rathaus.accounts.identity")


def check(source: SamlSource, returned: Returned) -> Verified:
    """Every check, in order from cheap to dear; what is spent comes last.

    Raises: LoginRefused, and nothing else.
    """
    try:
        return _check(source, returned)
    except LoginRefused as error:
        log.warning("log-in by %s refused: %s", source.key, error.code)
        raise
    except xml.Malformed as error:
        log.warning("log-in by %s refused: malformed, %s", source.key, error)
        refuse(str(error))
    except idp.MetadataUnusable:
        log.exception("log-in by %s is not possible", source.key)
        refuse("not_configured")
    except (etree.LxmlError, ValueError, TypeError, RecursionError):
        log.exception("log-in by %s refused: a check failed", source.key)
        refuse("unexpected")


def _check(source: SamlSource, returned: Returned) -> Verified:
    kept = returned.kept
    return_url = str(kept.get("return_url", ""))
    if not returned.request_id or not return_url or not kept.get("issued"):
        refuse("request_unknown")
    root = xml.parse(xml.decode(returned.parameters.get("SAMLResponse", "")))
    structure.check_response(root)
    status.check(root)
    provider = source.idp()
    conditions.check_envelope(root, provider, request_id=returned.request_id, return_url=return_url)
    assertion, trusted = _opened(source, provider, root)
    verification.agree(
        source,
        provider,
        root=root,
        assertion=assertion,
        return_url=return_url,
        request_id=returned.request_id,
    )
    until = conditions.check_assertion(
        trusted,
        provider,
        entity_id=source.entity_id,
        request_id=returned.request_id,
        kept=kept,
        force_authn=source.entry.force_authn,
        skew=timedelta(seconds=source.entry.skew_seconds),
    )
    verified = _said(source, attributes.read(trusted), returned)
    try:
        spent.spend(source.key, f"{provider.entity_id} {trusted.get('ID')}", until=until)
    except LoginRefused as error:
        refuse(error.code)
    return verified


def _opened(
    source: SamlSource, provider: idp.IdentityProvider, root: etree._Element
) -> tuple[etree._Element, etree._Element]:
    """The assertion as it came, and what of it is signed by the account system."""
    response_signed = structure.signature_of(root) is not None
    envelope = verification.signed_element(root, provider) if response_signed else root
    if not response_signed and source.entry.signed == "response":
        refuse("response_unsigned")
    assertion = decryption.open_assertion(
        structure.encrypted_assertion(envelope),
        keys.all_of(source.key, "sp-encryption"),
        legacy=source.entry.legacy_crypto,
    )
    structure.check_assertion(assertion, envelope=root)
    if structure.signature_of(assertion) is not None:
        return assertion, verification.signed_element(assertion, provider)
    if source.entry.signed == "response":
        return assertion, assertion  # part of the envelope that signxml returned
    return refuse("assertion_unsigned")


def _said(source: SamlSource, statement: attributes.Statement, returned: Returned) -> Verified:
    level = source.reached(statement)
    if level == TrustLevel.NONE:
        refuse("level_unknown")
    if level < returned.level:
        refuse("level")
    subject = source.subject(statement)
    if returned.kept.get("link") and not subject:
        refuse("no_account")
    return Verified(
        source=source.key,
        subject=subject,
        organisation=source.organisation(statement),
        level=level,
        method=source.method(statement)[:40],
        authenticated_at=statement.authenticated_at,
        attributes=source.values(statement, level),
        groups=source.groups_of(statement),
        second_factor=statement.context in source.entry.second_factor,
    )
