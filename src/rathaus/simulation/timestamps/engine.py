"""Answering time-stamp requests, rightly or with one of the faults."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from rathaus.core.clock import now
from rathaus.simulation.timestamps import faults, keys

POLICY = "1.3.6.1.4.1.99999.1"
_last: list[bytes] = []


def answer(query: bytes) -> bytes:
    """The response to a request, in DER. Raises: ValueError for what is no request."""
    request = tsp.TimeStampReq.load(query, strict=True)
    imprint = request["message_imprint"]
    if faults.take("refused"):
        return _refusal()
    if faults.take("replay") and _last:
        return _last[-1]
    digest = imprint["hashed_message"].native
    name = imprint["hash_algorithm"]["algorithm"].native
    nonce = request["nonce"].native
    token = make_token(
        digest if not faults.take("wrong_digest") else hashlib.new(name, digest).digest(),
        name,
        nonce=nonce + 1 if faults.take("wrong_nonce") else nonce,
        late=timedelta(days=1) if faults.take("wrong_time") else timedelta(0),
        kind=next((kind for kind in faults.SIGNERS if faults.take(kind)), ""),
        forged=faults.take("forged"),
    )
    found: bytes = tsp.TimeStampResp(
        {"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token)}
    ).dump()
    if faults.take("broken"):
        return found[: len(found) // 2]
    _last[:] = [found]
    return found


def make_token(
    digest: bytes,
    algorithm: str,
    *,
    nonce: int | None = None,
    late: timedelta = timedelta(0),
    kind: str = "",
    forged: bool = False,
) -> bytes:
    """A token over `digest`, signed now (or `late`) by the signer of this `kind`."""
    signer = keys.signer(kind)
    certificate = x509.Certificate.load(signer.certificate.public_bytes(Encoding.DER))
    info: dict[str, object] = {
        "version": "v1",
        "policy": POLICY,
        "message_imprint": {
            "hash_algorithm": {"algorithm": algorithm},
            "hashed_message": digest,
        },
        "serial_number": x509_serial(),
        "gen_time": (now() + late).replace(microsecond=0),
    }
    if nonce is not None:
        info["nonce"] = nonce
    content = tsp.TSTInfo(info).dump()
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["tst_info"]},
            {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
            {
                "type": "signing_certificate_v2",
                "values": [{"certs": [{"cert_hash": hashlib.sha256(certificate.dump()).digest()}]}],
            },
        ]
    )
    signed = b"something else" if forged else attributes.dump()
    signature = signer.key.sign(signed, ec.ECDSA(SHA256()))
    data = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": core.ParsableOctetString(content),
            },
            "certificates": [certificate],
            "signer_infos": [
                {
                    "version": "v1",
                    "sid": {
                        "issuer_and_serial_number": {
                            "issuer": certificate.issuer,
                            "serial_number": certificate.serial_number,
                        }
                    },
                    "digest_algorithm": {"algorithm": "sha256"},
                    "signed_attrs": attributes,
                    "signature_algorithm": algos.SignedDigestAlgorithm(
                        {"algorithm": "sha256_ecdsa"}
                    ),
                    "signature": signature,
                }
            ],
        }
    )
    found: bytes = cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()
    return found


def x509_serial() -> int:
    """A serial number nobody had before."""
    from cryptography.x509 import random_serial_number

    return random_serial_number()


def _refusal() -> bytes:
    found: bytes = tsp.TimeStampResp(
        {"status": {"status": "rejection", "status_string": ["Simulierte Ablehnung"]}}
    ).dump()
    return found
