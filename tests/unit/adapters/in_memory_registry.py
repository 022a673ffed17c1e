"""A model registry in memory behind boto3's real client: requests are validated, then answered."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from tests.unit.adapters.in_memory_s3 import _Raw

ARN = "arn:aws:sagemaker:us-east-1:111122223333:model-package"


@dataclass
class InMemoryRegistry:
    """`packages` by ARN. `refusals` by operation: the error code and message to answer with."""

    groups: set[str] = field(default_factory=set)
    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    refusals: dict[str, tuple[str, str]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def client(self) -> Any:
        client = boto3.client(
            "sagemaker",
            region_name="us-east-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
            config=Config(retries={"total_max_attempts": 1}),
        )
        client.meta.events.register("before-send.sagemaker", self._send)
        return client

    def _send(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        target: Any = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        self.requests.append(operation)
        asked = json.loads(cast("bytes", request.body))
        answers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "CreateModelPackageGroup": self._create_group,
            "DescribeModelPackageGroup": self._describe_group,
            "ListModelPackages": self._list,
            "DescribeModelPackage": self._describe,
            "CreateModelPackage": self._create,
            "UpdateModelPackage": self._update,
        }
        try:
            self._refuse(operation)
            status, answer = 200, answers[operation](asked)
        except Refused as refused:
            status, answer = 400, {"__type": refused.code, "message": refused.text}
        body = json.dumps(answer).encode()
        headers = {"Content-Type": "application/x-amz-json-1.1"}
        return AWSResponse(request.url, status, cast("Any", headers), _Raw(body))

    def _refuse(self, operation: str) -> None:
        if operation in self.refusals:
            raise Refused(*self.refusals[operation])

    def _create_group(self, asked: dict[str, Any]) -> Any:
        name = asked["ModelPackageGroupName"]
        if name in self.groups:
            raise Refused("ValidationException", "Model Package Group already exists")
        self.groups.add(name)
        return {"ModelPackageGroupArn": f"{ARN}-group/{name}"}

    def _describe_group(self, asked: dict[str, Any]) -> Any:
        name = asked["ModelPackageGroupName"]
        self._require(name)
        return {
            "ModelPackageGroupName": name,
            "ModelPackageGroupArn": f"{ARN}-group/{name}",
            "CreationTime": 0,
            "CreatedBy": {},
            "ModelPackageGroupStatus": "Completed",
        }

    def _list(self, asked: dict[str, Any]) -> Any:
        self._require(asked["ModelPackageGroupName"])
        wanted = [
            each
            for each in self.packages.values()
            if each["ModelApprovalStatus"] == asked["ModelApprovalStatus"]
        ]
        if asked["SortOrder"] == "Descending":
            wanted.reverse()
        return {"ModelPackageSummaryList": wanted[: asked["MaxResults"]]}

    def _describe(self, asked: dict[str, Any]) -> Any:
        return self._package(asked["ModelPackageName"])

    def _create(self, asked: dict[str, Any]) -> Any:
        self._require(asked["ModelPackageGroupName"])
        token = asked.pop("ClientToken")
        if token in self.tokens:
            arn, before = self.tokens[token]
            if before != asked:
                raise Refused("ConflictException", "the token was used with another request")
            return {"ModelPackageArn": arn}
        group = asked["ModelPackageGroupName"]
        arn = f"{ARN}/{group}/{len(self.packages) + 1}"
        self.tokens[token] = arn, asked
        self.packages[arn] = asked | {
            "ModelPackageArn": arn,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "CreationTime": len(self.packages),
        }
        return {"ModelPackageArn": arn}

    def _update(self, asked: dict[str, Any]) -> Any:
        self.packages[asked["ModelPackageArn"]] |= asked
        return {"ModelPackageArn": asked["ModelPackageArn"]}

    def _require(self, group: str) -> None:
        if group not in self.groups:
            raise Refused(
                "ValidationException", f"ModelPackageGroup {ARN}-group/{group} does not exist."
            )

    def _package(self, arn: str) -> dict[str, Any]:
        if arn not in self.packages:
            raise Refused("ValidationException", f"ModelPackage {arn} does not exist.")
        return self.packages[arn]


class Refused(Exception):
    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text
