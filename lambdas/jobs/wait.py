"""The wait for a job: nothing lost, nothing twice, no polling.

SageMaker's events are best effort, repeated and unordered, and a job may end before anyone waits
for it. Whoever waits leaves the task token first and looks at the job second; whoever hears of
the job's end looks for tokens. Of an end and a token, the later one always finds the earlier, so
one of the two answers. An event that never comes costs one heartbeat: the state's retry registers
anew, and looks again.
"""

from dataclasses import dataclass
from datetime import datetime

from lambdas.errors import FirstInternalServerError, RedrivenJobEnded, ServiceUnavailable
from lambdas.jobs.callbacks import KeptCallback
from lambdas.jobs.description import Description
from lambdas.jobs.kind import JobKind
from lambdas.jobs.look import look_for
from lambdas.jobs.overdue import is_overdue
from lambdas.jobs.ports import Callbacks, Executions, Jobs
from lambdas.jobs.runs import is_execution_of
from lambdas.jobs.verdict import Completed, Failed, Verdict
from lambdas.messages.job import Callback


@dataclass(frozen=True, slots=True)
class Answered:
    """An execution that has been told how its job ended."""

    ended_at: datetime | None
    """When the job ended. None where SageMaker does not say, as of a job that was deleted, and
    where the answer was not wanted any more: somebody else has given it."""


def register(
    callback: Callback,
    kind: JobKind,
    *,
    retry_count: int,
    jobs: Jobs,
    callbacks: Callbacks,
    executions: Executions,
    now: datetime,
) -> Answered | None:
    """Wait for a job; return whether the answer was given at once, None where it is to come.

    The token is kept before the job is described: an end that came earlier is seen by the
    describe, one that comes later finds the token. ``retry_count`` says how often the waiting
    state has been tried before: a job that is not to be seen is looked for again before it counts
    as deleted. One that has run for longer than it may is asked to stop: its end is awaited, too.
    """
    kept = callbacks.put(callback)
    description = look_for(callback.job.name, kind, jobs, retry_count=retry_count)
    verdict = _verdict(callback, description, kind)
    if verdict is None:
        if description is not None and is_overdue(description, callback.job, now):
            jobs.stop(description.name)
        return None
    return _settle(kept, description, verdict, callbacks=callbacks, executions=executions)


def resume(
    job: str,
    kind: JobKind,
    state_machine_arn: str,
    *,
    jobs: Jobs,
    callbacks: Callbacks,
    executions: Executions,
) -> list[Answered]:
    """Answer every execution of a state machine that waits for a job that has ended.

    A job nobody waits for is somebody else's, or its waiter is yet to look at it. Whoever renews
    their token meanwhile is answered, too. Another pipeline in the same bucket answers its own
    executions. Raises ``ServiceUnavailable`` where the job is still
    seen running, or not at all: the event came before the description caught up, and the caller
    is to try again.
    """
    answered: list[Answered] = []
    while waiting := _waiting_for(job, state_machine_arn, callbacks):
        description = jobs.describe(job)
        for kept in waiting:
            verdict = _verdict(kept.callback, description, kind) if description else None
            if verdict is None:
                raise ServiceUnavailable(
                    f"{kind.noun} {job} is reported ended but not described so"
                )
            answered.append(
                _settle(kept, description, verdict, callbacks=callbacks, executions=executions)
            )
    return answered


def _waiting_for(job: str, state_machine_arn: str, callbacks: Callbacks) -> list[KeptCallback]:
    return [
        kept
        for kept in callbacks.waiting_for(job)
        if is_execution_of(kept.callback.execution.arn, state_machine_arn)
    ]


def _verdict(callback: Callback, description: Description | None, kind: JobKind) -> Verdict | None:
    """Return what a waiting execution is to be told; None while it has to wait.

    A new job is asked for where a redrive resumes on one that has not completed, or SageMaker
    itself failed for the first time. The state machine catches these two names, and no other
    failure of a job but missing capacity.
    """
    job = callback.job
    verdict = kind.judge(description, job) if description else _deleted(job.name, kind)
    if isinstance(verdict, Completed):
        return verdict
    if callback.execution.redrive_count > job.redrive_count:
        still_runs = f"{kind.noun.capitalize()} {job.name} is of a run of the execution that ended."
        return Failed(RedrivenJobEnded, verdict.cause if verdict else still_runs)
    if verdict and verdict.may_pass and job.internal_errors == 0:
        return Failed(FirstInternalServerError, verdict.cause)
    return verdict


def _deleted(job: str, kind: JobKind) -> Failed:
    cause = f"{kind.noun.capitalize()} {job} does not exist (any more): somebody deleted it."
    return Failed(kind.gone, cause)


def _settle(
    kept: KeptCallback,
    description: Description | None,
    verdict: Verdict,
    *,
    callbacks: Callbacks,
    executions: Executions,
) -> Answered:
    """Answer, then forget the token, whether or not the answer was still wanted."""
    token = kept.callback.task_token
    if isinstance(verdict, Completed):
        was_wanted = executions.succeed(token, verdict.result)
    else:
        was_wanted = executions.fail(token, verdict.error.__name__, verdict.cause)
    callbacks.discard(kept)
    return Answered(description.ended_at if description and was_wanted else None)
