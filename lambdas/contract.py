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
"""Tag key that leads from a job, or its model, back to its execution's ARN."""

MODEL_ENVIRONMENT = {"OMP_NUM_THREADS": "1"}
"""Wherever a model of the algorithm is run. With more threads, the non-maximum suppression of MXNet
1.2 to 1.4 on a CPU is a data race that makes the boxes differ from run to run (apache/mxnet, issue
13622)."""


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
    CHECK_IMAGES = "Check Images"
    CHECK_BATCH = "Check Batch"
    """Inside Check Images."""
    SET_IMAGES_ASIDE = "Set Images Aside"
    START_TRAINING_JOB = "Start Training Job"
    AWAIT_TRAINING_JOB = "Await Training Job"
    NEXT_INSTANCE_TYPE = "Next Instance Type"
    RECORD_MODEL = "Record Model"
    PREPARE_EVALUATION = "Prepare Evaluation"
    PREDICT = "Predict"
    START_TRANSFORM_JOB = "Start Transform Job"
    AWAIT_TRANSFORM_JOB = "Await Transform Job"
    NEXT_TRANSFORM_INSTANCE_TYPE = "Next Transform Instance Type"
    EVALUATE_MODEL = "Evaluate Model"
    REGISTER_MODEL = "Register Model"


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
    PREDICTIONS_OF_ANY_EXECUTION = "executions/*/evaluation/predictions/*"
    """Where models write, as the resource of a policy has it."""
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

    def image_list(self, execution: str) -> str:
        """Return the key of the list of the images that the accepted lines name."""
        return self.execution_file(execution, "images.jsonl")

    def image_checks(self, execution: str) -> str:
        """Return the prefix below which Step Functions writes what was found in the images."""
        return self.execution_file(execution, "image-checks/")

    def report(self, execution: str) -> str:
        """Return the key of the validation report."""
        return self.execution_file(execution, "report.json")

    def report_page(self, execution: str) -> str:
        """Return the key of the validation report that people look at."""
        return self.execution_file(execution, "report.html")

    def job_records(self, execution: str, kind: str) -> str:
        """Return how the keys begin of the records of jobs of a kind, such as training-jobs."""
        return self.execution_file(execution, kind)

    def job_record(self, execution: str, kind: str, item: str) -> str:
        """Return the key of the record of an execution's jobs, of one item where it has several."""
        records = self.job_records(execution, kind)
        return f"{records}/{item}.json" if item else f"{records}.json"

    def outcome(self, execution: str) -> str:
        """Return the key of the execution's outcome."""
        return self.execution_file(execution, "outcome.json")

    def evaluated_records(self, execution: str) -> str:
        """Return the key of the manifest's lines that the models are evaluated on."""
        return self.execution_file(execution, "evaluation/evaluated.manifest")

    def images_to_predict(self, execution: str, image_bucket: str) -> str:
        """Return the key of the list of those lines' images that lie in one bucket."""
        return self.execution_file(execution, f"evaluation/images-{image_bucket}.json")

    def predictions(self, execution: str, model: str, image_bucket: str) -> str:
        """Return the prefix under which one model's answers about one bucket's images lie."""
        return self.execution_file(execution, f"evaluation/predictions/{model}/{image_bucket}/")

    def evaluation(self, execution: str) -> str:
        """Return the key of the evaluation's figures."""
        return self.execution_file(execution, "evaluation.json")

    def evaluation_page(self, execution: str) -> str:
        """Return the key of the evaluation that people look at."""
        return self.execution_file(execution, "evaluation.html")

    def review_manifest(self, execution: str) -> str:
        """Return the key of the images that somebody should look at again, as a manifest."""
        return self.execution_file(execution, "review.manifest")

    def callbacks_of(self, job: str) -> str:
        """Return the prefix under which those who wait for a job leave their token.

        Jobs of all kinds have names of their own: that of a transform job hashes its item, too.
        """
        return f"{self.CALLBACKS}{job}/"

    def callback(self, job: str, execution: str) -> str:
        """Return the key of the token with which one execution waits for one job."""
        return f"{self.callbacks_of(job)}{execution}.json"

    def model_output_uri(self) -> str:
        """Return the S3OutputPath below which SageMaker writes ``<job>/output/model.tar.gz``."""
        return self.uri(self.MODELS.rstrip("/"))

    def checkpoints_uri(self, training_job: str) -> str:
        """Return where a managed spot training job keeps its checkpoints."""
        return self.uri(f"{self.CHECKPOINTS}{training_job}")
