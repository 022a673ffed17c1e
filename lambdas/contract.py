"""Names on which the template, the functions and the local tools must agree."""

from dataclasses import dataclass
from enum import StrEnum

CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
"""The AWS console by partition, below the region."""

LOCAL_STORAGE_FAMILIES = ("g4dn", "g5", "p3dn")
"""Instances whose volume is local NVMe storage, which encrypts itself: SageMaker refuses a key
for it (API reference, ResourceConfig, VolumeKmsKeyId)."""

GPUS = {
    "ml.g4dn.12xlarge": 4,
    "ml.g5.12xlarge": 4,
    "ml.g5.24xlarge": 4,
    "ml.g5.48xlarge": 8,
    "ml.p2.8xlarge": 8,
    "ml.p2.16xlarge": 16,
    "ml.p3.8xlarge": 4,
    "ml.p3.16xlarge": 8,
    "ml.p3dn.24xlarge": 8,
}
"""Instances with more than one GPU (EC2 user guide, accelerated computing instances)."""

UNVERSIONED = "null"
"""S3's own name for the version of an object that has none (S3 user guide, versioning)."""

EXECUTION_TAG = "gt-train:execution"
"""Tag key that leads from a training job back to its execution's ARN."""


def smallest_batch(instance_type: str) -> int:
    """Return how many images a batch needs at least: MXNet splits it over the GPUs of a machine.

    It fails with "Too many slices. Some splits are empty." where one would get none
    (mxnet/module/executor_group.py and executor_manager.py, ``_split_input_slice``).
    """
    return GPUS.get(instance_type, 1)


def takes_volume_key(instance_type: str) -> bool:
    """Tell whether the training volume of an instance type can be encrypted with a KMS key."""
    return instance_type.split(".")[1] not in LOCAL_STORAGE_FAMILIES


METRICS_NAMESPACE = "GroundTruthTraining"
STACK_DIMENSION = "service"
"""Dimension of every metric, under Powertools' own name for it: its value is the stack's name, so
that two pipelines in one account stay apart."""


class Metric(StrEnum):
    """What the functions publish and the dashboard shows; further dimensions in its text."""

    EXECUTIONS_STARTED = "ExecutionsStarted"
    EXECUTIONS_SUCCEEDED = "ExecutionsSucceeded"
    EXECUTIONS_FAILED = "ExecutionsFailed"
    """By ``error``: the error name that the console shows, or the status where it has none."""
    RECORDS = "Records"
    """Lines of validated manifests, by ``fate``: the channel, or why a line is in none."""
    ANSWER_DELAY = "AnswerDelay"
    """Seconds between a job's end and the answer to the execution that awaits it."""
    BILLED_INSTANCE_SECONDS = "BilledInstanceSeconds"
    """What SageMaker bills for an execution's jobs, in seconds of one instance."""


class State(StrEnum):
    """Construct id = state name = what the Step Functions console shows."""

    VALIDATE_MANIFEST = "Validate Manifest"
    START_TRAINING_JOB = "Start Training Job"
    AWAIT_TRAINING_JOB = "Await Training Job"
    NEXT_INSTANCE_TYPE = "Next Instance Type"
    RECORD_MODEL = "Record Model"


@dataclass(frozen=True, slots=True)
class BucketLayout:
    """The keys of the pipeline's bucket. Nobody else formats one."""

    bucket: str

    EXECUTIONS = "executions/"
    CALLBACKS = "callbacks/"
    MODELS = "models/"
    CHECKPOINTS = "checkpoints/"
    OWN_PREFIXES = (EXECUTIONS, CALLBACKS, MODELS, CHECKPOINTS)
    """Below which only the pipeline writes, and nobody's manifests lie."""
    MANIFEST_TAIL = "/manifests/output/output.manifest"
    """Ground Truth's documented place of a labeling job's result, below the job's folder."""

    def uri(self, key: str) -> str:
        """Return the S3 URI of a key of this bucket."""
        return f"s3://{self.bucket}/{key}"

    def execution_file(self, execution: str, name: str) -> str:
        """Return the key of one of the files that an execution leaves behind."""
        return f"{self.EXECUTIONS}{execution}/{name}"

    def train_manifest(self, execution: str) -> str:
        """Return the key of the manifest of the train channel."""
        return self.execution_file(execution, "train.manifest")

    def validation_manifest(self, execution: str) -> str:
        """Return the key of the manifest of the validation channel."""
        return self.execution_file(execution, "validation.manifest")

    def test_manifest(self, execution: str) -> str:
        """Return the key of the manifest of the images that no training job sees."""
        return self.execution_file(execution, "test.manifest")

    def rejected_records(self, execution: str) -> str:
        """Return the key of the records that were set aside as invalid."""
        return self.execution_file(execution, "rejected.jsonl")

    def report(self, execution: str) -> str:
        """Return the key of the validation report."""
        return self.execution_file(execution, "report.json")

    def report_page(self, execution: str) -> str:
        """Return the key of the validation report that people look at."""
        return self.execution_file(execution, "report.html")

    def training_jobs(self, execution: str) -> str:
        """Return the key of the record of the training jobs that an execution started."""
        return self.execution_file(execution, "training-jobs.json")

    def outcome(self, execution: str) -> str:
        """Return the key of the execution's outcome."""
        return self.execution_file(execution, "outcome.json")

    def callbacks_of(self, training_job: str) -> str:
        """Return the prefix under which those who wait for a training job leave their token."""
        return f"{self.CALLBACKS}{training_job}/"

    def callback(self, training_job: str, execution: str) -> str:
        """Return the key of the token with which one execution waits for one training job."""
        return f"{self.callbacks_of(training_job)}{execution}.json"

    def model_output_uri(self) -> str:
        """Return the S3OutputPath below which SageMaker writes ``<job>/output/model.tar.gz``."""
        return self.uri(self.MODELS.rstrip("/"))

    def checkpoints_uri(self, training_job: str) -> str:
        """Return where a managed spot training job keeps its checkpoints."""
        return self.uri(f"{self.CHECKPOINTS}{training_job}")
