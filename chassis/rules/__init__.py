"""Pure rules on the standard library alone: refusals, state machines, the clock, working days, day counting."""
