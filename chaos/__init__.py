"""Faults seen, not argued: a county of four processes on a real Kafka, broken in a seeded order while people use it.

`people` use it and remember in `history` what they were told; `faults` break `county` and mend it again; `model` says
what the databases must hold after that, and `promises` compares. `run` puts it together, `report` shows it.
Docs: docs/operations/chaos.md.
"""
