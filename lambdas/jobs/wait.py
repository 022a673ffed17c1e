"""The wait for a job: nothing lost, nothing twice, no polling.

SageMaker's events are best effort, repeated and unordered, and a job may end before anyone waits
for it. Whoever waits leaves the task token first and looks at the job second; whoever hears of
the job's end looks for tokens. Of an end and a token, the later one always finds the earlier, so
one of the two answers. An event that never comes costs one heartbeat: the state's retry registers
anew, and looks again.
"""

from lambdas.errors import FirstInternalServerError, RedrivenTrainingJobEnded, ServiceUnavailable
from lambdas.jobs.kind import JobKind
from lambdas.jobs.ports import Callbacks, Executions, Jobs
from lambdas.jobs.verdict import Completed, Failed, Verdict
from lambdas.messages import Callback


def register(
    callback: Callback,
    kind: JobKind,
    *,
    jobs: Jobs,
    callbacks: Callbacks,
    executions: Executions,
) -> bool:
    """Wait for a job; True where it had ended and the answer was given at once.

    The token is kept before the job is described: an end that came earlier is seen by the
    describe, one that comes later finds the token.
    """
    callbacks.put(callback)
    verdict = _verdict(callback.job.name, kind, jobs)
    if verdict is None:
        return False
    _settle(callback, verdict, callbacks=callbacks, executions=executions)
    return True


def resume(
    job: str, kind: JobKind, *, jobs: Jobs, callbacks: Callbacks, executions: Executions
) -> int:
    """Answer everyone who waits for a job that has ended; return how many waited.

    A job nobody waits for is somebody else's, or its waiter is yet to look at it. Raises
    ``ServiceUnavailable`` where the job is still seen running: the event came before the
    description caught up, and the caller is to try again.
    """
    waiting = callbacks.waiting_for(job)
    if not waiting:
        return 0
    verdict = _verdict(job, kind, jobs)
    if verdict is None:
        raise ServiceUnavailable(f"{kind.noun} {job} is reported ended but described as running")
    for callback in waiting:
        _settle(callback, verdict, callbacks=callbacks, executions=executions)
    return len(waiting)


def _verdict(job: str, kind: JobKind, jobs: Jobs) -> Verdict | None:
    description = jobs.describe(job)
    if description is None:
        return Failed(
            kind.gone,
            f"{kind.noun.capitalize()} {job} does not exist (any more): somebody deleted it.",
        )
    return kind.judge(description)


def _settle(
    callback: Callback, verdict: Verdict, *, callbacks: Callbacks, executions: Executions
) -> None:
    """Answer, then forget the token, whether or not the answer was still wanted."""
    answer = _answer(verdict, callback)
    if isinstance(answer, Completed):
        executions.succeed(callback.task_token, answer.result)
    else:
        executions.fail(callback.task_token, answer.error.__name__, answer.cause)
    callbacks.discard(callback)


def _answer(verdict: Verdict, callback: Callback) -> Verdict:
    """Ask for a new job where a redrive resumes on a failed one, or SageMaker itself failed once.

    The state machine catches these two names, and no other failure of a job but missing capacity.
    """
    if isinstance(verdict, Completed):
        return verdict
    if callback.execution.redrive_count > callback.job.redrive_count:
        return Failed(RedrivenTrainingJobEnded, verdict.cause)
    if verdict.is_internal and callback.job.internal_errors == 0:
        return Failed(FirstInternalServerError, verdict.cause)
    return verdict
