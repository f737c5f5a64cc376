"""State machines as tables: look a pair up, or list what may come next."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

from chassis.rules.refusals import IllegalTransition

S = TypeVar("S", bound=Hashable)
A = TypeVar("A", bound=Hashable)


def step(transitions: Mapping[tuple[S, A], S], state: S, action: A) -> S:
    """The state that `action` leads to; a pair that is not in the table is refused with `IllegalTransition`."""
    try:
        return transitions[state, action]
    except KeyError:
        raise IllegalTransition(str(state), str(action)) from None


def next_actions(transitions: Mapping[tuple[S, A], S], state: S) -> tuple[A, ...]:
    """What may be asked for in this state, in the order of the table."""
    return tuple(action for (origin, action) in transitions if origin == state)
