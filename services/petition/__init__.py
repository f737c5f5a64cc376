"""Petitions 信访: a matter from its registration to its conclusion, under the Petition Work Regulations (XF, 2022).

Owns petition matters, the parties who brought them, and handling opinions with their deliveries. Publishes
`onewindow.petition.matter.v1`. Consumes `onewindow.intake.handover.v1` (matters handed over, particulars sealed for
this service alone) and `onewindow.intake.directory.v1` (of which it keeps a copy). Accusations 检举控告 are not taken
here.
"""
