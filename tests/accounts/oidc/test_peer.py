"""Against a provider written by others: npm ``oidc-provider``, in its own process."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from rathaus.accounts.sources.base import Departure, LoginRefused
from rathaus.accounts.sources.oidc.entry import OidcEntry
from rathaus.accounts.sources.oidc.source import OidcSource
from rathaus.accounts.trust import TrustLevel
from tests.accounts.oidc.provider import come_back
from tests.support.server import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
RETURN = "https://rathaus.example/konto/rueckkehr/land/"
SECRETS = {"basic": "a secret: with + and %", "post": "another secret", "key": ""}
AUTH = {"basic": "client_secret_basic", "post": "client_secret_post", "key": "private_key_jwt"}
OURS = RSAKey.generate_key(2048, auto_kid=True)


@pytest.fixture(scope="module")
def peer() -> Iterator[str]:
    """Address of the running provider."""
    node = shutil.which("node")
    if not node or not (ROOT / "node_modules" / "oidc-provider").exists():
        pytest.fail("oidc-provider is missing. Run: npm ci")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    theirs: list[Any] = [
        RSAKey.generate_key(2048, auto_kid=True),
        ECKey.generate_key("P-256", auto_kid=True),
    ]
    process = subprocess.Popen(
        [
            node, str(Path(__file__).with_name("peer.mjs")), str(port), RETURN,
            json.dumps({"keys": [OURS.as_dict(private=False)]}),
            json.dumps({"keys": [key.as_dict(private=True) for key in theirs]}),
        ],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout
    assert "ready" in process.stdout.readline()
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


@pytest.fixture
def source_for(peer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Our side as one of the clients that the provider knows."""

    def make(client: str, **changes: Any) -> OidcSource:
        (tmp_path / "secret").write_text(SECRETS[client], encoding="utf-8")
        monkeypatch.setattr("rathaus.accounts.sources.oidc.client._key", lambda _key: OURS)
        entry = OidcEntry.model_validate(
            {
                "key": "land",
                "kind": "oidc",
                "label": "Land",
                "issuer": peer,
                "client_id": client,
                "client_auth": AUTH[client],
                "client_secret_file": "secret",
                "levels": {"basic": ["urn:test:basic"], "high": ["urn:test:high"]},
                "level_without_acr": "none",
                "userinfo": True,
                **changes,
            }
        )
        return OidcSource(entry, folder=tmp_path)

    return make


def browse(departure: Departure, **changes: str) -> dict[str, str]:
    """A browser goes to the provider and comes back with these parameters."""
    url = departure.url
    for name, value in changes.items():
        old = dict(parse_qsl(urlsplit(url).query))[name]
        url = url.replace(f"{name}={old}", f"{name}={value}")
    with httpx.Client(trust_env=False) as browser:
        for _hop in range(12):
            response = browser.get(url)
            assert response.status_code in {302, 303}, response.text
            url = urljoin(url, response.headers["Location"])
            if url.startswith(RETURN):
                return dict(parse_qsl(urlsplit(url).query))
    raise AssertionError("never came back")


def leave(source: OidcSource, level: TrustLevel = TrustLevel.HIGH) -> Departure:
    return source.begin(level=level, return_url=RETURN, language="de", link=False)


@pytest.mark.parametrize("client", ["basic", "post", "key"])
@pytest.mark.parametrize("how", ["acr_values", "claims"])
def test_round_trip(client: str, how: str, source_for: Any) -> None:
    """PKCE, state, nonce, level and issuer, with each way to prove who we are."""
    source = source_for(client, acr_request=how)
    departure = leave(source)
    question = dict(parse_qsl(urlsplit(departure.url).query))
    assert question["code_challenge_method"] == "S256"
    assert question["nonce"] == departure.kept["nonce"]
    answer = browse(departure)
    assert answer["iss"] == source.entry.issuer
    verified = come_back(source, departure, answer, TrustLevel.HIGH)
    assert verified.level == TrustLevel.HIGH
    assert verified.subject == f"{source.entry.issuer} person-1"
    assert verified.attributes["family_name"].value == "Gerdes"
    assert verified.attributes["family_name"].level == TrustLevel.HIGH
    assert verified.groups == ()


def test_staff_get_their_groups(source_for: Any) -> None:
    source = source_for("basic", audience="staff")
    departure = leave(source)
    verified = come_back(source, departure, browse(departure), TrustLevel.HIGH)
    assert verified.groups == ("rathaus-standesamt", "alle")


def test_a_weaker_log_in_than_asked_for_is_refused(source_for: Any) -> None:
    source = source_for("basic")
    departure = leave(source)
    answer = browse(departure, ui_locales="schwach")
    with pytest.raises(LoginRefused, match=r"level-too-low|provider-error"):
        come_back(source, departure, answer, TrustLevel.HIGH)


def test_who_cancels_is_told_apart(source_for: Any) -> None:
    source = source_for("basic")
    departure = leave(source)
    with pytest.raises(LoginRefused) as refused:
        come_back(source, departure, browse(departure, ui_locales="abbruch"), TrustLevel.HIGH)
    assert refused.value.cancelled


def test_pkce_is_really_checked(source_for: Any) -> None:
    source = source_for("basic")
    departure = leave(source)
    answer = browse(departure)
    wrong = replace(departure, kept={**departure.kept, "verifier": "x" * 43})
    with pytest.raises(LoginRefused, match="status-400"):
        come_back(source, wrong, answer, TrustLevel.HIGH)


def test_the_wrong_secret_is_refused_by_the_provider(source_for: Any, tmp_path: Path) -> None:
    source = source_for("basic")
    departure = leave(source)
    answer = browse(departure)
    (tmp_path / "secret").write_text("wrong", encoding="utf-8")
    with pytest.raises(LoginRefused, match="status-401"):
        come_back(source, departure, answer, TrustLevel.HIGH)


def test_the_operator_sees_that_it_answers(source_for: Any) -> None:
    health = source_for("basic").health(ask=True)
    assert (health.configured, health.reachable, health.problems) == (True, True, ())
