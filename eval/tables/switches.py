"""Parts of an answer that can be switched off, to see what they are worth: each has a stand-in that does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from unittest.mock import patch

from qa.followup.resolve import readings

__all__ = ["DISAGREEMENT", "FOLLOW_UPS", "LISTS", "Switch", "switched_off"]


@dataclass(frozen=True, slots=True)
class Switch:
    """A part.

    Attributes:
        name: as it stands in the table.
        off: what takes the place of each function, by "module:name".
    """

    name: str
    off: Mapping[str, Callable[..., object]]


def _gives(value: object) -> Callable[..., object]:
    """A function that returns this, whatever it is given."""
    return lambda *_: value


def _switch(name: str, value: object, *functions: str) -> Switch:
    return Switch(name, dict.fromkeys(functions, _gives(value)))


LISTS = (_switch("items of a list", [], "qa.answers.compose:items_of"),)

_CONFLICT = "qa.answers.disagreement"
DISAGREEMENT = (
    _switch("values that contradict each other", False, "qa.answers.compose:conflict"),
    _switch("values that say the same otherwise", False, "qa.answers.compose:agree"),
    _switch("both tell of the same", True, f"{_CONFLICT}:about_the_same"),
    _switch("dates: the sentence tells of it", True, f"{_CONFLICT}:_tells_of_it"),
    _switch("numbers: of another thing", False, f"{_CONFLICT}:_of_another_thing"),
    _switch("numbers: count something else", False, f"{_CONFLICT}:counts_something_else"),
)

_RESOLVE = "qa.followup.resolve"
FOLLOW_UPS = (
    _switch('"Why?"', False, f"{_RESOLVE}:is_bare"),
    _switch('"And the poor?"', False, f"{_RESOLVE}:is_fragment"),
    _switch('"she", "it", "there"', (), "qa.followup.choosing:pointers"),
    Switch("what is left out", {f"{_RESOLVE}:_appended": lambda question, _: question}),
    Switch("both readings", {"qa.assistant:readings": lambda *asked: readings(*asked)[:1]}),
)
FOLLOW_UPS_OFF = Switch("all of them", {"qa.assistant:readings": lambda question, *_: (question,)})


@contextmanager
def switched_off(switches: Sequence[Switch]) -> Iterator[None]:
    """Switches parts off while it lasts."""
    with ExitStack() as stack:
        for switch in switches:
            for place, stand_in in switch.off.items():
                module, _, name = place.partition(":")
                stack.enter_context(patch.object(import_module(module), name, stand_in))
        yield
