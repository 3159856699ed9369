"""How sure the town has to be of who is there: for a step, for sending, for opening a draft."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rathaus.accounts.trust import TrustLevel
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.core import clock
from rathaus.forms.bound import BoundStep
from rathaus.forms.compiled import Answers, Shown, compiled, shown_steps
from rathaus.forms.definition import Field
from rathaus.forms.kinds import Node

NONE = TrustLevel.NONE


def of_field(service: ServiceDefinition, field: Field) -> TrustLevel:
    """What this question demands; a locked one at least what the whole service does."""
    own = TrustLevel.parse(field.trust_level)
    return max(own, of_service(service)) if field.locked else own


def of_service(service: ServiceDefinition) -> TrustLevel:
    """What the service demands for sending."""
    return TrustLevel.parse(service.trust_level)


def highest(service: ServiceDefinition) -> TrustLevel:
    """The most this service may demand anywhere: what people are told before they begin."""
    fields = [
        field for step in (service.form.steps if service.form else ()) for field in step.fields
    ]
    return max([of_service(service), *(of_field(service, field) for field in fields)])


def of_step(service: ServiceDefinition, step_key: str, answers: Answers) -> TrustLevel:
    """What the questions of a step demand that are asked after these answers."""
    for shown in _shown(service, answers):
        if shown.step.key == step_key:
            return _most(of_field(service, field) for field in _asked(shown))
    return NONE


def of_bound(service: ServiceDefinition, bound: BoundStep) -> TrustLevel:
    """The same for a step as it was sent."""
    return _most(of_field(service, field.field) for field in bound.fields if field.visible)


def of_sending(service: ServiceDefinition, answers: Answers) -> TrustLevel:
    """What sending these answers demands."""
    asked = (of_field(service, field) for shown in _shown(service, answers)
             for field in _asked(shown))  # fmt: skip
    return max(of_service(service), _most(asked))


def of_content(service: ServiceDefinition, answers: Answers) -> TrustLevel:
    """What opening a draft demands: as much as the verified answers in it did."""
    return _most(
        of_field(service, field)
        for shown in _shown(service, answers)
        for field in _asked(shown)
        if field.locked and answers.get(field.key) is not None
    )


def asked(service: ServiceDefinition, answers: Answers) -> Iterator[tuple[str, Node]]:
    """The questions that are asked after these answers, with the key of their step.

    Nothing where the service demands no log-in anywhere.
    """
    for shown in _shown(service, answers):
        for node in shown.step.nodes:
            if node.key not in shown.hidden:
                yield shown.step.key, node


def first_step(service: ServiceDefinition, answers: Answers) -> str:
    """Title of the first step that demands a log-in; empty where only sending does."""
    for shown in _shown(service, answers):
        if _most(of_field(service, field) for field in _asked(shown)):
            return shown.step.step.title
    return ""


def _shown(service: ServiceDefinition, answers: Answers) -> Iterator[Shown]:
    if service.form is None or not compiled(service.form).demanding:
        return iter(())
    return shown_steps(compiled(service.form), answers, clock.today())


def _asked(shown: Shown) -> list[Field]:
    return [node.field for node in shown.step.nodes if node.key not in shown.hidden]


def _most(levels: Iterable[Any]) -> TrustLevel:
    return max(levels, default=NONE)
