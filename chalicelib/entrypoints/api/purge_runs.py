"""/v1/purge-runs and /v1/purge-preview"""

from chalice.app import Blueprint

from chalicelib.bootstrap import ringfence
from chalicelib.domain import errors
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.entrypoints.api.answers import PurgePreviewAnswer, PurgeRunAnswer, PurgeRunsAnswer
from chalicelib.entrypoints.api.bodies import NoBody
from chalicelib.entrypoints.api.call import Call
from chalicelib.entrypoints.api.endpoint import endpoint

bp = Blueprint(__name__)

# Two days of hourly runs.
NEWEST = 48


@endpoint(bp, "GET", "/v1/purge-runs", roles=("officer",), answer=PurgeRunsAnswer)
def list_purge_runs(_call: Call[NoBody]) -> PurgeRunsAnswer:
    """The reports of the newest runs of the purge, newest first."""
    runs = ringfence().store.history(PurgeRun, "run", newest_first=True, limit=NEWEST)
    return PurgeRunsAnswer(purge_runs=[run_answer(run) for run in runs])


@endpoint(bp, "GET", "/v1/purge-runs/{run_id}", roles=("officer",), answer=PurgeRunAnswer, problems=(errors.NotFound,))
def read_purge_run(_call: Call[NoBody], run_id: str) -> PurgeRunAnswer:
    """The report of one run of the purge."""
    run = ringfence().store.get(PurgeRun, "run", run_id)
    if run is None:
        raise errors.NotFound
    return run_answer(run)


@endpoint(bp, "GET", "/v1/purge-preview", roles=("officer",), answer=PurgePreviewAnswer)
def preview_purge(_call: Call[NoBody]) -> PurgePreviewAnswer:
    """What a purge would do now, and why. Nothing is erased."""
    preview = ringfence().preview_purge()
    return PurgePreviewAnswer(
        at=preview.at, due=preview.due, oldest_due_at=preview.oldest_due_at, complete=preview.complete
    )


def run_answer(run: PurgeRun) -> PurgeRunAnswer:
    """The run as the officer sees it."""
    return PurgeRunAnswer(
        run_id=run.id,
        started_at=run.started_at,
        finished_at=run.finished_at,
        duration_seconds=(run.finished_at - run.started_at).total_seconds() if run.finished_at else None,
        complete=run.complete,
        shards_left=len(run.shards_left),
        erased=run.erased,
        ended=run.ended,
        failures=run.failures,
        oldest_lateness_seconds=run.oldest_lateness_seconds,
        capacity_units=run.capacity_half_units / 2,
        sequence=run.sequence,
        previous=run.previous,
        signature=run.signed,
    )
