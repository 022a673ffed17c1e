"""The state machine as the template has it: graph, data, errors and retries."""

import inspect
import json
from collections.abc import Iterator
from typing import Any, Literal

import jsonata  # type: ignore[import-untyped]
import pytest

from lambdas import errors
from lambdas.contract import BucketLayout, State
from stacks.rendered import RENDERED, rendered_definition
from stacks.retries import (
    EVENTS_OF_A_HEARTBEAT,
    MAX_HISTORY_EVENTS,
    heartbeats,
    history_events,
    longest_execution,
    longest_training_job,
    longest_transform_job,
    quota_retries,
    transform_jobs,
    transient_retries_of_waiting,
)
from stacks.settings.cross_checks import refuse_contradictions
from stacks.settings.fields import PipelineSettings
from tests.infrastructure.templates import Template

AWS_ERRORS = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "States.HeartbeatTimeout",
    "States.Timeout",
}
"""Names that AWS documents: bp-lambda-serviceexception.html, concepts-error-handling.html."""

TRANSIENT_ERRORS = [
    "ServiceUnavailable",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
]
"""What passes by itself: a throttled or failed call, a function that died or ran out of time."""

READING = (
    State.VALIDATE_MANIFEST,
    State.SET_IMAGES_ASIDE,
    State.PREPARE_EVALUATION,
    State.EVALUATE_MODEL,
)
"""Steps that read as much as there is, with all the time that Lambda gives."""

MONTH = 2_419_200


def states(template: Template) -> dict[str, dict[str, Any]]:
    """Return all states by name, those of Predict's items among them: names are unique."""
    found: dict[str, dict[str, Any]] = template.state_machine()["States"]
    predict = found.get(State.PREDICT)
    return found | (predict["ItemProcessor"]["States"] if predict else {})


def successors(state: dict[str, Any]) -> Iterator[str]:
    if "Next" in state:
        yield state["Next"]
    for catch in state.get("Catch", ()):
        yield catch["Next"]


def evaluate(expression: str, **variables: Any) -> Any:
    compiled = jsonata.Jsonata(expression.removeprefix("{%").removesuffix("%}"))
    for name, value in variables.items():
        compiled.assign(name, value)
    return compiled.evaluate(None)


def test_the_committed_rendering_is_current(template: Template) -> None:
    assert RENDERED.read_text() == rendered_definition(template.body), (
        "run: python -m stacks.rendered"
    )


DATA_GRAPH = {
    State.VALIDATE_MANIFEST: [State.CHECK_IMAGES],
    State.CHECK_IMAGES: [State.SET_IMAGES_ASIDE],
    State.SET_IMAGES_ASIDE: [State.START_TRAINING_JOB],
}
TRAINING_GRAPH = {
    State.START_TRAINING_JOB: [State.AWAIT_TRAINING_JOB, State.NEXT_INSTANCE_TYPE],
    State.AWAIT_TRAINING_JOB: [
        State.RECORD_MODEL,
        State.NEXT_INSTANCE_TYPE,
        State.START_TRAINING_JOB,
        State.START_TRAINING_JOB,
    ],
    State.NEXT_INSTANCE_TYPE: [State.START_TRAINING_JOB],
}
EVALUATION_GRAPH = {
    State.RECORD_MODEL: [State.PREPARE_EVALUATION],
    State.PREPARE_EVALUATION: [State.PREDICT],
    State.PREDICT: [State.EVALUATE_MODEL],
    State.START_TRANSFORM_JOB: [State.AWAIT_TRANSFORM_JOB, State.NEXT_TRANSFORM_INSTANCE_TYPE],
    State.AWAIT_TRANSFORM_JOB: [
        State.NEXT_TRANSFORM_INSTANCE_TYPE,
        State.START_TRANSFORM_JOB,
        State.START_TRANSFORM_JOB,
    ],
    State.NEXT_TRANSFORM_INSTANCE_TYPE: [State.START_TRANSFORM_JOB],
    State.EVALUATE_MODEL: [State.REGISTER_MODEL, State.PREDICT],
    State.REGISTER_MODEL: [],
}


def graph(template: Template) -> dict[str, list[str]]:
    return {name: list(successors(state)) for name, state in states(template).items()}


def test_the_graph_looks_at_images_trains_then_finds_out_what_the_model_is_worth(
    template: Template,
) -> None:
    assert template.state_machine()["StartAt"] == State.VALIDATE_MANIFEST
    assert graph(template) == DATA_GRAPH | TRAINING_GRAPH | EVALUATION_GRAPH


