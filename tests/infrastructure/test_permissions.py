"""What each role may do, written out: a permission more or less is a change that this shows."""

import pytest

from tests.infrastructure.templates import Template

SAGEMAKER = "arn:aws:sagemaker:eu-west-1:111122223333"
JOBS = f"{SAGEMAKER}:training-job/*"
CREATED = f"{SAGEMAKER}:training-job/gt-train-*"
TRANSFORM_JOBS = f"{SAGEMAKER}:transform-job/*"
CREATED_TRANSFORM_JOBS = f"{SAGEMAKER}:transform-job/gt-train-*"
MODELS = f"{SAGEMAKER}:model/*"
CREATED_MODELS = f"{SAGEMAKER}:model/gt-train-*"
LOGS = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/sagemaker"
EXECUTIONS = "arn:aws:states:eu-west-1:111122223333:execution:<WorkflowStateMachine.Name>:*"


def own_logs_and_traces(function: str) -> set[str]:
    return {
        f"logs:CreateLogStream on <{function}Logs.Arn>",
        f"logs:PutLogEvents on <{function}Logs.Arn>",
        "xray:PutTelemetryRecords on *",
        "xray:PutTraceSegments on *",
    }


GRANTS = {
    "StepsValidateManifest": {
        "s3:GetObject on <Bucket.Arn>/*",
        "s3:GetObjectVersion on <Bucket.Arn>/*",
        "Deny s3:GetObject on <Bucket.Arn>/callbacks/*",
        "Deny s3:GetObjectVersion on <Bucket.Arn>/callbacks/*",
        "s3:ListBucket on <Bucket.Arn>",
        "s3:PutObject on <Bucket.Arn>/executions/*",
        "s3:AbortMultipartUpload on <Bucket.Arn>/executions/*",
        "sagemaker:DescribeLabelingJob on arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/*",
    },
    "StepsCheckImages": {
        "s3:GetObject on <Bucket.Arn>/*",
        "Deny s3:GetObject on <Bucket.Arn>/callbacks/*",
        "Deny s3:GetObjectVersion on <Bucket.Arn>/callbacks/*",
        "s3:ListBucket on <Bucket.Arn>",
    },
    "StepsSetImagesAside": {
        "s3:GetObject on <Bucket.Arn>/*",
        "s3:GetObjectVersion on <Bucket.Arn>/*",
        "Deny s3:GetObject on <Bucket.Arn>/callbacks/*",
        "Deny s3:GetObjectVersion on <Bucket.Arn>/callbacks/*",
        "s3:ListBucket on <Bucket.Arn>",
        "s3:PutObject on <Bucket.Arn>/executions/*",
        "s3:AbortMultipartUpload on <Bucket.Arn>/executions/*",
    },
    "StepsStartTrainingJob": {
        f"sagemaker:CreateTrainingJob on {CREATED}",
        f"sagemaker:AddTags on {CREATED}",
        f"sagemaker:DescribeTrainingJob on {JOBS}",
        f"sagemaker:ListTags on {JOBS}",
        f"sagemaker:StopTrainingJob on {JOBS}",
        "iam:PassRole on <TrainingRole.Arn>",
        "sns:Publish on <Notifications>",
        "s3:PutObject on <Bucket.Arn>/executions/*",
        "s3:GetObject on <Bucket.Arn>/executions/*",
        "s3:GetObject on <Bucket.Arn>/labeling/*",
        "s3:ListBucket on <Bucket.Arn>",
    },
    "StepsAwaitTrainingJob": {
        "s3:PutObject on <Bucket.Arn>/callbacks/*",
        "s3:GetObject on <Bucket.Arn>/callbacks/*",
        "s3:DeleteObject on <Bucket.Arn>/callbacks/*",
        f"sagemaker:DescribeTrainingJob on {JOBS}",
        "states:SendTaskSuccess on <WorkflowStateMachine>",
        "states:SendTaskFailure on <WorkflowStateMachine>",
    },
    "StepsRecordModel": {
        f"sagemaker:DescribeTrainingJob on {JOBS}",
        "s3:PutObject on <Bucket.Arn>/executions/*",
        "s3:GetObject on <Bucket.Arn>/executions/*",
        "s3:ListBucket on <Bucket.Arn>",
    },
    "EvaluationTransformStartTransformJob": {
        f"sagemaker:CreateTransformJob on {CREATED_TRANSFORM_JOBS}",
        f"sagemaker:AddTags on {CREATED_TRANSFORM_JOBS}",
        f"sagemaker:DescribeTransformJob on {TRANSFORM_JOBS}",
        f"sagemaker:ListTags on {TRANSFORM_JOBS}",
        f"sagemaker:StopTransformJob on {TRANSFORM_JOBS}",
        f"sagemaker:CreateModel on {CREATED_MODELS}",
        f"sagemaker:AddTags on {CREATED_MODELS}",
        f"sagemaker:DescribeModel on {MODELS}",
        "iam:PassRole on <EvaluationModelRole.Arn>",
        "sns:Publish on <Notifications>",
        "s3:PutObject on <Bucket.Arn>/executions/*",
        "s3:GetObject on <Bucket.Arn>/executions/*",
        "s3:ListBucket on <Bucket.Arn>",
    },
    "EvaluationTransformAwaitTransformJob": {
        "s3:PutObject on <Bucket.Arn>/callbacks/*",
        "s3:GetObject on <Bucket.Arn>/callbacks/*",
        "s3:DeleteObject on <Bucket.Arn>/callbacks/*",
        f"sagemaker:DescribeTransformJob on {TRANSFORM_JOBS}",
        f"sagemaker:StopTransformJob on {TRANSFORM_JOBS}",
        "states:SendTaskSuccess on <WorkflowStateMachine>",
        "states:SendTaskFailure on <WorkflowStateMachine>",
    },
    "EventsStartExecution": {
        "states:StartExecution on <WorkflowStateMachine>",
        "sqs:SendMessage on <EventsDeadLetters.Arn>",
    },
    "EventsResumeExecution": {
        "s3:GetObject on <Bucket.Arn>/callbacks/*",
        "s3:DeleteObject on <Bucket.Arn>/callbacks/*",
        "s3:ListBucket on <Bucket.Arn>",
        f"sagemaker:DescribeTrainingJob on {JOBS}",
        f"sagemaker:DescribeTransformJob on {TRANSFORM_JOBS}",
        "states:SendTaskSuccess on <WorkflowStateMachine>",
        "states:SendTaskFailure on <WorkflowStateMachine>",
        "sqs:SendMessage on <EventsDeadLetters.Arn>",
    },
    "EventsCloseExecution": {
        "s3:GetObject on <Bucket.Arn>/executions/*",
        "s3:ListBucket on <Bucket.Arn>",
        f"sagemaker:DescribeTrainingJob on {JOBS}",
        f"sagemaker:StopTrainingJob on {JOBS}",
        f"sagemaker:DescribeTransformJob on {TRANSFORM_JOBS}",
        f"sagemaker:StopTransformJob on {TRANSFORM_JOBS}",
        f"states:DescribeExecution on {EXECUTIONS}",
        "sns:Publish on <Notifications>",
        "sqs:SendMessage on <EventsDeadLetters.Arn>",
    },
    "EventsReconcileJobs": {
        "sagemaker:ListTrainingJobs on *",
        "sagemaker:ListTransformJobs on *",
        "sagemaker:ListModels on *",
        f"sagemaker:ListTags on {TRANSFORM_JOBS}",
        f"sagemaker:StopTransformJob on {TRANSFORM_JOBS}",
        f"sagemaker:DescribeTransformJob on {TRANSFORM_JOBS}",
        f"sagemaker:ListTags on {MODELS}",
        f"sagemaker:DeleteModel on {MODELS}",
        "s3:GetObject on <Bucket.Arn>/executions/*",
        "s3:ListBucket on <Bucket.Arn>",
        f"sagemaker:ListTags on {JOBS}",
        f"sagemaker:StopTrainingJob on {JOBS}",
        f"states:DescribeExecution on {EXECUTIONS}",
        "sqs:SendMessage on <EventsDeadLetters.Arn>",
    },
}


