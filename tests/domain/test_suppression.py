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
    lifted = standing.with_listing("eu-west-1", NOON).with_listing("us-east-1", NOON).lifted(NOON + DAY)
    asked = lifted.with_opt_in("eu-west-1", NOON + 2 * DAY)
    assert not asked.may_opt_in("eu-west-1", NOON + 99 * DAY)
    assert asked.may_opt_in("us-east-1", NOON + 2 * DAY)
    end = NOON + 2 * DAY + BETWEEN_OPT_INS
    again = asked.stopped("provider", NOON + 3 * DAY).with_listing("eu-west-1", NOON + 3 * DAY).lifted(NOON + 4 * DAY)
    assert not again.may_opt_in("eu-west-1", end - timedelta(microseconds=1))
    assert again.may_opt_in("eu-west-1", end)


def test_a_number_that_is_listed_after_it_was_taken_off_is_a_new_word() -> None:
    lifted = Suppression("1.tag", NOON, "provider").with_listing("eu-west-1", NOON).lifted(NOON + DAY)
    assert not lifted.is_new_no("eu-west-1", NOON + 9 * DAY)
    taken_off = lifted.with_opt_in("eu-west-1", NOON + 2 * DAY)
    assert taken_off.is_new_no("eu-west-1", NOON + 2 * DAY + LIST_SETTLES)
    assert not taken_off.is_new_no("eu-west-1", NOON + 2 * DAY + LIST_SETTLES - timedelta(microseconds=1))
    # What stands needs no new word.
    assert not taken_off.stopped("sms", NOON + 3 * DAY).is_new_no("eu-west-1", NOON + 9 * DAY)


@given(st.lists(st.tuples(st.sampled_from(["stop", "lift", "see", "miss", "opt in"]), instants), max_size=8))
def test_it_is_opted_in_exactly_where_it_was_seen_while_it_stood(words: list[tuple[str, datetime]]) -> None:
    row, seen = Suppression("1.tag", NOON, "sms"), False
    for word, at in words:
        if word == "see":
            seen = seen or row.lifted_at is None or at < row.lifted_at
            row = row.with_listing("eu-west-1", at)
        elif word == "miss":
            row, seen = row.off_lists({"eu-west-1", "us-east-1"}), False
        elif word == "opt in":
            row, seen = row.with_opt_in("eu-west-1", at), False
        else:
            row = row.stopped("sms", at) if word == "stop" else row.lifted(at)
    end = NOON + 99 * DAY
    assert row.may_opt_in("eu-west-1", end) == (seen and not row.stands)
    assert row.is_new_no("eu-west-1", end) == (not seen and not row.stands)
    assert row.is_new_no("us-east-1", end) == (not row.stands)


def test_what_is_known_of_a_list_is_noted_once_and_forgotten_alone() -> None:
    row = Suppression("1.tag", NOON, "sms").with_listing("eu-west-1", NOON)
    assert row.with_listing("eu-west-1", NOON + DAY) is row
    assert row.off_lists({"us-east-1"}) is row
    both = row.with_listing("us-east-1", NOON + DAY)
    assert both.off_lists({"eu-west-1"}).listed == {"us-east-1": NOON + DAY}
    # Seen in the moment of the yes: nobody knows which was first.
    assert row.lifted(NOON + DAY).with_listing("us-east-1", NOON + DAY) == row.lifted(NOON + DAY)


def test_the_head_says_what_the_row_says() -> None:
    row = Suppression("1.tag", NOON, "sms")
    customer = a_customer()
    assert suppressed(customer, ()) is customer
    marked = suppressed(customer, [row])
    assert marked.suppressed_at == NOON
    assert marked.ground != customer.ground
    assert suppressed(marked, [row]) is marked
    assert suppressed(marked, [row.lifted(NOON + DAY)]) == customer


def test_rows_are_spread_and_hold_the_tag_alone() -> None:
    assert len({place_of(f"1.tag{number}")[0] for number in range(2000)}) == 64
    assert place_of("1.tag")[1] == "1.tag"
