"""Which word on a number is the last, whatever comes when."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.suppression import BETWEEN_OPT_INS, LIST_SETTLES, Suppression, place_of, suppressed
from tests.domain.samples import NOON, a_customer

DAY = timedelta(days=1)
instants = st.integers(0, 20).map(lambda hours: NOON + timedelta(hours=hours))


@given(st.lists(st.tuples(st.sampled_from(["stop", "lift"]), instants), max_size=8))
def test_it_stands_exactly_if_no_lift_is_as_late_as_the_last_stop(words: list[tuple[str, datetime]]) -> None:
    row, stops, lifted_at = Suppression("1.tag", NOON, "sms"), [NOON], None
    for word, at in words:
        row = row.stopped("sms", at) if word == "stop" else row.lifted(at)
        # What is said first while it stands is what ends it, and the other way round.
        if word == "lift" and lifted_at is None:
            lifted_at = at
        if word == "stop" and lifted_at is not None and at > lifted_at:
            stops, lifted_at = [*stops, at], None
    assert (row.stands, row.since, row.lifted_at) == (lifted_at is None, stops[-1], lifted_at)


def test_the_same_no_again_changes_nothing() -> None:
    row = Suppression("1.tag", NOON, "sms")
    assert row.stopped("provider", NOON + DAY) is row
    lifted = row.lifted(NOON + DAY)
    assert lifted.stopped("sms", NOON) is lifted
    assert lifted.stopped("sms", NOON + DAY) is lifted
    again = lifted.stopped("provider", NOON + 2 * DAY)
    assert (again.since, again.source, again.stands) == (NOON + 2 * DAY, "provider", True)
    assert lifted.lifted(NOON + 3 * DAY) is lifted


def test_the_provider_is_asked_once_in_thirty_days_and_in_each_region() -> None:
    standing = Suppression("1.tag", NOON, "provider")
    assert not standing.may_opt_in("eu-west-1", NOON + DAY)
    asked = standing.lifted(NOON + DAY).with_opt_in("eu-west-1", NOON + 2 * DAY)
    end = NOON + 2 * DAY + BETWEEN_OPT_INS
    assert not asked.may_opt_in("eu-west-1", end - timedelta(microseconds=1))
    assert asked.may_opt_in("eu-west-1", end)
    assert asked.may_opt_in("us-east-1", NOON + 2 * DAY)


def test_a_number_that_is_listed_after_it_was_taken_off_is_a_new_word() -> None:
    lifted = Suppression("1.tag", NOON, "provider").lifted(NOON + DAY)
    end = NOON + 9 * DAY
    assert not lifted.listed_again("eu-west-1", end)
    taken_off = lifted.with_opt_in("eu-west-1", NOON + 2 * DAY)
    assert taken_off.listed_again("eu-west-1", NOON + 2 * DAY + LIST_SETTLES)
    assert not taken_off.listed_again("eu-west-1", NOON + 2 * DAY + LIST_SETTLES - timedelta(microseconds=1))
    assert not taken_off.listed_again("us-east-1", end)
    # It was taken off for an earlier yes.
    stopped = taken_off.stopped("sms", NOON + 3 * DAY)
    assert not stopped.listed_again("eu-west-1", end)
    assert not stopped.lifted(NOON + 4 * DAY).listed_again("eu-west-1", end)


def test_the_head_says_what_the_row_says() -> None:
    row = Suppression("1.tag", NOON, "sms")
    customer = a_customer()
    assert suppressed(customer, None) is customer
    marked = suppressed(customer, row)
    assert marked.suppressed_at == NOON
    assert marked.ground != customer.ground
    assert suppressed(marked, row) is marked
    assert suppressed(marked, row.lifted(NOON + DAY)) == customer


def test_rows_are_spread_and_hold_the_tag_alone() -> None:
    assert len({place_of(f"1.tag{number}")[0] for number in range(2000)}) == 64
    assert place_of("1.tag")[1] == "1.tag"
