"""The handling opinion 信访处理意见书 (XF§32): made out on route R31_6 alone, and delivered to each petitioner.

Delivery starts each petitioner's own 30 days to ask for review 复查 (XF§35); without a recorded one no clock runs.
"""
