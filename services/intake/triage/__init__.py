"""Triage (分级诊疗): which way and which tier settles a registered case, decided by a person under rules as data.

Sending a case to mediation or to the petition department hands it over, with people's particulars sealed for that
service alone. Order of tiers is the norm and never a ground to refuse (小事不出村、大事不出乡、难事不出县; People's
Mediation Law art. 3).
"""
