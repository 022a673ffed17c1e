"""What can go wrong, one class a case; the class name is the error name in the state machine.

Step Functions takes the name of the exception that a Lambda function raises as the error name
(``ErrorEquals``), and the console shows the message as its cause.
"""

from typing import ClassVar


class PipelineError(Exception):
    """A failure that the person who runs the pipeline can act on."""

    next_step: ClassVar[str]
    """What that person does next, once the cause is understood."""


class Signal(Exception):
    """What the state machine catches to go on another way; no execution ends with it."""


class InvalidExecutionInput(PipelineError):
    """The execution was started with an input that it cannot use."""

    next_step = "Start another execution, with an input as the cause says."


class ManifestNotReadable(PipelineError):
    """The manifest does not exist or may not be read."""

    next_step = "Make the manifest readable, then redrive the execution."


class ManifestRejected(PipelineError):
    """The manifest cannot be trained on."""

    next_step = (
        "Correct the labels and write the manifest again, which starts an execution of its own; or "
        "deploy other settings and redrive this one."
    )


class ImagesRejected(PipelineError):
    """With its images looked at, the manifest cannot be trained on."""

    next_step = (
        "Correct the images, or take their lines out of the manifest, and start another execution: "
        "a redrive does not look at them again."
    )


class LabelingJobInProgress(PipelineError):
    """The labeling job that writes the manifest is still at work."""

    next_step = "Redrive the execution when the labeling job has ended."


class ManifestSuperseded(PipelineError):
    """A newer version of the manifest was written before a training job started."""

    next_step = "Nothing: the newer version has an execution of its own."


class ServiceUnavailable(PipelineError):
    """AWS throttled a call or failed inside; the same call may succeed later."""

    next_step = "Redrive the execution when AWS is well again."


class TrainingRequestRefused(PipelineError):
    """SageMaker refuses the training request as it stands."""

    next_step = "Deploy settings that SageMaker takes, then redrive the execution."


class TrainingJobNameTaken(PipelineError):
    """A training job of this name exists and was not started by this execution."""

    next_step = "Deploy another training_job_prefix, then redrive the execution."


class ResourceLimitExceeded(PipelineError):
    """The account's quota does not allow the job."""

    next_step = "Raise the quota in the Service Quotas console, then redrive the execution."


class CapacityUnavailable(Signal):
    """There is no capacity for the instance type now; another one may have some."""


class CapacityExhausted(PipelineError):
    """None of the instance types had capacity in the tries that the settings allow."""

    next_step = "Redrive the execution later, or deploy more instance types first."


class BillableHoursExhausted(PipelineError):
    """The execution's jobs have been billed for as long as the settings allow."""

    next_step = "Deploy a higher max_billable_hours, then redrive the execution."


class TrainingClientError(PipelineError):
    """The training job failed on its input or its settings (``ClientError``)."""

    next_step = (
        "Correct the manifest and write it again, which starts an execution of its own; or deploy "
        "other settings and redrive this one."
    )


class TrainingAlgorithmError(PipelineError):
    """The training job failed inside the algorithm (``AlgorithmError``)."""

    next_step = "Deploy other hyperparameters or instance types, then redrive the execution."


class TrainingInternalServerError(PipelineError):
    """The training job failed inside SageMaker (``InternalServerError``)."""

    next_step = "Redrive the execution: it starts a new training job."


class FirstInternalServerError(Signal):
    """The job failed inside SageMaker for the first time: a new one is due."""


class TrainingJobFailed(PipelineError):
    """The training job failed for a reason that is none of the known kinds."""

    next_step = "Look into the training job's log, then redrive: it starts a new training job."


class TrainingJobStopped(PipelineError):
    """Somebody stopped the training job."""

    next_step = "If it was not meant, redrive the execution: it starts a new training job."


class MaxRuntimeExceeded(PipelineError):
    """The training job ran into its maximum runtime and was stopped."""

    next_step = "Deploy a higher max_runtime_seconds or fewer epochs, then redrive the execution."


class MaxWaitTimeExceeded(PipelineError):
    """The training job waited for spot capacity for longer than allowed and was stopped."""

    next_step = "Deploy a higher max_wait_seconds or train on demand, then redrive the execution."


class TransformRequestRefused(PipelineError):
    """SageMaker refuses the transform job, or the model that it runs, as it stands."""

    next_step = "Deploy settings that SageMaker takes, then redrive the execution."


class TransformJobNameTaken(PipelineError):
    """A transform job of this name exists and was not started by this execution."""

    next_step = "Deploy another training_job_prefix, then redrive the execution."


class TransformInternalServerError(PipelineError):
    """The transform job failed inside SageMaker (``InternalServerError``)."""

    next_step = "Redrive the execution: it starts a new transform job."


class TransformJobFailed(PipelineError):
    """The transform job is not to be found (any more)."""

    next_step = "Redrive the execution: it starts a new transform job."


class TransformJobStopped(PipelineError):
    """Somebody stopped the transform job."""

    next_step = "If it was not meant, redrive the execution: it starts a new transform job."


class TransformTimedOut(PipelineError):
    """The transform job ran for longer than allowed and was stopped."""

    next_step = (
        "Deploy a higher max_transform_seconds or faster transform_instance_types, then redrive "
        "the execution."
    )


class RedrivenJobEnded(Signal):
    """The execution was redriven onto jobs that have not completed: new ones are due."""


class PredictionsIncomplete(PipelineError):
    """The model has answered for fewer of the images than the settings ask for."""

    next_step = (
        "Make the images that the cause names readable, or deploy a higher max_missing_fraction; "
        "then redrive the execution, which asks again for what has failed."
    )


class PredictionsNotUsable(PipelineError):
    """An answer of the model cannot be read, or fits more than one image."""

    next_step = (
        "Delete the answer that the cause names, so that its image counts as missing, then redrive "
        "the execution."
    )


class ModelRegistrationRefused(PipelineError):
    """SageMaker does not take the model into the registry."""

    next_step = "Do away with what the cause names, then redrive the execution."


class ModelBelowGate(PipelineError):
    """The model is registered, as rejected: its figures are below what the settings ask for."""

    next_step = (
        "Look at evaluation.html. To take the model all the same, approve it in the model registry "
        "or deploy a lower min_map, min_map50 or a higher max_map_loss, then redrive the execution."
    )
