"""How the demo looks in a terminal: one line a step, as it happens."""

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.status import Status

from lambdas.contract import State
from lambdas.messages.evaluation import Evaluated
from lambdas.registry.figures_text import figures_text
from local.demo.results import FRESH_PICTURE, MODEL
from local.demo.transcript import ExecutionEnded, StateEntered, StateExited, Step

FIRST_LINES = (
    "The pipeline on an embedded AWS: no account is used, nothing is billed. The template and the\n"
    "functions are those of [bold]make deploy[/]; what is trained is a stand-in for SageMaker's\n"
    "network: a small detector that learns from the train channel in this run.\n"
)

IN_THE_CONSOLE = (
    "In the console, the cause is this text as errorMessage of a JSON document, with the "
    "function's stack trace."
)


class FunctionFailure(msgspec.Struct, rename="camel"):
    """The cause of a failed function, as Lambda writes it."""

    error_message: str


class Presentation:
    """Prints what the demo does; on a terminal, with a spinner on what is under way."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        console.print(FIRST_LINES)

    @contextmanager
    def progress(self, doing: str) -> Iterator[list[str]]:
        """Show one of the preparations: what is appended to the list was done, in this time."""
        begun = monotonic()
        done: list[str] = []
        with self._console.status(f"{doing} …"):
            yield done
        self._console.print(
            f"[green]✓[/] {escape(' '.join(done)):<42} {monotonic() - begun:5.1f} s"
        )

    def execution(self, arn: str) -> None:
        """Say which execution the write of the manifest has started."""
        name = arn.rpartition(":")[2]
        self._console.print(f"\nExecution [bold]{escape(name)}[/], started by that write\n")

    def step(self, step: Step) -> ExecutionEnded | None:
        """Show a step; return it if it is the end."""
        if isinstance(step, StateEntered):
            self._enter(step)
            return None
        self._leave()
        if isinstance(step, StateExited):
            self._console.print(_state_line(step))
            return None
        return step

    def ended(self, end: ExecutionEnded | None, folder: Path) -> int:
        """Show how the execution ended and where its files are; return the exit status."""
        if end is None or end.status != "SUCCEEDED":
            return self._failed(end, folder)
        self._console.print(f"\n[bold green]SUCCEEDED[/]\n{_numbers(end.output)}")
        if end.output.get("evaluation"):
            evaluated = msgspec.convert(end.output["evaluation"], Evaluated)
            self._console.print(f"Of the stand-in: {escape(figures_text(evaluated))}")
        self._console.print(
            f"As measured at the end of its training, by another definition: {_metrics(end.output)}"
        )
        self._where(folder)
        self._try_it(folder)
        return 0

    def refused(self, message: str) -> None:
        """Say why the demo could not start an execution."""
        self._leave()
        self._console.print(f"[bold red]Not started[/]: {escape(message)}")

    def _failed(self, end: ExecutionEnded | None, folder: Path) -> int:
        status = end.status if end else "FAILED"
        if end:
            self._console.print(f"[red]✗[/] {end.state:<20} [bold red]{escape(end.error)}[/]\n")
            message = _message(end.cause)
            self._console.print(escape(message))
            if message != end.cause:
                self._console.print(f"[dim]{IN_THE_CONSOLE}[/]")
        where = f" in {end.state}" if end else ""
        self._console.print(f"\n[bold red]{status}[/]{where}")
        self._where(folder)
        return 1

    def _where(self, folder: Path) -> None:
        names = ", ".join(sorted(path.name for path in folder.iterdir()))
        self._console.print(f"Written to [bold]{escape(str(folder))}/[/]: {escape(names)}")
        pages = [folder / name for name in ("report.html", "evaluation.html")]
        shown = " and ".join(f"[bold]{escape(str(page))}[/]" for page in pages if page.exists())
        if shown:
            self._console.print(f"Look at {shown}")

    def _try_it(self, folder: Path) -> None:
        picture, model = folder / FRESH_PICTURE, folder / MODEL
        if picture.exists():
            arguments = ("predict", picture, "--model", model, "--draw", folder / "drawn")
            command = shlex.join([_this_command(), *map(str, arguments)])
            self._console.print(
                f"Try the model on a picture that it has not seen:\n  {escape(command)}"
            )

    def _enter(self, step: StateEntered) -> None:
        self._leave()
        self._status = self._console.status(f"{step.state} …")
        self._status.start()

    def _leave(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def _this_command() -> str:
    """Return ``gt-train`` as it can be called again from this folder."""
    called = Path(sys.argv[0])
    if called.name != "gt-train":
        return "gt-train"
    here = Path.cwd()
    return str(called.relative_to(here) if called.is_relative_to(here) else called)


def _message(cause: str) -> str:
    try:
        return msgspec.json.decode(cause, type=FunctionFailure).error_message
    except msgspec.DecodeError:
        return cause


def _state_line(step: StateExited) -> str:
    mark, what = ("[yellow]↻[/]", step.error) if step.error else ("[green]✓[/]", _result(step))
    return f"{mark} {step.state:<20} {step.seconds:5.1f} s   {escape(what)}"


def _result(step: StateExited) -> str:
    """Return what a state has found; nothing of the states that only hold others together."""
    say = _FOUND.get(step.state)
    return say(step.output) if say else ""


def _job(output: dict[str, Any]) -> str:
    return f"{output['name']} on {output['instance_type']}"


def _transformed(output: dict[str, Any]) -> str:
    return output["failure"] or f"{output['prediction']['image_count']} images answered"


def _chosen(plan: dict[str, Any]) -> str:
    return f"{plan['images']} of {plan['held_out_images']} {plan['held_out']} images"


def _validated(dataset: dict[str, Any]) -> str:
    split = dataset["split"]
    return (
        f"{_usable(dataset)}, {dataset['boxes']} boxes, "
        f"{len(dataset['classes'])} classes; {split['train']} train + "
        f"{split['validation']} validation"
    )


def _usable(dataset: dict[str, Any]) -> str:
    return f"{dataset['records']['usable']} of {dataset['records']['total']} records usable"


def _metrics(outcome: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in outcome["metrics"].items())


def _numbers(outcome: dict[str, Any]) -> str:
    derived = ("num_classes", "num_training_samples", "label_width", "mini_batch_size")
    found = "  ".join(f"{name} {outcome['hyperparameters'][name]}" for name in derived)
    classes = ", ".join(outcome["classes"])
    return escape(
        f"From the manifest: label attribute {outcome['label_attribute']}, classes {classes}\n"
        f"  {found}"
    )


_FOUND: dict[str, Callable[[Any], str]] = {
    State.VALIDATE_MANIFEST: lambda output: _validated(output["dataset"]),
    State.CHECK_IMAGES: lambda output: (
        f"{sum(output['dataset']['split'].values())} images looked at"
    ),
    State.SET_IMAGES_ASIDE: lambda output: _usable(output["dataset"]),
    State.START_TRAINING_JOB: lambda output: _job(output["training_job"]),
    State.AWAIT_TRAINING_JOB: lambda output: (
        f"{output['model']['status']} (a stand-in, not SageMaker's network)"
    ),
    State.RECORD_MODEL: lambda output: output.get("outcome", output)["model_artifact"],
    State.PREPARE_EVALUATION: lambda output: _chosen(output["evaluation"]),
    State.START_TRANSFORM_JOB: lambda output: _job(output["transform_job"]),
    State.AWAIT_TRANSFORM_JOB: _transformed,
    State.EVALUATE_MODEL: lambda output: figures_text(
        msgspec.convert(output["evaluated"], Evaluated)
    ),
    State.REGISTER_MODEL: lambda output: f"{output['model_package']}: {output['approval']}",
}
"""What a state has found, from what it hands on."""