@pytest.mark.parametrize("function", GRANTS)
def test_a_function_may_do_what_it_does_and_nothing_else(template: Template, function: str) -> None:
    expected = GRANTS[function] | own_logs_and_traces(function)
    assert template.grants(f"{function}Role") == expected


def test_every_function_has_a_role_of_its_own(template: Template) -> None:
    roles = [each["Role"] for each in template.functions().values()]
    of_the_model = (
        f"EvaluationModel{function}"  # what they may do, test_model_steps says
        for function in ("PrepareEvaluation", "EvaluateModel", "RegisterModel")
    )
    expected = sorted(f"<{function}Role.Arn>" for function in (*GRANTS, *of_the_model))
    assert sorted(roles) == expected


@pytest.mark.parametrize("which", ["template", "hardened"])
def test_images_are_looked_at_with_what_the_training_role_may_read(
    which: str, request: pytest.FixtureRequest
) -> None:
    def reads(role: str) -> set[str]:
        reading = ("s3:GetObject ", "s3:GetObjectVersion ", "s3:ListBucket ")
        grants = request.getfixturevalue(which).grants(role)
        return {each for each in grants if each.removeprefix("Deny ").startswith(reading)}

    assert reads("StepsCheckImagesRole") == reads("TrainingRole")


def test_without_image_checks_the_workflow_starts_no_executions(unchecked: Template) -> None:
    grants = unchecked.grants("WorkflowRole")
    assert not [each for each in grants if each.startswith(("states:", "s3:"))]
    assert "lambda:InvokeFunction on <StepsValidateManifest.Arn>" in grants


