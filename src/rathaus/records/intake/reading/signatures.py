"""Electronic signatures: read and judged by pyHanko, without any network.

A result is plain JSON: ``{"verdict": "valid" | "invalid" | "unknown", "signers": [...]}``.
*valid*: intact, unchanged, and the certificate leads to a trusted root of the town. *unknown*:
intact, but nobody here vouches for the certificate. *invalid*: the content or the signature
does not fit.
"""

from __future__ import annotations

import asyncio
import logging
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings

log = logging.getLogger("rathaus.intake")
MOST = 20


def of_pdf(content: bytes) -> dict[str, Any]:
    """The signatures inside a PDF; {} where there is none."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        signatures = list(PdfFileReader(BytesIO(content), strict=False).embedded_signatures)
    except Exception as error:
        log.info("signatures of a PDF are not readable (%s)", type(error).__name__)
        return {}
    return _report([_embedded(one) for one in signatures[:MOST]])


def of_detached(content: bytes, signature: bytes) -> dict[str, Any]:
    """A signature in a file of its own (.p7s, DER or PEM) over `content`."""
    return _report([_detached(content, signature)])


def of_mail(content: bytes, signature: bytes) -> dict[str, Any]:
    """The signature of a mail. A certificate for signatures is enough, it need not be one for
    declarations of will (RFC 8550, 4.4.2)."""
    return _report([_detached(content, signature, {"digital_signature", "non_repudiation"})])


def _report(signers: list[dict[str, Any]]) -> dict[str, Any]:
    if not signers:
        return {}
    verdicts = {one["verdict"] for one in signers}
    worst = next(v for v in ("invalid", "unknown", "valid") if v in verdicts)
    return {"verdict": worst, "signers": signers}


def _embedded(signature: Any) -> dict[str, Any]:
    from pyhanko.sign.validation import validate_pdf_signature

    found: dict[str, Any] = {"field": str(signature.field_name or "")[:100], "signer": "", "at": ""}
    try:
        status = validate_pdf_signature(signature, _context())
        found |= _facts(status)
        coverage = status.coverage.name if status.coverage else ""
        level = status.modification_level.name if status.modification_level else "OTHER"
        found |= {
            "whole": coverage in {"ENTIRE_FILE"},
            "changed_after": level not in {"NONE", "LTA_UPDATES"},
            "allowed": bool(status.docmdp_ok),
        }
        if found["verdict"] != "invalid" and level == "OTHER":
            found["verdict"] = "invalid"
    except Exception as error:
        log.info("a signature is not readable (%s)", type(error).__name__)
        found |= {"verdict": "invalid", "error": type(error).__name__}
    return found


def _detached(content: bytes, signature: bytes, usages: set[str] | None = None) -> dict[str, Any]:
    from asn1crypto import cms, pem
    from pyhanko.sign.validation import async_validate_detached_cms
    from pyhanko.sign.validation.settings import KeyUsageConstraints

    found: dict[str, Any] = {"field": "p7s", "signer": "", "at": "", "whole": True}
    try:
        raw = pem.unarmor(signature)[2] if pem.detect(signature) else signature
        signed = cms.ContentInfo.load(raw)["content"]
        # The content may lie inside as well (S/MIME's envelope): what counts is what we were given.
        inside = signed["encap_content_info"]
        signed["encap_content_info"] = type(inside)({"content_type": inside["content_type"].native})
        status = asyncio.run(
            async_validate_detached_cms(
                content,
                signed,
                signer_validation_context=_context(),
                key_usage_settings=KeyUsageConstraints(key_usage=usages) if usages else None,
            )
        )
        found |= _facts(status)
    except Exception as error:
        log.info("a detached signature is not readable (%s)", type(error).__name__)
        found |= {"verdict": "invalid", "error": type(error).__name__}
    return found


def _facts(status: Any) -> dict[str, Any]:
    good = bool(status.intact and status.valid)
    at = status.signer_reported_dt
    stamp = getattr(status, "timestamp_validity", None)
    certificate = status.signing_cert
    return {
        "verdict": ("valid" if status.trusted else "unknown") if good else "invalid",
        "intact": bool(status.intact),
        "trusted": bool(status.trusted),
        "revoked": bool(status.revoked),
        "signer": str(certificate.subject.native.get("common_name", ""))[:200],
        "issuer": str(certificate.issuer.human_friendly)[:200],
        "at": at.isoformat() if at else "",
        "stamped_at": stamp.timestamp.isoformat() if stamp is not None and stamp.valid else "",
    }


def _context() -> Any:
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(trust_roots=roots(), allow_fetching=False, revocation_mode="soft-fail")


def roots() -> list[Any]:
    """The certificates of ``RATHAUS_SIGNATURE_ROOTS``; unreadable files are named in the log."""
    from asn1crypto import pem, x509

    found: list[Any] = []
    folder = settings.RATHAUS_SIGNATURE_ROOTS
    if not folder:
        return found
    for path in sorted(Path(folder).glob("*")):
        try:
            raw = path.read_bytes()
            if pem.detect(raw):
                found += [
                    x509.Certificate.load(der) for _, _, der in pem.unarmor(raw, multiple=True)
                ]
            else:
                certificate = x509.Certificate.load(raw)
                _ = certificate.subject.human_friendly  # reads it all
                found.append(certificate)
        except (OSError, ValueError, TypeError) as error:
            log.warning("no certificate in %s (%s)", path.name, type(error).__name__)
    return found
