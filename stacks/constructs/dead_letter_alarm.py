"""Tells people that an event could not be processed, as long as it waits to be replayed."""

from aws_cdk import Aws, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct


class DeadLetterAlarm(cloudwatch.Alarm):
    """Is in alarm while the queue holds a message, and publishes that to the topic."""

    def __init__(
        self, scope: Construct, construct_id: str, *, queue: sqs.Queue, topic: sns.Topic
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            alarm_description=(
                "An event of the training pipeline could not be processed. See why, remove the"
                f" cause, then run: gt-train replay --stack {Stack.of(scope).stack_name}"
            ),
            metric=queue.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(1), statistic="Maximum"
            ),
            threshold=1,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            evaluation_periods=1,
            # SQS stops reporting on a queue that nobody has used for six hours.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        self.add_alarm_action(actions.SnsAction(topic))
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmPublishes",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnEquals": {"aws:SourceArn": self.alarm_arn},
                },
            )
        )
