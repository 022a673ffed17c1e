"""Links into the AWS console, for people who read a cause or a notification."""

from urllib.parse import quote

from lambdas.contract import CONSOLES


def log_url(job_arn: str, log_group: str) -> str:
    """Return the page that lists the log streams of a job."""
    _, partition, _, region, _, resource = job_arn.split(":", 5)
    name, group = _twice_quoted(resource.partition("/")[2]), _twice_quoted(log_group)
    return (
        f"https://{_host(region, partition)}/cloudwatch/home?region={region}"
        f"#logsV2:log-groups/log-group/{group}$3FlogStreamNameFilter$3D{name}"
    )


def execution_url(execution_arn: str) -> str:
    """Return the page that shows an execution's graph."""
    _, partition, _, region, _ = execution_arn.split(":", 4)
    arn = quote(execution_arn, safe=":")
    page = f"#/v2/executions/details/{arn}"
    return f"https://{_host(region, partition)}/states/home?region={region}{page}"


def object_url(bucket: str, key: str, execution_arn: str) -> str:
    """Return the page of an object in a bucket of the execution's region."""
    _, partition, _, region, _ = execution_arn.split(":", 4)
    page = f"{bucket}?region={region}&prefix={quote(key, safe='/')}"
    return f"https://{_host(region, partition)}/s3/object/{page}"


def _host(region: str, partition: str) -> str:
    return f"{region}.{CONSOLES.get(partition, CONSOLES['aws'])}"


def _twice_quoted(text: str) -> str:
    """Quote as the CloudWatch console does: percent-encoded twice, with ``$`` for ``%``."""
    return quote(quote(text, safe=""), safe="").replace("%", "$")
