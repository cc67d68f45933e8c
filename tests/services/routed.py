"""A world whose policy sends by another way than SNS."""

from dataclasses import replace

from chalicelib.domain.sending_rules import EndUserMessaging, Senders
from tests.services.world import World


def through_end_user_messaging(world: World) -> None:
    """Every country is End User Messaging's, which wants to know what was entered."""
    rules = world.policy.rules
    countries = {region: replace(country, sender="end_user_messaging") for region, country in rules.countries.items()}
    senders = Senders(end_user_messaging=EndUserMessaging("pool-1"))
    world.adapters.policy = replace(world.policy, rules=replace(rules, countries=countries, senders=senders))