def test_without_evaluation_nothing_of_it_is_in_the_template(
    unevaluated: Template, template: Template
) -> None:
    assert graph(unevaluated) == DATA_GRAPH | TRAINING_GRAPH | {State.RECORD_MODEL: []}
    assert states(unevaluated)[State.RECORD_MODEL]["Output"] == "{% $states.result.Payload %}"
    text = json.dumps(unevaluated.body).lower()
    assert "transformjob" not in text.replace("_", "")
    assert "modelpackage" not in text
    for name, state in states(unevaluated).items():
        if name != State.RECORD_MODEL:
            assert state == states(template)[name]


def test_predict_has_two_jobs_side_by_side_and_gives_each_its_item(template: Template) -> None:
    predict = states(template)[State.PREDICT]
    assert predict["ItemProcessor"]["StartAt"] == State.START_TRANSFORM_JOB
    assert predict["ItemProcessor"]["ProcessorConfig"] == {"Mode": "INLINE"}
    assert predict["MaxConcurrency"] == 2
    assert "ToleratedFailurePercentage" not in predict
    plan = {"predictions": [{"model": "candidate"}]}
    items = evaluate(predict["Items"], states={"input": {"evaluation": plan}})
    assert items == plan["predictions"]
    assert evaluate(predict["Items"], states={"input": {"evaluation": {"predictions": []}}}) == []
    assert predict["ItemSelector"] == {
        "prediction": "{% $states.context.Map.Item.Value %}",
        "attempt": 0,
        "capacity_misses": 0,
        "internal_errors": 0,
    }


def test_an_item_of_predict_says_how_its_job_ended(template: Template) -> None:
    handed_on = states(template)[State.AWAIT_TRANSFORM_JOB]["Output"]
    given = {
        "input": {
            "prediction": {"model": "candidate"},
            "attempt": 1,
            "transform_job": {"redrive_count": 2},
        },
        "result": {"transform_job": "job-2", "status": "Failed", "failure": "ClientError: 1"},
    }
    assert {name: evaluate(value, states=given) for name, value in handed_on.items()} == {
        "prediction": {"model": "candidate"},
        "transform_job": "job-2",
        "failure": "ClientError: 1",
        "redrive_count": 2,
    }


def test_without_image_checks_nobody_looks_at_images(unchecked: Template) -> None:
    assert graph(unchecked) == {
        State.VALIDATE_MANIFEST: [State.START_TRAINING_JOB],
        **TRAINING_GRAPH,
        **EVALUATION_GRAPH,
    }
    assert not {"check_images", "set_images_aside"} & unchecked.functions().keys()


def test_only_what_another_job_can_mend_is_caught(template: Template) -> None:
    caught = {
        (name, error, catch["Next"])
        for name, state in states(template).items()
        for catch in state.get("Catch", ())
        for error in catch["ErrorEquals"]
    }
    assert caught == {
        (State.START_TRAINING_JOB, "CapacityUnavailable", State.NEXT_INSTANCE_TYPE),
        (State.AWAIT_TRAINING_JOB, "CapacityUnavailable", State.NEXT_INSTANCE_TYPE),
        (State.AWAIT_TRAINING_JOB, "FirstInternalServerError", State.START_TRAINING_JOB),
        (State.AWAIT_TRAINING_JOB, "RedrivenJobEnded", State.START_TRAINING_JOB),
        (State.START_TRANSFORM_JOB, "CapacityUnavailable", State.NEXT_TRANSFORM_INSTANCE_TYPE),
        (State.AWAIT_TRANSFORM_JOB, "CapacityUnavailable", State.NEXT_TRANSFORM_INSTANCE_TYPE),
        (State.AWAIT_TRANSFORM_JOB, "FirstInternalServerError", State.START_TRANSFORM_JOB),
        (State.AWAIT_TRANSFORM_JOB, "RedrivenJobEnded", State.START_TRANSFORM_JOB),
        (State.EVALUATE_MODEL, "RedrivenJobEnded", State.PREDICT),
    }


def test_no_state_turns_a_failure_into_another_end(template: Template) -> None:
    assert {state["Type"] for state in states(template).values()} == {"Task", "Wait", "Map"}


