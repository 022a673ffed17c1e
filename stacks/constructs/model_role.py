"""The role that SageMaker assumes to run a model in a transform job, with only what it needs."""

from constructs import Construct

from lambdas.contract import BucketLayout, takes_volume_key
from stacks.constructs.algorithm_image import AlgorithmImage
from stacks.constructs.encryption import key_use_of_job
from stacks.constructs.job_role import JobRole, allow_finding, allow_writing
from stacks.constructs.storage import Storage
from stacks.settings.fields import PipelineSettings

LOG_GROUP = "/aws/sagemaker/TransformJobs"


class ModelRole(JobRole):
    """Reads models, lists of images and the images, writes predictions, logs; nothing else."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: PipelineSettings,
        storage: Storage,
        image: AlgorithmImage,
    ) -> None:
        volumes = any(map(takes_volume_key, settings.transform_instance_types))
        super().__init__(
            scope,
            construct_id,
            description="Assumed by SageMaker to run the pipeline's models on images",
            storage=storage,
            image=image,
            log_group=LOG_GROUP,
            in_vpc=bool(settings.vpc_subnets),
            statements=[
                allow_finding(storage, "s3:ListBucket"),
                allow_writing(
                    storage.bucket, "WritePredictions", BucketLayout.PREDICTIONS_OF_ANY_EXECUTION
                ),
                *key_use_of_job(storage.key, volumes=volumes),
            ],
        )
