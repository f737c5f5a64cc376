"""Soundness of a table of transitions, whatever machine it describes."""

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

S = TypeVar("S", bound=Hashable)
A = TypeVar("A", bound=Hashable)


def check_machine(
    transitions: Mapping[tuple[S, A], S], *, start: S, final: Collection[S], actions: Collection[A] = ()
) -> None:
    """Every state can be reached from `start`, dead ends are exactly `final`, and every one of `actions` is used."""
    states = {start} | {state for state, _ in transitions} | set(transitions.values())
    reached = {start}
    while more := {to for (state, _), to in transitions.items() if state in reached} - reached:
        reached |= more
    assert reached == states, f"never reached: {states - reached}"
    ends = states - {state for state, _ in transitions}
    assert ends == set(final), f"dead ends: {ends}"
    unused = set(actions) - {action for _, action in transitions}
    assert not unused, f"lead nowhere: {unused}"
