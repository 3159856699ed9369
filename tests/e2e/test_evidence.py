"""In the browser: what is sealed, a verification, and a package that proves itself elsewhere."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Opener, Picture
from tests.e2e.judges import Judge
from tests.e2e.people import Clerk

pytestmark = pytest.mark.one_database


def test_a_case_is_handed_to_a_court(
    open_page: Opener, axe_source: str, picture: Picture, tmp_path: Path
) -> None:
    """The records manager looks, verifies, and takes a package; the court checks it alone."""
    page = open_page()
    clerk = Clerk(page)
    clerk.sign_in("meike.ulrichs")
    judge = Judge(page, axe_source)
    judge.go("/arbeit/beweis/")
    picture(page, "beweise", height=900)
    page.locator("form[action$='/beweis/pruefung/'] button").click()
    page.wait_for_url("**/beweis/pruefung/*/")
    clerk.wait_for(".rh-alert--success", tries=240)  # the worker may be reading scans
    judge.look("verification")
    page.goto("/arbeit/suche/?q=Hund&sort=oldest")  # new ones are sealed in the night only
    page.locator("main a[href*='/akten/vorgang/']").first.click()
    page.wait_for_url("**/akten/vorgang/**")
    box = page.locator("section:has(> .dk-box__head #h-beweis)")
    assert "Unverändert seit" in box.inner_text()
    box.locator("summary").click()
    judge.look("case")
    with page.expect_download() as download:
        box.get_by_role("button", name="Beweispaket laden").click()
    path = tmp_path / "paket.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        archive.extract("pruefen.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "pruefen.py"), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Alles hält" in done.stdout
    judge.verdict()
