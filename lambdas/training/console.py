"""Links into the AWS console, for people who read a cause or a notification."""

from urllib.parse import quote

from lambdas.contract import CONSOLES


def training_log_url(training_job_arn: str) -> str:
    """Return the page that lists the log streams of a training job."""
    _, partition, _, region, _, resource = training_job_arn.split(":", 5)
    name = resource.partition("/")[2]
    group = _twice_quoted("/aws/sagemaker/TrainingJobs")
    return (
        f"https://{_host(region, partition)}/cloudwatch/home?region={region}"
        f"#logsV2:log-groups/log-group/{group}$3FlogStreamNameFilter$3D{_twice_quoted(name)}"
    )


def execution_url(execution_arn: str) -> str:
    """Return the page that shows an execution's graph."""
    _, partition, _, region, _ = execution_arn.split(":", 4)
    arn = quote(execution_arn, safe=":")
    page = f"#/v2/executions/details/{arn}"
    return f"https://{_host(region, partition)}/states/home?region={region}{page}"


def _host(region: str, partition: str) -> str:
    return f"{region}.{CONSOLES.get(partition, CONSOLES['aws'])}"


def _twice_quoted(text: str) -> str:
    """Quote as the CloudWatch console does: percent-encoded twice, with ``$`` for ``%``."""
    return quote(quote(text, safe=""), safe="").replace("%", "$")