def test_every_error_name_is_one_of_ours_or_documented_by_aws(template: Template) -> None:
    ours = {
        name
        for name, each in inspect.getmembers(errors, inspect.isclass)
        if issubclass(each, errors.PipelineError | errors.Signal)
    }
    named = {
        error
        for state in states(template).values()
        for rule in (*state.get("Retry", ()), *state.get("Catch", ()))
        for error in rule["ErrorEquals"]
    }
    assert named - ours - AWS_ERRORS == set()


def transient_retrier(template: Template, state: State) -> Any:
    (rule,) = (
        each
        for each in states(template)[state]["Retry"]
        if errors.ServiceUnavailable.__name__ in each["ErrorEquals"]
    )
    return rule


@pytest.mark.parametrize(
    ("state", "tries", "longest", "jitter"),
    [
        (State.VALIDATE_MANIFEST, 12 + 60, 120, "FULL"),
        (State.START_TRAINING_JOB, 12 + 288, 300, "FULL"),
        (State.AWAIT_TRAINING_JOB, 9 + 196, 900, "NONE"),
        (State.SET_IMAGES_ASIDE, 12, 120, "FULL"),
        (State.RECORD_MODEL, 12, 120, "FULL"),
        (State.PREPARE_EVALUATION, 12, 120, "FULL"),
        (State.START_TRANSFORM_JOB, 12 + 288, 300, "FULL"),
        (State.AWAIT_TRANSFORM_JOB, 9 + 21, 900, "NONE"),
        (State.EVALUATE_MODEL, 12, 120, "FULL"),
        (State.REGISTER_MODEL, 12, 120, "FULL"),
    ],
)
def test_every_step_outlasts_faults_that_pass_however_long_it_waits(
    template: Template, state: State, tries: int, longest: int, jitter: str
) -> None:
    too_large = ["Sandbox.Timedout"] if state in READING else []
    assert transient_retrier(template, state) == {
        "ErrorEquals": [error for error in TRANSIENT_ERRORS if error not in too_large],
        "IntervalSeconds": 2,
        "BackoffRate": 2,
        "MaxAttempts": tries,
        "MaxDelaySeconds": longest,
        "JitterStrategy": jitter,
    }


@pytest.mark.parametrize("heartbeat", [60, 900, 3_601, 86_400])
@pytest.mark.parametrize("runtime", [60, 86_400, MONTH])
def test_no_fault_that_passes_ends_the_wait_before_the_longest_job_has_ended(
    runtime: int, heartbeat: int
) -> None:
    settings = PipelineSettings(max_runtime_seconds=runtime, heartbeat_seconds=heartbeat)
    tries = transient_retries_of_waiting(settings, longest_training_job(settings))
    assert sum(min(2 * 2**count, heartbeat) for count in range(tries)) >= runtime + 86_400


def given(*fields: str) -> dict[str, Any]:
    """A payload with these fields of the state's input, and the execution."""
    return {name: f"{{% $states.input.{name} %}}" for name in fields} | {"execution": ...}


def test_what_takes_longer_than_lambda_gives_is_not_read_again(
    template: Template,
) -> None:
    retried = {
        name: {error for rule in state["Retry"] for error in rule["ErrorEquals"]}
        for name, state in states(template).items()
        if "Retry" in state
    }
    for state in READING:
        assert "Sandbox.Timedout" not in retried.pop(state)
    assert all("Sandbox.Timedout" in errors for errors in retried.values())


@pytest.mark.parametrize(
    ("state", "arguments"),
    [
        (
            State.VALIDATE_MANIFEST,
            {
                "request": "{% $states.input %}",
                "execution": "{% $states.context.Execution.Name %}",
            },
        ),
        (
            State.SET_IMAGES_ASIDE,
            {
                "dataset": "{% $states.input.dataset %}",
                "request": "{% $states.context.Execution.Input %}",
                "execution": "{% $states.context.Execution.Name %}",
            },
        ),
        (
            State.START_TRAINING_JOB,
            {
                "dataset": "{% $states.input.dataset %}",
                "attempt": "{% $states.input.attempt %}",
                "capacity_misses": "{% $states.input.capacity_misses %}",
                "internal_errors": "{% $states.input.internal_errors %}",
                "execution": ...,
                "retry_count": "{% $states.context.State.RetryCount %}",
            },
        ),
        (
            State.AWAIT_TRAINING_JOB,
            {
                "training_job": "{% $states.input.training_job %}",
                "execution": ...,
                "retry_count": "{% $states.context.State.RetryCount %}",
                "task_token": "{% $states.context.Task.Token %}",
            },
        ),
        (
            State.RECORD_MODEL,
            {
                "dataset": "{% $states.input.dataset %}",
                "training_job": "{% $states.input.training_job %}",
                "execution": ...,
            },
        ),
        (State.PREPARE_EVALUATION, given("dataset", "outcome")),
        (
            State.START_TRANSFORM_JOB,
            given("prediction", "attempt", "capacity_misses", "internal_errors")
            | {"retry_count": "{% $states.context.State.RetryCount %}"},
        ),
        (
            State.AWAIT_TRANSFORM_JOB,
            given("transform_job")
            | {
                "retry_count": "{% $states.context.State.RetryCount %}",
                "task_token": "{% $states.context.Task.Token %}",
            },
        ),
        (State.EVALUATE_MODEL, given("dataset", "outcome", "evaluation", "predicted")),
        (State.REGISTER_MODEL, given("outcome", "evaluated")),
    ],
)
def test_a_step_gives_its_function_what_it_reads(
    template: Template, state: State, arguments: dict[str, Any]
) -> None:
    payload = states(template)[state]["Arguments"]["Payload"]
    assert payload.keys() == arguments.keys()
    for name, value in arguments.items():
        assert value is ... or payload[name] == value


