"""Every attack on OpenID Connect that we know of is refused, and for its own reason."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import time_machine
from joserfc.jwk import RSAKey

from rathaus.accounts.sources.base import LoginRefused
from rathaus.accounts.sources.oidc import remote
from rathaus.accounts.trust import TrustLevel
from rathaus.core.clock import now
from tests.accounts.oidc import provider as kit
from tests.accounts.oidc.provider import Provider, come_back, leave, source_of

pytestmark = pytest.mark.django_db
HOUR = 3600


def refused(provider: Provider, folder: Path, *, settings: Any = None, **params: str) -> str:
    """The code of the refusal of a whole log-in at `provider`."""
    source = source_of(provider, folder, **(settings or {}))
    with pytest.raises(LoginRefused) as error:
        departure = leave(source)
        come_back(source, departure, {**provider.log_in(departure), **params})
    return error.value.code


def put(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda found: found.update(values)


def drop(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda found: found.pop(name)


CLAIMS = {
    "another issuer": (put(iss="https://evil.example"), "issuer"),
    "issuer with a slash more": (put(iss=kit.ISSUER + "/"), "issuer"),
    "no issuer": (drop("iss"), "issuer"),
    "for somebody else": (put(aud="another-client"), "audience"),
    "for nobody": (drop("aud"), "audience"),
    "for several, nobody named": (put(aud=[kit.CLIENT, "other"]), "authorized-party"),
    "for several, another named": (
        put(aud=[kit.CLIENT, "other"], azp="other"), "authorized-party",
    ),
    "another party named": (put(azp="other"), "authorized-party"),
    "without nonce": (drop("nonce"), "nonce"),
    "another nonce": (put(nonce="swapped"), "nonce"),
    "nonce as a list": (put(nonce=["a"]), "nonce"),
    "no subject": (drop("sub"), "subject"),
    "empty subject": (put(sub=""), "subject"),
    "subject as a number": (put(sub=1), "subject"),
    "no end": (drop("exp"), "exp-missing"),
    "end as text": (put(exp="9999999999"), "exp-missing"),
    "end beyond all time": (put(exp=1e300), "exp-missing"),
    "no beginning": (drop("iat"), "iat-missing"),
    "no time of the log-in": (drop("auth_time"), "auth-time-missing"),
    "wrong hash of the access token": (put(at_hash="AAAA"), "at-hash"),
    "downgraded": (put(acr="https://op.example/basic"), "level-too-low"),
    "no level": (drop("acr"), "level-too-low"),
    "level as a list": (put(acr=[kit.HIGH]), "level-too-low"),
}  # fmt: skip
TIMES = {
    "expired": ({"exp": -HOUR}, "expired"),
    "made long ago": ({"iat": -HOUR}, "expired"),
    "made in the future": ({"iat": HOUR}, "from-the-future"),
    "not yet valid": ({"nbf": HOUR}, "from-the-future"),
    "log-in of yesterday": ({"auth_time": -24 * HOUR}, "old-login"),
    "log-in of tomorrow": ({"auth_time": 24 * HOUR}, "from-the-future"),
}


@pytest.mark.parametrize("case", CLAIMS)
def test_claims(case: str, tmp_path: Path) -> None:
    change, reason = CLAIMS[case]
    assert refused(Provider(claims=change), tmp_path) == reason


@pytest.mark.parametrize("case", TIMES)
def test_times(case: str, tmp_path: Path) -> None:
    shifts, reason = TIMES[case]
    moment = int(now().timestamp())
    change = put(**{name: moment + shift for name, shift in shifts.items()})
    assert refused(Provider(claims=change), tmp_path) == reason


SIGNATURES: dict[str, tuple[dict[str, Any], str]] = {
    "alg none": ({"sign": kit.unsigned}, "algorithm"),
    "public key as shared secret": ({"sign": kit.by_public_key}, "algorithm"),
    "shared secret in the key set": ({"keys": [kit.shared_secret()]}, "unknown-key"),
    "another key under a known name": (
        {"key": RSAKey.generate_key(2048, {"kid": "rsa"})}, "signature",
    ),
    "a key nobody knows": ({"key": kit.OTHER}, "unknown-key"),
    "a key of its own in the header": (
        {"key": kit.OTHER, "header": put(kid="rsa", jwk=kit.OTHER.as_dict(private=False))},
        "signature",
    ),
    "an address of keys in the header": (
        {"key": kit.OTHER, "header": put(kid="rsa", jku="https://evil.example/jwks")},
        "signature",
    ),
    "a certificate address in the header": (
        {"key": kit.OTHER, "header": put(kid="rsa", x5u="https://evil.example/x.pem")},
        "signature",
    ),
    "a path as name of the key": ({"header": put(kid="../../dev/null")}, "unknown-key"),
    "algorithm of another kind of key": ({"header": put(kid="ec")}, "unknown-key"),
    "two keys of one name": ({"keys": [kit.RSA, kit.RSA]}, "unknown-key"),
    "a weak key": ({"keys": [RSAKey.generate_key(1024, {"kid": "rsa"})]}, "unknown-key"),
    "a key for encryption": (
        {"keys": [{**kit.RSA.as_dict(private=False), "use": "enc"}]}, "unknown-key",
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("case", SIGNATURES)
def test_signatures(case: str, tmp_path: Path) -> None:
    changes, reason = SIGNATURES[case]
    provider = Provider(**changes)
    assert refused(provider, tmp_path) == reason
    assert all(url.startswith(kit.ISSUER) for url in provider.asked), "nothing foreign was asked"


def test_an_algorithm_that_is_not_allowed_here(tmp_path: Path) -> None:
    settings = {"algorithms": ["ES256"]}
    assert refused(Provider(), tmp_path, settings=settings) == "algorithm"


@pytest.mark.parametrize("token", [None, "", 5, "a.b", "a.b.c", "....", "x" * 40_000, ".e30."])
def test_what_is_no_token(token: object, tmp_path: Path) -> None:
    assert refused(Provider(answer=put(id_token=token)), tmp_path) in {"no-id-token", "algorithm"}


PARAMETERS = {
    "another state": ({"state": "swapped"}, "state"),
    "no state": ({"state": ""}, "state"),
    "mixed up with another provider": ({"iss": "https://evil.example"}, "issuer-mixed-up"),
    "no code": ({"code": ""}, "no-code"),
    "a code nobody gave out": ({"code": "invented"}, "status-400"),
    "an error": ({"error": "server_error"}, "provider-error"),
}


@pytest.mark.parametrize("case", PARAMETERS)
def test_parameters(case: str, tmp_path: Path) -> None:
    changes, reason = PARAMETERS[case]
    assert refused(Provider(), tmp_path, **changes) == reason


def test_mix_up_where_the_provider_always_names_itself(tmp_path: Path) -> None:
    provider = Provider()
    source = source_of(provider, tmp_path)
    departure = leave(source)
    answer = provider.log_in(departure)
    del answer["iss"]
    with pytest.raises(LoginRefused, match="issuer-missing"):
        come_back(source, departure, answer)


def test_a_code_counts_once(tmp_path: Path) -> None:
    provider = Provider()
    source = source_of(provider, tmp_path)
    departure = leave(source)
    answer = provider.log_in(departure)
    come_back(source, departure, answer)
    provider.codes[answer["code"]] = {"the provider": "would give it again"}
    with pytest.raises(LoginRefused, match="replay"):
        come_back(source, departure, answer)


def test_the_code_of_somebody_else_does_not_fit(tmp_path: Path) -> None:
    """Code injection: PKCE holds it at the provider, the nonce holds it here."""
    for checks, reason in ((True, "status-400"), (False, "nonce")):
        provider = Provider(checks_pkce=checks)
        source = source_of(provider, tmp_path)
        victim, attacker = leave(source), leave(source)
        stolen = provider.log_in(victim)["code"]
        answer = {**provider.log_in(attacker), "code": stolen}
        with pytest.raises(LoginRefused) as error:
            come_back(source, attacker, answer)
        assert error.value.code == reason


def test_without_the_right_verifier_the_code_is_worth_nothing(tmp_path: Path) -> None:
    provider = Provider()
    source = source_of(provider, tmp_path)
    departure = leave(source)
    answer = provider.log_in(departure)
    kept = {**departure.kept, "verifier": secrets.token_urlsafe(32)}
    with pytest.raises(LoginRefused, match="status-400"):
        come_back(source, replace(departure, kept=kept), answer)


def test_the_return_address_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    provider = Provider()
    source = source_of(provider, tmp_path)
    departure = leave(source)
    answer = provider.log_in(departure)
    kept = {**departure.kept, "return_url": "https://evil.example/"}
    with pytest.raises(LoginRefused, match="status-400"):
        come_back(source, replace(departure, kept=kept), answer)


DESCRIPTIONS = {
    "names another issuer": (put(issuer="https://evil.example"), "issuer-mismatch"),
    "names no issuer": (drop("issuer"), "issuer-mismatch"),
    "keys elsewhere": (put(jwks_uri="https://evil.example/jwks"), "foreign-address"),
    "keys without https": (put(jwks_uri="http://op.example/jwks"), "foreign-address"),
    "keys on this machine": (put(jwks_uri="http://127.0.0.1:8000/"), "foreign-address"),
    "keys in a file": (put(jwks_uri="file:///etc/passwd"), "foreign-address"),
    "a password in the address": (put(jwks_uri="https://a@op.example/jwks"), "foreign-address"),
    "token elsewhere": (put(token_endpoint="https://evil.example/token"), "foreign-address"),
    "log-in elsewhere": (put(authorization_endpoint="https://evil.example"), "foreign-address"),
    "log-in as script": (put(authorization_endpoint="javascript:alert(1)"), "foreign-address"),
    "profile elsewhere": (put(userinfo_endpoint="https://evil.example/"), "foreign-address"),
    "no keys": (drop("jwks_uri"), "foreign-address"),
    "a list as address": (put(token_endpoint=["x"]), "foreign-address"),
}


@pytest.mark.parametrize("case", DESCRIPTIONS)
def test_descriptions(case: str, tmp_path: Path) -> None:
    change, reason = DESCRIPTIONS[case]
    assert refused(Provider(description=change), tmp_path) == reason


def test_the_profile_of_somebody_else(tmp_path: Path) -> None:
    provider = Provider(userinfo=put(sub="person-2"))
    settings = {"userinfo": True}
    assert refused(provider, tmp_path, settings=settings) == "userinfo-of-somebody-else"


def test_the_profile_does_not_overrule_what_is_signed(tmp_path: Path) -> None:
    provider = Provider(
        userinfo=put(
            family_name="Falsch", acr="x", phone_number="04944 1", groups=["rathaus-alles"]
        )
    )
    source = source_of(provider, tmp_path, userinfo=True, audience="staff")
    departure = leave(source)
    verified = come_back(source, departure, provider.log_in(departure))
    assert verified.attributes["family_name"].value == "Gerdes"
    assert verified.attributes["phone"].value == "04944 1"
    assert verified.groups == ("rathaus-standesamt",)


def test_an_answer_without_end(tmp_path: Path) -> None:
    def endless(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"[" * (remote.MAX_BYTES + 1))

    source = source_of(Provider(), tmp_path)
    source.remote.transport = httpx.MockTransport(endless)
    with pytest.raises(LoginRefused, match="answer-too-large"):
        leave(source)


@pytest.mark.parametrize("status", [301, 302, 404, 500])
def test_a_redirect_is_not_followed(status: int, tmp_path: Path) -> None:
    asked = []

    def away(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(status, headers={"Location": "https://evil.example/"})

    source = source_of(Provider(), tmp_path)
    source.remote.transport = httpx.MockTransport(away)
    with pytest.raises(LoginRefused, match=f"status-{status}"):
        leave(source)
    assert len(asked) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff", b"[" * 100_000, b'"x"'])
def test_what_is_no_json(body: bytes, tmp_path: Path) -> None:
    source = source_of(Provider(), tmp_path)
    source.remote.transport = httpx.MockTransport(lambda _r: httpx.Response(200, content=body))
    with pytest.raises(LoginRefused, match="not-json"):
        leave(source)


def test_an_unknown_key_is_looked_for_once_more(tmp_path: Path) -> None:
    """The provider changed its key: found. A key that never appears: asked once more only."""
    provider = Provider()
    source = source_of(provider, tmp_path)
    departure = leave(source)
    come_back(source, departure, provider.log_in(departure))
    provider.keys, provider.key = [kit.OTHER], kit.OTHER
    departure = leave(source)
    come_back(source, departure, provider.log_in(departure))
    provider.key = kit.RSA
    before = len([url for url in provider.asked if url.endswith("/jwks")])
    departure = leave(source)
    with pytest.raises(LoginRefused, match="unknown-key"):
        come_back(source, departure, provider.log_in(departure))
    assert len([url for url in provider.asked if url.endswith("/jwks")]) == before + 1


def test_e_mail_identifies_nobody(tmp_path: Path) -> None:
    """The same address at the provider: another person as long as `sub` is another."""
    subjects = set()
    for subject in ("person-1", "person-2"):
        provider = Provider(subject=subject)
        source = source_of(provider, tmp_path)
        departure = leave(source)
        verified = come_back(source, departure, provider.log_in(departure))
        assert verified.attributes["email"].level == TrustLevel.BASIC
        assert "example.org" not in verified.subject
        subjects.add(verified.subject)
    assert len(subjects) == 2


def test_a_clock_may_differ_a_little(tmp_path: Path) -> None:
    provider = Provider()
    source = source_of(provider, tmp_path)
    departure = leave(source)
    with time_machine.travel(now() - timedelta(seconds=40)):
        early = provider.log_in(departure)
        token = provider.token(provider.codes[early["code"]])
    provider.answer = put(id_token=token)
    assert come_back(source, departure, early).level == TrustLevel.HIGH
