"""Answers that say no: cancelled, refused, level out of reach, attributes missing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rathaus.accounts.sources.base import LoginRefused
from tests.accounts.saml import forging, idp
from tests.accounts.saml.idp import Stage, code_of

pytestmark = pytest.mark.one_database

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
AKDB = "https://www.akdb.de/request/2018/09"


def saying(outer: str, *inner: str, detail: Any = None, message: str = "") -> str:
    """A status with codes inside each other."""
    codes = "".join(f'<samlp:StatusCode Value="{STATUS}{code}">' for code in (outer, *inner))
    text = detail if isinstance(detail, str) else json.dumps(detail)
    return (
        f"<samlp:Status>{codes}{'</samlp:StatusCode>' * (1 + len(inner))}"
        + (f"<samlp:StatusMessage>{message}</samlp:StatusMessage>" if message else "")
        + (
            f'<samlp:StatusDetail><akdb:StatusDetail xmlns:akdb="{AKDB}">{text}'
            "</akdb:StatusDetail></samlp:StatusDetail>"
            if detail is not None
            else ""
        )
        + "</samlp:Status>"
    )


def missing(code: str) -> dict[str, Any]:
    return {"version": "1.0", "errors": [{"code": code, "message": "vendor text"}]}


CASES = {
    "cancelled": (saying("Requester", "AuthnFailed", message="canceled by the user"), "cancelled"),
    "denied": (saying("Requester", "RequestDenied"), "cancelled"),
    "attributes": (
        saying("Requester", "RequestDenied", detail=missing("IDP_REQUIRED_ATTRIBUTES_MISSING")),
        "attributes_missing",
    ),
    "other detail": (
        saying("Requester", "RequestDenied", detail=missing("IDP_SOMETHING")),
        "refused_by_source",
    ),
    "unreadable detail": (
        saying("Requester", "RequestDenied", detail="{not json"),
        "refused_by_source",
    ),
    "deep detail": (
        saying("Requester", "RequestDenied", detail='{"errors":' + "[" * 9000 + "]" * 9000 + "}"),
        "refused_by_source",
    ),
    "level": (saying("Responder", "NoAuthnContext"), "level"),
    "broken": (saying("Responder"), "refused_by_source"),
    "version": (saying("VersionMismatch"), "refused_by_source"),
    "success only inside": (saying("Responder", "Success"), "refused_by_source"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_the_account_system_says(stage: Stage, name: str) -> None:
    status, expected = CASES[name]
    with pytest.raises(LoginRefused) as caught:
        stage.finish(forging.etree.tostring(idp.envelope(stage.said, status=status)))
    assert caught.value.code == expected
    assert caught.value.cancelled == (expected == "cancelled")
    assert str(caught.value) == expected  # never their words, always ours


def test_an_assertion_beside_a_no_is_not_looked_at(stage: Stage) -> None:
    answer = idp.envelope(
        stage.said, stage.encrypted(stage.signed()), status=saying("Requester", "AuthnFailed")
    )
    assert code_of(stage, answer) == "cancelled"


def test_no_status_or_two(stage: Stage) -> None:
    answer = stage.answer()
    answer.remove(answer[1])
    assert code_of(stage, answer) == "status"
    answer = stage.answer()
    answer.insert(1, forging.etree.fromstring(forging.etree.tostring(answer[1])))
    assert code_of(stage, answer) == "status"


def test_success_without_assertion(stage: Stage) -> None:
    assert code_of(stage, idp.envelope(stage.said)) == "no_assertion"
