"""A job that an execution asks SageMaker for: its record, the wait for it, and its bill."""

import msgspec

from lambdas.messages.execution import Execution


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job that the execution asked SageMaker for."""

    name: str
    instance_type: str
    instance_count: int
    attempt: int
    """0 for the first job of its kind in the execution."""
    internal_errors: int = 0
    """How many jobs before it failed inside SageMaker."""
    redrive_count: int
    execution_arn: str
    waits_for_quota: bool = False
    """Whether people have been told that no quota allows it yet."""
    item: str = ""
    """What it is about, where an execution has jobs of its kind side by side; each item's jobs are
    a sequence of their own."""
    max_seconds: int | None = None
    """How long after its creation it is stopped; None where SageMaker itself does that."""


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """A task token, kept until its job ends."""

    task_token: str
    execution: Execution
    job: Job = msgspec.field(name="training_job")
    """Under the name by which the first version kept it."""


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """What SageMaker bills for a job: seconds × instances."""

    job: str
    instance_type: str
    instance_count: int
    billable_seconds: int
    """Seconds billed for each instance."""
    training_seconds: int
    """Seconds that the job trained; more than the billed ones on spot capacity."""

    @property
    def instance_seconds(self) -> int:
        """What is paid for, in seconds of one instance."""
        return self.billable_seconds * self.instance_count

    @property
    def saved(self) -> float:
        """The share that spot capacity saved: 1 - billable / training (DescribeTrainingJob)."""
        if not self.training_seconds:
            return 0.0
        return max(0.0, round(1 - self.billable_seconds / self.training_seconds, 4))

    def __str__(self) -> str:
        """Say it in words."""
        text = f"{self.billable_seconds} s × {self.instance_count} {self.instance_type}"
        return f"{text}, {self.saved:.0%} saved by spot capacity" if self.saved else text
