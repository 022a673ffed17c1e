"""The promises hold in every order of events, and each safeguard is needed for that."""

import itertools
import os
from datetime import datetime
from typing import Any

import pytest

from lambdas.jobs import wait
from lambdas.jobs.kind import JobKind
from lambdas.messages.job import Callback
from lambdas.training import attempt
from lambdas.training.kind import TRAINING
from lambdas.transform.kind import TRANSFORM
from tests.protocol.account import Safeguards
from tests.protocol.choices import EveryChoice, RandomChoices
from tests.protocol.trial import Faults, Trial, Violation

RUNS = int(os.environ.get("PROTOCOL_RUNS", "2500"))
"""Runs of each kind; ``make soak`` plays a hundred times as many."""

STEPS = 60
"""After up to so many steps, whatever is under way is left to come to its end."""

DIFFERENT = 0.6
"""Share of the runs that differ, at least: executions that are aborted early have few orders. Of
ten kinds, that makes more than 10,000 different orders of events."""

ORDERS = {
    "nothing goes wrong": Faults(),
    "events are lost and repeated": Faults(losses=2, repeats=3),
    "functions crash": Faults(crashes=3),
    "functions run over their time": Faults(overtimes=2, heartbeats=1),
    "jobs take long": Faults(heartbeats=3),
    "jobs hang": Faults(hangs=2, losses=1, aborts=1, redrives=1, reconciles=1),
    "executions are aborted": Faults(aborts=2, losses=1, repeats=1),
    "executions are redriven": Faults(aborts=1, redrives=2, losses=1),
    "jobs are shown late": Faults(lags=2, crashes=1, aborts=1, redrives=1),
    "the reconcile comes at any moment": Faults(reconciles=3, aborts=1, redrives=1, losses=1),
    "everything at once": Faults(
        losses=2, repeats=2, crashes=2, heartbeats=2, aborts=1, redrives=2, reconciles=2, lags=1
    ),
}


KINDS = {kind.noun: kind for kind in (TRAINING, TRANSFORM)}


def explore(
    faults: Faults,
    safeguards: Safeguards | None = None,
    runs: int = RUNS,
    kind: JobKind = TRAINING,
) -> set[str]:
    """Play runs drawn from the seeds 0, 1, 2 …; return the orders of events that were seen."""
    seen = set()
    for seed in range(runs):
        trial = Trial(
            RandomChoices(seed),
            Faults(**{name: getattr(faults, name) for name in Faults.__slots__}),
            safeguards or Safeguards(),
            kind,
            executions=1 + seed // STEPS % 2,
        )
        try:
            trial.play(seed % STEPS)
        except Violation as violation:
            raise Violation(f"{violation}\n" + "\n".join(trial.trace)) from violation
        seen.add("\n".join(trial.trace))
    return seen


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", ORDERS)
def test_no_execution_waits_for_ever_and_no_job_is_paid_for_twice_when(
    order: str, kind: str
) -> None:
    assert len(explore(ORDERS[order], kind=KINDS[kind])) > RUNS * DIFFERENT


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("faults", [Faults(losses=1), Faults(crashes=1), Faults(repeats=1)])
def test_every_order_of_the_first_ten_events_keeps_the_promises(faults: Faults, kind: str) -> None:
    for choices in EveryChoice().runs():
        budget = Faults(**{name: getattr(faults, name) for name in Faults.__slots__})
        Trial(choices, budget, kind=KINDS[kind], endings=1).play(10)


def describe_before_token(
    callback: Callback,
    kind: JobKind,
    *,
    retry_count: int,
    jobs: Any,
    callbacks: Any,
    executions: Any,
    now: datetime,
) -> wait.Answered | None:
    del now
    description = jobs.describe(callback.job.name)
    verdict = wait._verdict(callback, description, kind)
    kept = callbacks.put(callback)
    if verdict is None:
        return None
    return wait._settle(kept, description, verdict, callbacks=callbacks, executions=executions)


def nothing(*_: object, **__: object) -> list[str]:
    return []


def test_without_the_token_before_the_describe_an_end_is_missed() -> None:
    with pytest.raises(Violation, match="needs a heartbeat though nothing went wrong"):
        explore(Faults(), Safeguards(register=describe_before_token))


def test_without_the_heartbeat_an_execution_waits_for_ever() -> None:
    with pytest.raises(Violation, match="waits for ever"):
        explore(Faults(losses=1), Safeguards(heartbeat=False))


def test_without_the_idempotent_name_an_attempt_has_two_jobs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers = itertools.count()
    monkeypatch.setattr(attempt, "job_name", lambda *_: f"gt-train-{next(numbers)}")

    with pytest.raises(Violation, match=r"jobs for the attempts|run on for nobody"):
        explore(Faults(overtimes=1))


def test_without_the_stop_on_abort_a_job_runs_on() -> None:
    with pytest.raises(Violation, match="run on for nobody"):
        explore(
            Faults(aborts=1), Safeguards(stop_abandoned_jobs=nothing, stop_orphaned_jobs=nothing)
        )


def test_without_the_reconcile_a_lost_event_leaves_a_job_running() -> None:
    with pytest.raises(Violation, match="run on for nobody"):
        explore(Faults(aborts=1, losses=1), Safeguards(stop_orphaned_jobs=nothing))


def stop_every_running_job(
    machine: str, *, jobs: Any, records: Any, executions: Any, now: datetime
) -> list[str]:
    running: list[str] = [job.name for job in jobs.running()]
    for name in running:
        jobs.stop(name)
    return running


def test_a_reconcile_that_stops_jobs_that_are_awaited_is_noticed() -> None:
    with pytest.raises(Violation, match="although it is awaited"):
        explore(Faults(reconciles=1), Safeguards(stop_orphaned_jobs=stop_every_running_job))


def test_without_taking_up_the_job_of_before_a_redrive_pays_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attempt, "completed_before", lambda *_, **__: None)

    with pytest.raises(Violation, match=r"paid for 2 results|run on for nobody"):
        explore(Faults(aborts=1, redrives=1, losses=1), runs=4 * RUNS)


def test_without_the_stop_at_a_heartbeat_a_job_that_hangs_is_never_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wait, "is_overdue", lambda *_: False)

    with pytest.raises(Violation, match="the account never comes to rest"):
        explore(Faults(hangs=1), Safeguards(stop_orphaned_jobs=nothing), kind=TRANSFORM)
