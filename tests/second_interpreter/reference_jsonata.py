"""The reference implementation of JSONata, in a process of Node.js, asked from Python."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import stacks  # noqa: F401 - says in JSII_NODE where the bundled Node.js is
from stacks.synthesis import PROJECT

PACKAGE = PROJECT / "node_modules" / "jsonata"


class JsonataError(Exception):
    """An expression cannot be evaluated, or returns nothing, which Step Functions refuses."""


class ReferenceJsonata:
    """Evaluates one expression after the other, from any thread.

    An expression comes with the values of its variables, so that the same text has the same value;
    the definition has no ``$now()`` or ``$random()``.
    """

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process, self._lock = process, threading.Lock()
        self._answers: dict[str, str] = {}

    def evaluate(self, expression: str) -> Any:
        """Return an expression's value; raises ``JsonataError``."""
        with self._lock:
            if expression not in self._answers:
                self._answers[expression] = self._ask(expression)
            answer = json.loads(self._answers[expression])
        if "error" in answer:
            raise JsonataError(answer["error"])
        return answer["value"]

    def _ask(self, expression: str) -> str:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(expression) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@contextmanager
def reference_jsonata() -> Iterator[ReferenceJsonata]:
    """Run the implementation that package.json pins."""
    assert PACKAGE.is_dir(), "run: npm ci"
    script = Path(__file__).with_name("evaluate.js")
    with subprocess.Popen(
        [os.environ["JSII_NODE"], str(script), str(PACKAGE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield ReferenceJsonata(process)
