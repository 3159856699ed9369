"""What can be set for a provider, what is refused with a reason, what the operator is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from pydantic import ValidationError

from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import LoginRefused
from rathaus.accounts.sources.messages import explain
from rathaus.accounts.sources.oidc.entry import OidcEntry
from rathaus.accounts.trust import TrustLevel
from tests.accounts.oidc import provider as kit
from tests.accounts.oidc.provider import Provider, leave, source_of

GOOD: dict[str, Any] = {
    "key": "land",
    "kind": "oidc",
    "label": "Konto des Landes",
    "issuer": "https://op.example",
    "client_id": "rathaus",
    "client_secret_file": "secret",
}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"issuer": "http://op.example"}, "https"),
        ({"issuer": "https://op.example/?a=b"}, "Host und Pfad"),
        ({"issuer": "https://user:x@op.example"}, "Host und Pfad"),
        ({"algorithms": ["none"]}, "algorithms"),
        ({"algorithms": ["HS256"]}, "algorithms"),
        ({"algorithms": []}, "algorithms"),
        ({"client_secret_file": ""}, "client_secret_file"),
        ({"scopes": ["profile"]}, "openid"),
        ({"level_without_acr": "none"}, "levels"),
        ({"level_without_acr": "high"}, "level_without_acr"),
        ({"levels": {"basic": ["a"], "high": ["a"]}}, "doppelt"),
        ({"attributes": {"shoe_size": "x"}}, "shoe_size"),
        ({"groups": {"amt": {"office": "standesamt", "role": "king"}}}, "role"),
        ({"email_as_identifier": True}, "email_as_identifier"),
    ],
)
def test_what_cannot_be_is_refused_in_words(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError) as error:
        OidcEntry.model_validate({**GOOD, **changes})
    assert word in " ".join(explain(error.value))


def test_without_encryption_only_on_this_machine_and_only_in_the_simulation(settings: Any) -> None:
    inside = {**GOOD, "issuer": "http://127.0.0.1:9000"}
    assert OidcEntry.model_validate(inside).netloc == "127.0.0.1:9000"
    settings.SIMULATION = False
    with pytest.raises(ValidationError):
        OidcEntry.model_validate(inside)


def test_a_town_sets_it_in_its_file(settings: Any, tmp_path: Path) -> None:
    file = tmp_path / "identity.yaml"
    file.write_text(
        "- key: verzeichnis\n  kind: oidc\n  label: Verzeichnis der Stadt\n  audience: staff\n"
        "  issuer: https://login.stadt.example\n  client_id: rathaus\n"
        "  client_secret_file: secret\n"
        "  groups: {rathaus-standesamt: {office: standesamt, role: clerk}}\n",
        encoding="utf-8",
    )
    settings.RATHAUS_IDENTITY = str(file)
    assert config.problems() == []
    (source,) = config.for_staff()
    assert config.for_residents() == []
    assert source.levels == (TrustLevel.BASIC,)
    assert source.form_targets == ("https://login.stadt.example",)
    (role,) = source.groups["rathaus-standesamt"]
    assert (role.office, role.role) == ("standesamt", "clerk")
    health = source.health()
    assert not health.configured
    assert "secret" in health.problems[0]


def question_of(tmp_path: Path, level: TrustLevel, **changes: Any) -> dict[str, str]:
    departure = leave(source_of(Provider(), tmp_path, **changes), level)
    return dict(parse_qsl(urlsplit(departure.url).query))


def test_the_level_is_asked_for(tmp_path: Path) -> None:
    assert question_of(tmp_path, TrustLevel.HIGH)["acr_values"] == kit.HIGH
    lower = question_of(tmp_path, TrustLevel.SUBSTANTIAL)
    assert lower["acr_values"].split() == [kit.SUBSTANTIAL, kit.HIGH]
    claims = json.loads(question_of(tmp_path, TrustLevel.HIGH, acr_request="claims")["claims"])
    assert claims["id_token"]["acr"] == {"essential": True, "values": [kit.HIGH]}


def test_a_level_out_of_reach_is_not_even_tried(tmp_path: Path) -> None:
    with pytest.raises(LoginRefused, match="level-out-of-reach"):
        question_of(tmp_path, TrustLevel.HIGH, levels={"substantial": ["s"]})


def test_a_new_log_in_is_demanded_unless_the_town_says_no(tmp_path: Path) -> None:
    assert question_of(tmp_path, TrustLevel.BASIC)["prompt"] == "login"
    assert "prompt" not in question_of(tmp_path, TrustLevel.BASIC, fresh=False)


def test_nothing_of_a_log_in_is_used_twice(tmp_path: Path) -> None:
    first, second = (question_of(tmp_path, TrustLevel.BASIC) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) >= 43


def test_the_description_is_fetched_once_for_many_log_ins(tmp_path: Path) -> None:
    provider = Provider()
    source = source_of(provider, tmp_path)
    for _ in range(3):
        leave(source)
    assert len(provider.asked) == 1


def test_the_operator_is_told_what_is_wrong(tmp_path: Path) -> None:
    def health(provider: Provider, **changes: Any) -> Any:
        return source_of(provider, tmp_path, **changes).health(ask=True)

    assert health(Provider()).reachable is True
    wrong = health(Provider(description=lambda found: found.update(issuer="https://other.example")))
    assert "issuer" in wrong.problems[0]
    silent = source_of(Provider(), tmp_path)
    silent.remote.transport = httpx.MockTransport(lambda _request: httpx.Response(503))
    assert silent.health(ask=True).reachable is False
    assert health(Provider(keys=[])).problems


def test_the_provider_gets_our_public_key_only(tmp_path: Path) -> None:
    source = source_of(Provider(), tmp_path, client_auth="private_key_jwt", client_secret_file="")
    (key,) = json.loads(source.metadata() or b"")["keys"]
    assert {"n", "e", "kid"} <= key.keys()
    assert not {"d", "p", "q"} & key.keys()
    assert source_of(Provider(), tmp_path).metadata() is None
