"""Bucket, topic, logs, image and outputs, and what must not be in the template at all."""

import json
import re
from collections import Counter

import pytest
from aws_cdk import Environment

from stacks.regions import is_supported
from stacks.settings.parsing import SettingRefused
from stacks.synthesis import BUILD, build_app
from stacks.training_image import training_images
from tests.infrastructure.templates import Template


def denied_without_tls(template: Template, policy_type: str) -> bool:
    statements = template.only(policy_type)["PolicyDocument"]["Statement"]
    return any(
        each["Effect"] == "Deny"
        and each["Principal"] in ("*", {"AWS": "*"})
        and each["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for each in statements
    )


def test_the_template_has_these_resources_and_no_hidden_ones(template: Template) -> None:
    types = Counter(each["Type"] for each in template.body["Resources"].values())
    assert types == {
        "AWS::S3::Bucket": 1,
        "AWS::S3::BucketPolicy": 1,
        "AWS::SNS::Topic": 1,
        "AWS::SNS::TopicPolicy": 1,
        "AWS::SQS::Queue": 1,
        "AWS::SQS::QueuePolicy": 1,
        "AWS::Lambda::Function": 15,
        "AWS::Lambda::LayerVersion": 2,
        "AWS::Lambda::Permission": 5,
        "AWS::Events::Rule": 5,
        "AWS::StepFunctions::StateMachine": 1,
        "AWS::IAM::Role": 18,
        "AWS::IAM::Policy": 23,
        "AWS::Logs::LogGroup": 16,
        "AWS::CloudWatch::Alarm": 1,
        "AWS::CloudWatch::Dashboard": 1,
    }


def test_the_bucket_is_versioned_encrypted_private_and_tells_event_bridge(
    template: Template,
) -> None:
    bucket = template.only("S3::Bucket")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }
    assert "BucketName" not in bucket


@pytest.mark.parametrize("policy", ["S3::BucketPolicy", "SNS::TopicPolicy", "SQS::QueuePolicy"])
def test_nothing_is_taken_without_tls(template: Template, policy: str) -> None:
    assert denied_without_tls(template, policy)


def test_labels_and_models_outlive_the_stack(template: Template) -> None:
    bucket = template.of_type("S3::Bucket")["Bucket"]
    assert bucket["DeletionPolicy"] == "RetainExceptOnCreate"
    assert bucket["UpdateReplacePolicy"] == "Retain"


def test_a_workers_browser_may_show_the_images_as_ground_truth_asks(template: Template) -> None:
    (rule,) = template.only("S3::Bucket")["CorsConfiguration"]["CorsRules"]
    assert rule == {
        "AllowedHeaders": [],
        "AllowedMethods": ["GET"],
        "AllowedOrigins": ["*"],
        "ExposedHeaders": ["Access-Control-Allow-Origin"],
    }


def test_only_callbacks_expire(template: Template) -> None:
    rules = template.only("S3::Bucket")["LifecycleConfiguration"]["Rules"]
    (expiring,) = (each for each in rules if "ExpirationInDays" in each)
    assert (expiring["Prefix"], expiring["ExpirationInDays"]) == ("callbacks/", 30)
    assert expiring["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
    (cleaning,) = (each for each in rules if each is not expiring)
    assert cleaning["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert "NoncurrentVersionExpiration" not in cleaning


@pytest.mark.parametrize(("fixture", "days"), [("template", 90), ("customized", 30)])
def test_every_log_group_has_the_configured_retention(
    request: pytest.FixtureRequest, fixture: str, days: int
) -> None:
    template: Template = request.getfixturevalue(fixture)
    groups = template.of_type("Logs::LogGroup").values()
    assert {each["Properties"]["RetentionInDays"] for each in groups} == {days}


def test_the_configured_address_is_told(template: Template, customized: Template) -> None:
    assert not template.of_type("SNS::Subscription")
    subscription = customized.only("SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.com")
    assert subscription["TopicArn"] == "<Notifications>"


def test_the_outputs_say_where_to_write_and_where_to_look(template: Template) -> None:
    outputs = {
        name: template.plain(each["Value"]) for name, each in template.body["Outputs"].items()
    }
    assert outputs == {
        "BucketName": "<Bucket>",
        "LabelingOutputUri": "s3://<Bucket>/labeling/",
        "StateMachineArn": "<WorkflowStateMachine>",
        "StateMachineConsoleUrl": (
            "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1"
            "#/statemachines/view/<WorkflowStateMachine>"
        ),
        "DashboardConsoleUrl": (
            "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
            "#dashboards/dashboard/GroundTruthTraining"
        ),
        "TopicArn": "<Notifications>",
        "DeadLetterQueueUrl": "<EventsDeadLetters>",
    }


def test_no_secret_and_nothing_of_this_machine_is_in_the_template(template: Template) -> None:
    text = json.dumps(template.body)
    assert not re.search(r"AKIA[0-9A-Z]{16}|aws_secret|password|/home/|/root/", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("region", "uri"),
    [
        ("us-east-1", "811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1"),
        ("us-gov-west-1", "226302683700.dkr.ecr.us-gov-west-1.amazonaws.com/object-detection:1"),
    ],
)
def test_the_image_of_every_supported_region_is_in_a_template_for_any_region(
    template: Template, region: str, uri: str
) -> None:
    (mapping,) = template.body["Mappings"].values()
    assert mapping[region] == {"uri": uri, "account": uri.partition(".")[0]}
    others = {each for each in training_images(BUILD) if each.startswith(("cn-", "us-iso"))}
    assert mapping.keys() == training_images(BUILD).keys() - others


def test_the_kept_images_are_what_the_sdk_says(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    assert training_images(tmp_path_factory.mktemp("build")) == training_images(BUILD)


def test_a_template_for_one_region_names_its_image(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    outdir = tmp_path_factory.mktemp("cdk.out")
    app = build_app(outdir, environment=Environment(account="111122223333", region="eu-west-1"))
    body = json.loads((outdir / app.synth().stacks[0].template_file).read_text())
    assert "Mappings" not in body
    start = Template(outdir, body).functions()["start_training_job"]
    assert start["Environment"]["Variables"]["TRAINING_IMAGE"].startswith("685385470294.dkr.ecr.")


def test_a_region_without_the_algorithm_is_refused_in_one_line() -> None:
    environment = Environment(account="111122223333", region="mx-central-1")
    with pytest.raises(
        SettingRefused, match=r"^region = mx-central-1: .*must be one of af-south-1"
    ):
        build_app(environment=environment)


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-iso-east-1", "aws-iso")]
)
def test_a_region_whose_lambda_lacks_what_the_functions_use_is_refused_in_one_line(
    region: str, partition: str
) -> None:
    environment = Environment(account="111122223333", region=region)
    with pytest.raises(SettingRefused) as refused:
        build_app(environment=environment)
    assert str(refused.value) == (
        f"region = {region}: Lambda in {partition} lacks X-Ray tracing or arm64, which every"
        " function uses; must be a region of aws or aws-us-gov"
    )


def test_a_region_that_is_newer_than_botocore_is_not_taken_for_another_partition() -> None:
    assert is_supported("xx-new-1")