def test_the_workflow_may_invoke_its_functions_run_its_children_and_be_observed(
    template: Template,
) -> None:
    assert template.grants("WorkflowRole") == {
        "lambda:InvokeFunction on <StepsValidateManifest.Arn>",
        "lambda:InvokeFunction on <StepsCheckImages.Arn>",
        "lambda:InvokeFunction on <StepsSetImagesAside.Arn>",
        "lambda:InvokeFunction on <StepsStartTrainingJob.Arn>",
        "lambda:InvokeFunction on <StepsAwaitTrainingJob.Arn>",
        "lambda:InvokeFunction on <StepsRecordModel.Arn>",
        "states:StartExecution on <WorkflowStateMachine>",
        f"states:DescribeExecution on {EXECUTIONS}",
        "s3:GetObject on <Bucket.Arn>/executions/*/images.jsonl*",
        "s3:GetObjectVersion on <Bucket.Arn>/executions/*/images.jsonl*",
        "s3:PutObject on <Bucket.Arn>/executions/*/image-checks/*",
        "s3:GetObject on <Bucket.Arn>/executions/*/image-checks/*",
        "s3:ListMultipartUploadParts on <Bucket.Arn>/executions/*/image-checks/*",
        "s3:AbortMultipartUpload on <Bucket.Arn>/executions/*/image-checks/*",
        "lambda:InvokeFunction on <EvaluationModelPrepareEvaluation.Arn>",
        "lambda:InvokeFunction on <EvaluationTransformStartTransformJob.Arn>",
        "lambda:InvokeFunction on <EvaluationTransformAwaitTransformJob.Arn>",
        "lambda:InvokeFunction on <EvaluationModelEvaluateModel.Arn>",
        "lambda:InvokeFunction on <EvaluationModelRegisterModel.Arn>",
        "logs:CreateLogDelivery on *",
        "logs:DeleteLogDelivery on *",
        "logs:DescribeLogGroups on *",
        "logs:DescribeResourcePolicies on *",
        "logs:GetLogDelivery on *",
        "logs:ListLogDeliveries on *",
        "logs:PutResourcePolicy on *",
        "logs:UpdateLogDelivery on *",
        "xray:GetSamplingRules on *",
        "xray:GetSamplingTargets on *",
        "xray:PutTelemetryRecords on *",
        "xray:PutTraceSegments on *",
    }


