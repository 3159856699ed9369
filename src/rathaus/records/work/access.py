"""For whom somebody works today: oneself, those one stands in for, and their offices."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from rathaus.core.clock import today
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import StaffMember


@dataclass(frozen=True)
class Me:
    """`people` begins with the person; `offices` are those of all of them (two queries)."""

    staff: StaffMember
    people: tuple[int, ...]
    offices: tuple[int, ...]

    def owns(self, staff_id: int | None, office_id: int | None) -> bool:
        """Whether a task of that person or office is mine today."""
        return staff_id in self.people if staff_id is not None else office_id in self.offices

    def mine(self) -> Q:
        """The same as a condition on rows with `staff` and `office`."""
        return Q(staff__in=self.people) | Q(office__in=self.offices)


def me(staff: StaffMember) -> Me:
    """`staff` with everybody (s)he stands in for today."""
    day = today()
    absent = StaffMember.objects.filter(
        Q(substitute_from=None) | Q(substitute_from__lte=day),
        Q(substitute_until=None) | Q(substitute_until__gte=day),
        substitute=staff,
    )
    offices = {row.office_id for row in organisation.memberships_of(staff)}
    return Me(staff, (staff.pk, *absent.values_list("pk", flat=True)), tuple(sorted(offices)))
