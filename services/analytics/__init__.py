"""Governance analytics 综治大脑: every open fact once, and from these the indicators, with unit, formula and period.

Owns the facts of cases and a copy of the directory. Publishes nothing. Consumes every open topic:
`onewindow.intake.case.v1`, `onewindow.intake.directory.v1`, `onewindow.mediation.case.v1` and
`onewindow.petition.matter.v1`. It has no handover key and learns nothing about any person.
"""
