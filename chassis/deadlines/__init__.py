"""Statutory deadlines (法定期限) as rows: started by the command that causes them, met, paused, extended, or missed.

A deadline is written in the transaction that causes it, so none is ever lost; the sweep finds what fell due.
"""
