"""Indicators 指标: counts and rates of a division and a period, each with its unit, its formula and its cut-off.

Figures of different units are never added, and places stand in the order of their codes, never of their counts.
"""
