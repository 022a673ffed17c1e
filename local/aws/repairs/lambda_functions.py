"""Lambda on the embedded AWS: failures look as Lambda reports them."""

from __future__ import annotations

import contextlib
import json
import queue
import tempfile
import threading
from functools import partial
from types import SimpleNamespace
from typing import Any

from local.aws.repairs.authorization import Authorizer
from local.aws.repairs.patching import Patches, ministack, require

_MARK = "__lambda_error__"
_INIT_FAILED = "Worker init failed: "
_DIED = ("Worker process died", "Worker returned no response", "Broken pipe")

_END_OF_LOG = "__end_of_log__"
_LOG_SECONDS = 5.0
_SAY_END_OF_LOG = f'sys.stderr.write("{_END_OF_LOG}\\n"); sys.stderr.flush(); '
_STOCK_RESULT = '_real_stdout.write(json.dumps({"status": "ok", "result": result}) + "\\n")'
_STOCK_HANDLER_ERROR = (
    '_real_stdout.write(json.dumps({"status": "error", "error": str(e), '
    '"trace": traceback.format_exc()}) + "\\n")'
)
_HANDLER_ERROR = (
    'print("[ERROR] " + type(e).__name__ + ": " + str(e)); traceback.print_exc(); '
    + _SAY_END_OF_LOG
    + '_real_stdout.write(json.dumps({"status": "ok", "result": {"'
    + _MARK
    + '": {'
    '"errorMessage": str(e), "errorType": type(e).__name__, '
    '"requestId": context.aws_request_id, '
    '"stackTrace": traceback.format_tb(e.__traceback__)[1:]}}}) + "\\n")'
)
_STOCK_INIT_ERROR = '_real_stdout.write(json.dumps({"status": "error", "error": str(e)}) + "\\n")'
_INIT_ERROR = (
    "missing = isinstance(e, ImportError); "
    '_real_stdout.write(json.dumps({"status": "error", "error": json.dumps({'
    '"errorType": "Runtime.ImportModuleError" if missing else '
    '"Runtime.HandlerNotFound" if isinstance(e, AttributeError) else type(e).__name__, '
    '"errorMessage": ("Unable to import module \'" + module_name + "\': " if missing else "")'
    ' + str(e), "stackTrace": traceback.format_tb(e.__traceback__)})}) + "\\n")'
)


class LambdaRepairs:
    """Repairs of Lambda.

    - A raised exception keeps its class name as ``errorType`` and carries ``stackTrace``; the
      worker stays warm, as on AWS.
    - A function that cannot be imported reports ``Runtime.ImportModuleError``, one without its
      handler ``Runtime.HandlerNotFound``.
    - A worker that dies, or is killed, reports ``Runtime.ExitError``.
    - Logs are written only when the function's role may write them, and whole, however busy the
      machine: ministack waits for them for a twentieth of a second.
    - Workers unpack their code into the emulator's temporary folder.
    - At most ``concurrent`` invocations run at a time, each a process; the others wait their turn.
      (A function that waits for another one holds its place meanwhile.)

    Not repaired: memory limits, the architecture (the host's interpreter and packages run the
    function: a dependency layer of another architecture lies behind the host's own packages on
    ``sys.path``), /tmp and network isolation.
    """

    def __init__(self, authorizer: Authorizer, folder: str, concurrent: int) -> None:
        self._authorizer = authorizer
        self._folder = folder
        self._places = threading.BoundedSemaphore(concurrent)
        self._thread = threading.local()

    def install(self, patches: Patches) -> None:
        """Put the repairs in place."""
        runtime, functions = ministack("core.lambda_runtime"), ministack("services.lambda_svc")
        script = runtime._PYTHON_WORKER_SCRIPT
        for stock in (_STOCK_RESULT, _STOCK_HANDLER_ERROR, _STOCK_INIT_ERROR):
            require(script.count(stock) == 1, "lambda_runtime._PYTHON_WORKER_SCRIPT")
        script = script.replace(_STOCK_HANDLER_ERROR, _HANDLER_ERROR)
        script = script.replace(_STOCK_RESULT, _SAY_END_OF_LOG + _STOCK_RESULT)
        script = script.replace(_STOCK_INIT_ERROR, _INIT_ERROR)
        patches.replace(runtime, "_PYTHON_WORKER_SCRIPT", script)
        in_folder = SimpleNamespace(mkdtemp=partial(tempfile.mkdtemp, dir=self._folder))
        patches.replace(runtime, "tempfile", in_folder)
        patches.wrap(runtime, "_collect", _collect)
        patches.replace(runtime.Worker, "_drain_stderr_bounded", _log_of_invocation)
        patches.wrap(functions, "_execute_function", self._execute)
        patches.wrap(functions, "_emit_lambda_logs", self._emit_logs)

    def _execute(self, original: Any, function: Any, event: Any) -> dict[str, Any]:
        if getattr(self._thread, "has_place", False):
            return _as_lambda_answers(original(function, event))
        with self._places:
            self._thread.has_place = True
            try:
                return _as_lambda_answers(original(function, event))
            finally:
                self._thread.has_place = False

    def _emit_logs(self, original: Any, function: dict[str, Any], *rest: Any, **named: Any) -> None:
        config = function.get("config") or function
        group = (config.get("LoggingConfig") or {}).get(
            "LogGroup", f"/aws/lambda/{config['FunctionName']}"
        )
        region, account = config["FunctionArn"].split(":")[3:5]
        stream = f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:any"
        role, name = config["Role"], config["FunctionName"]
        if self._authorizer.role_allows(role, name, "logs:PutLogEvents", stream):
            original(function, *rest, **named)


def _log_of_invocation(worker: Any) -> str:
    """Return what a worker has printed up to the mark at the end of its invocation."""
    lines = []
    with contextlib.suppress(queue.Empty):
        while (line := worker._stderr_queue.get(timeout=_LOG_SECONDS)) != _END_OF_LOG:
            lines.append(line)
    return "\n".join(lines)


def _as_lambda_answers(result: dict[str, Any]) -> dict[str, Any]:
    body = result.get("body")
    if not isinstance(body, dict):
        return result
    if _MARK in body:
        return {**result, "body": body[_MARK], "error": True}
    if result.get("error"):
        return {**result, "body": _as_lambda_reports(body)}
    return result


def _collect(original: Any, process: Any, deadline: float) -> None:
    """Close the pipes of a worker that has ended, which ministack leaves to the collector."""
    original(process, deadline)
    if process is not None:
        for pipe in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()


def _as_lambda_reports(body: dict[str, Any]) -> dict[str, Any]:
    message = str(body.get("errorMessage", ""))
    if message.startswith(_INIT_FAILED + "{"):
        reported: dict[str, Any] = json.loads(message.removeprefix(_INIT_FAILED))
        return reported
    if any(sign in message for sign in _DIED):
        return {
            "errorType": "Runtime.ExitError",
            "errorMessage": "Error: Runtime exited with error: signal: killed",
        }
    return body
