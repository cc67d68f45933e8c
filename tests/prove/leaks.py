"""Looks for a number, in any form, and for codes in all that a journey said or left behind."""

from collections.abc import Iterable

from tests.prove.api import Api
from tests.prove.erasure import Life, close, live
from tests.prove.forms import forms_of, found_in
from tests.prove.stumbles import failing_calls, stumble, things_that_hold_a_number
from tests.prove.witness import Evidence, exception_texts, raised_by, watched


def observed_life(api: Api) -> tuple[Life, Evidence, set[str]]:
    """A whole life with every kind of mistake in it; what was said and kept, and the codes that were sent."""
    world = api.world
    begun_at = world.clock.now()
    with watched(api) as (seen, evidence):
        life = live(seen)
        stumble(seen, life)
        for thing in things_that_hold_a_number(life):
            evidence.add(f"repr {type(thing).__name__}", [repr(thing), str(thing)])
        for number, failure in enumerate(raised_by(*failing_calls(world, life))):
            evidence.add(f"exception {number}", exception_texts(failure))
        close(seen, life)
        for of_whom in (world, world.ringfence, world.ringfence.adapters, *_parts(api)):
            evidence.add(f"repr {type(of_whom).__name__}", repr(of_whom))
    codes = {sms.code for sms in world.sms_to(life.number) if "#" in sms.body}
    assert world.clock.now() == begun_at
    return life, evidence, codes


def number_leaks(life: Life, evidence: Evidence) -> set[str]:
    """The forms of the number that were found."""
    return found_in(evidence.texts, forms_of(life.number, *life.said))


def code_leaks(runs: Iterable[tuple[Evidence, set[str]]]) -> set[str]:
    """The fields that held a code in every run: six digits alone may be an accident, the same field three times not."""
    fields = [{where for code in codes for where in evidence.fields_with(code)} for evidence, codes in runs]
    return set.intersection(*fields)


def _parts(api: Api) -> list[object]:
    adapters = api.world.ringfence.adapters
    carriers = adapters.carriers.values()
    return [*carriers, adapters.index, adapters.pending, adapters.sealer, adapters.opener, adapters.blinder]
