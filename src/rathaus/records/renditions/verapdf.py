"""A full validator, where one is installed. It is not part of this software."""

from __future__ import annotations

import logging
import subprocess
import tempfile
from pathlib import Path

from rathaus.records.renditions import config

log = logging.getLogger("rathaus.records")
SECONDS = 90


def check(pdf: bytes, problems: list[str]) -> tuple[str, list[str]]:
    """Who checked, and what was found: veraPDF where set up, else our look at the structure."""
    command = config.verapdf()
    if not command:
        return "structure", problems
    with tempfile.TemporaryDirectory(prefix="rathaus-check-") as folder:
        path = Path(folder) / "rendition.pdf"
        path.write_bytes(pdf)
        try:
            done = subprocess.run(
                [*command, "--flavour", "2b", "--format", "text", str(path)],
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            log.warning("veraPDF did not answer: %s", type(error).__name__)
            return "structure", problems
    if done.stdout.startswith(b"PASS"):
        return "verapdf", problems
    if done.stdout.startswith(b"FAIL"):
        return "verapdf", sorted({*problems, "verapdf"})
    log.warning("veraPDF gave no verdict (exit %s)", done.returncode)
    return "structure", problems
