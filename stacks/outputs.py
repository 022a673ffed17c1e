"""What a deployment tells: where to write, where to look, and what the owner has still to do."""

from aws_cdk import Aws, CfnCondition, CfnOutput, Fn, Stack, Token

from lambdas.contract import CONSOLES
from stacks.constructs.event_routes import EventRoutes
from stacks.constructs.storage import Storage
from stacks.settings.fields import PipelineSettings


def write_outputs(
    stack: Stack, settings: PipelineSettings, storage: Storage, routes: EventRoutes
) -> None:
    """Add the stack's outputs; one more where the bucket is not the stack's own."""
    bucket, arn = storage.bucket, routes.state_machine.state_machine_arn
    _output(stack, "BucketName", bucket.bucket_name, "The bucket of the pipeline")
    _output(
        stack,
        "LabelingOutputUri",
        f"s3://{bucket.bucket_name}/{settings.labeling_prefix}",
        "S3OutputPath to give to a labeling job; its manifest starts an execution",
    )
    _output(stack, "StateMachineArn", arn, "The workflow")
    console = f"https://{Aws.REGION}.{_console(stack)}"
    _output(
        stack,
        "StateMachineConsoleUrl",
        f"{console}/states/home?region={Aws.REGION}#/statemachines/view/{arn}",
        "The workflow in the AWS console",
    )
    _output(
        stack,
        "DashboardConsoleUrl",
        f"{console}/cloudwatch/home?region={Aws.REGION}#dashboards/dashboard/{Aws.STACK_NAME}",
        "What executions did, what became of the records, what was billed",
    )
    _output(
        stack,
        "TopicArn",
        routes.topic.topic_arn,
        "Tells of executions that ended without a model, and of models that wait for approval",
    )
    _output(
        stack,
        "DeadLetterQueueUrl",
        routes.dead_letters.queue_url,
        "Events that could be neither delivered nor processed",
    )
    if settings.existing_bucket:
        _output(
            stack,
            "SwitchOnInTheBucket",
            f"Amazon EventBridge notifications (else nothing starts), versioning and, for labeling"
            f" jobs, CORS of {settings.existing_bucket}",
            "What the stack cannot change in a bucket that exists; see README, Security",
        )


def _output(stack: Stack, name: str, value: str, description: str) -> None:
    CfnOutput(stack, name, value=value, description=description)


def _console(stack: Stack) -> str:
    """Return the console's domain; where the partition is known only at deployment, a choice."""
    if not Token.is_unresolved(stack.partition):
        return CONSOLES[stack.partition]
    gov_cloud = CfnCondition(
        stack, "InGovCloud", expression=Fn.condition_equals(Aws.PARTITION, "aws-us-gov")
    )
    chosen = Fn.condition_if(gov_cloud.logical_id, CONSOLES["aws-us-gov"], CONSOLES["aws"])
    return Token.as_string(chosen)