@pytest.mark.parametrize(
    ("role", "log_group", "written"),
    [
        ("TrainingRole", "TrainingJobs", ["models/*", "checkpoints/*"]),
        ("EvaluationModelRole", "TransformJobs", ["executions/*/evaluation/predictions/*"]),
    ],
)
def test_a_job_may_read_its_data_write_its_results_and_log(
    template: Template, role: str, log_group: str, written: list[str]
) -> None:
    found_by = {"s3:GetBucketLocation on <Bucket.Arn>"} if role == "TrainingRole" else set()
    pulled = "arn:aws:ecr:eu-west-1:685385470294:repository/object-detection"
    logs = f"{LOGS}/{log_group}"
    assert template.grants(role) == found_by | {
        "s3:GetObject on <Bucket.Arn>/*",
        "Deny s3:GetObject on <Bucket.Arn>/callbacks/*",
        "Deny s3:GetObjectVersion on <Bucket.Arn>/callbacks/*",
        *(f"s3:PutObject on <Bucket.Arn>/{keys}" for keys in written),
        *(f"s3:AbortMultipartUpload on <Bucket.Arn>/{keys}" for keys in written),
        "s3:ListBucket on <Bucket.Arn>",
        f"logs:CreateLogGroup on {logs}",
        f"logs:CreateLogGroup on {logs}:log-stream:*",
        f"logs:CreateLogStream on {logs}",
        f"logs:CreateLogStream on {logs}:log-stream:*",
        f"logs:DescribeLogStreams on {logs}",
        f"logs:DescribeLogStreams on {logs}:log-stream:*",
        f"logs:PutLogEvents on {logs}",
        f"logs:PutLogEvents on {logs}:log-stream:*",
        "cloudwatch:PutMetricData on *",
        "ecr:GetAuthorizationToken on *",
        f"ecr:BatchCheckLayerAvailability on {pulled}",
        f"ecr:BatchGetImage on {pulled}",
        f"ecr:GetDownloadUrlForLayer on {pulled}",
    }


def test_configured_buckets_and_prefixes_are_in_the_permissions(customized: Template) -> None:
    training = customized.grants("TrainingRole")
    model = customized.grants("EvaluationModelRole")
    validation = customized.grants("StepsValidateManifestRole")
    for bucket in ("first-images", "second-images"):
        assert f"s3:GetObject on arn:aws:s3:::{bucket}/*" in training & model & validation
        assert f"s3:ListBucket on arn:aws:s3:::{bucket}" in training & model & validation
        assert f"s3:GetBucketLocation on arn:aws:s3:::{bucket}" in training
    (created,) = (
        each
        for each in customized.grants("StepsStartTrainingJobRole")
        if each.startswith("sagemaker:CreateTrainingJob")
    )
    assert created.endswith(":training-job/detector-*")


def test_only_with_a_cap_on_what_is_spent_does_the_evaluation_look_at_training_jobs(
    template: Template, customized: Template
) -> None:
    role = "EvaluationTransformStartTransformJobRole"
    look = f"sagemaker:DescribeTrainingJob on {JOBS}"
    assert look not in template.grants(role)
    assert look in customized.grants(role)


def prefixes(*allowed: str) -> dict[str, object]:
    return {"StringLike": {"s3:prefix": list(allowed)}}


TAGGED_WITH_OURS = {"StringLike": {"aws:RequestTag/gt-train:execution": EXECUTIONS}}
TAGGED_AS_OURS = {"StringLike": {"aws:ResourceTag/gt-train:execution": EXECUTIONS}}


