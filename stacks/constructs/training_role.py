"""The role that SageMaker assumes to run a training job, with only what the job needs."""

from constructs import Construct

from lambdas.contract import BucketLayout, takes_volume_key
from stacks.constructs.algorithm_image import AlgorithmImage
from stacks.constructs.encryption import key_use_of_job
from stacks.constructs.job_role import JobRole, allow_finding, allow_writing
from stacks.constructs.storage import Storage
from stacks.settings.fields import PipelineSettings

LOG_GROUP = "/aws/sagemaker/TrainingJobs"


class TrainingRole(JobRole):
    """Reads manifests and images, writes models and checkpoints, logs; nothing else."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: PipelineSettings,
        storage: Storage,
        image: AlgorithmImage,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Assumed by SageMaker to run the pipeline's training jobs",
            storage=storage,
            image=image,
            log_group=LOG_GROUP,
            in_vpc=bool(settings.vpc_subnets),
            statements=[
                allow_finding(storage, "s3:GetBucketLocation", "s3:ListBucket"),
                allow_writing(
                    storage.bucket,
                    "WriteModelsAndCheckpoints",
                    f"{BucketLayout.MODELS}*",
                    f"{BucketLayout.CHECKPOINTS}*",
                ),
                *key_use_of_job(
                    storage.key, volumes=any(map(takes_volume_key, settings.instance_types))
                ),
            ],
        )
        self.algorithm = image
