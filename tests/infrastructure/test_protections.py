"""The settings that protect the account: key, network, boundary, a bucket that exists."""

import json
from typing import Any

import pytest
from aws_cdk import Environment

from stacks.settings.parsing import SettingRefused
from stacks.synthesis import build_app
from tests.infrastructure.conftest import HARDENED
from tests.infrastructure.templates import PSEUDO_PARAMETERS, Template

KEY = HARDENED["pipeline.kms_key_arn"]
BOUNDARY = HARDENED["pipeline.permissions_boundary_arn"]

KEY_USES = {
    "StepsValidateManifest": ({"Decrypt", "GenerateDataKey"}, {"s3"}),
    "StepsCheckImages": ({"Decrypt"}, {"s3"}),
    "StepsSetImagesAside": ({"Decrypt", "GenerateDataKey"}, {"s3"}),
    "Workflow": ({"Decrypt", "GenerateDataKey"}, {"s3"}),
    "StepsStartTrainingJob": ({"Decrypt", "GenerateDataKey"}, {"s3", "sns"}),
    "StepsAwaitTrainingJob": ({"Decrypt", "GenerateDataKey"}, {"s3"}),
    "StepsRecordModel": ({"Decrypt", "GenerateDataKey"}, {"s3"}),
    "EventsStartExecution": ({"Decrypt", "GenerateDataKey"}, {"sqs"}),
    "EventsResumeExecution": ({"Decrypt", "GenerateDataKey"}, {"s3", "sqs"}),
    "EventsCloseExecution": ({"Decrypt", "GenerateDataKey"}, {"s3", "sns", "sqs"}),
    "EvaluationTransformStartTransformJob": ({"Decrypt", "GenerateDataKey"}, {"s3", "sns"}),
    "EvaluationTransformAwaitTransformJob": ({"Decrypt", "GenerateDataKey"}, {"s3"}),
    "EvaluationModelPrepareEvaluation": ({"Decrypt", "GenerateDataKey"}, {"s3"}),
    "EvaluationModelEvaluateModel": ({"Decrypt", "GenerateDataKey"}, {"s3"}),
    "EvaluationModelRegisterModel": ({"Decrypt", "GenerateDataKey"}, {"s3", "sns"}),
    "EventsReconcileJobs": ({"Decrypt", "GenerateDataKey"}, {"s3", "sqs"}),
}


def on_key(template: Template, role: str) -> list[Any]:
    return [each for each in template.statements(role) if each["Resource"] == KEY]


def actions(statement: Any) -> set[str]:
    listed = statement["Action"]
    return set(listed if isinstance(listed, list) else [listed])


def test_everything_that_keeps_data_uses_the_key(hardened: Template) -> None:
    (encryption,) = hardened.only("S3::Bucket")["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    assert encryption == {
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
        "BucketKeyEnabled": True,
    }
    assert hardened.only("SQS::Queue")["KmsMasterKeyId"] == KEY
    assert hardened.only("SNS::Topic")["KmsMasterKeyId"] == KEY
    groups = hardened.of_type("Logs::LogGroup").values()
    assert {each["Properties"].get("KmsKeyId") for each in groups} == {KEY}


def test_without_a_key_nothing_speaks_of_one(template: Template) -> None:
    assert "kms" not in json.dumps(template.body).lower().replace("kms_key_arn", "")


@pytest.mark.parametrize("function", KEY_USES)
def test_a_function_uses_the_key_only_through_the_services_that_hold_its_data(
    hardened: Template, function: str
) -> None:
    (statement,) = on_key(hardened, f"{function}Role")
    used, services = KEY_USES[function]
    through = statement["Condition"]["StringEquals"]["kms:ViaService"]
    assert actions(statement) == {f"kms:{each}" for each in used}
    assert set(through if isinstance(through, list) else [through]) == {
        f"{each}.eu-west-1.amazonaws.com" for each in services
    }


def test_every_function_that_may_use_the_key_is_listed_here(hardened: Template) -> None:
    roles = {role for role in hardened.of_type("IAM::Role") if on_key(hardened, role)}
    of_jobs = {"TrainingRole", "EvaluationModelRole"}
    assert roles == {*of_jobs, *(f"{function}Role" for function in KEY_USES)}


def test_the_training_role_may_grant_the_key_only_where_a_volume_takes_one(
    hardened: Template, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}
    (statement,) = on_key(hardened, "TrainingRole")
    assert actions(statement) == data | {"kms:CreateGrant"}
    local = synthesized(
        tmp_path_factory, HARDENED | {"pipeline.instance_types": "ml.g4dn.xlarge,ml.g5.xlarge"}
    )
    (statement,) = on_key(local, "TrainingRole")
    assert actions(statement) == data


def test_a_key_of_another_region_is_refused_in_one_line() -> None:
    environment = Environment(account="111122223333", region="eu-central-1")
    with pytest.raises(SettingRefused, match=r"^pipeline.kms_key_arn = .* in eu-central-1, where"):
        build_app(context={"pipeline.kms_key_arn": KEY}, environment=environment)


