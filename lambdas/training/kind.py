"""Training jobs, as one kind of SageMaker job."""

from lambdas.errors import TrainingJobFailed, TrainingJobNameTaken, TrainingRequestRefused
from lambdas.jobs.kind import JobKind
from lambdas.training.job_request import is_same_job
from lambdas.training.judge import bill, judge

TRAINING = JobKind(
    api="Training",
    noun="training job",
    is_same=is_same_job,
    judge=judge,
    bill=bill,
    gone=TrainingJobFailed,
    name_taken=TrainingJobNameTaken,
    refused=TrainingRequestRefused,
)
