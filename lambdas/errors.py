"""What can go wrong, one class a case; the class name is the error name in the state machine.

Step Functions takes the name of the exception that a Lambda function raises as the error name
(``ErrorEquals``), and the console shows the message as its cause.
"""


class PipelineError(Exception):
    """A failure that the person who runs the pipeline can act on."""


class Signal(Exception):
    """What the state machine catches to go on another way; no execution ends with it."""


class InvalidExecutionInput(PipelineError):
    """The execution was started with an input that it cannot use."""


class ManifestNotReadable(PipelineError):
    """The manifest does not exist or may not be read."""


class ManifestRejected(PipelineError):
    """The manifest cannot be trained on."""


class LabelingJobInProgress(PipelineError):
    """The labeling job that writes the manifest is still at work."""


class ManifestSuperseded(PipelineError):
    """A newer version of the manifest was written before a training job started."""


class ServiceUnavailable(PipelineError):
    """AWS throttled a call or failed inside; the same call may succeed later."""


class TrainingRequestRefused(PipelineError):
    """SageMaker refuses the training request as it stands."""


class TrainingJobNameTaken(PipelineError):
    """A training job of this name exists and was not started by this execution."""


class ResourceLimitExceeded(PipelineError):
    """The account's quota does not allow the training job."""


class CapacityUnavailable(Signal):
    """There is no capacity for the instance type now; another one may have some."""


class CapacityExhausted(PipelineError):
    """None of the instance types had capacity in the tries that the settings allow."""


class BillableHoursExhausted(PipelineError):
    """The execution's training jobs have been billed for as long as the settings allow."""


class TrainingClientError(PipelineError):
    """The training job failed on its input or its settings (``ClientError``)."""


class TrainingAlgorithmError(PipelineError):
    """The training job failed inside the algorithm (``AlgorithmError``)."""


class TrainingInternalServerError(PipelineError):
    """The training job failed inside SageMaker (``InternalServerError``)."""


class FirstInternalServerError(Signal):
    """The job failed inside SageMaker for the first time: a new one is due."""


class TrainingJobFailed(PipelineError):
    """The training job failed for a reason that is none of the known kinds."""


class TrainingJobStopped(PipelineError):
    """Somebody stopped the training job."""


class MaxRuntimeExceeded(PipelineError):
    """The training job ran into its maximum runtime and was stopped."""


class MaxWaitTimeExceeded(PipelineError):
    """The training job waited for spot capacity for longer than allowed and was stopped."""


class RedrivenJobEnded(Signal):
    """The execution was redriven onto a job that has not completed: a new one is due."""