def test_only_a_job_in_a_vpc_may_attach_network_interfaces(
    template: Template, hardened: Template
) -> None:
    def network(role: str, of: Template) -> set[str]:
        return {each for each in of.grants(role) if each.startswith("ec2:")}

    assert network("TrainingRole", template) == set()
    assert network("TrainingRole", hardened) == {
        f"ec2:{action} on *"
        for action in (
            "CreateNetworkInterface",
            "CreateNetworkInterfacePermission",
            "DeleteNetworkInterface",
            "DeleteNetworkInterfacePermission",
            "DescribeDhcpOptions",
            "DescribeNetworkInterfaces",
            "DescribeSecurityGroups",
            "DescribeSubnets",
            "DescribeVpcs",
        )
    }
    assert network("StepsStartTrainingJobRole", hardened) == set()


def test_the_boundary_bounds_every_role(template: Template, hardened: Template) -> None:
    def boundaries(of: Template) -> set[str | None]:
        roles = of.of_type("IAM::Role").values()
        return {each["Properties"].get("PermissionsBoundary") for each in roles}

    assert boundaries(template) == {None}
    assert boundaries(hardened) == {BOUNDARY}


def test_nobody_of_another_account_may_write_to_the_bucket(template: Template) -> None:
    (statement,) = (
        each
        for each in template.only("S3::BucketPolicy")["PolicyDocument"]["Statement"]
        if each.get("Sid") == "NoWritesFromOtherAccounts"
    )
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Resource"] == "<Bucket.Arn>/*"
    assert {"s3:PutObject*", "s3:DeleteObject*"} <= set(statement["Action"])
    assert statement["Condition"] == {
        "StringNotEquals": {"aws:PrincipalAccount": "111122223333"},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }


@pytest.mark.parametrize("policy", ["SNS::TopicPolicy", "SQS::QueuePolicy", "S3::BucketPolicy"])
@pytest.mark.parametrize("fixture", ["template", "hardened"])
def test_no_service_is_let_in_on_behalf_of_another_account(
    request: pytest.FixtureRequest, fixture: str, policy: str
) -> None:
    template: Template = request.getfixturevalue(fixture)
    for statement in template.only(policy)["PolicyDocument"]["Statement"]:
        if statement["Effect"] == "Allow":
            assert "Service" in statement["Principal"]
            assert "<" in statement["Condition"]["ArnEquals"]["aws:SourceArn"]


def test_a_dead_letter_alarms_people(template: Template) -> None:
    alarm = template.only("CloudWatch::Alarm")
    assert (alarm["Namespace"], alarm["MetricName"]) == (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
    )
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": "<EventsDeadLetters.QueueName>"}]
    assert (alarm["ComparisonOperator"], alarm["Threshold"], alarm["Statistic"]) == (
        "GreaterThanOrEqualToThreshold",
        1,
        "Maximum",
    )
    assert (alarm["EvaluationPeriods"], alarm["Period"]) == (1, 60)
    assert alarm["TreatMissingData"] == "notBreaching"
    assert alarm["AlarmActions"] == ["<Notifications>"]
    assert "gt-train replay" in alarm["AlarmDescription"]


def test_the_alarm_and_no_other_may_publish_to_the_topic(template: Template) -> None:
    (allowed,) = (
        each
        for each in template.only("SNS::TopicPolicy")["PolicyDocument"]["Statement"]
        if each["Effect"] == "Allow"
    )
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "ArnEquals": {"aws:SourceArn": "<EventsDeadLettersAlarm.Arn>"},
    }


def test_a_bucket_that_exists_is_used_and_left_as_it_is(lodger: Template) -> None:
    assert not lodger.of_type("S3::Bucket")
    assert not lodger.of_type("S3::BucketPolicy")
    assert lodger.body["Outputs"]["BucketName"]["Value"] == "team-data"
    for properties in lodger.functions().values():
        assert properties["Environment"]["Variables"].get("BUCKET", "team-data") == "team-data"
    pattern = lodger.of_type("Events::Rule")["EventsManifestWritten"]["Properties"]["EventPattern"]
    assert pattern["detail"]["bucket"]["name"] == ["team-data"]
    assert "s3:PutObject on arn:aws:s3:::team-data/executions/*" in lodger.grants(
        "StepsRecordModelRole"
    )


def test_the_owner_of_a_bucket_is_told_what_to_switch_on(
    template: Template, lodger: Template
) -> None:
    assert "SwitchOnInTheBucket" not in template.body["Outputs"]
    told = lodger.body["Outputs"]["SwitchOnInTheBucket"]["Value"]
    assert "EventBridge notifications" in told
    assert "versioning and, for labeling jobs, CORS of team-data" in told


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_the_console_link_is_of_the_partition(
    template: Template,
    tmp_path_factory: pytest.TempPathFactory,
    region: str,
    host: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    partition = {"us-gov-west-1": "aws-us-gov"}.get(region, "aws")
    monkeypatch.setitem(PSEUDO_PARAMETERS, "AWS::Partition", partition)
    monkeypatch.setitem(PSEUDO_PARAMETERS, "AWS::Region", region)
    environment = Environment(account="111122223333", region=region)
    for each in (template, synthesized(tmp_path_factory, {}, environment)):
        url = each.plain(each.body["Outputs"]["StateMachineConsoleUrl"]["Value"])
        assert url.startswith(f"https://{host}/states/home?region={region}#")


def synthesized(
    tmp_path_factory: pytest.TempPathFactory,
    context: dict[str, str],
    environment: Environment | None = None,
) -> Template:
    folder = tmp_path_factory.mktemp("cdk.out")
    stack = build_app(folder, context, environment).synth().stacks[0]
    return Template(folder, json.loads((folder / stack.template_file).read_text()))
