"""What a page was made from, so that a second window overwrites nothing unseen.

Each step page carries a mark: the draft's revision and a digest of the stored answers of this
step. Only if the answers of *this* step were changed by somebody else since, and differ from
what is sent now, there is a conflict. So the browser's Back button, a double click and work on
two different steps in two windows go through.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

Answers = Mapping[str, Any]


def mark(revision: int, answers: Answers, keys: Iterable[str]) -> str:
    """``3.1f0a…`` for the hidden field ``_stand``."""
    return f"{revision}.{_digest(answers, keys)}"


def conflicts(
    sent: str, revision: int, stored: Answers, wanted: Answers, keys: Iterable[str]
) -> bool:
    """Whether saving `wanted` would overwrite something the sender has not seen."""
    names = list(keys)
    number, _dot, digest = sent.partition(".")
    if number == str(revision):
        return False
    now = _digest(stored, names)
    return now not in (digest, _digest({}, names), _digest(wanted, names))


def _digest(answers: Answers, keys: Iterable[str]) -> str:
    kept = {key: answers[key] for key in sorted(keys) if answers.get(key) is not None}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
