"""What the owner's KMS key, where the settings name one, must let the pipeline's roles do."""

from collections.abc import Iterable, Sequence

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

KEY_USES = {
    "s3:GetObject": ("s3", ("kms:Decrypt",)),
    "s3:GetObjectVersion": ("s3", ("kms:Decrypt",)),
    "s3:PutObject": ("s3", ("kms:GenerateDataKey",)),
    "s3:AbortMultipartUpload": ("s3", ("kms:Decrypt", "kms:GenerateDataKey")),
    "sns:Publish": ("sns", ("kms:Decrypt", "kms:GenerateDataKey")),
    "sqs:SendMessage": ("sqs", ("kms:Decrypt", "kms:GenerateDataKey")),
}
"""By what a role may do: through which service it uses the key, and how. Who may abort an upload
uploads in parts, for which S3 decrypts its data key again (S3 user guide, mpuAndPermissions.html;
SQS developer guide, sqs-key-management.html; SNS developer guide, sns-key-management.html)."""

OF_A_JOB = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")
"""Of input and output that are encrypted with a key (SageMaker developer guide,
sagemaker-roles.html, "CreateTrainingJob API: Execution Role Permissions")."""


def key_use(key: kms.IKey | None, actions: Iterable[str]) -> list[iam.PolicyStatement]:
    """Return the statement with which a role that may do these actions can do them on its data.

    The key serves only through the services that hold the data, never by itself.
    """
    uses = [KEY_USES[action] for action in actions if action in KEY_USES]
    if key is None or not uses:
        return []
    services = sorted({service for service, _ in uses})
    return [
        iam.PolicyStatement(
            actions=sorted({action for _, needed in uses for action in needed}),
            resources=[key.key_arn],
            conditions={
                "StringEquals": {
                    "kms:ViaService": [
                        f"{service}.{Aws.REGION}.{Aws.URL_SUFFIX}" for service in services
                    ]
                }
            },
        )
    ]


def key_use_of_job(key: kms.IKey | None, *, volumes: bool) -> Sequence[iam.PolicyStatement]:
    """Return the statement for the role of a job; ``volumes``: the key encrypts those as well.

    A grant is how a volume is encrypted; the documentation knows no condition to narrow it by.
    """
    if key is None:
        return []
    actions = [*OF_A_JOB, *(["kms:CreateGrant"] if volumes else [])]
    return [iam.PolicyStatement(sid="UseKey", actions=actions, resources=[key.key_arn])]
