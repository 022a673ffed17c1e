"""A stack beside the pipeline's: whoever approves a version of its models, deploys it."""

from pathlib import Path

from aws_cdk import App, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

FUNCTION = Path(__file__).parent / "function"


class DeployOnApproval(Stack):
    """One rule, one function, and the role that the endpoint's models run under."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: str,
        group: str = "groundtruthtraining",
        endpoint: str = "detector",
        instance_type: str = "ml.c5.xlarge",
    ) -> None:
        """Take the pipeline's output ``BucketName`` and the group of its models."""
        super().__init__(scope, construct_id)
        role = self._model_role(bucket)
        function = lambda_.Function(
            self,
            "Deploy",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            code=lambda_.Code.from_asset(str(FUNCTION)),
            handler="endpoint.handler",
            timeout=Duration.seconds(60),
            log_group=logs.LogGroup(self, "Logs", retention=logs.RetentionDays.THREE_MONTHS),
            environment={
                "ENDPOINT": endpoint,
                "INSTANCE_TYPE": instance_type,
                "MODEL_ROLE_ARN": role.role_arn,
            },
            initial_policy=[
                iam.PolicyStatement(
                    actions=[
                        "sagemaker:CreateModel",
                        "sagemaker:CreateEndpointConfig",
                        "sagemaker:CreateEndpoint",
                        "sagemaker:UpdateEndpoint",
                    ],
                    resources=[
                        self._arn("model", f"{endpoint}-*"),
                        self._arn("endpoint-config", f"{endpoint}-*"),
                        self._arn("endpoint", endpoint),
                    ],
                ),
                iam.PolicyStatement(
                    actions=["iam:PassRole"],
                    resources=[role.role_arn],
                    conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
                ),
            ],
        )
        events.Rule(
            self,
            "Approved",
            event_pattern=events.EventPattern(
                source=["aws.sagemaker"],
                detail_type=["SageMaker Model Package State Change"],
                detail={"ModelPackageGroupName": [group], "ModelApprovalStatus": ["Approved"]},
            ),
            targets=[targets.LambdaFunction(function)],
        )

    def _model_role(self, bucket: str) -> iam.Role:
        """Return a role that reads models and the algorithm's image, and writes logs."""
        role = iam.Role(
            self, "ModelRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com")
        )
        for actions, resources in (
            (["s3:GetObject"], [f"arn:{self.partition}:s3:::{bucket}/models/*"]),
            (
                [
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:GetDownloadUrlForLayer",
                ],
                [f"arn:{self.partition}:ecr:{self.region}:*:repository/object-detection"],
            ),
            (["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"], ["*"]),
            (
                ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                [
                    f"arn:{self.partition}:logs:*:{self.account}:log-group:/aws/sagemaker/Endpoints/*"
                ],
            ),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=resources))
        return role

    def _arn(self, resource: str, name: str) -> str:
        return self.format_arn(service="sagemaker", resource=resource, resource_name=name)


def main() -> None:
    """Synthesize the stack for the CDK CLI; ``-c bucket=…`` names the pipeline's bucket."""
    app = App()
    names = {
        name: value
        for name in ("bucket", "group", "endpoint", "instance_type")
        if (value := app.node.try_get_context(name))
    }
    DeployOnApproval(app, "DeployOnApproval", **names)
    app.synth()


if __name__ == "__main__":
    main()
