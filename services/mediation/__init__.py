"""People's mediation (人民调解): a case from the parties' consent to an agreement in effect, or to an end without one.

Owns mediation cases, sessions and agreements. Publishes `onewindow.mediation.case.v1`. Consumes
`onewindow.intake.handover.v1` (cases handed over, particulars sealed for this service alone) and
`onewindow.intake.directory.v1` (of which it keeps a copy).
"""
