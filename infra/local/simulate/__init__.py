"""Attacks replayed against the real services, on a clock that a simulator moves."""