@pytest.mark.parametrize(
    ("execution", "redrives"), [({"RedriveCount": 2}, 2), ({"Name": "never redriven"}, 0)]
)
@pytest.mark.parametrize(
    "state",
    [
        State.START_TRAINING_JOB,
        State.AWAIT_TRAINING_JOB,
        State.START_TRANSFORM_JOB,
        State.AWAIT_TRANSFORM_JOB,
        State.EVALUATE_MODEL,
    ],
)
def test_the_number_of_redrives_is_zero_where_the_context_has_none(
    template: Template, state: State, execution: dict[str, Any], redrives: int
) -> None:
    payload = states(template)[state]["Arguments"]["Payload"]
    expression = payload["execution"]["redrive_count"]
    assert evaluate(expression, states={"context": {"Execution": execution}}) == redrives


INPUT = {"dataset": "d", "attempt": 3, "capacity_misses": 2, "internal_errors": 1}


def output(output: Any, result: object = None) -> Any:
    """What a state or a catcher hands on of this input."""
    return evaluate(output, states={"input": INPUT, "result": result})


def test_what_later_states_need_is_in_their_input_and_in_no_variable(template: Template) -> None:
    assert "Assign" not in json.dumps(template.state_machine())
    assert states(template)[State.VALIDATE_MANIFEST]["Output"] == {
        "dataset": "{% $states.result.Payload %}",
        "attempt": 0,
        "capacity_misses": 0,
        "internal_errors": 0,
    }
    start, wait = (
        states(template)[state]["Output"]
        for state in (State.START_TRAINING_JOB, State.AWAIT_TRAINING_JOB)
    )
    assert output(start, {"Payload": "job"}) == INPUT | {"training_job": "job"}
    assert output(wait, "result") == INPUT | {"model": "result"}


def test_the_data_set_without_bad_images_takes_the_place_of_the_one_before(
    template: Template,
) -> None:
    check, set_aside = (
        states(template)[state]["Output"] for state in (State.CHECK_IMAGES, State.SET_IMAGES_ASIDE)
    )
    assert output(check, {"MapRunArn": "run"}) == INPUT
    assert output(set_aside, {"Payload": "smaller"}) == INPUT | {"dataset": "smaller"}


def test_images_are_listed_by_one_version_of_an_object(template: Template) -> None:
    reader = states(template)[State.CHECK_IMAGES]["ItemReader"]
    assert reader == {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSONL"},
        "Arguments": {
            "Bucket": "<Bucket>",
            "Key": "{% $states.input.dataset.images.key %}",
            "VersionId": "{% $states.input.dataset.images.version_id %}",
        },
    }


def test_images_are_looked_at_in_batches_by_express_children(template: Template) -> None:
    check = states(template)[State.CHECK_IMAGES]
    assert check["ItemProcessor"]["ProcessorConfig"] == {
        "Mode": "DISTRIBUTED",
        "ExecutionType": "EXPRESS",
    }
    assert check["ItemBatcher"] == {
        "MaxItemsPerBatch": 1_000,
        "MaxInputBytesPerBatch": 200_000,
        "BatchInput": {"execution": "{% $states.context.Execution.Name %}"},
    }
    assert check["MaxConcurrency"] == 8


