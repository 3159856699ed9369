"""Somebody else's software on both sides: openssl makes time stamps, and openssl believes ours."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import core

from rathaus.records.evidence import ers, package
from rathaus.records.evidence.models import TimeStamp
from rathaus.records.evidence.offline import pruefen
from rathaus.records.models import Case
from tests.records.evidence import openssl
from tests.records.evidence.conftest import URL, seal

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
_service: list[openssl.OpenSsl] = []


def transport() -> openssl.OpenSsl:
    return _service[-1]


@pytest.fixture(params=["rsa:2048", "ec_paramgen_curve:P-256"])
def service(request: Any, settings: Any, tmp_path: Path) -> openssl.OpenSsl:
    folder = tmp_path / "tsa"
    folder.mkdir()
    _service.append(openssl.OpenSsl(folder, request.param))
    settings.RATHAUS_TSA = [f"openssl|{URL}|{folder / 'ca.pem'}|1.2.3.4.1"]
    settings.RATHAUS_TSA_TRANSPORT = "tests.records.evidence.test_openssl.transport"
    return _service[-1]


def test_openssl_makes_and_checks(
    service: openssl.OpenSsl, record: list[Case], tmp_path: Path
) -> None:
    made = seal()
    stamp = TimeStamp.objects.get(seal=made)
    assert stamp.policy == "1.2.3.4.1"
    assert service.confirms(bytes(stamp.token), made.root)
    assert not service.confirms(bytes(stamp.token), "00" * 32)
    content = package.case_package(record[0]).read()
    (tmp_path / "paket.zip").write_bytes(content)
    assert pruefen.main([str(tmp_path / "paket.zip"), "--wurzel", f"{service.folder}/ca.pem"]) == 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".ers"))
        found = ers.EvidenceRecord.load(archive.read(name), strict=True)
    assert found["version"].native == 1
    token = found["sequence"][0][0]["time_stamp"].dump()
    assert isinstance(found["sequence"][0], core.SequenceOf)
    assert service.confirms(token, made.root)
