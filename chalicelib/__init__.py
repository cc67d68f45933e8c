"""Ringfence: phone numbers behind a fence. Start at services/ for what it does, bootstrap.py for how it is wired."""
