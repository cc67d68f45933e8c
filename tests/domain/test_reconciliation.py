"""The join of CloudTrail's decrypts with the access log: what fits is silent, and whatever does not is named once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.reconciliation import (
    CLOCKS_APART,
    DECRYPT_WITHOUT_ENTRY,
    DUPLICATE,
    ENTRY_WITHOUT_DECRYPT,
    WRONG_CUSTOMER,
    WRONG_PRINCIPAL,
    Decrypt,
    Reconciled,
    reconcile,
)
from chalicelib.domain.settlement import LoggedEntry, Settlement

SINCE = datetime(2026, 11, 21, 12, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=1)
ROLE = "arn:aws:iam::111122223333:role/ringfence-StrongroomRole-1"
FORMER = "arn:aws:iam::111122223333:role/ringfence-StrongroomRole-0"
OTHER = "arn:aws:iam::111122223333:user/mallory"
SECOND = timedelta(seconds=1)
Named = tuple[str, str | None, tuple[str, ...]]


@dataclass
class Scene:
    """An export and a log, as they were found."""

    decrypts: list[Decrypt] = field(default_factory=list)
    entries: list[LoggedEntry] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)

    def opened(self, name: str, seconds: int = 600, customer: str = "ada", retries: int = 0, lost: int = 0) -> None:
        """An opening as it should be: some tries whose answers were lost, and one that was answered."""
        at = SINCE + timedelta(seconds=seconds, milliseconds=250)
        self.entries.append(LoggedEntry(customer, f"acc_{name}", at))
        for number in range(lost):
            self.decrypts.append(Decrypt(f"evt_{name}_{number}", f"lost_{name}_{number}", _whole(at), customer, ROLE))
        self.decrypts.append(Decrypt(f"evt_{name}", f"req_{name}", _whole(at + SECOND), customer, ROLE))
        settled_at = at + SECOND
        self.settlements.append(Settlement(customer, f"acc_{name}", at, f"req_{name}", retries, settled_at))

    def outcome(self) -> Reconciled:
        return reconcile(self.decrypts, self.entries, self.settlements, SINCE, UNTIL, {FORMER, ROLE})


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def named(outcome: Reconciled) -> set[Named]:
    assert len(outcome.findings) == len(set(outcome.findings))
    return {(it.kind, it.request_id, it.entry_ids) for it in outcome.findings}


def test_what_fits_is_silent() -> None:
    scene = Scene()
    scene.opened("1")
    scene.opened("2", customer="bob")
    outcome = scene.outcome()
    assert (outcome.findings, outcome.decrypts, outcome.settled, outcome.retried) == ([], 2, 2, 0)


def test_an_event_that_comes_twice_is_one() -> None:
    scene = Scene()
    scene.opened("1")
    scene.decrypts *= 2
    outcome = scene.outcome()
    assert (outcome.findings, outcome.decrypts, outcome.settled) == ([], 1, 1)


def test_two_events_with_one_request_id_are_a_duplicate() -> None:
    scene = Scene()
    scene.opened("1")
    scene.decrypts.append(replace(scene.decrypts[0], event_id="evt_another"))
    assert named(scene.outcome()) == {(DUPLICATE, "req_1", ())}
    assert scene.outcome().settled == 1


def test_a_decrypt_by_somebody_else_is_named_with_whoever_did_it() -> None:
    scene = Scene()
    scene.decrypts.append(Decrypt("evt", "req", SINCE, "ada", OTHER))
    (finding,) = scene.outcome().findings
    assert (finding.kind, finding.request_id, finding.customer_id) == (DECRYPT_WITHOUT_ENTRY, "req", "ada")
    assert OTHER in finding.detail


def test_an_opening_by_a_role_that_the_strongroom_had_before_fits() -> None:
    scene = Scene()
    scene.opened("1", retries=1, lost=1)
    scene.decrypts[:] = [replace(decrypt, principal=FORMER) for decrypt in scene.decrypts]
    outcome = scene.outcome()
    assert (outcome.findings, outcome.settled, outcome.retried) == ([], 1, 1)


def test_an_opening_that_was_not_settled_is_named_from_both_sides() -> None:
    scene = Scene()
    scene.opened("1")
    scene.settlements.clear()
    assert named(scene.outcome()) == {(DECRYPT_WITHOUT_ENTRY, "req_1", ()), (ENTRY_WITHOUT_DECRYPT, None, ("acc_1",))}
    assert "perhaps the opening of acc_1" in scene.outcome().findings[0].detail


def test_only_an_unsettled_entry_of_the_same_customer_and_time_may_explain_a_decrypt() -> None:
    scene = Scene()
    for name, seconds, customer in (("1", 600, "bob"), ("2", 1200, "ada")):
        scene.opened(name, seconds, customer)
    scene.settlements.clear()
    scene.decrypts[:] = [Decrypt("evt", "req", SINCE + timedelta(seconds=600), "ada", ROLE)]
    assert "perhaps" not in scene.outcome().findings[0].detail


@pytest.mark.parametrize(("retries", "lost"), [(1, 1), (2, 1), (2, 2), (2, 0)])
def test_tries_whose_answers_were_lost_belong_to_their_opening(retries: int, lost: int) -> None:
    scene = Scene()
    scene.opened("1", retries=retries, lost=lost)
    outcome = scene.outcome()
    assert (outcome.findings, outcome.settled, outcome.retried) == ([], 1, lost)


def test_no_more_than_its_retries_belong_to_an_opening() -> None:
    scene = Scene()
    scene.opened("1", retries=1, lost=2)
    assert named(scene.outcome()) == {(DECRYPT_WITHOUT_ENTRY, "lost_1_1", ())}


@pytest.mark.parametrize(
    "change",
    [
        {"customer_id": "bob"},
        {"principal": OTHER},
        {"at": SINCE + timedelta(seconds=600) - 2 * CLOCKS_APART},
        # The answer came at 601.
        {"at": SINCE + timedelta(seconds=602)},
    ],
)
def test_a_decrypt_of_somebody_else_or_another_time_is_no_retry(change: dict[str, str]) -> None:
    scene = Scene()
    scene.opened("1", retries=2, lost=1)
    scene.decrypts[0] = replace(scene.decrypts[0], **change)  # type: ignore[arg-type]
    assert named(scene.outcome()) == {(DECRYPT_WITHOUT_ENTRY, "lost_1_0", ())}


def test_a_try_in_the_second_of_the_answer_belongs_to_its_opening() -> None:
    scene = Scene()
    scene.opened("1", retries=1, lost=1)
    scene.decrypts[0] = replace(scene.decrypts[0], at=scene.decrypts[1].at)
    assert (scene.outcome().findings, scene.outcome().retried) == ([], 1)


def test_the_first_of_two_events_with_one_request_id_ends_the_tries_before_it() -> None:
    scene = Scene()
    scene.opened("1", retries=1)
    answered = scene.decrypts[0]
    scene.decrypts.append(replace(answered, event_id="evt_another", at=answered.at + 30 * SECOND))
    scene.decrypts.append(replace(answered, event_id="evt_stray", request_id="stray", at=answered.at + 20 * SECOND))
    assert named(scene.outcome()) == {(DUPLICATE, "req_1", ()), (DECRYPT_WITHOUT_ENTRY, "stray", ())}


@pytest.mark.parametrize(("seconds", "retried"), [(0, 1), (62, 0)])
def test_a_try_belongs_to_its_opening_where_the_answered_one_is_not_in_the_export(seconds: int, retried: int) -> None:
    scene = Scene()
    scene.opened("1", retries=1, lost=1)
    scene.decrypts[:] = [replace(scene.decrypts[0], at=scene.decrypts[0].at + timedelta(seconds=seconds))]
    assert scene.outcome().retried == retried
    assert (ENTRY_WITHOUT_DECRYPT, "req_1", ("acc_1",)) in named(scene.outcome())


def test_retries_are_given_to_decrypts_so_that_as_many_as_can_be_are_accounted_for() -> None:
    scene = Scene()
    # The first decrypt fits both openings, the second only the one that ends later.
    scene.opened("late", 640, retries=1)
    scene.opened("early", 600, retries=1)
    for number, seconds in enumerate((600, 620)):
        at = SINCE + timedelta(seconds=seconds)
        scene.decrypts.append(Decrypt(f"evt_{number}", f"lost_{number}", at, "ada", ROLE))
    assert (scene.outcome().findings, scene.outcome().retried) == ([], 2)


def test_a_settlement_without_its_entry_allows_no_retry() -> None:
    scene = Scene()
    scene.opened("1", retries=1, lost=1)
    scene.entries.clear()
    assert named(scene.outcome()) == {
        (DECRYPT_WITHOUT_ENTRY, "req_1", ("acc_1",)),
        (DECRYPT_WITHOUT_ENTRY, "lost_1_0", ()),
    }


@pytest.mark.parametrize(
    ("at", "count"), [(SINCE - SECOND, 0), (SINCE, 1), (UNTIL - SECOND, 1), (UNTIL, 0), (UNTIL + SECOND, 0)]
)
def test_an_entry_must_have_its_decrypt_if_it_is_of_the_span(at: datetime, count: int) -> None:
    entry = LoggedEntry("ada", "acc_1", at)
    unsettled = Scene(entries=[entry])
    assert named(unsettled.outcome()) == ({(ENTRY_WITHOUT_DECRYPT, None, ("acc_1",))} if count else set())
    # Whenever it was settled.
    settled = Scene(entries=[entry], settlements=[Settlement("ada", "acc_1", at, "req_1", 0, at + 2 * SECOND)])
    assert named(settled.outcome()) == ({(ENTRY_WITHOUT_DECRYPT, "req_1", ("acc_1",))} if count else set())


@pytest.mark.parametrize("at", [SINCE - timedelta(days=1), UNTIL, UNTIL + timedelta(days=1)])
def test_a_decrypt_must_have_its_entry_even_outside_the_span(at: datetime) -> None:
    scene = Scene(decrypts=[Decrypt("evt", "req", at, "ada", ROLE)])
    assert named(scene.outcome()) == {(DECRYPT_WITHOUT_ENTRY, "req", ())}


# Each wrong in one way, and what must be named for it, where `x` is the opening's name.
PLANTS: Sequence[str] = (
    "nothing",
    "delivered twice",
    "no settlement",
    "no decrypt",
    "no entry",
    "another customer's key",
    "another principal",
    "claimed by another entry",
    "settled again",
    "opened again",
)


def plant(scene: Scene, kind: str, name: str, customer: str) -> set[Named]:
    """One more opening, wrong in this way; returns what must be named for it."""
    scene.opened(name, customer=customer)
    decrypt, settlement = scene.decrypts[-1], scene.settlements[-1]
    request, entry = f"req_{name}", (f"acc_{name}",)
    match kind:
        case "delivered twice":
            scene.decrypts.append(decrypt)
        case "no settlement":
            scene.settlements.pop()
            return {(DECRYPT_WITHOUT_ENTRY, request, ()), (ENTRY_WITHOUT_DECRYPT, None, entry)}
        case "no decrypt":
            scene.decrypts.pop()
            return {(ENTRY_WITHOUT_DECRYPT, request, entry)}
        case "no entry":
            scene.entries.pop()
            return {(DECRYPT_WITHOUT_ENTRY, request, entry)}
        case "another customer's key":
            scene.decrypts[-1] = replace(decrypt, customer_id=f"{customer}'s neighbour")
            return {(WRONG_CUSTOMER, request, entry)}
        case "another principal":
            scene.decrypts[-1] = replace(decrypt, principal=OTHER)
            return {(WRONG_PRINCIPAL, request, entry)}
        case "claimed by another entry":
            also = replace(settlement, entry_id=f"acc_{name}_also")
            scene.entries.append(replace(scene.entries[-1], entry_id=also.entry_id))
            scene.settlements.append(also)
            return {(DUPLICATE, request, (*entry, also.entry_id))}
        case "settled again":
            scene.settlements.append(replace(settlement, request_id=f"{request}_again"))
            scene.decrypts.append(replace(decrypt, event_id=f"evt_{name}_again", request_id=f"{request}_again"))
            return {(DUPLICATE, None, entry)}
        case "opened again":
            scene.decrypts.append(replace(decrypt, event_id=f"evt_{name}_again", request_id=f"{request}_again"))
            return {(DECRYPT_WITHOUT_ENTRY, f"{request}_again", ())}
    return set()


@given(
    st.lists(
        st.tuples(st.integers(120, 3000), st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 2)), max_size=8
    ),
    st.lists(st.sampled_from(PLANTS), max_size=8),
    st.randoms(use_true_random=False),
)
def test_exactly_what_is_planted_is_named_whatever_else_happened(
    openings: list[tuple[int, str, int, int]], plants: list[str], random: Random
) -> None:
    scene = Scene()
    for number, (seconds, customer, retries, lost) in enumerate(openings):
        scene.opened(str(number), seconds, customer, retries, min(retries, lost))
    expected: set[Named] = set()
    for number, kind in enumerate(plants):
        expected |= plant(scene, kind, f"planted_{number}", f"customer-{number}")
    for rows in (scene.decrypts, scene.entries, scene.settlements):
        random.shuffle(rows)
    outcome = scene.outcome()
    assert named(outcome) == expected
    assert outcome.retried == sum(min(retries, lost) for _, _, retries, lost in openings)
