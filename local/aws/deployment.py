"""Deploys a synthesized cloud assembly without the cdk CLI: its assets, then its template."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

# What the cdk CLI checks for: the version of the bootstrap stack, kept in a parameter.
_BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
_BOOTSTRAP_VERSION = "30"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_POLL_SECONDS = 0.05
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


@dataclass(frozen=True, slots=True)
class FailedResource:
    """A resource that could not be created or updated."""

    logical_id: str
    type: str
    reason: str


class DeploymentFailed(RuntimeError):
    """The stack did not reach its template; ``resources`` names those that failed."""

    def __init__(self, stack: str, status: str, resources: tuple[FailedResource, ...]) -> None:
        lines = [f"  {r.logical_id} ({r.type}): {r.reason}" for r in resources]
        super().__init__("\n".join([f"stack {stack} ended as {status}", *lines]))
        self.resources = resources


class Deployment:
    """Deploys one stack of a cloud assembly.

    Args:
        assembly: the folder that ``cdk synth`` wrote ("cdk.out").
        stack: the stack's name; its template is ``<stack>.template.json``.
        client: makes a boto3 client of a service, with the right to do everything.
        region, account: fill the placeholders of the assembly's asset buckets.
    """

    def __init__(
        self,
        assembly: Path,
        stack: str,
        client: Callable[[str], Any],
        *,
        region: str,
        account: str,
    ) -> None:
        self._assembly, self._stack, self._client = assembly, stack, client
        self._region, self._account = region, account
        self._cloudformation = client("cloudformation")
        self._template_url = ""

    def deploy(self, *, timeout: float = 120.0) -> dict[str, str]:
        """Create the stack or update it, wait, and return its outputs by key.

        Raises:
            DeploymentFailed: a resource failed; the stack is rolled back.
            TimeoutError: the stack is still in progress after ``timeout`` seconds.
        """
        self._publish_assets()
        deadline = time.monotonic() + timeout
        if self._execute_change_set(deadline):
            self._wait(lambda: self._stack_description()["StackStatus"], deadline)
        description = self._stack_description()
        if description["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise self._failure(description["StackStatus"])
        outputs = description.get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    def _publish_assets(self) -> None:
        self._client("ssm").put_parameter(
            Name=_BOOTSTRAP_PARAMETER, Value=_BOOTSTRAP_VERSION, Type="String", Overwrite=True
        )
        manifest = json.loads((self._assembly / f"{self._stack}.assets.json").read_text())
        s3 = self._client("s3")
        for asset in manifest["files"].values():
            source = asset["source"]
            path = self._assembly / source["path"]
            content = zip_folder(path) if source["packaging"] == "zip" else path.read_bytes()
            for destination in asset["destinations"].values():
                bucket = self._filled_in(destination["bucketName"])
                _ensure_bucket(s3, bucket)
                s3.put_object(Bucket=bucket, Key=destination["objectKey"], Body=content)
                if path.name == f"{self._stack}.template.json":
                    host = f"s3.{self._region}.amazonaws.com"
                    self._template_url = f"https://{host}/{bucket}/{destination['objectKey']}"

    def _filled_in(self, text: str) -> str:
        return text.replace("${AWS::AccountId}", self._account).replace(
            "${AWS::Region}", self._region
        )

    def _execute_change_set(self, deadline: float) -> bool:
        """Return whether there was anything to change."""
        change_set = {
            "StackName": self._stack,
            "ChangeSetName": f"deployment-{time.time_ns()}",
        }
        self._cloudformation.create_change_set(
            **change_set,
            ChangeSetType="UPDATE" if self._exists() else "CREATE",
            TemplateURL=self._template_url,
            Capabilities=_CAPABILITIES,
        )

        def described() -> Any:
            return self._cloudformation.describe_change_set(**change_set)

        self._wait(lambda: described()["Status"], deadline)
        if described()["Status"] == "FAILED":
            reason = described().get("StatusReason", "")
            if "didn't contain changes" in reason or "No updates" in reason:
                return False
            failed = FailedResource(self._stack, "change set", reason)
            raise DeploymentFailed(self._stack, "FAILED", (failed,))
        self._cloudformation.execute_change_set(**change_set)
        return True

    def _exists(self) -> bool:
        try:
            return bool(self._stack_description()["StackStatus"] != "REVIEW_IN_PROGRESS")
        except ClientError:
            return False

    def _stack_description(self) -> Any:
        return self._cloudformation.describe_stacks(StackName=self._stack)["Stacks"][0]

    def _wait(self, status: Callable[[], str], deadline: float) -> None:
        while (found := status()).endswith(("IN_PROGRESS", "PENDING")):
            if time.monotonic() > deadline:
                raise TimeoutError(f"stack {self._stack} is still {found}")
            time.sleep(_POLL_SECONDS)

    def _failure(self, status: str) -> DeploymentFailed:
        events = self._cloudformation.describe_stack_events(StackName=self._stack)["StackEvents"]
        failed = tuple(
            FailedResource(
                event["LogicalResourceId"],
                event["ResourceType"],
                event.get("ResourceStatusReason", "no reason given"),
            )
            for event in reversed(events)
            if event["ResourceStatus"].endswith("FAILED")
        )
        return DeploymentFailed(self._stack, status, failed)


def zip_folder(folder: Path) -> bytes:
    """Zip a folder's files, not compressed: the bytes go no further than this process.

    The same files give the same bytes, wherever and whenever.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
                entry.external_attr = path.stat().st_mode << 16
                archive.writestr(entry, path.read_bytes())
    return packed.getvalue()


def _ensure_bucket(s3: Any, bucket: str) -> None:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        s3.create_bucket(Bucket=bucket)
