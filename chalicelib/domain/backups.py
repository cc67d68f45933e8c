"""How far back tables can be brought. infra/data.yaml says it to AWS, and a test holds the two together."""

from datetime import timedelta

# An erased wrapped key can be brought back for so long, and with it the number (decision 0004).
KEYS = timedelta(days=1)
# So long every other table that is backed up at all: a head with its tag, its mask and what no key opens any more.
OTHERS = timedelta(days=35)
# What AWS writes itself, delivery logs and SMS that come in. Source: DESIGN 7.
AWS_LOGS = timedelta(days=1)
