"""A mediation session 调解场次: when the parties sat down with the mediator, and how it ended.

Its notes are confidential (RM§15, TY§22): sealed in their row, never part of a fact, never shown with the case.
"""
