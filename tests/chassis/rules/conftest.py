"""Properties are judged by their answers, not by how long a busy machine took for one of them."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
