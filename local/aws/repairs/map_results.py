"""What a Map Run leaves behind: its state's result, or the files that a ResultWriter writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.repairs.execution_api import redrive_status
from local.aws.repairs.history import json_text
from local.aws.repairs.map_fields import MapFields
from local.aws.repairs.map_role import MapRole
from local.aws.repairs.map_run import Child, MapRun
from local.aws.repairs.patching import ministack

Record = dict[str, Any]

# Developer guide, input-output-resultwriter, "Exporting to Amazon S3": which file a child goes to.
_FILES = {
    "FAILED": ("FAILED", "TIMED_OUT", "ABORTED"),
    "PENDING": ("PENDING",),
    "SUCCEEDED": ("SUCCEEDED",),
}


def transformed(children: Iterable[Child], transformation: str) -> list[Any]:
    """Return what ``WriterConfig`` makes of children: NONE, COMPACT (outputs) or FLATTEN.

    A child that did not succeed stays as with NONE. Source: developer guide,
    input-output-resultwriter, "Contents of the ResultWriter field".
    """
    results: list[Any] = []
    for child in children:
        if transformation == "NONE" or child.record["status"] != "SUCCEEDED":
            results.append(_metadata(child))
            continue
        output = json.loads(child.record["output"])
        if transformation == "FLATTEN" and isinstance(output, list):
            results.extend(output)
        else:
            results.append(output)
    return results


class MapResults:
    """The results of a Map Run, made as the state's ResultWriter says."""

    def __init__(self, fields: MapFields, run: MapRun) -> None:
        writer = fields.state.get("ResultWriter", {})
        self._run = run
        self._config = writer.get("WriterConfig", {})
        self._destination = fields.arguments(writer) if "Resource" in writer else None

    def require_permission(self, role: MapRole) -> None:
        """Raise ``States.ResultWriterFailed`` unless the role may write the results."""
        if self._destination is not None:
            role.require_results(self._destination["Bucket"], self._folder())

    def collect(self, s3: Any) -> Any:
        """Return the state's result, once what belongs into the bucket is written there.

        A ResultWriter writes what became of the children of this attempt.

        Raises:
            _ExecutionError: ``States.ResultWriterFailed``.
        """
        if self._destination is None:
            return transformed(self._run.children, self._config.get("Transformation", "COMPACT"))
        try:
            key = self._write_all(s3, self._destination["Bucket"])
        except (BotoCoreError, ClientError) as error:
            raise ministack("services.stepfunctions")._ExecutionError(
                "States.ResultWriterFailed", str(error)
            ) from error
        return {
            "MapRunArn": self._run.record["mapRunArn"],
            "ResultWriterDetails": {"Bucket": self._destination["Bucket"], "Key": key},
        }

    def _write_all(self, s3: Any, bucket: str) -> str:
        files: dict[str, list[Record]] = {}
        for name, statuses in _FILES.items():
            key = f"{self._folder()}/{name}_0.json"
            found = [child for child in self._run.attempted if child.record["status"] in statuses]
            size = _put(s3, bucket, key, self._text(found)) if found else 0
            files[name] = [{"Key": key, "Size": size}] if found else []
        manifest = {
            "DestinationBucket": bucket,
            "MapRunArn": self._run.record["mapRunArn"],
            "ResultFiles": files,
        }
        key = f"{self._folder()}/manifest.json"
        _put(s3, bucket, key, json_text(manifest))
        return key

    def _folder(self) -> str:
        """Return where this attempt's files go: those of a redrive into a folder of their own.

        Source: AWS's workshop API312 of re:Invent 2023, in which a Map Run fails, leaves four files
        and is redriven (serverlessland.com/explore/reinvent2023-api312).
        """
        prefix = str((self._destination or {}).get("Prefix", "")).rstrip("/")
        redrives = self._run.record["redriveCount"]
        parts = [prefix, self._run.id, f"Redrive-{redrives}" if redrives else ""]
        return "/".join(part for part in parts if part)

    def _text(self, children: list[Child]) -> str:
        results = transformed(children, self._config.get("Transformation", "NONE"))
        if self._config.get("OutputType") == "JSONL":
            return "".join(f"{json_text(result)}\n" for result in results)
        return json_text(results)


def _put(s3: Any, bucket: str, key: str, text: str) -> int:
    body = text.encode(errors="surrogatepass")
    s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
    return len(body)


def _metadata(child: Child) -> Record:
    """Describe a child in the form of the developer guide's examples of NONE."""
    record = child.record
    details = {"Included": True}
    described = {
        "ExecutionArn": record["executionArn"],
        "Input": record["input"],
        "InputDetails": details,
        "Name": record["name"],
        "StartDate": record["startDate"],
        "StateMachineArn": record["stateMachineArn"],
        "Status": record["status"],
        "StopDate": record["stopDate"],
        "RedriveCount": child.execution.redrive_count if child.execution else 0,
    }
    if record["status"] == "SUCCEEDED":
        described |= {"Output": record["output"], "OutputDetails": details}
    else:
        described |= {"Error": record.get("error"), "Cause": record.get("cause")}
    described |= {
        name[0].upper() + name[1:]: value
        for name, value in redrive_status(record["status"], is_child=True).items()
    }
    return {name: value for name, value in described.items() if value is not None}
