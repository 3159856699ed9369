"""A time-stamp service made of ``openssl ts`` with an authority of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import httpx

CONFIG = """
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
[ts]
default_tsa = service
[service]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class OpenSsl(httpx.BaseTransport):
    """Answers requests by calling openssl; reads files only in its own folder."""

    def __init__(self, folder: Path, kind: str = "rsa:3072") -> None:
        self.folder = folder
        self.config = folder / "openssl.cnf"
        self.config.write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        key = ["-newkey", kind] if kind.startswith("rsa") else ["-newkey", "ec", "-pkeyopt", kind]
        for name, days in (("ca", "3650"), ("tsa", "365")):
            issuer = [] if name == "ca" else ["-CA", "ca.pem", "-CAkey", "ca.key"]
            self._run(
                "req", "-x509", "-nodes", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem",
                "-days", days, "-subj", f"/CN=Test {name}", "-config", "openssl.cnf",
                "-extensions", name, *issuer,
            )  # fmt: skip

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        (self.folder / "query.tsq").write_bytes(request.read())
        self._run(
            "ts", "-reply", "-config", "openssl.cnf", "-section", "service",
            "-queryfile", "query.tsq", "-out", "reply.tsr",
        )  # fmt: skip
        content = (self.folder / "reply.tsr").read_bytes()
        return httpx.Response(200, content=content, request=request)

    def confirms(self, token: bytes, digest: str) -> bool:
        """Whether ``openssl ts -verify`` accepts a token over a digest (hex)."""
        (self.folder / "token.der").write_bytes(token)
        command = ["ts", "-verify", "-in", "token.der", "-token_in", "-digest", digest]
        done = self._run(*command, "-CAfile", "ca.pem", check=False)
        return "Verification: OK" in done.stdout + done.stderr

    def _run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["openssl", *words], cwd=self.folder, capture_output=True, text=True, check=check
        )
