"""intake (一窗受理): whatever a resident brings, by whatever door, is registered once and sent to who can settle it.

Owns cases as the window sees them, their routing and their outcome, and the directory of divisions, organisations,
posts and grids. Publishes on `onewindow.intake.case.v1`, `onewindow.intake.directory.v1` (compacted) and, sealed for
the one receiver, `onewindow.intake.handover.v1`. Consumes `onewindow.mediation.case.v1` and
`onewindow.petition.matter.v1`, from which it learns how a case that it handed over ended.

Registering is never accepting (登记不等于受理), and nothing closes without a recorded outcome (有案必调、调必有果).
Source: the source article; Petition Work Regulations arts. 22-23.
"""
