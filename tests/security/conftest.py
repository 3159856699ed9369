"""The demo town, a resident, and somebody who means no good."""

from __future__ import annotations

from tests.desk.conftest import sign_in
from tests.portal.conftest import _paypal, _town, resident, stranger

__all__ = ["_paypal", "_town", "resident", "sign_in", "stranger"]
