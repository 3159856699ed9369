"""Signed and encrypted mails (S/MIME, RFC 8551): what was signed, and what lies inside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_KINDS = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature"}


@dataclass(frozen=True)
class Envelope:
    """An envelope looked into."""

    inside: bytes | None = None
    encrypted: bool = False


def is_envelope(kind: str, name: str) -> bool:
    """Whether a part may be one; some programs say nothing but the name."""
    return kind in _KINDS or (kind == "application/octet-stream" and name.lower().endswith(".p7m"))


def opened(content: bytes) -> Envelope:
    """What is inside, if it is not encrypted. Never raises."""
    from asn1crypto import cms, pem

    try:
        raw = pem.unarmor(content)[2] if pem.detect(content) else content
        info = cms.ContentInfo.load(raw)
        kind = info["content_type"].native
        if kind in {"enveloped_data", "authenticated_enveloped_data", "encrypted_data"}:
            return Envelope(encrypted=True)
        if kind != "signed_data":
            return Envelope()
        inside = info["content"]["encap_content_info"]["content"].native
    except Exception:  # whatever is broken inside: the file is kept as it is
        return Envelope()
    return Envelope(inside if isinstance(inside, bytes) and inside else None)


def detached(content: bytes, part: Any, signature: bytes) -> tuple[bytes, bytes] | None:
    """The exact bytes that a ``multipart/signed`` was signed over, with line ends as then."""
    inside = part.get_payload()
    if inside[1].get_content_type() not in _SIGNATURES or not signature:
        return None
    mark = re.escape(str(part.get_boundary() or "").encode("ascii", "surrogateescape"))
    pieces = re.split(rb"(?:^|\r?\n)--" + mark + rb"[ \t]*(?:\r?\n|--|\Z)", content)
    if not mark or len(pieces) < 3:
        return None
    signed = re.sub(rb"\r?\n", b"\r\n", pieces[1])
    return signed, signature