def test_no_batch_may_fail(template: Template) -> None:
    check = states(template)[State.CHECK_IMAGES]
    assert not {"ToleratedFailurePercentage", "ToleratedFailureCount", "Catch"} & check.keys()


def test_a_batch_with_all_its_retries_ends_before_an_express_execution_must(
    template: Template,
) -> None:
    (state,) = states(template)[State.CHECK_IMAGES]["ItemProcessor"]["States"].values()
    (rule,) = state["Retry"]
    assert rule["ErrorEquals"] == TRANSIENT_ERRORS
    waits = [rule["IntervalSeconds"] * rule["BackoffRate"] ** n for n in range(rule["MaxAttempts"])]
    timeout = template.functions()["check_images"]["Timeout"]
    assert (rule["MaxAttempts"] + 1) * timeout + sum(waits) < 300
    assert state["QueryLanguage"] == "JSONata"


def test_what_was_found_lies_where_set_images_aside_looks_for_it(template: Template) -> None:
    writer = states(template)[State.CHECK_IMAGES]["ResultWriter"]
    assert writer["WriterConfig"] == {"OutputType": "JSONL", "Transformation": "COMPACT"}
    prefix = evaluate(
        writer["Arguments"]["Prefix"], states={"context": {"Execution": {"Name": "dogs-1"}}}
    )
    assert f"{prefix}/" == BucketLayout("any").image_checks("dogs-1")


def caught(template: Template, state: State, error: type[errors.Signal]) -> Any:
    catches = states(template)[state]["Catch"]
    (rule,) = (each for each in catches if each["ErrorEquals"] == [error.__name__])
    return output(rule["Output"])


def test_a_job_that_failed_inside_sagemaker_is_replaced_by_one_of_another_name(
    template: Template,
) -> None:
    handed_on = caught(template, State.AWAIT_TRAINING_JOB, errors.FirstInternalServerError)
    assert handed_on == INPUT | {"attempt": 4, "internal_errors": 2}


def test_a_redrive_starts_counting_internal_errors_anew(template: Template) -> None:
    handed_on = caught(template, State.AWAIT_TRAINING_JOB, errors.RedrivenJobEnded)
    assert handed_on == INPUT | {"attempt": 4, "internal_errors": 0}


def test_predictions_that_a_redrive_asks_for_again_lose_nothing_of_the_input(
    template: Template,
) -> None:
    assert caught(template, State.EVALUATE_MODEL, errors.RedrivenJobEnded) == INPUT


@pytest.mark.parametrize("state", [State.START_TRAINING_JOB, State.AWAIT_TRAINING_JOB])
def test_missing_capacity_loses_nothing_of_the_input(template: Template, state: State) -> None:
    assert caught(template, state, errors.CapacityUnavailable) == INPUT


def test_a_labeling_job_at_work_is_asked_every_minute_for_as_long_as_the_settings_say(
    template: Template,
) -> None:
    assert states(template)[State.VALIDATE_MANIFEST]["Retry"][0] == {
        "ErrorEquals": ["LabelingJobInProgress"],
        "IntervalSeconds": 60,
        "BackoffRate": 1,
        "MaxAttempts": 60,
    }


def pause(wait: dict[str, Any], misses: int) -> Any:
    return evaluate(wait["Seconds"], states={"input": INPUT | {"capacity_misses": misses}})


def test_the_next_instance_type_comes_at_once_and_the_first_again_after_a_pause(
    template: Template,
) -> None:
    wait = states(template)[State.NEXT_INSTANCE_TYPE]
    assert [pause(wait, misses) for misses in range(7)] == [0, 0, 600, 0, 0, 600, 0]
    assert output(wait["Output"]) == INPUT | {"attempt": 4, "capacity_misses": 3}


def test_the_pause_follows_the_number_of_instance_types(customized: Template) -> None:
    wait = states(customized)[State.NEXT_INSTANCE_TYPE]
    assert [pause(wait, misses) for misses in range(4)] == [0, 600, 0, 600]


def test_a_missed_heartbeat_looks_at_the_job_again_for_as_long_as_it_may_take(
    customized: Template,
) -> None:
    wait = states(customized)[State.AWAIT_TRAINING_JOB]
    rule = wait["Retry"][0]
    assert wait["Resource"].endswith(":lambda:invoke.waitForTaskToken")
    assert wait["HeartbeatSeconds"] == 600
    assert "TimeoutSeconds" not in wait
    assert rule["ErrorEquals"] == ["States.HeartbeatTimeout", "States.Timeout"]
    assert (rule["IntervalSeconds"], rule["BackoffRate"]) == (1, 1)
    assert rule["MaxAttempts"] * 600 >= 86_400 + 86_400 + 3_600