@pytest.mark.parametrize(
    ("role", "action", "condition"),
    [
        (
            "StepsStartTrainingJobRole",
            "iam:PassRole",
            {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        (
            "TrainingRole",
            "cloudwatch:PutMetricData",
            {"StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/TrainingJobs"}},
        ),
        ("StepsStartTrainingJobRole", "s3:ListBucket", prefixes("executions/*", "labeling/*")),
        ("StepsRecordModelRole", "s3:ListBucket", prefixes("executions/*")),
        ("EventsResumeExecutionRole", "s3:ListBucket", prefixes("callbacks/*")),
        ("EventsCloseExecutionRole", "s3:ListBucket", prefixes("executions/*")),
        (
            "EvaluationTransformStartTransformJobRole",
            "iam:PassRole",
            {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        (
            "EvaluationModelRole",
            "cloudwatch:PutMetricData",
            {"StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/TransformJobs"}},
        ),
        (
            "EvaluationTransformStartTransformJobRole",
            "sagemaker:StopTransformJob",
            TAGGED_AS_OURS,
        ),
        (
            "EvaluationTransformAwaitTransformJobRole",
            "sagemaker:StopTransformJob",
            TAGGED_AS_OURS,
        ),
        (
            "EvaluationTransformStartTransformJobRole",
            ["sagemaker:AddTags", "sagemaker:CreateTransformJob"],
            TAGGED_WITH_OURS,
        ),
        (
            "EvaluationTransformStartTransformJobRole",
            ["sagemaker:AddTags", "sagemaker:CreateModel"],
            TAGGED_WITH_OURS,
        ),
        ("EventsReconcileJobsRole", "s3:ListBucket", prefixes("executions/*")),
        ("EventsReconcileJobsRole", "sagemaker:StopTrainingJob", TAGGED_AS_OURS),
        ("EventsReconcileJobsRole", "sagemaker:StopTransformJob", TAGGED_AS_OURS),
        ("EventsReconcileJobsRole", "sagemaker:DeleteModel", TAGGED_AS_OURS),
        ("EventsCloseExecutionRole", "sagemaker:StopTransformJob", TAGGED_AS_OURS),
        ("EventsCloseExecutionRole", "sagemaker:StopTrainingJob", TAGGED_AS_OURS),
        ("StepsStartTrainingJobRole", "sagemaker:StopTrainingJob", TAGGED_AS_OURS),
        (
            "StepsStartTrainingJobRole",
            ["sagemaker:AddTags", "sagemaker:CreateTrainingJob"],
            TAGGED_WITH_OURS,
        ),
    ],
)
def test_what_cannot_be_narrowed_by_resource_is_narrowed_by_condition(
    template: Template, role: str, action: str | list[str], condition: dict[str, object]
) -> None:
    (statement,) = (each for each in template.statements(role) if each["Action"] == action)
    assert statement["Condition"] == condition


def test_sagemaker_may_find_the_buckets_of_a_job_without_naming_a_prefix(
    customized: Template,
) -> None:
    (statement,) = (
        each
        for each in customized.statements("TrainingRole")
        if each.get("Sid") == "FindManifestsAndImages"
    )
    assert statement["Action"] == ["s3:GetBucketLocation", "s3:ListBucket"]
    assert statement["Resource"] == [
        "<Bucket.Arn>",
        "arn:aws:s3:::first-images",
        "arn:aws:s3:::second-images",
    ]
    assert "Condition" not in statement


def test_only_this_account_can_make_a_service_assume_a_role(template: Template) -> None:
    roles = template.of_type("IAM::Role")
    assert len(roles) == 18
    for role in roles.values():
        (trust,) = template.plain(role["Properties"]["AssumeRolePolicyDocument"])["Statement"]
        assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}


@pytest.mark.parametrize(
    ("role", "service", "source"),
    [
        ("TrainingRole", "sagemaker", "arn:aws:sagemaker:eu-west-1:111122223333:*"),
        ("EvaluationModelRole", "sagemaker", "arn:aws:sagemaker:eu-west-1:111122223333:*"),
        ("WorkflowRole", "states", "arn:aws:states:eu-west-1:111122223333:stateMachine:*"),
    ],
)
def test_a_role_is_assumed_only_for_the_resources_of_this_account(
    template: Template, role: str, service: str, source: str
) -> None:
    properties = template.of_type("IAM::Role")[role]["Properties"]
    (trust,) = template.plain(properties["AssumeRolePolicyDocument"])["Statement"]
    assert trust["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert trust["Condition"]["ArnLike"] == {"aws:SourceArn": source}


def test_no_statement_allows_every_action_of_a_service(template: Template) -> None:
    for role in template.of_type("IAM::Role"):
        assert not [each for each in template.grants(role) if "*" in each.partition(" on ")[0]]
