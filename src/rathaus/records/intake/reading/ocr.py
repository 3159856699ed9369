"""The words of a scan's first pages, for suggestions only; the record reads whole documents itself.

Tesseract gets pictures that we drew, never a foreign file.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Iterable
from io import BytesIO
from typing import Any

log = logging.getLogger("rathaus.intake")
PAGES = 2
WIDTH = 1654
"""A4 at 200 dots per inch."""
SECONDS = 90


def read(pages: Iterable[Any]) -> str:
    """The text of some pictures of pages; "" without Tesseract, or where it finds nothing."""
    program = shutil.which("tesseract")
    if program is None:
        return ""
    return "\n".join(_page(program, page) for page in pages).strip()


def _page(program: str, picture: Any) -> str:
    sheet = BytesIO()
    picture.convert("L").save(sheet, "PNG")
    command = [program, "stdin", "stdout", "-l", "deu", "--psm", "3"]
    try:
        done = subprocess.run(
            command,
            input=sheet.getvalue(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (subprocess.SubprocessError, OSError) as error:
        log.info("a page was not read (%s)", type(error).__name__)
        return ""
    return done.stdout.decode("utf-8", "replace")
