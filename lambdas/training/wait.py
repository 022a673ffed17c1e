"""The wait for a training job: nothing lost, nothing twice, no polling.

SageMaker's events are best effort, repeated and unordered, and a job may end before anyone waits
for it. Whoever waits leaves the task token first and looks at the job second; whoever hears of
the job's end looks for tokens. Of an end and a token, the later one always finds the earlier, so
one of the two answers. An event that never comes costs one heartbeat: the state's retry registers
anew, and looks again.
"""

from lambdas.errors import (
    FirstInternalServerError,
    RedrivenTrainingJobEnded,
    ServiceUnavailable,
    TrainingInternalServerError,
    TrainingJobFailed,
)
from lambdas.messages import Callback
from lambdas.training.outcome import Completed, Ended, Verdict, verdict
from lambdas.training.ports import Callbacks, Executions, TrainingJobs


def register(
    callback: Callback, *, jobs: TrainingJobs, callbacks: Callbacks, executions: Executions
) -> bool:
    """Wait for a training job; True where it had ended and the answer was given at once.

    The token is kept before the job is described: an end that came earlier is seen by the
    describe, one that comes later finds the token.
    """
    callbacks.put(callback)
    ending = _ending(callback.training_job.name, jobs)
    if ending is None:
        return False
    _settle(callback, ending, callbacks=callbacks, executions=executions)
    return True


def resume(
    training_job: str, *, jobs: TrainingJobs, callbacks: Callbacks, executions: Executions
) -> int:
    """Answer everyone who waits for a training job that has ended; return how many waited.

    A job nobody waits for is somebody else's, or its waiter is yet to look at it. Raises
    ``ServiceUnavailable`` where the job is still seen running: the event came before the
    description caught up, and the caller is to try again.
    """
    waiting = callbacks.waiting_for(training_job)
    if not waiting:
        return 0
    ending = _ending(training_job, jobs)
    if ending is None:
        raise ServiceUnavailable(
            f"training job {training_job} is reported ended but described as running"
        )
    for callback in waiting:
        _settle(callback, ending, callbacks=callbacks, executions=executions)
    return len(waiting)


def _ending(training_job: str, jobs: TrainingJobs) -> Verdict | None:
    description = jobs.describe(training_job)
    if description is None:
        return Ended(
            TrainingJobFailed,
            f"Training job {training_job} does not exist (any more): somebody deleted it.",
        )
    return verdict(description)


def _settle(
    callback: Callback, ending: Verdict, *, callbacks: Callbacks, executions: Executions
) -> None:
    """Answer, then forget the token, whether or not the answer was still wanted."""
    answer = _answer(ending, callback)
    if isinstance(answer, Completed):
        executions.succeed(callback.task_token, answer.result)
    else:
        executions.fail(callback.task_token, answer.error.__name__, answer.cause)
    callbacks.discard(callback)


def _answer(ending: Verdict, callback: Callback) -> Verdict:
    """Ask for a new job where a redrive resumes on a failed one, or SageMaker itself failed once.

    The state machine catches these two names, and no other failure of a job but missing capacity.
    """
    if isinstance(ending, Completed):
        return ending
    job = callback.training_job
    if callback.execution.redrive_count > job.redrive_count:
        return Ended(RedrivenTrainingJobEnded, ending.cause)
    if ending.error is TrainingInternalServerError and job.internal_errors == 0:
        return Ended(FirstInternalServerError, ending.cause)
    return ending
