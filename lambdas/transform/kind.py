"""Transform jobs, as one kind of SageMaker job."""

from lambdas.errors import TransformJobFailed, TransformJobNameTaken, TransformRequestRefused
from lambdas.jobs.kind import JobKind
from lambdas.transform.judge import bill, judge
from lambdas.transform.request import is_same_job

TRANSFORM = JobKind(
    api="Transform",
    noun="transform job",
    is_same=is_same_job,
    judge=judge,
    bill=bill,
    gone=TransformJobFailed,
    name_taken=TransformJobNameTaken,
    refused=TransformRequestRefused,
)
