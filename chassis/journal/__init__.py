"""The journal (台账): one append-only store of facts per service that is timeline, audit log and archive at once.

Facts of a case form a chain: each entry carries the hash of the one before it, and `heads` remembers where every chain
ends. Beside each published fact stands a pointer in the outbox, written in the same transaction.
"""
