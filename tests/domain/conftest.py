"""Hypothesis measures no time here: a slow machine refutes nothing."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
