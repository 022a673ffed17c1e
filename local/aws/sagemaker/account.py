"""What all of SageMaker's services share: the account's ARNs, roles and events, and its tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from local.aws.event_bus import EventBus
from local.aws.repairs.authorization import role_credentials, service_may_assume
from local.aws.sagemaker.refusals import validation_error

_PRINCIPAL = "sagemaker.amazonaws.com"

Client = Callable[..., Any]
Tags = list[dict[str, str]]


class SageMakerAccount:
    """One account in one region of a running embedded AWS."""

    def __init__(self, region: str, account: str, bus: EventBus, client: Client) -> None:
        self.region = region
        self._arn = f"arn:aws:sagemaker:{region}:{account}"
        self._bus, self._client = bus, client
        self._tags: dict[str, Tags] = {}

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of a resource; SageMaker writes its name in small letters."""
        return f"{self._arn}:{kind}/{name.lower()}"

    def require_role(self, role: str, arn: str) -> None:
        """Check that SageMaker may assume a role on behalf of a resource.

        Raises:
            RequestRefused: ValidationException, in SageMaker's words.
        """
        if not service_may_assume(_PRINCIPAL, role, arn):
            raise validation_error(
                f"Could not assume role {role}. Please ensure that the role exists and allows "
                f"principal '{_PRINCIPAL}' to assume the role."
            )

    def client_of_role(self, role: str, service: str) -> Any:
        """Make a client of a service with the permissions of a role."""
        return self._client(service, **role_credentials(role, "SageMaker"))

    def announce(self, detail_type: str, detail: dict[str, Any], arn: str) -> None:
        """Send an event about a resource."""
        self._bus.emit("aws.sagemaker", detail_type, detail, (arn,))

    def tag(self, arn: str, tags: Tags) -> Tags:
        """Give a new resource its tags; return the list that AddTags will change."""
        return self._tags.setdefault(arn, list(tags))

    def forget(self, arn: str) -> None:
        """Forget the tags of a resource that is deleted."""
        self._tags.pop(arn, None)

    def add_tags(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer AddTags; a tag of the same key is replaced."""
        tags = self._tags_of(request)
        added = {tag["Key"] for tag in request["Tags"]}
        tags[:] = [tag for tag in tags if tag["Key"] not in added] + request["Tags"]
        return {"Tags": tags}

    def list_tags(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ListTags."""
        return {"Tags": self._tags_of(request)}

    def tagged(self) -> Iterator[tuple[str, Tags]]:
        """Yield the ARN and the tags of everything, for conditions of IAM policies."""
        yield from list(self._tags.items())

    def _tags_of(self, request: dict[str, Any]) -> Tags:
        tags = self._tags.get(request["ResourceArn"])
        if tags is None:
            raise validation_error("Requested resource not found.")
        return tags


def iso_time(seconds: float) -> str:
    """Write a time as the events of transform jobs and model packages do."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
