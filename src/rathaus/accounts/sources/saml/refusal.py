"""Refusing a log-in: by a code; what people read for it is the face's business."""

from __future__ import annotations

import logging
from typing import NoReturn

from rathaus.accounts.sources.base import LoginRefused

log = logging.getLogger("rathaus.accounts.identity")


def refuse(code: str, *, cancelled: bool = False) -> NoReturn:
    """Raises: LoginRefused. `code` holds no personal data, and nothing the sender chose."""
    raise LoginRefused(code, cancelled=cancelled)
