"""Ringfence: phone numbers behind a fence. Start at services/ for what it does, bootstrap/ for how it is wired."""
