"""Who loses the account or the second factor loses the passwords of the devices too."""

from __future__ import annotations

from rathaus.core.events import subscribe
from rathaus.core.models import Event
from rathaus.desk.webdav import passwords
from rathaus.organisation.events import FactorsReset, StaffDeactivated


@subscribe(StaffDeactivated)
def _account_closed(happened: StaffDeactivated, event: Event) -> None:
    passwords.end_all(happened.staff_id)


@subscribe(FactorsReset)
def _factors_reset(happened: FactorsReset, event: Event) -> None:
    passwords.end_all(happened.staff_id)
