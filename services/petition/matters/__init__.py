"""A petition matter 信访事项 (Petition Work Regulations, XF): registered by intake's handover, ended by its conclusion.

`REGISTERED` → `ACCEPTED`, where the route is chosen, and on at once: → `IN_PROCEDURE` where another law has the
procedure (R29, R31_1 to R31_5), → `INVESTIGATING` on R31_6 alone (→ `EXTENDED`) → `OPINION_ISSUED` →
`OPINION_DELIVERED` (→ `EXECUTING` when the claim is supported) → `CONCLUDED`. Concluded 办结 and resolved 化解 are two
facts. Transfer, objection, review and recheck, and the ways on which nothing is accepted, are yet to come.
"""
