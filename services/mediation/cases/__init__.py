"""A mediation case 调解案件 (People's Mediation Law, RM): opened by intake's handover, ended with or without agreement.

`REGISTERED` → `CONSENT_PENDING` → `ACCEPTED` → `MEDIATOR_ASSIGNED` → `IN_MEDIATION` → `AGREED` → `EFFECTIVE`; from
every open state to `TERMINATED`. No case is accepted without the consent of every party (RM§17), and success is
`EFFECTIVE` alone.
"""
