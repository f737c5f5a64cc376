"""A case (事项): what was brought to the window, registered once with one code (一案一码), until it has an outcome.

States: REGISTERED 已登记 -> ROUTED 已分流 -> CONCLUDED 已办结. Registering is one command for every door: window, phone
batch, import, referral. The notice of art. 23 of the Petition Work Regulations (受理告知) runs from the receipt of a
petition, 15 days; it is owed here until the case is routed. Accusations (检举控告) are not taken here: the person is
told where to go.
"""
