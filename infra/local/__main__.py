"""`python -m infra.local` reaches every command of the local stack."""

from infra.local.commands import commands

commands()
