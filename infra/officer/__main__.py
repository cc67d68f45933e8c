"""`python -m infra.officer` reaches every command of the privacy officer."""

from infra.officer.commands import commands

commands()
