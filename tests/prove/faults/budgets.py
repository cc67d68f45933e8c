"""What must be true of the budgets that many share: whatever failed, they are never too loose."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.domain.meter import Meter
from chalicelib.domain.sms_parts import sms_parts
from chalicelib.domain.spent import WINDOWS, Spent, new_spent
from chalicelib.domain.traffic import Traffic
from chalicelib.domain.verification import Verification
from tests.prove.faults.wire import Published
from tests.prove.faults.witness import CODE, Sight

DAY = timedelta(days=1)
# Where every number on stage is.
REGION = "CN"


def no_shared_count_is_too_low(sight: Sight) -> Iterator[str]:
    """Every SMS to a number that nobody has proved stands in the counts of its country and of its prefix."""
    now = sight.world.clock.now()
    sent = sum(sms.function != "strongroom" for sms in _codes(sight, now - DAY))
    rows = [row.rolled(now) for row in sight.rows(Traffic)]
    for scope, is_country in (("country", True), ("prefix", False)):
        counted = sum(
            row.sent + row.past_sent.last_day for row in rows if row.key.startswith(f"{REGION}#") == is_country
        )
        if counted < sent:
            yield f"{sent} SMS within a day, and {counted} in the {scope}"


def no_start_of_a_wallet_is_uncounted(sight: Sight) -> Iterator[str]:
    """Every start of the last minute that sent a code stands in the count of its wallet client."""
    now = sight.world.clock.now()
    window = timedelta(seconds=sight.world.ringfence.limits.wallet.window_seconds)
    # Time passes between requests only.
    started = {verification.started_at for verification in sight.rows(Verification)}
    sent = {sms.text for sms in _codes(sight, now - window) if sms.at in started}
    counted = sum(meter.count + sum(meter.past) for meter in (row.rolled(now) for row in sight.rows(Meter)))
    if counted < len(sent):
        yield f"{len(sent)} starts sent a code, and {counted} are counted"


def no_sms_is_unpaid(sight: Sight) -> Iterator[str]:
    """What the SMS of this hour, this day and this month cost is reserved in each."""
    now = sight.world.clock.now()
    country = sight.world.ringfence.policy.rules.country(REGION)
    assert country is not None
    present = new_spent("", now)
    for window in WINDOWS:
        this = getattr(present, window)
        sent = [sms for sms in sight.witness.published if getattr(new_spent("", sms.at), window) == this]
        cost = sum(country.price * sms_parts(sms.text) for sms in sent)
        reserved = sum(getattr(row.rolled(now), f"{window}_cost") for row in sight.rows(Spent))
        if reserved < cost:
            yield f"{cost} was spent this {window}, and {reserved} was reserved"


def _codes(sight: Sight, since: datetime) -> list[Published]:
    return [sms for sms in sight.witness.published if sms.at > since and CODE.search(sms.text)]
