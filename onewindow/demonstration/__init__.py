"""The demonstration county: a small directory and a few dozen cases on their way, loaded once into an empty home.

`places` and `matters` are the data, `desk` is how they are brought in, `load` is the order in which that happens.
Everything has a fixed id and a fixed idempotency key, so that a run that was killed half way is completed by the next.
"""
