"""Debian's SimpleSAMLphp as an account system: an implementation nobody here has written."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import httpx

from rathaus.accounts.sources.saml.source import SamlSource
from tests.support import identity
from tests.support.server import free_port

WWW = Path("/usr/share/simplesamlphp/www")
ENTITY = "https://simplesamlphp.example/idp"
MISSING = "needs the Debian packages simplesamlphp, php-cli and php-xml"

_CONFIG = """<?php
$config = [
    'baseurlpath' => '{url}/',
    'certdir' => '{folder}/cert/', 'loggingdir' => '{folder}/log/',
    'datadir' => '{folder}/data/', 'tempdir' => '{folder}/tmp',
    'metadatadir' => '{folder}/metadata/',
    'attributenamemapdir' => '/etc/simplesamlphp/attributemap/',
    'secretsalt' => 'only-for-tests', 'auth.adminpassword' => 'only-for-tests-too',
    'timezone' => 'UTC', 'technicalcontact_email' => 'na@example.org',
    'showerrors' => true, 'errorreporting' => false,
    'logging.handler' => 'file', 'logging.logfile' => 'idp.log', 'logging.level' => 7,
    'enable.saml20-idp' => true,
    'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
    'session.cookie.secure' => false, 'session.cookie.samesite' => null,
    'session.phpsession.cookiename' => 'SimpleSAML',
    'session.phpsession.savepath' => '{folder}/tmp',
    'session.phpsession.httponly' => true,
    'store.type' => 'phpsession', 'production' => true, 'theme.use' => 'default',
    'language.default' => 'en', 'language.available' => ['en'], 'language.cookie.secure' => false,
    'metadata.sources' => [['type' => 'flatfile']],
];
"""
_AUTH = """<?php
$config = ['users' => ['exampleauth:UserPass', 'erika:geheim' => [
    'uid' => ['erika-0815'],
    'urn:oid:2.5.4.42' => ['Erika'],
    'urn:oid:2.5.4.4' => ['Mustermann & Söhne'],
    'urn:oid:1.2.40.0.10.2.1.1.55' => ['1964-08-12'],
    'urn:oid:0.9.2342.19200300.100.1.3' => ['erika@example.org'],
]]];
"""
_HOSTED = """<?php
$metadata['{entity}'] = [
    'host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt',
    'auth' => 'users', 'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'SingleSignOnServiceBinding' => [
        'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
        'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
    ],
    'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
    'authproc' => [
        10 => ['class' => 'saml:AuthnContextClassRef', 'AuthnContextClassRef' => '{context}'],
        20 => ['class' => 'saml:AttributeNameID', 'identifyingAttribute' => 'uid',
               'attribute' => 'uid',
               'Format' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'],
    ],
];
"""
_REMOTE = """<?php
$metadata['{entity}'] = [
    'AssertionConsumerService' => [[
        'Binding' => 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
        'Location' => '{acs}', 'index' => 0,
    ]],
    'keys' => [
        ['encryption' => false, 'signing' => true, 'type' => 'X509Certificate',
         'X509Certificate' => '{signing}'],
        ['encryption' => true, 'signing' => false, 'type' => 'X509Certificate',
         'X509Certificate' => '{encryption}'],
    ],
    'validate.authnrequest' => true, 'assertion.encryption' => true,
];
"""


def available() -> bool:
    """Whether it is installed."""
    return WWW.exists() and shutil.which("php") is not None


@dataclass
class Peer:
    """A running SimpleSAMLphp that knows one of our sources."""

    url: str
    folder: Path

    @property
    def sign_on(self) -> str:
        return f"{self.url}/saml2/idp/SSOService.php"

    def metadata(self) -> bytes:
        """As it publishes them."""
        answer = httpx.get(f"{self.url}/saml2/idp/metadata.php", timeout=60)
        assert answer.status_code == 200, answer.text[:2000]
        return answer.content

    def introduce(self, source: SamlSource, acs: str) -> None:
        """Make our source known to it."""
        text = _REMOTE.format(
            entity=source.entity_id,
            acs=acs,
            signing=identity.bare_certificate("sp-signing"),
            encryption=identity.bare_certificate("sp-encryption"),
        )
        (self.folder / "metadata" / "saml20-sp-remote.php").write_text(text)

    def log(self) -> str:
        """What it noted."""
        file = self.folder / "log" / "idp.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def log_in(self, url: str, fields: dict[str, str]) -> httpx.Response:
        """Bring a request to it as a browser does, and log in; returns its last page."""
        with httpx.Client(follow_redirects=True, timeout=60) as browser:
            page = browser.post(url, data=fields) if fields else browser.get(url)
            form = Form.read(page.text)
            if "AuthState" not in form.fields:
                return page
            return browser.post(
                str(page.url), data={**form.fields, "username": "erika", "password": "geheim"}
            )


class Form(HTMLParser):
    """The address and the hidden fields of the form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    @classmethod
    def read(cls, text: str) -> Form:
        form = cls()
        form.feed(text)
        return form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.action = given.get("action") or ""
        if tag == "input" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""


@contextmanager
def running(folder: Path, *, context: str) -> Iterator[Peer]:
    """Start it on a free port with a configuration of its own; stop it in the end."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    for name in ("cert", "log", "data", "tmp", "metadata"):
        (folder / name).mkdir(parents=True)
    pair = identity.pair("simplesamlphp")
    (folder / "cert" / "idp.key").write_bytes(pair.key_pem)
    (folder / "cert" / "idp.crt").write_bytes(pair.certificate_pem)
    files = {
        "config.php": _CONFIG.replace("{url}", url).replace("{folder}", str(folder)),
        "authsources.php": _AUTH,
        "metadata/saml20-idp-hosted.php": _HOSTED.replace("{entity}", ENTITY).replace(
            "{context}", context
        ),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    log = (folder / "php.log").open("wb")
    server = subprocess.Popen(
        ["php", "-S", f"127.0.0.1:{port}", "-t", str(WWW)],
        env={"SIMPLESAMLPHP_CONFIG_DIR": str(folder), "PATH": "/usr/bin:/bin"},
        stdout=log,
        stderr=log,
    )
    try:
        _wait(port, server)
        yield Peer(url, folder)
    finally:
        server.terminate()
        server.wait(10)
        log.close()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("SimpleSAMLphp did not come up")
