"""The agreement of a mediation case 调解协议 (RM§28-31): terms agreed on, and when they came to bind.

An oral one takes effect when it is reached; a written one when all parties and the mediator have signed and the
committee's seal is on it. Within 30 days of effect the parties may together ask the court to confirm it (RM§33).
"""
