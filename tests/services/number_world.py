"""Two customers and their numbers, with the words that tests of changes use."""

from dataclasses import replace
from typing import Any

from chalicelib.domain.customer import Customer, TagHolder, WrappedKey
from chalicelib.domain.number_choice import NumberWish
from chalicelib.domain.policy import Policy
from chalicelib.domain.verification import Verification
from tests.fakes import bearer
from tests.services.policies import MANY, PACKAGED, adapters_with
from tests.services.staged_store import StagedAdapters
from tests.services.world import NUMBER, OTHER_NUMBER, WALLET, World, keyed

ANN, BOB = "customer-ann", "customer-bob"
FREE = "+447400123499"


def policy_with(*, keeps: str = "all", **take_over: Any) -> Policy:
    rules = adapters_with(throttles={"number": MANY}).policy.rules
    change = replace(rules.number_change, keeps=keeps, take_over=replace(rules.number_change.take_over, **take_over))
    return replace(PACKAGED, rules=replace(rules, number_change=change))


class NumberWorld(World):
    """Ann has NUMBER, and Bob OTHER_NUMBER once he is there."""

    def __init__(self, **policy: Any) -> None:
        self.staged = StagedAdapters(policy=policy_with(**policy))
        super().__init__(self.staged)
        self.customer(NUMBER, ANN)

    @property
    def ann(self) -> Customer:
        return self.row(Customer, ANN)

    @property
    def bob(self) -> Customer:
        return self.row(Customer, BOB)

    def proof(self, who: str, number: str = FREE) -> Verification:
        """Who wants the number has proved it."""
        started = self.start(number, purpose="number_change", customer_id=who)
        return self.check(started, self.sender.last_code)

    def old_proof(self, who: str) -> Verification:
        """They have proved the number that they have."""
        started = self.start(None, purpose="step_up", customer_id=who)
        return self.check(started, self.sender.last_code)

    def ask(
        self, who: str, proof: Verification, old: Verification | None = None, on_conflict: str = "refuse", key: str = ""
    ) -> Customer:
        wish = NumberWish(proof.id, old.id if old else None, on_conflict)
        return self.ringfence.change_number(
            WALLET, bearer(WALLET), who, wish, keyed(key, repr(wish).encode(), "change")
        )

    def change(self, who: str, number: str = FREE, on_conflict: str = "refuse") -> Customer:
        """With the new number's phone only."""
        return self.ask(who, self.proof(who, number), on_conflict=on_conflict)

    def change_with_both(self, who: str, number: str = FREE) -> Customer:
        return self.ask(who, self.proof(who, number), self.old_proof(who))

    def stop(self, who: str, key: str = "", change_id: str | None = None) -> Customer:
        return self.ringfence.stop_number_change(who, keyed(key, who.encode(), "stop"), change_id)

    def opened(self, who: str) -> str:
        """The number that the customer's head and keys open to."""
        head = self.row(Customer, who)
        assert head.number is not None
        return str(
            self.adapters.opener.open(who, head.number, self.row(WrappedKey, who, head.number.key_id)).number.e164
        )

    def told(self) -> list[tuple[str, str]]:
        """What others heard of changes, as step and customer."""
        return [(it.step, it.customer_id) for it in self.adapters.bus.told if it.name == "NumberChange"]

    def demand_sound(self) -> None:
        """A number has at most one customer, every key belongs to something, and the chains hold."""
        heads = {head.id: head for head in self.rows(Customer)}
        assert {row.tag: row.customer_id for row in self.rows(TagHolder)} == {
            tag: head.id for head in heads.values() for tag in head.tags
        }
        assert sum(len(head.tags) for head in heads.values()) == len(self.rows(TagHolder))
        keys = {(head.id, key_id) for head in heads.values() for key_id in head.key_ids}
        assert {(key.customer_id, key.key_id) for key in self.rows(WrappedKey)} == keys
        assert all(self.damage(head) is None for head in heads.values())


def with_bob(**policy: Any) -> NumberWorld:
    world = NumberWorld(**policy)
    world.customer(OTHER_NUMBER, BOB)
    return world
