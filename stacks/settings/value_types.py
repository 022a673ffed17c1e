"""What a setting's value looks like where text or a number alone would say too little."""

from typing import Annotated, Literal

from msgspec import Meta

Share = Annotated[float, Meta(ge=0, lt=1, description="a number from 0 to below 1")]
ShareAboveZero = Annotated[float, Meta(gt=0, lt=1, description="a number above 0 and below 1")]
Switch = Annotated[bool, Meta(description="true or false")]

Figure = Annotated[float, Meta(gt=0, le=1)]
Loss = Annotated[float, Meta(ge=0, lt=1)]
"""Of average precision, and between two."""

InstanceHours = Annotated[float, Meta(gt=0, le=1_000_000)]
"""At most what 114 instances take in a year, so that it is a number and not infinity."""

JobSeconds = Annotated[int, Meta(ge=60, le=2_419_200)]
"""SageMaker lets no training job run or wait for longer than 28 days (CreateTrainingJob,
StoppingCondition)."""

LogRetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
]  # fmt: skip
"""What CloudWatch Logs accepts in PutRetentionPolicy."""

KmsKeyArn = Annotated[
    str, Meta(pattern=r"^arn:aws[a-z\-]*:kms:[a-z0-9\-]+:[0-9]{12}:key/[A-Za-z0-9\-]{1,128}\Z")
]
"""A key or a multi-Region key (KMS developer guide, concepts.html, "Key ARN")."""

SubnetId = Annotated[str, Meta(pattern=r"^subnet-[0-9a-z]{1,25}\Z")]
SecurityGroupId = Annotated[str, Meta(pattern=r"^sg-[0-9a-z]{1,29}\Z")]
"""CreateTrainingJob takes up to 32 characters of [-0-9a-zA-Z] for both."""

PolicyArn = Annotated[
    str, Meta(pattern=r"^arn:aws[a-z\-]*:iam::([0-9]{12}|aws):policy/[A-Za-z0-9+=,.@_/\-]{1,512}\Z")
]
