"""A function for tests that does as its event says, and states that invoke it."""

from __future__ import annotations

from typing import Any

SOURCE = """
    import os, time, boto3

    class ManifestRejected(Exception):
        pass

    calls = 0

    def handler(event, context):
        global calls
        calls += 1
        print("called", calls)
        do = event.get("do")
        if do == "raise":
            raise ManifestRejected("line 3 has no source-ref")
        if do == "raise-first" and calls == 1:
            raise ManifestRejected("only the first time")
        if do == "exit":
            os._exit(3)
        if do == "wait-then-raise-first":
            while "Contents" not in boto3.client("s3").list_objects_v2(
                Bucket=event["bucket"], Prefix=event["key"]
            ):
                time.sleep(0.05)
            if event["first"]:
                raise ManifestRejected("only the first time")
        if do == "sleep":
            time.sleep(event["seconds"])
        if "token" in event:
            key = event["key"] + "/" + str(calls)
            boto3.client("s3").put_object(Bucket=event["bucket"], Key=key, Body=event["token"])
        if do == "answer":
            boto3.client("stepfunctions").send_task_success(
                taskToken=event["token"], output='"answered"'
            )
        return {"event": event, "calls": calls, "pid": os.getpid()}
"""
INVOKE = "arn:aws:states:::lambda:invoke"
TOKEN = "{% $states.context.Task.Token %}"


def task(function: str, payload: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A Task state that invokes a function, ends the execution and outputs the answer."""
    return {
        "Type": "Task",
        "Resource": INVOKE,
        "Arguments": {"FunctionName": function, "Payload": payload},
        "Output": "{% $states.result.Payload %}",
        **({} if "Next" in members else {"End": True}),
        **members,
    }


def callback(function: str, payload: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A Task state that hands a token to a function and waits for the answer."""
    state = task(function, {"token": TOKEN, **payload}, **members)
    del state["Output"]
    return state | {"Resource": f"{INVOKE}.waitForTaskToken"}


def catch(error: str) -> dict[str, Any]:
    """A Catch that takes an error to the state Caught."""
    return {
        "Catch": [{"ErrorEquals": [error], "Output": "{% $states.errorOutput %}", "Next": "Caught"}]
    }


CAUGHT = {"Caught": {"Type": "Pass", "End": True}}
