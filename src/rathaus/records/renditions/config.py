"""What an installation decides about renditions (docs/operations.md)."""

from __future__ import annotations

import os
import shlex

from rathaus.settings.env import env, env_int


def processes() -> int:
    """``RATHAUS_OCR_PROCESSES``: pages read at the same time; as many as there are cores."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return max(1, min(16, env_int("RATHAUS_OCR_PROCESSES", min(4, usable))))


def language() -> str:
    """``RATHAUS_OCR_LANGUAGE``: Tesseract's names, joined by ``+``."""
    value = env("RATHAUS_OCR_LANGUAGE", "deu")
    return value if value.replace("+", "").replace("_", "").isalnum() else "deu"


def verapdf() -> list[str]:
    """``RATHAUS_VERAPDF``: the command of an installed veraPDF; empty: none."""
    return shlex.split(env("RATHAUS_VERAPDF", ""))