def test_a_quota_is_asked_for_again_for_as_long_as_the_settings_say(template: Template) -> None:
    rule = states(template)[State.START_TRAINING_JOB]["Retry"][0]
    assert rule == {
        "ErrorEquals": ["ResourceLimitExceeded"],
        "IntervalSeconds": 300,
        "BackoffRate": 1,
        "MaxAttempts": 288,
    }


def test_quota_retries_can_be_switched_off() -> None:
    assert quota_retries(PipelineSettings(quota_retry_hours=0)) == 0


@pytest.mark.parametrize("heartbeat", [60, 900, 3_601, 86_400])
@pytest.mark.parametrize("runtime", [60, 86_400, MONTH])
def test_heartbeats_cover_the_longest_job_and_no_more_than_one_beat_beyond(
    runtime: int, heartbeat: int
) -> None:
    config = PipelineSettings(max_runtime_seconds=runtime, heartbeat_seconds=heartbeat)
    longest = runtime + 86_400 + 3_600
    assert longest_training_job(config) == longest
    assert longest <= heartbeats(config, longest) * heartbeat < longest + heartbeat


def test_a_transform_job_is_awaited_until_its_time_is_over_and_it_has_been_stopped() -> None:
    config = PipelineSettings(max_transform_seconds=10_000, heartbeat_seconds=900)
    assert longest_transform_job(config) == 10_000 + 900 + 3_600


def test_an_execution_outlives_every_attempt_and_never_a_year() -> None:
    config = PipelineSettings()
    assert longest_execution(config) > config.attempts * (24 * 3_600 + 86_400)
    assert longest_execution(
        PipelineSettings(max_runtime_seconds=MONTH, max_capacity_rounds=100)
    ) == (365 * 86_400)


@pytest.mark.parametrize(("evaluation", "share"), [("off", 2 / 3), ("on", 3 / 4)])
def test_the_longest_training_job_leaves_enough_of_the_history_free(
    evaluation: Literal["on", "off"], share: float
) -> None:
    config = PipelineSettings(max_runtime_seconds=MONTH, evaluation=evaluation)
    refuse_contradictions(config)
    assert history_events(config) < 25_000 * share < MAX_HISTORY_EVENTS


def test_every_item_of_predict_counts_into_history_and_duration() -> None:
    none, few = PipelineSettings(evaluation="off"), PipelineSettings()
    many = PipelineSettings(image_buckets=("a", "b"))
    assert (transform_jobs(none), transform_jobs(few), transform_jobs(many)) == (0, 2, 6)
    for figure in (history_events, longest_execution):
        assert figure(none) < figure(few) < figure(many)
    beats = heartbeats(few, longest_transform_job(few))
    assert history_events(many) - history_events(few) >= 4 * beats * EVENTS_OF_A_HEARTBEAT


def test_the_execution_log_is_complete_but_holds_no_task_token(template: Template) -> None:
    properties = template.only("StepFunctions::StateMachine")
    assert properties["StateMachineType"] == "STANDARD"
    assert properties["TracingConfiguration"] == {"Enabled": True}
    assert properties["LoggingConfiguration"]["Level"] == "ALL"
    assert properties["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_the_execution_log_lies_where_it_takes_no_resource_policy_of_its_own(
    template: Template,
) -> None:
    (destination,) = template.only("StepFunctions::StateMachine")["LoggingConfiguration"][
        "Destinations"
    ]
    group = destination["CloudWatchLogsLogGroup"]["LogGroupArn"]
    assert group == "<WorkflowLogs.Arn>"
    properties = template.plain(template.of_type("Logs::LogGroup")["WorkflowLogs"]["Properties"])
    assert properties["LogGroupName"] == "/aws/vendedlogs/states/GroundTruthTraining"


def test_the_definition_is_far_smaller_than_its_limit(template: Template) -> None:
    assert len(json.dumps(template.state_machine())) < 100_000
    assert template.state_machine()["QueryLanguage"] == "JSONata"


def test_spot_capacity_may_keep_a_training_job_waiting_for_longer() -> None:
    config = PipelineSettings(managed_spot_training=True, max_wait_seconds=MONTH)
    assert longest_training_job(config) >= MONTH + 3_600
    refuse_contradictions(config)
